#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/plural.h"
#include "base/str.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "decide/trend.h"
#include "report/history.h"
#include "store/history.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST_POINTS  2
#define PAGE_MAX_BYTES (8u * 1024 * 1024)

struct history_options {
    const char *db, *metric, *html;
    int64_t window;
    double max_p, min_magnitude;
    bool wants_json, no_color;
};

#define AT(member) offsetof(struct history_options, member)

static const struct cli_option trend_options[] = {
    {"metric", 0, "NAME", CLI_STRING, AT(metric), 0, 0,
     "p50, p95, mean or suite (the first three)"},
    {"window", 0, "N", CLI_INTEGER, AT(window), 2, 10000, "points looked at together (50)"},
    {"max-p", 0, "P", CLI_NUMBER, AT(max_p), 0.0000001, 1, "of a change (0.001)"},
    {"min-change", 0, "RATIO", CLI_NUMBER, AT(min_magnitude), 0, 100,
     "smaller changes are passed over (0)"},
    {"html", 0, "FILE", CLI_STRING, AT(html), 0, 0, "write a page with a chart of each series"},
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "one JSON document, with all points"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

static const struct cli_option baseline_options[] = {
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "list as one JSON document"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_trend = {
    .name = "trend",
    .arguments = "[WORKLOAD [PROFILE]]",
    .summary = "the history of a results file, and where it changed",
    .description =
        "One value for each experiment, in series of equal workload, load, profile and environment. Changes\n"
        "are found by the algorithm of Apache Otava: E-divisive with a t test in windows.\n",
    .examples =
        "  sparkdyno trend\n  sparkdyno trend retail default --metric p95 --min-change 0.05\n"
        "  sparkdyno trend --html trend.html\n",
    .options = trend_options,
    .min_words = 0,
    .max_words = 2};

const struct cli_verb cli_verb_baseline = {
    .name = "baseline",
    .arguments = "set NAME [EXPERIMENT] | remove NAME | list",
    .summary = "names for experiments that gates compare with",
    .description = "EXPERIMENT is a number of `list`, or latest (the default).\n",
    .examples = "  sparkdyno baseline set main\n  sparkdyno baseline set release-1 12\n"
                "  sparkdyno baseline list\n",
    .options = baseline_options,
    .min_words = 0,
    .max_words = 3};

static void print_change(const struct dyno_trend_series *series,
                         const struct dyno_changepoint *change)
{
    const struct dyno_trend_point *point = &series->points[change->index];
    char before[32];
    char after[32];
    (void)printf("  %.10s  experiment %-5" PRId64 " %s -> %s  %+.1f %%  (p = %.2g)\n",
                 point->created_utc, point->experiment_id,
                 dyno_format_duration((int64_t)change->mean_before, before, sizeof before),
                 dyno_format_duration((int64_t)change->mean_after, after, sizeof after),
                 100.0 * (change->mean_after / change->mean_before - 1.0), change->p);
}

static void print_trend(const struct dyno_trend *trend)
{
    for (size_t i = 0; i < trend->count; i++) {
        const struct dyno_trend_series *series = &trend->series[i];
        char last[32];
        if (series->point_count == 0)
            continue;
        const struct dyno_trend_point *newest = &series->points[series->point_count - 1];
        (void)printf("%s under %s, %s response: %zu experiment%s, last %s (%.10s), %zu change%s\n",
                     series->workload, series->profile, dyno_metric_word(series->metric),
                     series->point_count, dyno_plural((long long)series->point_count),
                     dyno_format_duration((int64_t)newest->ns, last, sizeof last),
                     newest->created_utc, series->change_count,
                     dyno_plural((long long)series->change_count));
        for (size_t k = 0; k < series->change_count; k++)
            print_change(series, &series->changes[k]);
    }
}

static void print_document(cJSON *root)
{
    char *text = cJSON_Print(root);
    (void)printf("%s\n", text);
    free(text);
    cJSON_Delete(root);
}

/* The same for the writers, who know nothing of how it came about. Release with free_history. */
static struct dyno_report_history history_of(const struct dyno_trend *trend)
{
    struct dyno_report_history out = {.series = dyno_xcalloc(trend->count + 1, sizeof *out.series),
                                      .count = trend->count};
    for (size_t i = 0; i < trend->count; i++) {
        const struct dyno_trend_series *from = &trend->series[i];
        struct dyno_report_history_series *to = &out.series[i];
        *to = (struct dyno_report_history_series){
            .workload = from->workload,
            .profile = from->profile,
            .metric = dyno_metric_name(from->metric),
            .points = dyno_xcalloc(from->point_count + 1, sizeof *to->points),
            .point_count = from->point_count,
            .changes = dyno_xcalloc(from->change_count + 1, sizeof *to->changes),
            .change_count = from->change_count};
        for (size_t k = 0; k < from->point_count; k++)
            to->points[k] =
                (struct dyno_report_history_point){.experiment = from->points[k].experiment_id,
                                                   .created_utc = from->points[k].created_utc,
                                                   .trials = (int64_t)from->points[k].trials,
                                                   .ns = from->points[k].ns};
        for (size_t k = 0; k < from->change_count; k++)
            to->changes[k] =
                (struct dyno_report_history_change){.at = from->changes[k].index,
                                                    .before_ns = from->changes[k].mean_before,
                                                    .after_ns = from->changes[k].mean_after,
                                                    .p = from->changes[k].p};
    }
    return out;
}

static void free_history(struct dyno_report_history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        free(history->series[i].points);
        free(history->series[i].changes);
    }
    free(history->series);
}

static enum dyno_status write_page(const struct dyno_report_history *history, const char *path,
                                   struct dyno_err *err)
{
    struct dyno_str page;
    dyno_str_init(&page, PAGE_MAX_BYTES);
    enum dyno_status status = dyno_report_history_html(history, &page, err);
    if (status == DYNO_OK)
        status = dyno_file_write(path, page.data, page.len, err);
    dyno_str_deinit(&page);
    if (status != DYNO_OK)
        (void)dyno_err_prepend(err, "--html");
    return status;
}

/* To the terminal, or as JSON; and a page where one is asked for. */
static enum dyno_status put_trend(const struct dyno_trend *trend,
                                  const struct history_options *options, struct dyno_err *err)
{
    struct dyno_report_history history = history_of(trend);
    enum dyno_status status = DYNO_OK;
    if (options->wants_json)
        print_document(dyno_report_history_json(&history));
    else
        print_trend(trend);
    if (options->html != NULL)
        status = write_page(&history, options->html, err);
    free_history(&history);
    return status;
}

static bool has_history(const struct dyno_trend *trend)
{
    for (size_t i = 0; i < trend->count; i++)
        if (trend->series[i].point_count >= FEWEST_POINTS)
            return true;
    return false;
}

static int run_trend(const struct history_options *options, const struct cli_words *words,
                     struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_trend trend = {.series = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_changepoint_options how = DYNO_CHANGEPOINT_OPTIONS_INIT;
    struct dyno_trend_filter filter = {.workload = words->count > 0 ? words->items[0] : NULL,
                                       .profile = words->count > 1 ? words->items[1] : NULL,
                                       .metric = DYNO_METRIC_COUNT};
    enum dyno_status status = DYNO_OK;
    how.window = (size_t)options->window;
    how.max_p = options->max_p;
    how.min_magnitude = options->min_magnitude;
    if (options->metric != NULL) {
        filter.metric = dyno_metric_of(options->metric);
        if (filter.metric == DYNO_METRIC_COUNT)
            status =
                dyno_err_set(&err, DYNO_EINPUT, "--metric: '%s' is none of p50, p95, mean, suite",
                             options->metric);
    }
    if (status == DYNO_OK)
        status = dyno_store_open_readonly(options->db, &store, &err);
    if (status == DYNO_OK)
        status = dyno_trend_load(store, &filter, &how, &trend, &err);
    if (status == DYNO_OK)
        status = put_trend(&trend, options, &err);
    int code = cli_exit_of(status);
    if (status != DYNO_OK)
        cli_terminal_error(terminal, "%s", err.message);
    if (status == DYNO_OK && !has_history(&trend)) {
        cli_terminal_error(terminal, "there is no history: no two finished experiments of one "
                                     "workload, load, profile and environment");
        code = CLI_EXIT_INCONCLUSIVE;
    }
    dyno_trend_deinit(&trend);
    dyno_store_close(store);
    return code;
}

static enum dyno_status list_baselines(struct dyno_store *store, bool wants_json,
                                       struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    cJSON *list = cJSON_AddArrayToObject(root, "baselines");
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store),
                        "SELECT b.name, b.experiment_id, b.set_utc, e.name FROM baseline b "
                        "JOIN experiment e ON e.id = b.experiment_id ORDER BY b.name",
                        NULL, 0, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status != DYNO_OK || !has_row)
            break;
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        int64_t id = sqlite3_column_int64(statement, 1);
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_string(item, "name", name);
        dyno_json_add_i64(item, "experiment", id);
        dyno_json_add_string(item, "set_utc", (const char *)sqlite3_column_text(statement, 2));
        cJSON_AddItemToArray(list, item);
        if (!wants_json)
            (void)printf("%-24s %5" PRId64 "  %s\n", name, id,
                         (const char *)sqlite3_column_text(statement, 3));
    }
    (void)sqlite3_finalize(statement);
    if (wants_json)
        print_document(root);
    else
        cJSON_Delete(root);
    return status;
}

