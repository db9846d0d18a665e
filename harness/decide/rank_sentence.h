/** A ranking in plain English: which settings matter, by how much, and what was not found. */
#ifndef DYNO_DECIDE_RANK_SENTENCE_H
#define DYNO_DECIDE_RANK_SENTENCE_H

#include "base/str.h"
#include "decide/rank_cells.h"
#include "decide/ranking.h"

/** What the sentence speaks of. */
struct dyno_rank_told {
    const struct dyno_rank_design *design;
    const struct dyno_rank_cells *cells;
    const struct dyno_ranking *ranking;
    const char *workload; /**< "" if not known */
};

/** The effects that were found, largest first; none if nothing was. */
void dyno_rank_sentence(const struct dyno_rank_told *told, struct dyno_str *out);

/** "aqe", "aqe x partitions": what a contrast stands for; "aqe x partitions (or 2 others)". */
void dyno_rank_sentence_subject(const struct dyno_rank_design *design,
                                const struct dyno_ranking_effect *effect, struct dyno_str *out);

#endif
