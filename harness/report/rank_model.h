/** What a report of a ranking shows beside head, facts, starts and warnings. Part of the model; all texts clean. */
#ifndef DYNO_REPORT_RANK_MODEL_H
#define DYNO_REPORT_RANK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_report_factor {
    char letter[2];
    char *name, *settings, *low, *high, *kind, *why;
    int64_t proofs, applied; /**< times that a server was asked, and confirmed it */
};

/** One contrast of one metric. */
struct dyno_report_effect {
    char *metric;
    int64_t query; /**< ordinal, or -1: over all */
    char *chain;   /**< letters */
    char *label;   /**< names: "aqe", "aqe x partitions", with "or ..." for a chain of several */
    char *stratum;
    int64_t factor;       /**< -1: an interaction */
    double ratio, ci[2];  /**< high / low */
    double limit_ratio;   /**< what it would have had to exceed */
    double log_size;      /**< absolute value of the logarithm */
    double half_normal;   /**< its place on a half-normal plot, of its metric and query */
    double p, share, top; /**< top: NAN for interactions */
    int64_t place_low, place_high;
    double se, df;
    char *verdict;
    double
        smaller_ratio; /**< not found: the effect is smaller, either way; NAN for other verdicts */
    bool has_parts;    /**< a clear interaction: the first factor's effect at the second's levels */
    double at_low, at_high;
    size_t first, second;
};

struct dyno_report_effect_error {
    char *metric, *stratum, *method;
    int64_t query, contrasts, replicates;
    double se, df, margin_ratio, limit_ratio;
};

struct dyno_report_counter {
    int64_t factor;
    char *name;
    double low, high, correlation;
};

/** A measured trial of a row, or of the base. */
struct dyno_report_rank_trial {
    int64_t id, block, position, start;
    char *arm, *levels;
    double value_ns; /**< NAN: not used */
    int64_t completed, failed, censored;
    bool is_valid;
    char *reason; /**< why it is not; "" */
};

/** Where the time of all starts that came to their end went, in seconds; `total` is 0 if none did. */
struct dyno_report_rank_time {
    double total;
    double starts; /**< until the first statement was answered, and data attached */
    double warmup;
    double
        measured; /**< trials from their first statement to their last, their own warm-up included */
    double proof;   /**< of the settings, part of what is besides */
    double besides; /**< all the rest: connections, proof, Spark's numbers, storing, stopping */
};

struct dyno_report_rank {
    char *design, *metric, *best, *fold, *profile_path;
    int64_t runs, base_runs, replicates, resolution, splits, default_runs;
    double best_ns, default_ns;
    int64_t confirm_id; /**< 0: none */
    char *confirm_verdict, *confirm_sentence;
    struct dyno_report_factor *factors;
    size_t factor_count;
    struct dyno_report_effect *effects; /**< by metric, query, then size */
    size_t effect_count;
    struct dyno_report_effect_error *errors;
    size_t error_count;
    struct dyno_report_counter *counters;
    size_t counter_count;
    struct dyno_report_rank_trial *trials;
    size_t trial_count;
    struct dyno_report_rank_time time;
};

/** Effects over all statements of the metric that decides; `is_main` chooses main effects or interactions.
 *  Borrowed, largest first; returns how many of at most `room`. */
size_t dyno_report_rank_effects(const struct dyno_report_rank *rank, bool is_main,
                                const struct dyno_report_effect **out, size_t room);

/** The counter of a factor; NULL if it was not collected. */
const struct dyno_report_counter *dyno_report_rank_counter(const struct dyno_report_rank *rank,
                                                           int64_t factor, const char *name);

void dyno_report_rank_free(struct dyno_report_rank *rank);

#endif
