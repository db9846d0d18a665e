#include "base/json.h"
#include "report/capacity.h"
#include "report/chart.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH  540
#define HEIGHT 250
#define LEFT   52
#define RIGHT  524
#define TOP    14
#define BOTTOM 214

/* A column of a table: where its number comes from. */
struct column {
    const char *head; /* '#' first: a number */
    const char *key;
};

static double value_of(const cJSON *item, const char *key)
{
    return dyno_json_f64_or(item, key, (double)NAN);
}

static void put_cell(struct dyno_markup *m, const cJSON *item, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, key);
    char word[DYNO_REPORT_WORD_BYTES];
    if (cJSON_IsString(member))
        dyno_html_cell(m, member->valuestring);
    else if (cJSON_IsBool(member))
        dyno_html_cell(m, cJSON_IsTrue(member) ? "yes" : "no");
    else
        dyno_html_number(m, dyno_report_format_number(value_of(item, key), word, sizeof word));
}

static void put_table(struct dyno_markup *m, const char *label, const cJSON *list,
                      const struct column *columns, size_t count)
{
    const char *heads[16];
    const cJSON *item = NULL;
    for (size_t i = 0; i < count && i < 16; i++)
        heads[i] = columns[i].head;
    dyno_html_table(m, label, heads, count);
    cJSON_ArrayForEach(item, list)
    {
        dyno_html_row(m);
        for (size_t i = 0; i < count; i++)
            put_cell(m, item, columns[i].key);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

static void put_ticks(struct dyno_markup *m, const struct dyno_axis *x, const struct dyno_axis *y)
{
    double ticks[DYNO_AXIS_TICKS_MAX];
    char word[DYNO_REPORT_WORD_BYTES];
    size_t count = dyno_axis_ticks(x, ticks);
    for (size_t i = 0; i < count; i++) {
        double at = dyno_axis_px(x, ticks[i]);
        dyno_chart_line(m, "grid", (const double[]){at, TOP, at, BOTTOM});
        dyno_chart_words(m, at, BOTTOM + 18, "middle",
                         dyno_report_format_number(ticks[i], word, sizeof word));
    }
    count = dyno_axis_ticks(y, ticks);
    for (size_t i = 0; i < count; i++) {
        double at = dyno_axis_px(y, ticks[i]);
        dyno_chart_line(m, "grid", (const double[]){LEFT, at, RIGHT, at});
        dyno_chart_words(m, LEFT - 6, at + 4, "end",
                         dyno_report_format_number(ticks[i], word, sizeof word));
    }
    dyno_chart_words(m, RIGHT, BOTTOM + 34, "end", "sessions");
    dyno_chart_words(m, LEFT, TOP - 3, "start", "statements/s");
}

/* Throughput over sessions: measured means as marks, the fit as a line where it was made. */
static void put_curve(struct dyno_markup *m, const struct dyno_report_model *model,
                      const cJSON *curve)
{
    struct dyno_chart_path path;
    double most_sessions = 1.0;
    double most_rate = 0.0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, curve)
    {
        most_sessions = fmax(most_sessions, value_of(item, "sessions"));
        most_rate = fmax(most_rate, value_of(item, "throughput_per_s"));
    }
    if (cJSON_GetArraySize(curve) < 2 || !(most_rate > 0.0))
        return;
    const struct dyno_axis x = {
        .low = 0.0, .high = most_sessions * 1.05, .low_px = LEFT, .high_px = RIGHT};
    const struct dyno_axis y = {
        .low = 0.0, .high = most_rate * 1.1, .low_px = BOTTOM, .high_px = TOP};
    dyno_markup_open_class(m, "figure", "one-chart");
    dyno_chart_open(m, WIDTH, HEIGHT, "Throughput over sessions");
    put_ticks(m, &x, &y);
    dyno_chart_path_init(&path);
    cJSON_ArrayForEach(item, curve)
    {
        double rate = value_of(item, "fit_per_s");
        if (isfinite(rate))
            dyno_chart_path_to(&path, dyno_axis_px(&x, value_of(item, "sessions")),
                               dyno_axis_px(&y, rate));
    }
    dyno_chart_path_draw(&path, m, "curve", dyno_chart_arm_class(model, 0));
    cJSON_ArrayForEach(item, curve)
        dyno_chart_mark(m, model, 0, dyno_axis_px(&x, value_of(item, "sessions")),
                        dyno_axis_px(&y, value_of(item, "throughput_per_s")));
    dyno_chart_close(m);
    dyno_markup_element(m, "figcaption", NULL,
                        "Closed loop: means of all trials; a line where they could be fitted.");
    dyno_markup_close(m, "figure");
}

static void put_tables(struct dyno_markup *m, const cJSON *document)
{
    static const struct column curve[] = {{"#sessions", "sessions"},
                                          {"#statements/s", "throughput_per_s"},
                                          {"#sd", "throughput_sd"},
                                          {"#fit", "fit_per_s"},
                                          {"#service s", "service_s"},
                                          {"#off Little's law", "little_error"},
                                          {"#spill bytes", "spill_bytes"},
                                          {"#GC share", "gc_ratio"},
                                          {"#met", "accepted"},
                                          {"#decided", "decided"},
                                          {"#trials", "trials"}};
    static const struct column planning[] = {{"#load", "growth"},
                                             {"#statements/s", "rate_per_s"},
                                             {"#cores", "cores"},
                                             {"basis", "basis"}};
    static const struct column steps[] = {{"#restart", "restart"},
                                          {"#sessions", "sessions"},
                                          {"#statements/s", "rate_per_s"},
                                          {"#window s", "window_s"},
                                          {"#offered", "offered"},
                                          {"#over the limit", "violations"},
                                          {"#errors", "errors"},
                                          {"#answered", "achieved_ratio"},
                                          {"#off Little's law", "little_error"},
                                          {"usable", "is_usable"},
                                          {"decided", "is_decided"},
                                          {"accepted", "is_accepted"}};
    put_table(m, "Closed loop", cJSON_GetObjectItemCaseSensitive(document, "curve"), curve,
              sizeof curve / sizeof curve[0]);
    dyno_markup_element(
        m, "p", "note",
        dyno_json_string_or(cJSON_GetObjectItemCaseSensitive(document, "usl"), "note", ""));
    put_table(m, "Planning", cJSON_GetObjectItemCaseSensitive(document, "planning"), planning,
              sizeof planning / sizeof planning[0]);
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "Every step");
    put_table(m, "Steps", cJSON_GetObjectItemCaseSensitive(document, "steps"), steps,
              sizeof steps / sizeof steps[0]);
    dyno_markup_close(m, "details");
}

