/** A trial's histograms as rows for the store. */
#ifndef DYNO_EXPERIMENT_LATENCY_H
#define DYNO_EXPERIMENT_LATENCY_H

#include "base/status.h"
#include "base/vec.h"
#include "load/trial_file.h"
#include "store/store.h"

/** Owns the encoded histograms of one trial. */
struct dyno_latency_rows {
    struct dyno_vec rows; /**< struct dyno_store_histogram */
};

/** From the records; nothing for a trial without a measured window. Freed with _deinit, also on failure. */
enum dyno_status dyno_latency_rows_init(struct dyno_latency_rows *rows,
                                        struct dyno_trial_file *file,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_latency_rows_deinit(struct dyno_latency_rows *rows);

#endif
