/** Steps and results of capacity experiments. One thread uses one store. */
#ifndef DYNO_STORE_CAPACITY_H
#define DYNO_STORE_CAPACITY_H

#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

struct dyno_store_step {
    int restart;         /**< from 0 */
    const char *purpose; /**< "curve", "search" or "retest" */
    int64_t sessions;
    double rate_per_s; /**< NAN: closed loop */
    int64_t window_ns;
};
/** Say what load a stored trial offered. */
enum dyno_status dyno_store_step_add(struct dyno_store *store, int64_t trial_id,
                                     const struct dyno_store_step *step,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** Put, or replace, what was found. */
enum dyno_status dyno_store_capacity_put(struct dyno_store *store, int64_t experiment_id,
                                         const char *document,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** The trial of an experiment that was stored last; 0 if there is none. */
enum dyno_status dyno_store_last_trial(struct dyno_store *store, int64_t experiment_id,
                                       int64_t *id_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
