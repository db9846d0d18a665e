#include "base/alloc.h"
#include "report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH        1080
#define LEFT         64
#define RIGHT        1070
#define TOP          12
#define BOTTOM       270
#define LABELS_MAX   24

#define SPARSE       150 /* dots below which they are drawn larger */

#define SMALL_WIDTH  350
#define SMALL_LEFT   58
#define SMALL_RIGHT  342
#define SMALL_TOP    10
#define SMALL_BOTTOM 170

/* Where each trial that counts begins if they are laid end to end; NAN for the others. */
static double *lay_out(const struct dyno_report_model *model, double *total_ns)
{
    double *offsets = dyno_xcalloc(model->trial_count + 1, sizeof *offsets);
    *total_ns = 0;
    for (size_t i = 0; i < model->trial_count; i++) {
        const struct dyno_report_trial *trial = &model->trials[i];
        offsets[i] = trial->is_counted ? *total_ns : (double)NAN;
        if (trial->is_counted)
            *total_ns += (double)(trial->end_ns - trial->begin_ns);
    }
    return offsets;
}

static struct dyno_axis choose_side(const struct dyno_report_model *model)
{
    double low = (double)NAN;
    double high = (double)NAN;
    for (size_t arm = 0; arm < model->arm_count; arm++)
        for (size_t i = 0; i < model->arms[arm].over_time_count; i++)
            dyno_axis_include(&low, &high, model->arms[arm].over_time[i].value_ns);
    return (struct dyno_axis){
        .low = low / 1.1, .high = high * 1.1, .low_px = BOTTOM, .high_px = TOP, .is_log = true};
}

/* A shade under every second block, and their numbers. */
static void draw_blocks(struct dyno_markup *markup, const struct dyno_report_model *model,
                        const double *offsets, const struct dyno_axis *x)
{
    size_t stride = (size_t)model->head.blocks_planned / LABELS_MAX + 1;
    for (size_t i = 0; i < model->trial_count; i++) {
        const struct dyno_report_trial *trial = &model->trials[i];
        bool is_first = i == 0 || model->trials[i - 1].block != trial->block;
        if (!isfinite(offsets[i]) || trial->block < 0)
            continue;
        double window_ns = (double)(trial->end_ns - trial->begin_ns);
        double from = dyno_axis_px(x, offsets[i]);
        double to = dyno_axis_px(x, offsets[i] + window_ns);
        if (trial->block % 2 == 1) {
            dyno_markup_open_class(markup, "rect", "shade");
            dyno_markup_number(markup, "x", from);
            dyno_markup_number(markup, "y", TOP);
            dyno_markup_number(markup, "width", to - from);
            dyno_markup_number(markup, "height", BOTTOM - TOP);
            dyno_markup_end(markup);
        }
        char words[32];
        (void)snprintf(words, sizeof words, "block %lld", (long long)trial->block + 1);
        if ((is_first || !isfinite(offsets[i - 1])) && (size_t)trial->block % stride == 0)
            dyno_chart_words(markup, from + 2, BOTTOM + 18, "start",
                             model->head.blocks_planned > 12 ? words + 6 : words);
    }
}

static void draw_medians(struct dyno_markup *markup, const struct dyno_report_model *model,
                         const double *offsets, const struct dyno_axis axes[2])
{
    for (size_t i = 0; i < model->trial_count; i++) {
        const struct dyno_report_trial *trial = &model->trials[i];
        if (!isfinite(offsets[i]) || !isfinite(trial->response.p50_ns))
            continue;
        double y = dyno_axis_px(&axes[1], trial->response.p50_ns);
        double end = offsets[i] + (double)(trial->end_ns - trial->begin_ns);
        char css_class[32];
        (void)snprintf(css_class, sizeof css_class, "median %s",
                       dyno_chart_arm_class(model, trial->arm));
        dyno_chart_line(markup, css_class,
                        (const double[]){dyno_axis_px(&axes[0], offsets[i]) + 1, y,
                                         dyno_axis_px(&axes[0], end) - 1, y});
    }
}

/* A dot is a piece of a path without length with round ends: a third of the bytes of a circle. */
static void draw_dots(struct dyno_markup *markup, const struct dyno_report_model *model, size_t arm,
                      const double *offsets, const struct dyno_axis axes[2])
{
    struct dyno_chart_path path;
    dyno_chart_path_init(&path);
    for (size_t i = 0; i < model->arms[arm].over_time_count; i++) {
        const struct dyno_report_point *point = &model->arms[arm].over_time[i];
        dyno_chart_path_lift(&path);
        dyno_chart_path_to(&path, dyno_axis_px(&axes[0], offsets[point->trial] + point->t_ns),
                           dyno_axis_px(&axes[1], point->value_ns));
        dyno_str_append(&path.d, "h0");
    }
    bool is_sparse = model->arms[arm].over_time_count < SPARSE;
    dyno_chart_path_draw(&path, markup, is_sparse ? "dots sparse" : "dots",
                         dyno_chart_arm_class(model, arm));
}

