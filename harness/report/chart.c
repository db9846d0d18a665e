#include "report/chart.h"

#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PATH_MAX_BYTES (256u * 1024)

const char *dyno_chart_arm_class(const struct dyno_report_model *model, size_t arm)
{
    return dyno_report_is_compare(model) && arm == 0 ? "base" : "candidate";
}

void dyno_chart_open(struct dyno_markup *markup, double width, double height, const char *label)
{
    char box[64];
    (void)snprintf(box, sizeof box, "0 0 %.0f %.0f", width, height);
    dyno_markup_open_class(markup, "svg", "chart");
    dyno_markup_attr(markup, "viewBox", box);
    dyno_markup_number(markup, "width", width);
    dyno_markup_number(markup, "height", height);
    dyno_markup_attr(markup, "role", "img");
    dyno_markup_attr(markup, "aria-label", label);
}

void dyno_chart_close(struct dyno_markup *markup)
{
    dyno_markup_close(markup, "svg");
}

void dyno_chart_line(struct dyno_markup *markup, const char *css_class, const double ends[4])
{
    dyno_markup_open_class(markup, "line", css_class);
    dyno_markup_number(markup, "x1", ends[0]);
    dyno_markup_number(markup, "y1", ends[1]);
    dyno_markup_number(markup, "x2", ends[2]);
    dyno_markup_number(markup, "y2", ends[3]);
    dyno_markup_end(markup);
}

void dyno_chart_words(struct dyno_markup *markup, double x, double y, const char *anchor,
                      const char *text)
{
    dyno_markup_open(markup, "text");
    dyno_markup_number(markup, "x", x);
    dyno_markup_number(markup, "y", y);
    if (strcmp(anchor, "start") != 0)
        dyno_markup_attr(markup, "text-anchor", anchor);
    dyno_markup_text(markup, text);
    dyno_markup_close(markup, "text");
}

void dyno_chart_mark(struct dyno_markup *markup, const struct dyno_report_model *model, size_t arm,
                     double x, double y)
{
    const char *look = dyno_chart_arm_class(model, arm);
    char css_class[32];
    (void)snprintf(css_class, sizeof css_class, "mark %s", look);
    if (strcmp(look, "base") == 0) {
        dyno_markup_open_class(markup, "circle", css_class);
        dyno_markup_number(markup, "cx", x);
        dyno_markup_number(markup, "cy", y);
        dyno_markup_attr(markup, "r", "4.5");
        dyno_markup_end(markup);
        return;
    }
    char d[96];
    (void)snprintf(d, sizeof d, "M%.1f %.1fl5.5 5.5l-5.5 5.5l-5.5 -5.5z", x, y - 5.5);
    dyno_markup_open_class(markup, "path", css_class);
    dyno_markup_attr(markup, "d", d);
    dyno_markup_end(markup);
}

/* Ticks of a log axis of durations are counted in ns and told in the unit that fits. */
static void tick_words(double ns, char *out, size_t out_bytes)
{
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    size_t i = 0;
    while (i < 3 && ns < units[i].ns * 0.999)
        i++;
    (void)snprintf(out, out_bytes, "%.4g %s", ns / units[i].ns, units[i].unit);
}

void dyno_chart_duration_axis(struct dyno_markup *markup, const struct dyno_axis *axis, double top,
                              double bottom)
{
    double ticks[DYNO_AXIS_TICKS_MAX];
    size_t count = dyno_axis_ticks(axis, ticks);
    char words[32];
    for (size_t i = 0; i < count; i++) {
        double x = dyno_axis_px(axis, ticks[i]);
        dyno_chart_line(markup, "grid", (const double[]){x, top, x, bottom});
        tick_words(ticks[i], words, sizeof words);
        dyno_chart_words(markup, x, bottom + 18, "middle", words);
    }
    dyno_chart_line(markup, "axis", (const double[]){axis->low_px, bottom, axis->high_px, bottom});
}

void dyno_chart_duration_side(struct dyno_markup *markup, const struct dyno_axis *axis, double left,
                              double right)
{
    double ticks[DYNO_AXIS_TICKS_MAX];
    size_t count = dyno_axis_ticks(axis, ticks);
    char words[32];
    for (size_t i = 0; i < count; i++) {
        double y = dyno_axis_px(axis, ticks[i]);
        dyno_chart_line(markup, "grid", (const double[]){left, y, right, y});
        tick_words(ticks[i], words, sizeof words);
        dyno_chart_words(markup, left - 8, y + 4, "end", words);
    }
}

void dyno_chart_path_init(struct dyno_chart_path *path)
{
    dyno_str_init(&path->d, PATH_MAX_BYTES);
    path->is_begun = false;
}

void dyno_chart_path_to(struct dyno_chart_path *path, double x, double y)
{
    dyno_str_appendf(&path->d, "%c%.1f %.1f", path->is_begun ? 'L' : 'M', x, y);
    path->is_begun = true;
}

void dyno_chart_path_lift(struct dyno_chart_path *path)
{
    path->is_begun = false;
}

void dyno_chart_path_draw(struct dyno_chart_path *path, struct dyno_markup *markup,
                          const char *css_class, const char *arm_class)
{
    char both[64];
    (void)snprintf(both, sizeof both, "%s %s", css_class, arm_class);
    if (path->d.len > 0 && !path->d.failed) {
        dyno_markup_open_class(markup, "path", both);
        dyno_markup_attr(markup, "d", dyno_str_text(&path->d));
        dyno_markup_end(markup);
    }
    dyno_str_deinit(&path->d);
}

static void bar(struct dyno_markup *markup, const char *css_class, double y, double length)
{
    dyno_markup_open_class(markup, "rect", css_class);
    dyno_markup_attr(markup, "x", "0");
    dyno_markup_number(markup, "y", y);
    dyno_markup_number(markup, "width", length);
    dyno_markup_attr(markup, "height", "7");
    dyno_markup_end(markup);
}

void dyno_chart_bars(struct dyno_markup *markup, double base, double candidate)
{
    double most = fmax(base, candidate);
    if (!(most > 0))
        return;
    dyno_markup_open_class(markup, "svg", "bars");
    dyno_markup_attr(markup, "viewBox", "0 0 140 18");
    dyno_markup_attr(markup, "width", "140");
    dyno_markup_attr(markup, "height", "18");
    dyno_markup_attr(markup, "aria-hidden", "true");
    if (base > 0)
        bar(markup, "bar base", 1, fmax(1.5, 139 * base / most));
    if (candidate > 0)
        bar(markup, "bar candidate", 10, fmax(1.5, 139 * candidate / most));
    dyno_markup_close(markup, "svg");
}
