/**
 * Charts as inline SVG, drawn from the model alone. Colours, dashes and fonts come from report.css; the
 * base is hollow and dashed, the candidate filled and solid, so that no chart needs its colours.
 */
#ifndef DYNO_REPORT_CHART_H
#define DYNO_REPORT_CHART_H

#include "report/axis.h"
#include "report/markup.h"
#include "report/model.h"

/** Ratios with intervals, block by block, against the margin. Nothing if there is no contrast. */
void dyno_chart_forest(struct dyno_markup *markup, const struct dyno_report_model *model);

/** Effects of a ranking with their intervals, main effects before interactions. */
void dyno_chart_effects(struct dyno_markup *markup, const struct dyno_report_model *model);

/** A figure: the sizes of the effects of one stratum ("between", "within") of a ranking against half-normal
 *  quantiles, with the line of its noise and the bounds of one and of all. Nothing if there are under three. */
void dyno_chart_half_normal(struct dyno_markup *markup, const struct dyno_report_model *model,
                            const char *stratum);

/** Cumulative share and histograms of all arms on one log axis; series is response or service. */
void dyno_chart_latency(struct dyno_markup *markup, const struct dyno_report_model *model,
                        enum dyno_report_series series);

/** Response time by intended time, trials end to end. */
void dyno_chart_time(struct dyno_markup *markup, const struct dyno_report_model *model);

/** Service time by number of execution after a start, for one query. */
void dyno_chart_warmup(struct dyno_markup *markup, const struct dyno_report_model *model,
                       const struct dyno_report_query *query);

/** Two bars, base above candidate, as long as their share of the larger. */
void dyno_chart_bars(struct dyno_markup *markup, double base, double candidate);

/* Parts that the charts share. */

/** "base" or "candidate": the class that gives an arm its look. A single arm looks like a candidate. */
const char *dyno_chart_arm_class(const struct dyno_report_model *model, size_t arm);

/** Open an svg element of that size with a label for those who do not see it. */
void dyno_chart_open(struct dyno_markup *markup, double width, double height, const char *label);
void dyno_chart_close(struct dyno_markup *markup);
void dyno_chart_line(struct dyno_markup *markup, const char *css_class, const double ends[4]);

/** `anchor`: "start", "middle", "end". */
void dyno_chart_words(struct dyno_markup *markup, double x, double y, const char *anchor,
                      const char *text);

/** The arm's mark: a circle for the base, a diamond for the candidate. */
void dyno_chart_mark(struct dyno_markup *markup, const struct dyno_report_model *model, size_t arm,
                     double x, double y);

/** Grid lines, tick labels (durations) and the axis of a duration that lies below `bottom`. */
void dyno_chart_duration_axis(struct dyno_markup *markup, const struct dyno_axis *axis, double top,
                              double bottom);

/** The same for a duration that runs upwards, with labels left of `left`. */
void dyno_chart_duration_side(struct dyno_markup *markup, const struct dyno_axis *axis, double left,
                              double right);

/** Begin a path of straight lines with that class; points follow; the end closes the element. */
struct dyno_chart_path {
    struct dyno_str d;
    bool is_begun;
};
void dyno_chart_path_init(struct dyno_chart_path *path);
void dyno_chart_path_to(struct dyno_chart_path *path, double x, double y);
/** Lift the pen: the next point begins a new piece. */
void dyno_chart_path_lift(struct dyno_chart_path *path);
void dyno_chart_path_draw(struct dyno_chart_path *path, struct dyno_markup *markup,
                          const char *css_class, const char *arm_class);

#endif
