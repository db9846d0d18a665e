#include "report/chart_ratio.h"
#include "report/clean.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOTTOM_SPACE 40
#define QUERIES_MAX  24
#define LABEL_MAX    24

static const struct dyno_chart_ratio_words words_of_axis = {
    .faster = "← candidate faster",
    .axis = "candidate / base, log scale; shaded: within the margin"};

static const struct dyno_chart_layout layouts[] = {
    {.css_class = "for-wide", .width = 860, .left = 190, .right = 660, .row = 36},
    {.css_class = "for-narrow",
     .width = 380,
     .left = 10,
     .right = 370,
     .row = 54,
     .is_stacked = true}};

struct forest {
    const struct dyno_report_model *model;
    const struct dyno_chart_layout *layout;
    const struct dyno_report_contrast *rows[QUERIES_MAX + 8];
    size_t count;
    size_t overall; /* rows before the queries begin */
    struct dyno_axis axis;
    double bottom;
};

static void choose_rows(struct forest *forest)
{
    const struct dyno_report_model *model = forest->model;
    const char *metric = dyno_report_query_metric(model);
    for (size_t i = 0; i < model->contrast_count && forest->count < 8; i++)
        if (model->contrasts[i].query == DYNO_REPORT_OVERALL)
            forest->rows[forest->count++] = &model->contrasts[i];
    forest->overall = forest->count;
    for (size_t i = 0; i < model->contrast_count; i++)
        if (model->contrasts[i].query != DYNO_REPORT_OVERALL &&
            strcmp(model->contrasts[i].metric, metric) == 0 &&
            forest->count - forest->overall < QUERIES_MAX)
            forest->rows[forest->count++] = &model->contrasts[i];
}

static void choose_axis(struct forest *forest)
{
    double margin = 1 + forest->model->head.margin;
    double low = 1 / (margin * margin);
    double high = margin * margin;
    for (size_t i = 0; i < forest->count; i++) {
        const struct dyno_report_contrast *row = forest->rows[i];
        dyno_axis_include(&low, &high, row->ci95[0]);
        dyno_axis_include(&low, &high, row->ci95[1]);
        dyno_axis_include(&low, &high, row->ratio);
        for (size_t j = 0; j < row->block_ratio_count; j++)
            dyno_axis_include(&low, &high, row->block_ratios[j].ratio);
    }
    forest->axis = dyno_chart_ratio_axis(forest->layout, low, high);
}

/* The band in which a difference does not matter, the line of no difference, and the ticks. */
static void draw_ground(struct dyno_markup *markup, const struct forest *forest)
{
    const struct dyno_axis *axis = &forest->axis;
    double margin = 1 + forest->model->head.margin;
    double from = dyno_axis_px(axis, 1 / margin);
    double to = dyno_axis_px(axis, margin);
    dyno_markup_open_class(markup, "rect", "band");
    dyno_markup_number(markup, "x", from);
    dyno_markup_number(markup, "y", DYNO_CHART_RATIO_TOP);
    dyno_markup_number(markup, "width", to - from);
    dyno_markup_number(markup, "height", forest->bottom - DYNO_CHART_RATIO_TOP);
    dyno_markup_end(markup);
    dyno_chart_ratio_ground(markup, axis, forest->layout, forest->bottom, &words_of_axis);
}

static void draw_blocks(struct dyno_markup *markup, const struct forest *forest,
                        const struct dyno_report_contrast *row, double y)
{
    for (size_t i = 0; i < row->block_ratio_count; i++) {
        char words[64];
        char ratio[DYNO_REPORT_WORD_BYTES];
        dyno_markup_open_class(markup, "circle", "block");
        dyno_markup_number(markup, "cx", dyno_axis_px(&forest->axis, row->block_ratios[i].ratio));
        dyno_markup_number(markup, "cy", y - 9);
        dyno_markup_attr(markup, "r", "3");
        (void)snprintf(words, sizeof words, "block %lld: %s",
                       (long long)row->block_ratios[i].block + 1,
                       dyno_report_format_ratio(row->block_ratios[i].ratio, ratio, sizeof ratio));
        dyno_markup_element(markup, "title", NULL, words);
        dyno_markup_close(markup, "circle");
    }
}

/* A cap where the interval ends, an arrow where it goes on beyond the axis. */
static void draw_end(struct dyno_markup *markup, const struct dyno_axis *axis, double ratio,
                     double y)
{
    double x = dyno_axis_px(axis, ratio);
    if (ratio >= axis->low && ratio <= axis->high) {
        dyno_chart_line(markup, "interval", (const double[]){x, y - 4, x, y + 4});
        return;
    }
    double back = ratio < axis->low ? 6 : -6;
    dyno_chart_line(markup, "interval", (const double[]){x, y, x + back, y - 4});
    dyno_chart_line(markup, "interval", (const double[]){x, y, x + back, y + 4});
}

