/** The steps of a capacity experiment as they were measured, and their sums over restarts. */
#ifndef DYNO_DECIDE_CAPACITY_STEPS_H
#define DYNO_DECIDE_CAPACITY_STEPS_H

#include "decide/slo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_capacity_step {
    int64_t trial_id, restart, sessions;
    bool is_search;    /**< of the search; a retest or a point of the curve otherwise */
    double rate_per_s; /**< NAN: closed loop */
    double window_s;
    double throughput_per_s; /**< completed in the window */
    double service_s;        /**< mean of completed statements; NAN if none */
    double think_s;
    double
        in_system; /**< mean number of statements due and not answered, over the window; NaN if none */
    double response_s;  /**< mean of those answered in the window; NaN if none */
    double spill_bytes; /**< per joined statement; NAN: not known */
    double gc_ratio;    /**< garbage collection over run time of tasks; NAN: not known */
    struct dyno_slo_result slo;
};

/** All steps, in the order in which they ran; the caller frees `*out`. */
enum dyno_status dyno_capacity_steps_load(struct dyno_store *store, int64_t experiment_id,
                                          const struct dyno_slo *slo,
                                          struct dyno_capacity_step **out, size_t *count_out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Little's law: how far what is inside and throughput x time inside lie apart, as a share. In a closed loop the sessions
 * against service + think time; in an open one the mean number of statements in the system, of each the part of its
 * response that lies in the window, against the mean response of those answered there. NaN where nothing is known.
 */
double dyno_capacity_little_error(const struct dyno_capacity_step *step);

#endif
