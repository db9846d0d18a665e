/** An axis of a chart: from values to pixels, and where its ticks stand. */
#ifndef DYNO_REPORT_AXIS_H
#define DYNO_REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

struct dyno_axis {
    double low, high; /**< low < high; both over 0 if is_log */
    double low_px, high_px;
    bool is_log;
};

#define DYNO_AXIS_TICKS_MAX 16

/** Values outside the axis stand at its ends. */
double dyno_axis_px(const struct dyno_axis *axis, double value);

/**
 * Round values within the axis, ascending: 1, 2, 5 times powers of ten on a log axis that spans more than
 * a factor of five, equal steps otherwise. Returns how many, at most DYNO_AXIS_TICKS_MAX.
 */
size_t dyno_axis_ticks(const struct dyno_axis *axis, double ticks[DYNO_AXIS_TICKS_MAX]);

/** Widen [*low, *high] so that it holds `value`; NAN and what is not over 0 is ignored. */
void dyno_axis_include(double *low, double *high, double value);

#endif
