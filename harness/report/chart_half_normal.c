#include "report/chart.h"
#include "report/clean.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EFFECTS_MAX  64
#define FEWEST       3 /* points that make a line */
#define TOP          66
#define BOTTOM_SPACE 42
#define LABEL_MAX    24
#define TICK_GAP     38

/* The same plot for a wide and for a narrow screen; the style sheet shows one of them. In pixels. */
struct plot_layout {
    const char *css_class;
    double width, left, right, bottom;
};

static const struct plot_layout layouts[] = {
    {.css_class = "for-wide", .width = 860, .left = 56, .right = 840, .bottom = 336},
    {.css_class = "for-narrow", .width = 380, .left = 34, .right = 370, .bottom = 300}};

struct plot {
    const struct plot_layout *layout;
    const struct dyno_report_effect *points[EFFECTS_MAX];
    size_t count;
    const struct dyno_report_effect_error *error; /* of the stratum; NULL: not known */
    struct dyno_axis x, y;
};

static const struct dyno_report_effect_error *find_error(const struct dyno_report_rank *rank,
                                                         const char *stratum)
{
    for (size_t i = 0; i < rank->error_count; i++) {
        const struct dyno_report_effect_error *error = &rank->errors[i];
        if (error->query == DYNO_REPORT_OVERALL && strcmp(error->metric, rank->metric) == 0 &&
            strcmp(error->stratum, stratum) == 0)
            return error;
    }
    return NULL;
}

static void gather(struct plot *plot, const struct dyno_report_rank *rank, const char *stratum)
{
    const struct dyno_report_effect *effects[EFFECTS_MAX];
    bool is_open = false;
    plot->count = 0;
    for (int kind = 0; kind < 2; kind++) {
        size_t count = dyno_report_rank_effects(rank, kind == 0, effects, EFFECTS_MAX);
        for (size_t i = 0; i < count && plot->count < EFFECTS_MAX; i++) {
            if (strcmp(effects[i]->stratum, stratum) != 0 || !isfinite(effects[i]->half_normal))
                continue;
            is_open = is_open || strcmp(effects[i]->verdict, "open") == 0;
            plot->points[plot->count++] = effects[i];
        }
    }
    plot->error = is_open ? NULL : find_error(rank, stratum);
}

static void choose_axes(struct plot *plot)
{
    double largest = log(1.02);
    double highest = 0.5;
    for (size_t i = 0; i < plot->count; i++) {
        largest = fmax(largest, plot->points[i]->log_size);
        highest = fmax(highest, plot->points[i]->half_normal);
    }
    if (plot->error != NULL && plot->error->limit_ratio > 1 && isfinite(plot->error->limit_ratio))
        largest = fmax(largest, log(plot->error->limit_ratio));
    plot->x = (struct dyno_axis){.low = 0,
                                 .high = 1.06 * largest,
                                 .low_px = plot->layout->left,
                                 .high_px = plot->layout->right};
    plot->y = (struct dyno_axis){
        .low = 0, .high = 1.12 * highest, .low_px = plot->layout->bottom, .high_px = TOP};
}

/* Ticks at round changes: the axis itself is that of logarithms. */
static void draw_ground(struct dyno_markup *markup, const struct plot *plot)
{
    static const double ratios[] = {1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2,  3,
                                    5,    10,   20,   50,  100, 300, 1e3};
    const struct plot_layout *layout = plot->layout;
    double last = layout->left - TICK_GAP / 2.0;
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        char words[32];
        double x = dyno_axis_px(&plot->x, log(ratios[i]));
        if (log(ratios[i]) > plot->x.high || x - last < TICK_GAP)
            continue;
        last = x;
        dyno_chart_line(markup, "grid", (const double[]){x, TOP, x, layout->bottom});
        if (ratios[i] < 2)
            (void)snprintf(words, sizeof words, "%.0f %%", 100 * (ratios[i] - 1));
        else
            (void)snprintf(words, sizeof words, "×%.0f", ratios[i]);
        dyno_chart_words(markup, x, layout->bottom + 18, "middle", words);
    }
    dyno_chart_line(markup, "axis",
                    (const double[]){layout->left, layout->bottom, layout->right, layout->bottom});
    dyno_chart_line(markup, "axis",
                    (const double[]){layout->left, TOP, layout->left, layout->bottom});
    dyno_chart_words(markup, (layout->left + layout->right) / 2, layout->bottom + 36, "middle",
                     "size of the effect, either way (upwards: what noise alone would give)");
}

