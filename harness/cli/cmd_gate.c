#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "decide/regression.h"
#include "report/cases.h"
#include "store/history.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX_BYTES  ((size_t)16 * 1024 * 1024)
#define SUMMARY_MAX_BYTES ((size_t)900 * 1024) /* a step summary over 1 MiB is refused */

struct gate_options {
    const char *db, *baseline, *base, *junit, *markdown;
    double tolerance;
    int64_t floor_ns;
    bool wants_json, no_color;
};

#define AT(member) offsetof(struct gate_options, member)

static const struct cli_option gate_options[] = {
    {"baseline", 0, "NAME", CLI_STRING, AT(baseline), 0, 0,
     "compare with the experiment of this name"},
    {"base", 0, "EXPERIMENT", CLI_STRING, AT(base), 0, 0, "compare with this experiment"},
    {"tolerance", 0, "RATIO", CLI_NUMBER, AT(tolerance), 0, 10,
     "how much slower still passes (0.05)"},
    {"floor", 0, "TIME", CLI_DURATION, AT(floor_ns), 0, 0,
     "differences below it pass, whatever their ratio (1ms)"},
    {"junit", 0, "FILE", CLI_STRING, AT(junit), 0, 0, "write JUnit XML"},
    {"markdown", 0, "FILE", CLI_STRING, AT(markdown), 0, 0,
     "write a summary ($GITHUB_STEP_SUMMARY gets it too)"},
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "one JSON document"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_gate = {
    .name = "gate",
    .arguments = "[EXPERIMENT]",
    .summary = "pass or fail: is an experiment slower than its baseline?",
    .description =
        "Compares a finished experiment (latest) with a baseline of the same workload, load, profile and\n"
        "environment, trial by trial: slower than the tolerance and the floor, and not by chance, is a\n"
        "regression (exit 99). What the trials cannot tell is unsure (125). Run with --trials 3 or more.\n"
        "Without a baseline a comparison is gated by its own verdict.\n",
    .examples = "  sparkdyno gate --baseline main --junit gate.xml\n"
                "  sparkdyno gate 12 --base 9 --tolerance 0.1 --floor 20ms\n",
    .options = gate_options,
    .min_words = 0,
    .max_words = 1};

static enum dyno_status find_pair(struct dyno_store *store, const struct gate_options *options,
                                  const char *word, int64_t ids[2], struct dyno_err *err)
{
    enum dyno_status status = dyno_store_experiment_find(store, word, &ids[1], err);
    if (status == DYNO_OK && options->baseline != NULL && options->base != NULL)
        return dyno_err_set(err, DYNO_EINPUT, "--baseline and --base say the same: name one");
    if (status == DYNO_OK && options->base != NULL)
        status = dyno_store_experiment_find(store, options->base, &ids[0], err);
    else if (status == DYNO_OK && options->baseline != NULL)
        status = dyno_store_baseline_find(store, options->baseline, &ids[0], err);
    return status;
}

static enum dyno_report_case_state state_of(enum dyno_regression_state state)
{
    static const enum dyno_report_case_state states[] = {
        [DYNO_REGRESSION_PASSED] = DYNO_REPORT_CASE_PASSED,
        [DYNO_REGRESSION_FOUND] = DYNO_REPORT_CASE_FAILED,
        [DYNO_REGRESSION_UNSURE] = DYNO_REPORT_CASE_SKIPPED,
        [DYNO_REGRESSION_INVALID] = DYNO_REPORT_CASE_ERROR,
    };
    return states[state];
}

static struct dyno_report_case *cases_of(const struct dyno_regression *regression)
{
    struct dyno_report_case *cases = dyno_xcalloc(regression->count + 1, sizeof *cases);
    for (size_t i = 0; i < regression->count; i++) {
        const struct dyno_regression_item *item = &regression->items[i];
        cases[i] = (struct dyno_report_case){.query = item->query,
                                             .metric = dyno_metric_word(item->metric),
                                             .base_ns = item->base_ns,
                                             .current_ns = item->current_ns,
                                             .ratio = exp(item->log_ratio),
                                             .ci95 = {exp(item->ci_low), exp(item->ci_high)},
                                             .state = state_of(item->state),
                                             .message = item->reason};
    }
    return cases;
}

typedef enum dyno_status (*write_fn)(const struct dyno_report_cases *cases, struct dyno_str *out,
                                     struct dyno_err *err);

static enum dyno_status write_file(const struct dyno_report_cases *cases, write_fn write,
                                   const char *path, struct dyno_err *err)
{
    struct dyno_str text;
    if (path == NULL)
        return DYNO_OK;
    dyno_str_init(&text, REPORT_MAX_BYTES);
    enum dyno_status status = write(cases, &text, err);
    if (status == DYNO_OK)
        status = dyno_file_write(path, dyno_str_text(&text), text.len, err);
    dyno_str_deinit(&text);
    return status;
}

/* What a CI shows beside the step, where it says where that is. */
static enum dyno_status append_summary(const struct dyno_report_cases *cases, struct dyno_err *err)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    struct dyno_str text;
    if (path == NULL || path[0] == '\0')
        return DYNO_OK;
    dyno_str_init(&text, SUMMARY_MAX_BYTES);
    enum dyno_status status = dyno_report_markdown(cases, &text, err);
    FILE *file = status == DYNO_OK ? fopen(path, "a") : NULL;
    if (status == DYNO_OK && file == NULL)
        status = dyno_err_set(err, DYNO_EIO, "cannot append to '%s'", path);
    if (file != NULL) {
        bool is_written = fwrite(dyno_str_text(&text), 1, text.len, file) == text.len;
        if (fclose(file) != 0 || !is_written)
            status = dyno_err_set(err, DYNO_EIO, "cannot append to '%s'", path);
    }
    dyno_str_deinit(&text);
    return status;
}

