#include "decide/slo_window.h"

#include "base/clock.h"
#include "base/plural.h"
#include "stats/acceptance.h"

#include <inttypes.h>
#include <math.h>

#define TEXT_MAX         512
#define VIOLATIONS_AIMED 3 /* a window is long enough to pass with so many */

double dyno_slo_window_count(const struct dyno_slo_window *window, size_t violations)
{
    double count =
        (double)dyno_acceptance_count(violations, window->slo->quantile, DYNO_SLO_CONFIDENCE);
    if (!window->is_random)
        return count;
    double root = 1.0 + sqrt(1.0 + count);
    return root * root;
}

static int64_t ceiling_ns(const struct dyno_slo_window *window)
{
    return window->max_ns > window->asked_ns ? window->max_ns : window->asked_ns;
}

int64_t dyno_slo_window_ns(const struct dyno_slo_window *window, double rate_per_s)
{
    double needed_s = dyno_slo_window_count(window, VIOLATIONS_AIMED) / rate_per_s;
    double needed_ns = fmin(needed_s * (double)DYNO_NS_PER_S, (double)ceiling_ns(window));
    return (int64_t)fmax(needed_ns, (double)window->asked_ns);
}

double dyno_slo_window_lowest_rate(const struct dyno_slo_window *window)
{
    return dyno_slo_window_count(window, 0) * (double)DYNO_NS_PER_S / (double)ceiling_ns(window);
}

void dyno_slo_window_tell(const struct dyno_slo_window *window, double rate_per_s,
                          const struct dyno_slo_shortage *shortage, struct dyno_str *out)
{
    dyno_str_appendf(
        out, "a window of %.4g s holds %" PRId64 " statement%s at %.4g/s, and p%g takes %zu",
        shortage->window_s, shortage->statements, dyno_plural((long long)shortage->statements),
        rate_per_s, 100.0 * window->slo->quantile,
        dyno_acceptance_count(0, window->slo->quantile, DYNO_SLO_CONFIDENCE));
    if (window->is_random)
        dyno_str_appendf(out, " (%.0f on average, as arrivals are random)",
                         ceil(dyno_slo_window_count(window, 0)));
    /* Rounded up, so that what is advised does. */
    dyno_str_appendf(out, ": --max-window at least %.0f s",
                     ceil(dyno_slo_window_count(window, 0) / rate_per_s));
}

enum dyno_status dyno_slo_window_check(const struct dyno_slo_window *window, double rate_per_s,
                                       struct dyno_err *err)
{
    double least = dyno_slo_window_lowest_rate(window);
    double longest_s = (double)ceiling_ns(window) / (double)DYNO_NS_PER_S;
    const struct dyno_slo_shortage shortage = {.window_s = longest_s,
                                               .statements = (int64_t)(longest_s * rate_per_s)};
    struct dyno_str text;
    if (rate_per_s >= least)
        return DYNO_OK;
    dyno_str_init(&text, TEXT_MAX);
    dyno_slo_window_tell(window, rate_per_s, &shortage, &text);
    enum dyno_status status = dyno_err_set(err, DYNO_EINPUT, "%s, or --rate at least %.6g",
                                           dyno_str_text(&text), ceil(least * 100.0) / 100.0);
    dyno_str_deinit(&text);
    return status;
}
