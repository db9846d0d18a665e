/**
 * A service level objective, "p95 < 2 s, errors < 0.1 %", and whether one trial met it.
 *
 * A statement violates the limit if its response took longer, or it failed, or was cut off. The trial accepts by
 * counting (stats/acceptance.h, 95 % confidence), and needs at most so many failed statements and, in an open loop, at
 * least 98 % of the offered ones answered.
 */
#ifndef DYNO_DECIDE_SLO_H
#define DYNO_DECIDE_SLO_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define DYNO_SLO_CONFIDENCE 0.95

struct dyno_slo {
    double quantile; /**< 0.95 */
    int64_t limit_ns;
    double max_error_ratio; /**< 0.001; 1 where nothing was said */
};

/** Read one. p1 to p99.9, a duration, errors in percent. DYNO_EINPUT says what is allowed. */
enum dyno_status dyno_slo_parse(const char *text, struct dyno_slo *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_slo_result {
    int64_t trial_id;
    bool
        is_usable; /**< the trial ran to its end, with its settings, on a live server, and the generator kept up */
    bool is_accepted;
    bool has_enough; /**< statements enough to accept with no violation */
    bool is_decided; /**< usable, and accepted, or rejected for more than a want of statements */
    int64_t offered, violations, errors, completed;
    double achieved_ratio;
};

/** Judge a stored trial. */
enum dyno_status dyno_slo_judge(struct dyno_store *store, int64_t trial_id,
                                const struct dyno_slo *slo, struct dyno_slo_result *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

#endif
