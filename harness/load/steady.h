/**
 * Has a warm-up become steady? Each query's service times, in the order in which they were claimed, are
 * looked at with MSER-5 (stats/mser.h).
 */
#ifndef DYNO_LOAD_STEADY_H
#define DYNO_LOAD_STEADY_H

#include "load/trial_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** With fewer executions nothing is called steady. */
#define DYNO_STEADY_MIN 20

struct dyno_steady {
    int64_t executions; /**< that ended well */
    int64_t truncated;  /**< of those, how many were still warm-up */
    bool is_steady;
    double mean_before_ns; /**< of the first batch; NaN: none */
    double mean_after_ns;  /**< of what remains; NaN: none */
};

/** One for each query into `out`; true if all of them are steady. May be asked while the trial runs. */
bool dyno_steady_look(struct dyno_trial_file *file, size_t query_count, struct dyno_steady *out);

#endif
