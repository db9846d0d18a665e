#include "report/chart.h"
#include "report/history.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TOP          34
#define BOTTOM_SPACE 40
#define DATE_GAP     92

/* The same chart for a wide and for a narrow screen; the style sheet shows one of them. In pixels. */
struct history_layout {
    const char *css_class;
    double width, left, right, bottom;
};

static const struct history_layout layouts[] = {
    {.css_class = "for-wide", .width = 860, .left = 76, .right = 846, .bottom = 260},
    {.css_class = "for-narrow", .width = 380, .left = 66, .right = 370, .bottom = 220}};

struct history_chart {
    const struct history_layout *layout;
    const struct dyno_report_history_series *series;
    struct dyno_axis x, y;
};

static void choose_axes(struct history_chart *chart)
{
    const struct dyno_report_history_series *series = chart->series;
    double low = (double)NAN;
    double high = (double)NAN;
    for (size_t i = 0; i < series->point_count; i++)
        dyno_axis_include(&low, &high, series->points[i].ns);
    chart->x = (struct dyno_axis){.low = -0.5,
                                  .high = (double)series->point_count - 0.5,
                                  .low_px = chart->layout->left,
                                  .high_px = chart->layout->right};
    chart->y = (struct dyno_axis){.low = low / 1.08,
                                  .high = high * 1.08,
                                  .low_px = chart->layout->bottom,
                                  .high_px = TOP,
                                  .is_log = true};
}

/* Days below the first point of each, as many as fit. */
static void draw_dates(struct dyno_markup *markup, const struct history_chart *chart)
{
    const struct history_layout *layout = chart->layout;
    double last = layout->left - DATE_GAP;
    for (size_t i = 0; i < chart->series->point_count; i++) {
        char day[11];
        double x = dyno_axis_px(&chart->x, (double)i);
        (void)snprintf(day, sizeof day, "%.10s", chart->series->points[i].created_utc);
        if (x - last < DATE_GAP || x > layout->right - DATE_GAP / 3.0)
            continue;
        last = x;
        dyno_chart_words(markup, fmax(x, layout->left + DATE_GAP / 3.0), layout->bottom + 20,
                         "middle", day);
    }
    dyno_chart_line(markup, "axis",
                    (const double[]){layout->left, layout->bottom, layout->right, layout->bottom});
}

static void draw_points(struct dyno_markup *markup, const struct history_chart *chart)
{
    struct dyno_chart_path line;
    dyno_chart_path_init(&line);
    for (size_t i = 0; i < chart->series->point_count; i++)
        dyno_chart_path_to(&line, dyno_axis_px(&chart->x, (double)i),
                           dyno_axis_px(&chart->y, chart->series->points[i].ns));
    dyno_chart_path_draw(&line, markup, "curve", "base");
    for (size_t i = 0; i < chart->series->point_count; i++) {
        dyno_markup_open_class(markup, "circle", "mark candidate");
        dyno_markup_number(markup, "cx", dyno_axis_px(&chart->x, (double)i));
        dyno_markup_number(markup, "cy", dyno_axis_px(&chart->y, chart->series->points[i].ns));
        dyno_markup_attr(markup, "r", chart->series->point_count > 60 ? "2.5" : "4");
        dyno_markup_end(markup);
    }
}

static void draw_mean(struct dyno_markup *markup, const struct history_chart *chart,
                      const double ends[2], double ns)
{
    double y = dyno_axis_px(&chart->y, ns);
    dyno_chart_line(markup, "median candidate",
                    (const double[]){dyno_axis_px(&chart->x, ends[0] - 0.4), y,
                                     dyno_axis_px(&chart->x, ends[1] - 0.6), y});
}

/* A line where a new regime begins, its change above it, and the means of the regimes. */
static void draw_changes(struct dyno_markup *markup, const struct history_chart *chart)
{
    const struct dyno_report_history_series *series = chart->series;
    for (size_t k = 0; k < series->change_count; k++) {
        const struct dyno_report_history_change *change = &series->changes[k];
        char words[DYNO_REPORT_WORD_BYTES];
        double x = dyno_axis_px(&chart->x, (double)change->at - 0.5);
        double begin = k > 0 ? (double)series->changes[k - 1].at : 0;
        double end = (double)(k + 1 < series->change_count ? series->changes[k + 1].at
                                                           : series->point_count);
        dyno_chart_line(markup, "one", (const double[]){x, TOP - 6, x, chart->layout->bottom});
        (void)dyno_report_format_change(change->after_ns / change->before_ns, words, sizeof words);
        dyno_chart_words(markup, x, TOP - 14, "middle", words);
        if (k == 0)
            draw_mean(markup, chart, (const double[]){begin, (double)change->at},
                      change->before_ns);
        draw_mean(markup, chart, (const double[]){(double)change->at, end}, change->after_ns);
    }
}

void dyno_chart_history(struct dyno_markup *markup, const struct dyno_report_history_series *series)
{
    struct history_chart chart = {.series = series};
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        chart.layout = &layouts[i];
        choose_axes(&chart);
        dyno_markup_open_class(markup, "div", chart.layout->css_class);
        dyno_chart_open(markup, chart.layout->width, chart.layout->bottom + BOTTOM_SPACE,
                        "Values of the experiments in their order, with the places where they "
                        "changed; the numbers stand in the tables below");
        dyno_chart_duration_side(markup, &chart.y, chart.layout->left, chart.layout->right);
        draw_dates(markup, &chart);
        draw_points(markup, &chart);
        draw_changes(markup, &chart);
        dyno_chart_close(markup);
        dyno_markup_close(markup, "div");
    }
}
