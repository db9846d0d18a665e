/** What charts of ratios share: rows beside their labels, on a log axis around "no difference". */
#ifndef DYNO_REPORT_CHART_RATIO_H
#define DYNO_REPORT_CHART_RATIO_H

#include "report/axis.h"
#include "report/chart.h"

#include <stdbool.h>

/** Where the rows begin; words stand above. */
#define DYNO_CHART_RATIO_TOP 34

/** The same rows for a wide and for a narrow screen; the style sheet shows one of them. In pixels. */
struct dyno_chart_layout {
    const char *css_class;
    double width, left, right, row;
    bool is_stacked; /**< labels stand above their row instead of beside it */
};

/** The axis between the layout's sides over `low` to `high` and a little room, 0.02 to 50 at most. */
struct dyno_axis dyno_chart_ratio_axis(const struct dyno_chart_layout *layout, double low,
                                       double high);

/** Words of a chart of ratios. */
struct dyno_chart_ratio_words {
    const char *faster; /**< left of the line of no difference */
    const char *axis;   /**< below the ticks */
};

/** Grid lines with their ticks down to `bottom`, the line of no difference, and the words. */
void dyno_chart_ratio_ground(struct dyno_markup *markup, const struct dyno_axis *axis,
                             const struct dyno_chart_layout *layout, double bottom,
                             const struct dyno_chart_ratio_words *words);

#endif