static int run_baseline(const struct history_options *options, const struct cli_words *words,
                        struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    const char *action = words->count > 0 ? words->items[0] : "list";
    bool is_set = strcmp(action, "set") == 0 && words->count >= 2;
    bool is_remove = strcmp(action, "remove") == 0 && words->count == 2;
    bool is_list = strcmp(action, "list") == 0 && words->count <= 1;
    int64_t id = 0;
    enum dyno_status status = DYNO_OK;
    if (!is_set && !is_remove && !is_list)
        status = dyno_err_set(&err, DYNO_EINPUT, "usage: sparkdyno baseline %s (see --help)",
                              cli_verb_baseline.arguments);
    if (status == DYNO_OK)
        status = is_list ? dyno_store_open_readonly(options->db, &store, &err)
                         : dyno_store_open(options->db, &store, &err);
    if (status == DYNO_OK && is_set)
        status = dyno_store_experiment_find(store, words->count > 2 ? words->items[2] : "latest",
                                            &id, &err);
    if (status == DYNO_OK && is_set)
        status = dyno_store_baseline_set(store, words->items[1], id, &err);
    else if (status == DYNO_OK && is_remove)
        status = dyno_store_baseline_remove(store, words->items[1], &err);
    else if (status == DYNO_OK)
        status = list_baselines(store, options->wants_json, &err);
    if (status == DYNO_OK && is_set)
        (void)printf("baseline %s: experiment %" PRId64 "\n", words->items[1], id);
    if (status != DYNO_OK)
        cli_terminal_error(terminal, "%s", err.message);
    dyno_store_close(store);
    return cli_exit_of(status);
}

static int history_verb(const struct cli_verb *verb, int argc, char **argv)
{
    struct history_options options = {.db = "results/sparkdyno.db", .window = 50, .max_p = 0.001};
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    enum dyno_status status = cli_options_parse(verb, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, options.no_color);
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
    } else if (words.wants_help)
        cli_options_help(verb, stdout);
    else
        code = verb == &cli_verb_trend ? run_trend(&options, &words, &terminal)
                                       : run_baseline(&options, &words, &terminal);
    cli_terminal_deinit(&terminal);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}

int cli_trend(int argc, char **argv)
{
    return history_verb(&cli_verb_trend, argc, argv);
}

int cli_baseline(int argc, char **argv)
{
    return history_verb(&cli_verb_baseline, argc, argv);
}