void dyno_chart_time(struct dyno_markup *markup, const struct dyno_report_model *model)
{
    double total_ns = 0;
    double *offsets = lay_out(model, &total_ns);
    struct dyno_axis axes[2] = {
        {.low = 0, .high = total_ns, .low_px = LEFT, .high_px = RIGHT, .is_log = false},
        choose_side(model)};
    if (total_ns > 0 && axes[1].high > axes[1].low) {
        dyno_chart_open(markup, WIDTH, BOTTOM + 30,
                        "Response time of statements over the measured time, block by block");
        draw_blocks(markup, model, offsets, &axes[0]);
        dyno_chart_duration_side(markup, &axes[1], LEFT, RIGHT);
        for (size_t arm = 0; arm < model->arm_count; arm++)
            draw_dots(markup, model, arm, offsets, axes);
        draw_medians(markup, model, offsets, axes);
        dyno_chart_line(markup, "axis", (const double[]){LEFT, BOTTOM, RIGHT, BOTTOM});
        dyno_chart_close(markup);
    }
    free(offsets);
}

static void draw_warmup(struct dyno_markup *markup, const struct dyno_report_model *model,
                        size_t arm, const struct dyno_report_query *query,
                        const struct dyno_axis axes[2])
{
    struct dyno_chart_path path;
    dyno_chart_path_init(&path);
    for (size_t i = 0; i < model->warmup_count; i++) {
        const struct dyno_report_warmup_point *point = &model->warmup[i];
        if (point->arm == arm && point->query == query->ordinal)
            dyno_chart_path_to(&path, dyno_axis_px(&axes[0], (double)point->execution),
                               dyno_axis_px(&axes[1], point->service_ns));
    }
    dyno_chart_path_draw(&path, markup, "curve", dyno_chart_arm_class(model, arm));
    char css_class[32];
    (void)snprintf(css_class, sizeof css_class, "level %s", dyno_chart_arm_class(model, arm));
    double level = query->arms[arm].service.p50_ns;
    if (!isfinite(level))
        return;
    double y = dyno_axis_px(&axes[1], level);
    dyno_chart_line(markup, css_class, (const double[]){SMALL_LEFT, y, SMALL_RIGHT, y});
}

static void draw_executions(struct dyno_markup *markup, const struct dyno_axis *axis)
{
    double ticks[DYNO_AXIS_TICKS_MAX];
    size_t count = dyno_axis_ticks(axis, ticks);
    for (size_t i = 0; i < count; i++) {
        char words[24];
        (void)snprintf(words, sizeof words, "%.0f", ticks[i]);
        if (ticks[i] >= 1)
            dyno_chart_words(markup, dyno_axis_px(axis, ticks[i]), SMALL_BOTTOM + 18, "middle",
                             words);
    }
    dyno_chart_line(markup, "axis",
                    (const double[]){SMALL_LEFT, SMALL_BOTTOM, SMALL_RIGHT, SMALL_BOTTOM});
}

void dyno_chart_warmup(struct dyno_markup *markup, const struct dyno_report_model *model,
                       const struct dyno_report_query *query)
{
    double low = (double)NAN;
    double high = (double)NAN;
    double most = 1;
    for (size_t i = 0; i < model->warmup_count; i++) {
        if (model->warmup[i].query != query->ordinal)
            continue;
        dyno_axis_include(&low, &high, model->warmup[i].service_ns);
        most = fmax(most, (double)model->warmup[i].execution);
    }
    for (size_t arm = 0; arm < model->arm_count; arm++)
        dyno_axis_include(&low, &high, query->arms[arm].service.p50_ns);
    if (!(high > low))
        return;
    const struct dyno_axis axes[2] = {
        {.low = 0, .high = most, .low_px = SMALL_LEFT, .high_px = SMALL_RIGHT, .is_log = false},
        {.low = low / 1.1,
         .high = high * 1.1,
         .low_px = SMALL_BOTTOM,
         .high_px = SMALL_TOP,
         .is_log = true}};
    dyno_chart_open(markup, SMALL_WIDTH, SMALL_BOTTOM + 28,
                    "Service time by number of execution after a server start");
    dyno_chart_duration_side(markup, &axes[1], SMALL_LEFT, SMALL_RIGHT);
    draw_executions(markup, &axes[0]);
    for (size_t arm = 0; arm < model->arm_count; arm++)
        draw_warmup(markup, model, arm, query, axes);
    dyno_chart_close(markup);
}