static void draw_bound(struct dyno_markup *markup, const struct plot *plot, double log_size,
                       const char *words, double y)
{
    if (!(log_size > 0) || log_size > plot->x.high)
        return;
    double x = dyno_axis_px(&plot->x, log_size);
    bool is_left = x < (plot->layout->left + plot->layout->right) / 2;
    dyno_chart_line(markup, "one", (const double[]){x, y - 10, x, plot->layout->bottom});
    dyno_chart_words(markup, is_left ? x + 6 : x - 6, y, is_left ? "start" : "end", words);
}

/* Effects of settings that do nothing stand along the line of the noise. */
static void draw_bounds(struct dyno_markup *markup, const struct plot *plot)
{
    const struct dyno_report_effect_error *error = plot->error;
    if (error == NULL || !(error->se > 0))
        return;
    double end = fmin(plot->x.high, error->se * plot->y.high);
    dyno_chart_line(markup, "level base",
                    (const double[]){plot->layout->left, plot->layout->bottom,
                                     dyno_axis_px(&plot->x, end),
                                     dyno_axis_px(&plot->y, end / error->se)});
    bool is_lenth = strcmp(error->method, "lenth") == 0;
    draw_bound(markup, plot, error->se, is_lenth ? "PSE" : "standard error", 20);
    draw_bound(markup, plot, log(error->margin_ratio), "ME: beyond it, possible", 38);
    draw_bound(markup, plot, log(error->limit_ratio), "SME: beyond it, found", 56);
}

static void draw_points(struct dyno_markup *markup, const struct plot *plot)
{
    for (size_t i = 0; i < plot->count; i++) {
        const struct dyno_report_effect *effect = plot->points[i];
        bool is_told =
            strcmp(effect->verdict, "found") == 0 || strcmp(effect->verdict, "possible") == 0;
        double x = dyno_axis_px(&plot->x, effect->log_size);
        double y = dyno_axis_px(&plot->y, effect->half_normal);
        dyno_markup_open_class(markup, "circle", is_told ? "mark candidate" : "mark base");
        dyno_markup_number(markup, "cx", x);
        dyno_markup_number(markup, "cy", y);
        dyno_markup_attr(markup, "r", "4.5");
        dyno_markup_end(markup);
        if (!is_told)
            continue;
        struct dyno_str label;
        bool is_left = x < (plot->layout->left + plot->layout->right) / 2;
        dyno_str_init(&label, 512);
        dyno_report_append_line(&label, effect->label, LABEL_MAX, 1);
        dyno_chart_words(markup, is_left ? x + 9 : x - 9, y + 4, is_left ? "start" : "end",
                         dyno_str_text(&label));
        dyno_str_deinit(&label);
    }
}

static void draw(struct dyno_markup *markup, const struct plot *plot)
{
    dyno_markup_open_class(markup, "div", plot->layout->css_class);
    dyno_chart_open(markup, plot->layout->width, plot->layout->bottom + BOTTOM_SPACE,
                    "Half-normal plot: the sizes of the effects against where pure noise would put "
                    "them; the numbers stand in the table above");
    draw_ground(markup, plot);
    draw_bounds(markup, plot);
    draw_points(markup, plot);
    dyno_chart_close(markup);
    dyno_markup_close(markup, "div");
}

void dyno_chart_half_normal(struct dyno_markup *markup, const struct dyno_report_model *model,
                            const char *stratum)
{
    struct plot plot;
    gather(&plot, model->rank, stratum);
    if (plot.count < FEWEST)
        return;
    dyno_markup_open(markup, "figure");
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        plot.layout = &layouts[i];
        choose_axes(&plot);
        draw(markup, &plot);
    }
    dyno_markup_open(markup, "figcaption");
    dyno_markup_text(markup, "Half-normal plot of the effects that compare ");
    dyno_markup_text(markup,
                     strcmp(stratum, "between") == 0 ? "server starts" : "trials of a start");
    dyno_markup_text(markup,
                     plot.error != NULL
                         ? ". Settings that do nothing follow the dashed line of the noise; "
                           "what matters stands off to its right."
                         : ". There are too few to know the noise, so no line is drawn.");
    dyno_markup_close(markup, "figcaption");
    dyno_markup_close(markup, "figure");
}
