#include "report/axis.h"

#include <math.h>

#define STEPS_WANTED 5
#define SHORT_LOG    5.0 /* a log axis below this factor has equal steps */
#define MANY_DECADES 3.0

double dyno_axis_px(const struct dyno_axis *axis, double value)
{
    double low = axis->is_log ? log(axis->low) : axis->low;
    double high = axis->is_log ? log(axis->high) : axis->high;
    double at = axis->is_log ? log(value) : value;
    double share = high > low ? (at - low) / (high - low) : 0.5;
    if (!(share > 0))
        share = 0;
    if (share > 1)
        share = 1;
    return axis->low_px + share * (axis->high_px - axis->low_px);
}

static size_t equal_steps(const struct dyno_axis *axis, double ticks[DYNO_AXIS_TICKS_MAX])
{
    double raw = (axis->high - axis->low) / STEPS_WANTED;
    double power = pow(10, floor(log10(raw)));
    double lead = raw / power;
    double step = power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
    size_t count = 0;
    double slack = step * 1e-6;
    for (double k = ceil((axis->low - slack) / step);
         k * step <= axis->high + slack && count < DYNO_AXIS_TICKS_MAX; k++)
        ticks[count++] = k * step;
    return count;
}

static size_t log_steps(const struct dyno_axis *axis, double ticks[DYNO_AXIS_TICKS_MAX])
{
    static const double leads[] = {1, 2, 5};
    double decades = log10(axis->high / axis->low);
    size_t leads_used = decades > MANY_DECADES ? 1 : 3;
    double first = floor(log10(axis->low));
    size_t count = 0;
    for (double decade = first; decade <= first + decades + 1; decade++)
        for (size_t i = 0; i < leads_used; i++) {
            double tick = leads[i] * pow(10, decade);
            bool is_inside = tick >= axis->low * 0.999 && tick <= axis->high * 1.001;
            if (is_inside && count < DYNO_AXIS_TICKS_MAX)
                ticks[count++] = tick;
        }
    return count;
}

size_t dyno_axis_ticks(const struct dyno_axis *axis, double ticks[DYNO_AXIS_TICKS_MAX])
{
    if (!(axis->high > axis->low))
        return 0;
    if (axis->is_log && axis->high / axis->low >= SHORT_LOG)
        return log_steps(axis, ticks);
    return equal_steps(axis, ticks);
}

void dyno_axis_include(double *low, double *high, double value)
{
    if (!isfinite(value) || value <= 0)
        return;
    if (!(*low <= value))
        *low = value;
    if (!(*high >= value))
        *high = value;
}
