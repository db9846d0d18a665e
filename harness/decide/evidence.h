/** What the store holds about one experiment, as far as a verdict needs it. */
#ifndef DYNO_DECIDE_EVIDENCE_H
#define DYNO_DECIDE_EVIDENCE_H

#include "base/status.h"
#include "base/str.h"
#include "decide/noise.h"
#include "decide/statistic.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_EVIDENCE_ARMS 2

struct dyno_evidence_query {
    int64_t ordinal;
    char *name;
    double weight;
};

/** One measured trial. Its statistics are there only if it is usable. */
struct dyno_evidence_trial {
    int64_t id;
    int64_t block;
    int64_t start_id;
    int64_t position; /**< within the block, from 0 */
    size_t arm;
    bool is_usable; /**< complete, and no fatal gate failed */
    struct dyno_statistic overall;
    struct dyno_statistic *queries; /**< in the order of dyno_evidence.queries */
};

struct dyno_evidence {
    int64_t id;
    char *workload; /**< "" if not known */
    char *state;    /**< of the experiment: "finished", ... */
    char *reason;
    char *arm_names[DYNO_EVIDENCE_ARMS]; /**< base first; NULL where there is none */
    char *kind;                          /**< "run", "compare", "aa" */
    double margin;
    bool is_shared;                     /**< arms share server starts */
    bool is_early_stop;                 /**< judged by the e-process */
    bool is_primary[DYNO_METRIC_COUNT]; /**< declared before the run */
    enum dyno_metric first_primary;     /**< the first one declared */
    struct dyno_noise noise;            /**< of the A/A that fits; empty if there is none */
    uint64_t seed;
    int64_t blocks_planned;
    struct dyno_evidence_query *queries;
    size_t query_count;
    struct dyno_evidence_trial *trials; /**< in the order in which they were run */
    size_t trial_count;
    char *first_fault; /**< why the first unusable trial is so; NULL if all are usable */
    char *unapplied; /**< a setting without effect: "key in arm 'x': ..."; NULL if there is none */
};

/**
 * Append "; why trials are missing": what ended the experiment, if it failed, else what the first trial that may not
 * be judged suffered from; nothing if neither is known.
 */
void dyno_evidence_say_loss(const struct dyno_evidence *evidence, struct dyno_str *out);

/** DYNO_ENOTFOUND if there is no such experiment. Free with dyno_evidence_free, also after a failure. */
enum dyno_status dyno_evidence_load(struct dyno_store *store, int64_t id,
                                    struct dyno_evidence **out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_evidence_free(struct dyno_evidence *evidence);

#endif