static void draw_interval(struct dyno_markup *markup, const struct forest *forest,
                          const struct dyno_report_contrast *row, double y)
{
    double from = dyno_axis_px(&forest->axis, row->ci95[0]);
    double to = dyno_axis_px(&forest->axis, row->ci95[1]);
    dyno_chart_line(markup, "interval", (const double[]){from, y, to, y});
    draw_end(markup, &forest->axis, row->ci95[0], y);
    draw_end(markup, &forest->axis, row->ci95[1], y);
}

/* "−19.5 %" and "✓ better". */
static void draw_result(struct dyno_markup *markup, const struct forest *forest,
                        const struct dyno_report_contrast *row, double y)
{
    char change[DYNO_REPORT_WORD_BYTES];
    struct dyno_str figure;
    struct dyno_str verdict;
    dyno_str_init(&figure, 64);
    dyno_str_init(&verdict, 256);
    char first = dyno_report_format_change(row->ratio, change, sizeof change)[0];
    dyno_str_append(&figure, first == '-' ? "−" : first == 'x' ? "×" : "");
    dyno_str_append(&figure, change + (first == '-' || first == 'x' ? 1 : 0));
    dyno_str_append(&verdict, dyno_report_mark(row->verdict, true));
    dyno_str_append_char(&verdict, ' ');
    dyno_report_append_line(&verdict, row->verdict, LABEL_MAX / 2, 1);
    double right = forest->layout->right;
    if (forest->layout->is_stacked) {
        dyno_str_append(&figure, "  ");
        dyno_str_append(&figure, dyno_str_text(&verdict));
        dyno_chart_words(markup, right, y - 22, "end", dyno_str_text(&figure));
    } else {
        dyno_chart_words(markup, right + 80, y + 1, "end", dyno_str_text(&figure));
        dyno_chart_words(markup, right + 96, y + 1, "start", dyno_str_text(&verdict));
    }
    dyno_str_deinit(&figure);
    dyno_str_deinit(&verdict);
}

static void draw_row(struct dyno_markup *markup, const struct forest *forest, size_t i, double y)
{
    const struct dyno_report_contrast *row = forest->rows[i];
    const struct dyno_chart_layout *layout = forest->layout;
    bool is_overall = i < forest->overall;
    struct dyno_str label;
    dyno_str_init(&label, 512);
    dyno_str_append(&label, is_overall ? "all queries, " : "");
    dyno_report_append_line(
        &label, is_overall ? dyno_report_metric_label(row->metric) : row->query_name, LABEL_MAX, 1);
    if (layout->is_stacked)
        dyno_chart_words(markup, layout->left, y - 22, "start", dyno_str_text(&label));
    else
        dyno_chart_words(markup, layout->left - 14, y + 1, "end", dyno_str_text(&label));
    dyno_str_deinit(&label);
    draw_blocks(markup, forest, row, y);
    if (isfinite(row->ci95[0]) && isfinite(row->ci95[1]))
        draw_interval(markup, forest, row, y);
    if (isfinite(row->ratio))
        dyno_chart_mark(markup, forest->model, 1, dyno_axis_px(&forest->axis, row->ratio), y);
    draw_result(markup, forest, row, y);
}

static void draw(struct dyno_markup *markup, struct forest *forest)
{
    const struct dyno_chart_layout *layout = forest->layout;
    choose_axis(forest);
    double gap = forest->overall > 0 && forest->overall < forest->count ? 28 : 0;
    double first = DYNO_CHART_RATIO_TOP + (layout->is_stacked ? 40 : 22);
    forest->bottom = DYNO_CHART_RATIO_TOP + (double)forest->count * layout->row + gap + 8;
    dyno_markup_open_class(markup, "div", layout->css_class);
    dyno_chart_open(markup, layout->width, forest->bottom + BOTTOM_SPACE,
                    "Ratios of response time, candidate to base, with 95 % intervals; the numbers "
                    "stand in the table below");
    draw_ground(markup, forest);
    dyno_markup_open_class(markup, "g", "rows");
    for (size_t i = 0; i < forest->count; i++)
        draw_row(markup, forest, i,
                 first + (double)i * layout->row + (i >= forest->overall ? gap : 0));
    dyno_markup_close(markup, "g");
    char title[48];
    (void)snprintf(title, sizeof title, "by query, %s",
                   dyno_report_metric_label(dyno_report_query_metric(forest->model)));
    double title_y = DYNO_CHART_RATIO_TOP + 20 + (double)forest->overall * layout->row;
    if (gap > 0 && layout->is_stacked)
        dyno_chart_words(markup, layout->left, title_y, "start", title);
    else if (gap > 0)
        dyno_chart_words(markup, layout->left - 14, title_y, "end", title);
    dyno_chart_close(markup);
    dyno_markup_close(markup, "div");
}

void dyno_chart_forest(struct dyno_markup *markup, const struct dyno_report_model *model)
{
    struct forest forest = {.model = model};
    choose_rows(&forest);
    if (forest.count == 0)
        return;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        forest.layout = &layouts[i];
        draw(markup, &forest);
    }
}