static void put_tile(struct dyno_markup *m, const char *label, double value, const char *detail)
{
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_markup_open_class(m, "div", "tile");
    dyno_markup_element(m, "p", "label", label);
    dyno_markup_element(m, "p", "figure", dyno_report_format_number(value, word, sizeof word));
    dyno_markup_element(m, "p", "detail", detail);
    dyno_markup_close(m, "div");
}

void dyno_html_capacity_tiles(struct dyno_markup *m, const struct cJSON *document)
{
    char word[DYNO_REPORT_WORD_BYTES];
    char failed[96] = "no higher rate was rejected";
    char cores[96];
    double rejected = value_of(document, "rate_failed_per_s");
    if (isfinite(rejected))
        (void)snprintf(failed, sizeof failed, "rejected: %s",
                       dyno_report_format_number(rejected, word, sizeof word));
    (void)snprintf(cores, sizeof cores, "of %s cores",
                   dyno_report_format_number(value_of(document, "cores"), word, sizeof word));
    put_tile(m, "statements a second held", value_of(document, "rate_per_s"), failed);
    put_tile(m, "for each core", value_of(document, "rate_per_core_per_s"), cores);
    put_tile(m, "sessions, closed loop", value_of(document, "sessions"),
             value_of(document, "sessions") > 0
                 ? "met the objective in all trials that could be judged; no fewer missed it"
                 : "no number of sessions met the objective");
}

void dyno_html_capacity(struct dyno_markup *m, const struct dyno_report_model *model)
{
    const cJSON *document = model->capacity;
    if (document == NULL)
        return;
    dyno_html_section(m, "capacity", "How much load fits",
                      dyno_json_string_or(document, "slo", ""));
    put_curve(m, model, cJSON_GetObjectItemCaseSensitive(document, "curve"));
    put_tables(m, document);
    dyno_markup_close(m, "section");
}
