#include "report/chart_ratio.h"
#include "report/clean.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW          30
#define BOTTOM_SPACE 40
#define MAINS_MAX    12
#define OTHERS_MAX   8
#define LABEL_MAX    26

static const struct dyno_chart_ratio_words words_of_axis = {
    .faster = "← high level faster",
    .axis = "high / low, log scale; shaded: too small to be found"};

static const struct dyno_chart_layout layouts[] = {
    {.css_class = "for-wide", .width = 860, .left = 210, .right = 660, .row = ROW},
    {.css_class = "for-narrow",
     .width = 380,
     .left = 10,
     .right = 370,
     .row = 48,
     .is_stacked = true}};

struct effects {
    const struct dyno_report_rank *rank;
    const struct dyno_chart_layout *layout;
    const struct dyno_report_effect *rows[MAINS_MAX + OTHERS_MAX];
    size_t count;
    size_t mains;
    struct dyno_axis axis;
    double bottom;
};

static void choose_axis(struct effects *chart)
{
    double low = 0.95;
    double high = 1.05;
    for (size_t i = 0; i < chart->count; i++) {
        dyno_axis_include(&low, &high, chart->rows[i]->ratio);
        dyno_axis_include(&low, &high, chart->rows[i]->ci[0]);
        dyno_axis_include(&low, &high, chart->rows[i]->ci[1]);
    }
    chart->axis = dyno_chart_ratio_axis(chart->layout, low, high);
}

/* What an effect has to leave to be found: each stratum has its own. */
static void draw_limit(struct dyno_markup *markup, const struct effects *chart,
                       const struct dyno_report_effect *effect, double y)
{
    if (!isfinite(effect->limit_ratio))
        return;
    double from = dyno_axis_px(&chart->axis, 1 / effect->limit_ratio);
    double to = dyno_axis_px(&chart->axis, effect->limit_ratio);
    dyno_markup_open_class(markup, "rect", "band");
    dyno_markup_number(markup, "x", from);
    dyno_markup_number(markup, "y", y - 9);
    dyno_markup_number(markup, "width", to - from);
    dyno_markup_number(markup, "height", 18);
    dyno_markup_end(markup);
}

static void draw_result(struct dyno_markup *markup, const struct effects *chart,
                        const struct dyno_report_effect *effect, double y)
{
    char change[DYNO_REPORT_WORD_BYTES];
    struct dyno_str figure;
    dyno_str_init(&figure, 256);
    char first = dyno_report_format_change(effect->ratio, change, sizeof change)[0];
    dyno_str_append(&figure, first == '-' ? "−" : first == 'x' ? "×" : "");
    dyno_str_append(&figure, change + (first == '-' || first == 'x' ? 1 : 0));
    double right = chart->layout->right;
    if (chart->layout->is_stacked) {
        dyno_str_append(&figure, "  ");
        dyno_report_append_line(&figure, effect->verdict, LABEL_MAX, 1);
        dyno_chart_words(markup, right, y - 16, "end", dyno_str_text(&figure));
    } else {
        dyno_chart_words(markup, right + 80, y + 1, "end", dyno_str_text(&figure));
        dyno_str_clear(&figure);
        dyno_str_append(&figure, dyno_report_mark(effect->verdict, true));
        dyno_str_append_char(&figure, ' ');
        dyno_report_append_line(&figure, effect->verdict, LABEL_MAX, 1);
        dyno_chart_words(markup, right + 96, y + 1, "start", dyno_str_text(&figure));
    }
    dyno_str_deinit(&figure);
}

static void draw_mark(struct dyno_markup *markup, double x, double y)
{
    dyno_markup_open_class(markup, "circle", "mark candidate");
    dyno_markup_number(markup, "cx", x);
    dyno_markup_number(markup, "cy", y);
    dyno_markup_attr(markup, "r", "5");
    dyno_markup_end(markup);
}

static void draw_row(struct dyno_markup *markup, const struct effects *chart,
                     const struct dyno_report_effect *effect, double y)
{
    struct dyno_str label;
    dyno_str_init(&label, 512);
    dyno_report_append_line(&label, effect->label, LABEL_MAX, 1);
    if (chart->layout->is_stacked)
        dyno_chart_words(markup, chart->layout->left, y - 16, "start", dyno_str_text(&label));
    else
        dyno_chart_words(markup, chart->layout->left - 14, y + 1, "end", dyno_str_text(&label));
    dyno_str_deinit(&label);
    draw_limit(markup, chart, effect, y);
    if (isfinite(effect->ci[0]) && isfinite(effect->ci[1])) {
        double from = dyno_axis_px(&chart->axis, effect->ci[0]);
        double to = dyno_axis_px(&chart->axis, effect->ci[1]);
        dyno_chart_line(markup, "interval", (const double[]){from, y, to, y});
    }
    draw_mark(markup, dyno_axis_px(&chart->axis, effect->ratio), y);
    draw_result(markup, chart, effect, y);
}

static void draw(struct dyno_markup *markup, struct effects *chart)
{
    const struct dyno_chart_layout *layout = chart->layout;
    double gap = chart->mains < chart->count ? 26 : 0;
    choose_axis(chart);
    chart->bottom = DYNO_CHART_RATIO_TOP + (double)chart->count * layout->row + gap + 8;
    dyno_markup_open_class(markup, "div", layout->css_class);
    dyno_chart_open(markup, layout->width, chart->bottom + BOTTOM_SPACE,
                    "Effects of the settings, high level against low, with 95 % intervals; the "
                    "numbers stand in the table below");
    dyno_chart_ratio_ground(markup, &chart->axis, chart->layout, chart->bottom, &words_of_axis);
    dyno_markup_open_class(markup, "g", "rows");
    double first = DYNO_CHART_RATIO_TOP + (layout->is_stacked ? 32 : 18);
    for (size_t i = 0; i < chart->count; i++)
        draw_row(markup, chart, chart->rows[i],
                 first + (double)i * layout->row + (i >= chart->mains ? gap : 0));
    dyno_markup_close(markup, "g");
    double title_y = DYNO_CHART_RATIO_TOP + 16 + (double)chart->mains * layout->row;
    if (gap > 0)
        dyno_chart_words(markup, layout->is_stacked ? layout->left : layout->left - 14, title_y,
                         layout->is_stacked ? "start" : "end", "interactions");
    dyno_chart_close(markup);
    dyno_markup_close(markup, "div");
}

void dyno_chart_effects(struct dyno_markup *markup, const struct dyno_report_model *model)
{
    struct effects chart = {.rank = model->rank};
    chart.mains = dyno_report_rank_effects(model->rank, true, chart.rows, MAINS_MAX);
    chart.count = chart.mains + dyno_report_rank_effects(model->rank, false,
                                                         chart.rows + chart.mains, OTHERS_MAX);
    if (chart.count == 0)
        return;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        chart.layout = &layouts[i];
        draw(markup, &chart);
    }
}
