/**
 * How long an open-loop step must measure to be decided by an objective, planned before it runs.
 *
 * A step is decided by counting (stats/acceptance.h): p95 takes 59 statements. Random arrivals fall short of their mean
 * now and then, so the mean is planned two deviations higher: (1 + sqrt(1 + n))^2 for n.
 */
#ifndef DYNO_DECIDE_SLO_WINDOW_H
#define DYNO_DECIDE_SLO_WINDOW_H

#include "base/str.h"
#include "decide/slo.h"

struct dyno_slo_window {
    const struct dyno_slo *slo;
    bool is_random;   /**< arrivals are: not at equal gaps */
    int64_t asked_ns; /**< no window is shorter */
    int64_t max_ns;   /**< none is longer, but for the one asked for */
};

/** Statements that a window must hold on average so that it can accept with so many over the limit. */
double dyno_slo_window_count(const struct dyno_slo_window *window, size_t violations);

/** The window for a rate: room for three statements over the limit where the ceiling allows it. */
int64_t dyno_slo_window_ns(const struct dyno_slo_window *window, double rate_per_s);

/** The lowest rate that some allowed window decides. */
double dyno_slo_window_lowest_rate(const struct dyno_slo_window *window);

/** What a window held of what it takes. */
struct dyno_slo_shortage {
    double window_s;
    int64_t statements;
};

/** Append "a window of 25 s holds 12 statements at 0.5/s, and p95 takes 59 ...: --max-window at least 153 s". */
void dyno_slo_window_tell(const struct dyno_slo_window *window, double rate_per_s,
                          const struct dyno_slo_shortage *shortage, struct dyno_str *out);

/** DYNO_EINPUT, with the numbers and what would do, if no allowed window decides this rate. */
enum dyno_status dyno_slo_window_check(const struct dyno_slo_window *window, double rate_per_s,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
