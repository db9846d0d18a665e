#include "report/chart.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>

#define WIDTH        540
#define LEFT         52
#define RIGHT        524
#define TOP          14
#define CURVE_BOTTOM 250
#define STRIP        44 /* height of one arm's histogram */
#define STRIP_GAP    8

static struct dyno_axis choose_axis(const struct dyno_report_model *model, size_t which)
{
    double low = (double)NAN;
    double high = (double)NAN;
    for (size_t series = 0; series <= which; series++)
        for (size_t arm = 0; arm < model->arm_count; arm++) {
            const struct dyno_report_summary *s = &model->arms[arm].series[series];
            dyno_axis_include(&low, &high, s->told[DYNO_REPORT_MIN].ns);
            dyno_axis_include(&low, &high, s->told[DYNO_REPORT_MAX].ns);
        }
    return (struct dyno_axis){
        .low = low / 1.08, .high = high * 1.08, .low_px = LEFT, .high_px = RIGHT, .is_log = true};
}

static void draw_shares(struct dyno_markup *markup)
{
    static const int shares[] = {0, 25, 50, 75, 95, 100};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        char words[16];
        double y = CURVE_BOTTOM - (CURVE_BOTTOM - TOP) * shares[i] / 100.0;
        dyno_chart_line(markup, "grid", (const double[]){LEFT, y, RIGHT, y});
        (void)snprintf(words, sizeof words, "%d %%", shares[i]);
        if (shares[i] != 100)
            dyno_chart_words(markup, LEFT - 8, y + 4, "end", words);
    }
}

static double share_px(double p)
{
    return CURVE_BOTTOM - (CURVE_BOTTOM - TOP) * p;
}

static void draw_curve(struct dyno_markup *markup, const struct dyno_report_model *model,
                       size_t arm, size_t which, const struct dyno_axis *axis)
{
    const struct dyno_report_curve *curve = &model->arms[arm].curves[which];
    struct dyno_chart_path path;
    dyno_chart_path_init(&path);
    for (size_t i = 0; i < DYNO_REPORT_CURVE_POINTS; i++)
        if (isfinite(curve->ns[i]))
            dyno_chart_path_to(&path, dyno_axis_px(axis, curve->ns[i]),
                               share_px(dyno_report_curve_p(i)));
    dyno_chart_path_draw(&path, markup, "curve", dyno_chart_arm_class(model, arm));
    const struct dyno_report_summary *s = &model->arms[arm].series[which];
    if (isfinite(s->p50_ns))
        dyno_chart_mark(markup, model, arm, dyno_axis_px(axis, s->p50_ns), share_px(0.5));
    if (isfinite(s->p95_ns))
        dyno_chart_mark(markup, model, arm, dyno_axis_px(axis, s->p95_ns), share_px(0.95));
}

static int64_t largest_count(const struct dyno_report_model *model, size_t which)
{
    int64_t most = 1;
    for (size_t arm = 0; arm < model->arm_count; arm++)
        for (int i = 0; i < DYNO_REPORT_BINS; i++)
            if (model->arms[arm].histograms[which].counts[i] > most)
                most = model->arms[arm].histograms[which].counts[i];
    return most;
}

static void draw_histogram(struct dyno_markup *markup, const struct dyno_report_model *model,
                           size_t arm, size_t which, const struct dyno_axis *axis)
{
    const struct dyno_report_histogram *histogram = &model->arms[arm].histograms[which];
    double bottom = CURVE_BOTTOM + (STRIP + STRIP_GAP) * (double)(arm + 1);
    double most = (double)largest_count(model, which);
    char css_class[32];
    (void)snprintf(css_class, sizeof css_class, "bin %s", dyno_chart_arm_class(model, arm));
    for (int i = histogram->first; i <= histogram->last; i++) {
        if (histogram->counts[i] == 0)
            continue;
        double from = dyno_axis_px(axis, dyno_report_bin_edge_ns(i));
        double to = dyno_axis_px(axis, dyno_report_bin_edge_ns(i + 1));
        double height = fmax(1, STRIP * (double)histogram->counts[i] / most);
        char low[DYNO_REPORT_WORD_BYTES];
        char high[DYNO_REPORT_WORD_BYTES];
        char words[128];
        (void)snprintf(words, sizeof words, "%lld statements from %s to %s",
                       (long long)histogram->counts[i],
                       dyno_report_format_ns(dyno_report_bin_edge_ns(i), low, sizeof low),
                       dyno_report_format_ns(dyno_report_bin_edge_ns(i + 1), high, sizeof high));
        dyno_markup_open_class(markup, "rect", css_class);
        dyno_markup_number(markup, "x", from + 0.5);
        dyno_markup_number(markup, "y", bottom - height);
        dyno_markup_number(markup, "width", fmax(1, to - from - 1));
        dyno_markup_number(markup, "height", height);
        dyno_markup_element(markup, "title", NULL, words);
        dyno_markup_close(markup, "rect");
    }
    dyno_chart_line(markup, "grid", (const double[]){LEFT, bottom, RIGHT, bottom});
}

void dyno_chart_latency(struct dyno_markup *markup, const struct dyno_report_model *model,
                        enum dyno_report_series series)
{
    size_t which = (size_t)series;
    struct dyno_axis axis = choose_axis(model, 1);
    if (!(axis.high > axis.low))
        return;
    double bottom = CURVE_BOTTOM + (STRIP + STRIP_GAP) * (double)model->arm_count;
    char label[128];
    (void)snprintf(label, sizeof label,
                   "Share of statements that were answered within a %s time, by arm",
                   dyno_report_series_name(series));
    dyno_chart_open(markup, WIDTH, bottom + 28, label);
    dyno_chart_duration_axis(markup, &axis, TOP, bottom);
    draw_shares(markup);
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        draw_histogram(markup, model, arm, which, &axis);
        draw_curve(markup, model, arm, which, &axis);
    }
    dyno_chart_close(markup);
}
