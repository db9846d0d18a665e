#include "cli/output.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "base/units.h"
#include "cli/exit_code.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)64 * 1024 * 1024)

static char *default_html_path(const char *db, int64_t experiment_id)
{
    const char *slash = strrchr(db, '/');
    int len = slash ? (int)(slash - db) : 1;
    return dyno_xasprintf("%.*s/report-%" PRId64 ".html", len, slash ? db : ".", experiment_id);
}

static enum dyno_status write_html(const struct dyno_report_model *model, const char *path,
                                   struct dyno_err *err)
{
    struct dyno_str html;
    dyno_str_init(&html, TEXT_MAX);
    enum dyno_status status = dyno_report_html(model, &html, err);
    if (status == DYNO_OK)
        status = dyno_file_write(path, dyno_str_text(&html), html.len, err);
    dyno_str_deinit(&html);
    return status;
}

static enum dyno_status print_report(const struct dyno_report_model *model,
                                     const struct cli_report_options *options, struct dyno_err *err)
{
    struct dyno_str text;
    dyno_str_init(&text, TEXT_MAX);
    struct dyno_report_text_options look = cli_terminal_text_options(options->no_color);
    enum dyno_status status = options->wants_json ? dyno_report_json(model, &text, err)
                                                  : dyno_report_text(model, &look, &text, err);
    if (status == DYNO_OK)
        (void)fwrite(dyno_str_text(&text), 1, text.len, stdout);
    dyno_str_deinit(&text);
    return status;
}

int cli_output_report(const struct cli_report_options *options, int64_t experiment_id,
                      struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_report_model *model = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_INTERNAL;
    char *html =
        options->html ? dyno_xstrdup(options->html) : default_html_path(options->db, experiment_id);
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, &err);
    if (status == DYNO_OK)
        status = dyno_report_model_load(store, experiment_id, &model, &err);
    if (status == DYNO_OK && !options->is_silent)
        status = print_report(model, options, &err);
    if (status == DYNO_OK && options->writes_html)
        status = write_html(model, html, &err);
    if (status == DYNO_OK && options->writes_html && !options->wants_json && !options->is_silent)
        (void)printf("\nReport   %s (open it in a browser)\nResults  %s, experiment %" PRId64 "\n",
                     html, options->db, experiment_id);
    if (status == DYNO_OK)
        code = dyno_report_exit_code(model);
    else
        cli_terminal_error(terminal, "%s", err.message);
    dyno_report_model_free(model);
    dyno_store_close(store);
    free(html);
    return code;
}

void cli_output_result_line(const char *db, int64_t experiment_id, int code)
{
    struct dyno_store *store = NULL;
    struct dyno_report_model *model = NULL;
    const char *verdict = "none";
    if (experiment_id > 0 && dyno_store_open_readonly(db, &store, NULL) == DYNO_OK &&
        dyno_report_model_load(store, experiment_id, &model, NULL) == DYNO_OK)
        verdict = dyno_report_verdict(model);
    (void)fprintf(stderr, "RESULT verdict=%s exit=%d experiment=%" PRId64 "\n", verdict, code,
                  experiment_id);
    dyno_report_model_free(model);
    dyno_store_close(store);
}

void cli_output_say_new_folder(const char *db)
{
    const char *slash = strrchr(db, '/');
    if (slash == NULL || slash == db)
        return;
    char *folder = dyno_xstrndup(db, (size_t)(slash - db));
    if (!dyno_dir_exists(folder))
        (void)fprintf(stderr, "making the folder '%s' for the results\n", folder);
    free(folder);
}

static void print_arm(const cJSON *arm, FILE *out)
{
    (void)fprintf(out, "  %s\n", dyno_json_string_or(arm, "name", "?"));
    const cJSON *setting = NULL;
    cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(arm, "settings"))(void)
        fprintf(out, "    %s = %s\n", setting->string, cJSON_GetStringValue(setting));
}

void cli_output_plan(const char *plan_json, FILE *out)
{
    cJSON *plan = NULL;
    char text[32];
    if (dyno_json_parse(plan_json, strlen(plan_json), "plan", &plan, NULL) != DYNO_OK)
        return;
    const cJSON *load = cJSON_GetObjectItemCaseSensitive(plan, "load");
    const cJSON *workload = cJSON_GetObjectItemCaseSensitive(plan, "workload");
    const cJSON *trials = cJSON_GetObjectItemCaseSensitive(plan, "trials");
    (void)fprintf(out, "%s on workload %s, scale %g, seed %s, target %s\n",
                  dyno_json_string_or(plan, "kind", "?"),
                  dyno_json_string_or(workload, "name", "?"),
                  dyno_json_f64_or(workload, "scale", 1), dyno_json_string_or(plan, "seed", "?"),
                  dyno_json_string_or(plan, "target", "?"));
    const char *arrival = dyno_json_string_or(load, "arrival", "?");
    (void)fprintf(out, "Load: %s, ", arrival);
    if (strcmp(arrival, "closed") != 0)
        (void)fprintf(out, "%g statements/s, ", dyno_json_f64_or(load, "rate_per_s", 0));
    (void)fprintf(out, "%" PRId64 " sessions, window %s\n", dyno_json_i64_or(load, "sessions", 0),
                  dyno_format_duration(dyno_json_i64_or(load, "measure_ns", 0), text, sizeof text));
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(plan, "arms")) > 1)
        (void)fprintf(out, "Judged against a margin of %g %%\n",
                      100.0 * dyno_json_f64_or(plan, "margin", 0));
    (void)fprintf(out, "Profiles:\n");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(plan, "arms")) print_arm(item, out);
    (void)fprintf(out, "Trials (%d, in %" PRId64 " server starts):\n  block  start  arm\n",
                  cJSON_GetArraySize(trials), dyno_json_i64_or(plan, "starts", 0));
    cJSON_ArrayForEach(item, trials)(void)
        fprintf(out, "  %5" PRId64 "  %5" PRId64 "  %s\n", dyno_json_i64_or(item, "block", 0),
                dyno_json_i64_or(item, "start", 0), dyno_json_string_or(item, "arm", "?"));
    (void)fprintf(out, "Estimated time: %" PRId64 " min\n",
                  dyno_json_i64_or(plan, "estimated_ns", 0) / 60000000000 + 1);
    cJSON_Delete(plan);
}

int cli_output_close(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CLI_EXIT_OK;
    (void)fprintf(stderr, "sparkdyno: cannot write the result to stdout: %s\n", strerror(errno));
    return CLI_EXIT_INTERNAL;
}
