/** Did both arms give the same answers? A faster wrong answer is no improvement. */
#ifndef DYNO_DECIDE_RESULTS_H
#define DYNO_DECIDE_RESULTS_H

#include "base/status.h"
#include "base/str.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct dyno_results {
    bool is_mismatch;         /**< row counts or checksums of a query differ between the arms */
    struct dyno_str mismatch; /**< which query, and how */
    struct dyno_str
        wavering; /**< queries whose own results differ from run to run, ", "; may be empty */
};

/**
 * Over every completed statement of the experiment, warm-ups too. A query without checksums in one of the
 * arms is compared by its row counts. Release with dyno_results_deinit, also after a failure.
 */
enum dyno_status dyno_results_compare(struct dyno_store *store, int64_t experiment_id,
                                      struct dyno_results *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_results_deinit(struct dyno_results *results);

#endif