static void print_json(const struct dyno_regression *regression)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    dyno_json_add_string(root, "verdict", dyno_regression_name(regression->state));
    dyno_json_add_i64(root, "base", regression->base_id);
    dyno_json_add_i64(root, "experiment", regression->current_id);
    dyno_json_add_string(root, "fault",
                         regression->fault.len > 0 ? dyno_str_text(&regression->fault) : NULL);
    cJSON *list = cJSON_AddArrayToObject(root, "items");
    for (size_t i = 0; i < regression->count; i++) {
        const struct dyno_regression_item *item = &regression->items[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "metric", dyno_metric_name(item->metric));
        dyno_json_add_string(object, "query", item->query);
        dyno_json_add_f64(object, "base_ns", item->base_ns);
        dyno_json_add_f64(object, "current_ns", item->current_ns);
        dyno_json_add_f64(object, "ratio", exp(item->log_ratio));
        dyno_json_add_f64(object, "p", item->p);
        dyno_json_add_string(object, "state", dyno_regression_name(item->state));
        dyno_json_add_string(object, "reason", item->reason);
        cJSON_AddItemToArray(list, object);
    }
    char *text = cJSON_Print(root);
    (void)printf("%s\n", text);
    free(text);
    cJSON_Delete(root);
}

static void print_text(const struct dyno_regression *regression, const char *name)
{
    size_t passed = 0;
    (void)printf("%s: %s%s%s\n", dyno_regression_name(regression->state), name,
                 regression->fault.len > 0 ? ": " : "", dyno_str_text(&regression->fault));
    for (size_t i = 0; i < regression->count; i++) {
        const struct dyno_regression_item *item = &regression->items[i];
        if (item->state == DYNO_REGRESSION_PASSED && item->query != NULL) {
            passed++;
            continue;
        }
        (void)printf("  %-10s %-24s %-5s %s\n", dyno_regression_name(item->state),
                     item->query != NULL ? item->query : "all queries",
                     dyno_metric_word(item->metric), item->reason);
    }
    if (passed > 0)
        (void)printf("  %zu quer%s passed\n", passed, passed == 1 ? "y" : "ies");
}

static char *name_of(const struct dyno_regression *regression, const struct gate_options *options)
{
    if (regression->base_id == regression->current_id)
        return dyno_xasprintf("%s: %s, experiment %" PRId64, regression->workload,
                              regression->profile, regression->current_id);
    return dyno_xasprintf("%s under %s, experiment %" PRId64 " against %s%s%" PRId64,
                          regression->workload, regression->profile, regression->current_id,
                          options->baseline != NULL ? options->baseline : "",
                          options->baseline != NULL ? ", experiment " : "experiment ",
                          regression->base_id);
}

static enum dyno_status put_out(const struct dyno_regression *regression,
                                const struct gate_options *options, struct dyno_err *err)
{
    struct dyno_report_case *items = cases_of(regression);
    char *name = name_of(regression, options);
    const struct dyno_report_cases cases = {
        .name = name,
        .verdict = dyno_regression_name(regression->state),
        .fault = regression->fault.len > 0 ? dyno_str_text(&regression->fault) : NULL,
        .items = items,
        .count = regression->count};
    enum dyno_status status = write_file(&cases, dyno_report_junit, options->junit, err);
    if (status == DYNO_OK)
        status = write_file(&cases, dyno_report_markdown, options->markdown, err);
    if (status == DYNO_OK)
        status = append_summary(&cases, err);
    if (options->wants_json)
        print_json(regression);
    else
        print_text(regression, name);
    free(items);
    free(name);
    return status;
}

static int run_gate(const struct gate_options *options, const struct cli_words *words,
                    struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_regression regression = {.items = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_regression_options limits = {.tolerance_ratio = options->tolerance,
                                                   .floor_ns = (double)options->floor_ns};
    int64_t ids[2] = {0, 0};
    int code = CLI_EXIT_INCONCLUSIVE;
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, &err);
    if (status == DYNO_OK)
        status =
            find_pair(store, options, words->count > 0 ? words->items[0] : "latest", ids, &err);
    if (status == DYNO_OK && ids[0] == 0)
        status = dyno_regression_of_compare(store, ids[1], &regression, &err);
    else if (status == DYNO_OK)
        status = dyno_regression_find(store, ids[0], ids[1], &limits, &regression, &err);
    if (status == DYNO_OK) {
        code = dyno_regression_exit_code(regression.state);
        status = put_out(&regression, options, &err);
        if (status != DYNO_OK)
            code = CLI_EXIT_INTERNAL;
    }
    if (status != DYNO_OK)
        cli_terminal_error(terminal, "%s", err.message);
    (void)fprintf(stderr, "RESULT verdict=%s exit=%d experiment=%" PRId64 "\n",
                  status == DYNO_OK ? dyno_regression_name(regression.state) : "none", code,
                  ids[1]);
    dyno_regression_deinit(&regression);
    dyno_store_close(store);
    return code;
}

int cli_gate(int argc, char **argv)
{
    struct gate_options options = {
        .db = "results/sparkdyno.db", .tolerance = 0.05, .floor_ns = DYNO_NS_PER_MS};
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    enum dyno_status status = cli_options_parse(&cli_verb_gate, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, options.no_color);
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
    } else if (words.wants_help)
        cli_options_help(&cli_verb_gate, stdout);
    else
        code = run_gate(&options, &words, &terminal);
    cli_terminal_deinit(&terminal);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}
