#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "report/clean.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>

#define EXIT_UNJUDGED 125

static const char experiment_sql[] =
    "SELECT kind, name, state, reason, seed, margin, blocks_planned, starts_planned, is_shared, "
    "plan_json, plan_sha256, tool_version, created_utc, finished_utc FROM experiment WHERE id = ?1";

static void experiment_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_head *head = context;
    head->kind = dyno_report_column_text_or_empty(row, 0);
    head->name = dyno_report_column_text_or_empty(row, 1);
    head->state = dyno_report_column_text_or_empty(row, 2);
    head->reason = dyno_report_column_text_or_empty(row, 3);
    head->seed = dyno_report_column_text_or_empty(row, 4);
    head->margin = dyno_report_column_f64(row, 5);
    head->blocks_planned = sqlite3_column_int64(row, 6);
    head->starts_planned = sqlite3_column_int64(row, 7);
    head->is_shared = sqlite3_column_int(row, 8) != 0;
    head->plan_json = dyno_report_column_text_or_empty(row, 9);
    head->plan_sha256 = dyno_report_column_text_or_empty(row, 10);
    head->tool_version = dyno_report_column_text_or_empty(row, 11);
    head->created_utc = dyno_report_column_text_or_empty(row, 12);
    head->finished_utc = dyno_report_column_text_or_empty(row, 13);
}

/* A JSON list of strings, cleaned; what is not one is left out. */
static void take_texts(const cJSON *list, char ***out, size_t *count_out)
{
    struct dyno_vec texts = DYNO_VEC_INIT(char *);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            continue;
        char *text = dyno_report_clean(item->valuestring, strlen(item->valuestring));
        dyno_vec_push(&texts, &text);
    }
    *out = dyno_vec_take(&texts, count_out);
}

static void take_qualifiers(struct dyno_report_head *head, const char *json)
{
    cJSON *list = NULL;
    if (dyno_json_parse(json, strlen(json), "qualifiers", &list, NULL) != DYNO_OK)
        return;
    take_texts(list, &head->qualifiers, &head->qualifier_count);
    cJSON_Delete(list);
}

static void verdict_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_head *head = context;
    head->has_verdict = true;
    head->verdict = dyno_report_column_text_or_empty(row, 0);
    head->sentence = dyno_report_column_text_or_empty(row, 1);
    head->exit_code = sqlite3_column_int(row, 3);
    char *qualifiers = dyno_report_column_text_or_empty(row, 2);
    take_qualifiers(head, qualifiers);
    free(qualifiers);
}

static void take_command(struct dyno_report_head *head)
{
    cJSON *plan = NULL;
    const char *json = head->plan_json;
    if (dyno_json_parse(json, strlen(json), "plan", &plan, NULL) != DYNO_OK)
        return;
    const char *command = dyno_json_string_or(plan, "command", "");
    if (command[0] != '\0')
        head->command = dyno_report_clean(command, strlen(command));
    take_texts(cJSON_GetObjectItemCaseSensitive(plan, "words"), &head->words, &head->word_count);
    cJSON_Delete(plan);
}

/* An experiment without a verdict: never judged, or stopped before it could be. */
static void fill_missing_verdict(struct dyno_report_head *head)
{
    head->verdict = dyno_xstrdup("unjudged");
    head->exit_code = EXIT_UNJUDGED;
    const char *sentence = "The experiment was not judged.";
    if (strcmp(head->state, "running") == 0)
        sentence = "The experiment is still running; nothing is judged yet.";
    else if (strcmp(head->state, "interrupted") == 0)
        sentence = "The experiment was interrupted before it could be judged; what was measured is "
                   "shown.";
    else if (strcmp(head->state, "failed") == 0)
        sentence = "The experiment failed before it could be judged; what was measured is shown.";
    head->sentence = dyno_xstrdup(sentence);
}

enum dyno_status dyno_report_load_head(struct sqlite3 *db, struct dyno_report_model *model,
                                       struct dyno_err *err)
{
    static const char verdict_sql[] =
        "SELECT verdict, sentence, qualifiers, exit_code FROM verdict "
        "WHERE experiment_id = ?1";
    struct dyno_report_head *head = &model->head;
    const int64_t id = head->id;
    enum dyno_status status = dyno_report_rows(db, experiment_sql, &id, experiment_row, head, err);
    if (status == DYNO_OK && head->kind == NULL)
        return dyno_err_set(err, DYNO_ENOTFOUND, "experiment %lld does not exist", (long long)id);
    if (status == DYNO_OK)
        status = dyno_report_rows(db, verdict_sql, &id, verdict_row, head, err);
    if (status != DYNO_OK)
        return status;
    take_command(head);
    if (!head->has_verdict)
        fill_missing_verdict(head);
    return DYNO_OK;
}
