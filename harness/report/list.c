#include "report/list.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/vec.h"
#include "report/clean.h"
#include "report/report.h"
#include "report/rows.h"
#include "report/words.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char list_sql[] =
    "SELECT e.id, e.created_utc, e.kind, e.name, e.state, e.blocks_planned, "
    "(SELECT COUNT(*) FROM (SELECT block FROM trial t WHERE t.experiment_id = e.id AND t.role = "
    "'measure' AND t.is_valid = 1 AND t.state = 'complete' GROUP BY block HAVING "
    "COUNT(DISTINCT arm_id) = (SELECT COUNT(*) FROM arm a WHERE a.experiment_id = e.id))), "
    "v.verdict, v.exit_code FROM experiment e LEFT JOIN verdict v ON v.experiment_id = e.id "
    "ORDER BY e.id DESC";

struct entry {
    int64_t id, blocks_planned, blocks;
    char *created_utc, *kind, *name, *state, *verdict;
    int exit_code;
};

static void entry_row(struct sqlite3_stmt *row, void *context)
{
    struct entry *entry = dyno_vec_push(context, NULL);
    entry->id = sqlite3_column_int64(row, 0);
    entry->created_utc = dyno_report_column_text_or_empty(row, 1);
    entry->kind = dyno_report_column_text_or_empty(row, 2);
    entry->name = dyno_report_column_text_or_empty(row, 3);
    entry->state = dyno_report_column_text_or_empty(row, 4);
    entry->blocks_planned = sqlite3_column_int64(row, 5);
    entry->blocks = sqlite3_column_int64(row, 6);
    entry->verdict = dyno_report_column_text(row, 7);
    entry->exit_code = sqlite3_column_int(row, 8);
}

static void free_entries(struct dyno_vec *entries)
{
    for (size_t i = 0; i < entries->len; i++) {
        struct entry *entry = dyno_vec_at(entries, i);
        free(entry->created_utc);
        free(entry->kind);
        free(entry->name);
        free(entry->state);
        free(entry->verdict);
    }
    dyno_vec_deinit(entries);
}

/* A column of a table: the text cut to its width, then spaces up to it. */
static void put_cell(struct dyno_str *out, const char *text, size_t columns)
{
    size_t used = dyno_report_columns(text);
    dyno_report_append_line(out, text, columns, 1);
    for (size_t i = used; i < columns + 1; i++)
        dyno_str_append_char(out, ' ');
}

static void put_entry(struct dyno_str *out, const struct entry *entry)
{
    char number[48];
    char when[DYNO_REPORT_WORD_BYTES];
    (void)snprintf(number, sizeof number, "%4lld", (long long)entry->id);
    put_cell(out, number, 4);
    put_cell(out, dyno_report_format_utc(entry->created_utc, when, sizeof when), 16);
    put_cell(out, entry->kind, 8);
    put_cell(out, entry->state, 11);
    (void)snprintf(number, sizeof number, "%lld/%lld", (long long)entry->blocks,
                   (long long)entry->blocks_planned);
    put_cell(out, number, 7);
    put_cell(out, entry->verdict != NULL ? entry->verdict : "-", 12);
    dyno_report_append_line(out, entry->name, 80, 1);
    dyno_str_append_char(out, '\n');
}

enum dyno_status dyno_report_list_text_read(struct sqlite3 *db, struct dyno_str *out,
                                            struct dyno_err *err)
{
    struct dyno_vec entries = DYNO_VEC_INIT(struct entry);
    enum dyno_status status = dyno_report_rows(db, list_sql, NULL, entry_row, &entries, err);
    if (status == DYNO_OK && entries.len == 0)
        dyno_str_append(out, "no experiments yet\n");
    else if (status == DYNO_OK)
        dyno_str_append(out,
                        "  id created (UTC)    kind     state       blocks  verdict      name\n");
    for (size_t i = 0; i < entries.len && status == DYNO_OK; i++)
        put_entry(out, dyno_vec_at(&entries, i));
    free_entries(&entries);
    return status;
}

static cJSON *entry_object(const struct entry *entry)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "id", entry->id);
    dyno_json_add_string(object, "created_utc", entry->created_utc);
    dyno_json_add_string(object, "kind", entry->kind);
    dyno_json_add_string(object, "name", entry->name);
    dyno_json_add_string(object, "state", entry->state);
    dyno_json_add_i64(object, "blocks_planned", entry->blocks_planned);
    dyno_json_add_i64(object, "blocks", entry->blocks);
    dyno_json_add_string(object, "verdict", entry->verdict);
    if (entry->verdict != NULL)
        dyno_json_add_i64(object, "exit_code", entry->exit_code);
    else
        cJSON_AddNullToObject(object, "exit_code");
    return object;
}

enum dyno_status dyno_report_list_json_read(struct sqlite3 *db, struct dyno_str *out,
                                            struct dyno_err *err)
{
    struct dyno_vec entries = DYNO_VEC_INIT(struct entry);
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    cJSON *list = cJSON_AddArrayToObject(root, "experiments");
    enum dyno_status status = dyno_report_rows(db, list_sql, NULL, entry_row, &entries, err);
    for (size_t i = 0; i < entries.len; i++)
        cJSON_AddItemToArray(list, entry_object(dyno_vec_at(&entries, i)));
    char *text = status == DYNO_OK ? cJSON_Print(root) : NULL;
    if (text != NULL) {
        dyno_str_append(out, text);
        dyno_str_append_char(out, '\n');
    }
    free(text);
    cJSON_Delete(root);
    free_entries(&entries);
    return status;
}
