#include "report/chart_ratio.h"

#include <math.h>
#include <stdio.h>

#define RANGE_LOW  0.02
#define RANGE_HIGH 50.0
#define ROOM_SHARE 0.04

struct dyno_axis dyno_chart_ratio_axis(const struct dyno_chart_layout *layout, double low,
                                       double high)
{
    double room = pow(high / low, ROOM_SHARE);
    return (struct dyno_axis){.low = fmax(low / room, RANGE_LOW),
                              .high = fmin(high * room, RANGE_HIGH),
                              .low_px = layout->left,
                              .high_px = layout->right,
                              .is_log = true};
}

void dyno_chart_ratio_ground(struct dyno_markup *markup, const struct dyno_axis *axis,
                             const struct dyno_chart_layout *layout, double bottom,
                             const struct dyno_chart_ratio_words *words)
{
    const double top = DYNO_CHART_RATIO_TOP;
    double ticks[DYNO_AXIS_TICKS_MAX];
    size_t count = dyno_axis_ticks(axis, ticks);
    for (size_t i = 0; i < count; i++) {
        char label[32];
        double x = dyno_axis_px(axis, ticks[i]);
        dyno_chart_line(markup, "grid", (const double[]){x, top, x, bottom});
        (void)snprintf(label, sizeof label, "%.3g", ticks[i]);
        dyno_chart_words(markup, x, bottom + 18, "middle", label);
    }
    double one = dyno_axis_px(axis, 1);
    bool is_stacked = layout->is_stacked;
    dyno_chart_line(markup, "one", (const double[]){one, top - 6, one, bottom});
    dyno_chart_words(markup, is_stacked ? layout->left : one - 10, top - 14,
                     is_stacked ? "start" : "end", words->faster);
    dyno_chart_words(markup, is_stacked ? layout->right : one + 10, top - 14,
                     is_stacked ? "end" : "start", "slower →");
    dyno_chart_words(markup, (layout->left + layout->right) / 2, bottom + 36, "middle",
                     words->axis);
}
