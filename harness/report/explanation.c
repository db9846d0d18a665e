#include "report/explanation.h"

#include <stdlib.h>

static void free_statement(struct dyno_explained *statement)
{
    free(statement->id);
    free(statement->what);
    free(statement->sql);
    free(statement->source);
    free(statement->stages);
    free(statement->findings);
}

void dyno_explanation_free(struct dyno_explanation *explanation)
{
    if (explanation == NULL)
        return;
    for (size_t i = 0; i < explanation->statement_count; i++)
        free_statement(&explanation->statements[i]);
    dyno_report_findings_free(explanation->findings, explanation->finding_count);
    free(explanation->statements);
    free(explanation->title);
    free(explanation->notes);
    free(explanation);
}

static cJSON *stage_object(const struct dyno_store_stage *stage)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "stage", stage->stage_id);
    dyno_json_add_i64(object, "attempt", stage->attempt);
    dyno_json_add_i64(object, "job", stage->job_id);
    dyno_json_add_f64(object, "submit_ms", stage->submit_ms);
    dyno_json_add_f64(object, "complete_ms", stage->complete_ms);
    cJSON_AddBoolToObject(object, "is_critical", stage->is_critical);
    dyno_json_add_i64(object, "tasks", stage->tasks);
    dyno_json_add_i64(object, "failed_tasks", stage->failed_tasks);
    dyno_json_add_i64(object, "empty_tasks", stage->empty_tasks);
    dyno_json_add_f64(object, "run_ms", stage->run_ms);
    dyno_json_add_f64(object, "cpu_ms", stage->cpu_ms);
    dyno_json_add_f64(object, "gc_ms", stage->gc_ms);
    dyno_json_add_f64(object, "scheduler_delay_ms", stage->delay_ms);
    dyno_json_add_i64(object, "input_bytes", stage->input_bytes);
    dyno_json_add_i64(object, "shuffle_read_bytes", stage->shuffle_read_bytes);
    dyno_json_add_i64(object, "shuffle_write_bytes", stage->shuffle_write_bytes);
    dyno_json_add_i64(object, "spill_disk_bytes", stage->spill_disk_bytes);
    dyno_json_add_f64(object, "task_median_ms", stage->task_median_ms);
    dyno_json_add_f64(object, "task_max_ms", stage->task_max_ms);
    return object;
}

static cJSON *statement_object(const struct dyno_explained *statement)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "id", statement->id);
    dyno_json_add_string(object, "what", statement->what);
    dyno_json_add_string(object, "sql", statement->sql);
    dyno_json_add_string(object, "source", statement->source);
    dyno_json_add_i64(object, "response_ns", statement->total_ns);
    cJSON *parts = cJSON_AddObjectToObject(object, "parts_ns");
    for (int i = 0; i < DYNO_PARTS; i++)
        dyno_json_add_i64(parts, dyno_part_name((enum dyno_part)i), statement->part_ns[i]);
    cJSON *stages = cJSON_AddArrayToObject(object, "stages");
    for (size_t i = 0; i < statement->stage_count; i++)
        cJSON_AddItemToArray(stages, stage_object(&statement->stages[i]));
    dyno_json_add_string(object, "findings", statement->findings);
    return object;
}

enum dyno_status dyno_explanation_json(const struct dyno_explanation *explanation,
                                       struct dyno_str *out, struct dyno_err *err)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    dyno_json_add_string(root, "title", explanation->title);
    dyno_json_add_string(root, "notes", explanation->notes);
    cJSON_AddItemToObject(root, "account", dyno_report_json_account(&explanation->account));
    cJSON_AddItemToObject(
        root, "findings",
        dyno_report_json_findings(explanation->findings, explanation->finding_count));
    cJSON *list = cJSON_AddArrayToObject(root, "statements");
    for (size_t i = 0; i < explanation->statement_count; i++)
        cJSON_AddItemToArray(list, statement_object(&explanation->statements[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        return dyno_err_set(err, DYNO_ELIMIT, "the explanation is too large to be written");
    dyno_str_append(out, text);
    dyno_str_append_char(out, '\n');
    free(text);
    return DYNO_OK;
}
