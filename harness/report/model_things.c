#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <string.h>

static void arm_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_model *model = context;
    size_t at = model->arm_count++;
    if (at >= DYNO_REPORT_ARMS)
        return;
    struct dyno_report_arm *arm = &model->arms[at];
    arm->id = sqlite3_column_int64(row, 0);
    arm->role = dyno_report_column_text_or_empty(row, 1);
    arm->name = dyno_report_column_text_or_empty(row, 2);
    arm->comment = dyno_report_column_text_or_empty(row, 3);
    arm->sha256 = dyno_report_column_text_or_empty(row, 4);
}

static enum dyno_status load_arms(struct sqlite3 *db, struct dyno_report_model *model,
                                  struct dyno_err *err)
{
    static const char sql[] = "SELECT id, role, name, comment, sha256 FROM arm "
                              "WHERE experiment_id = ?1 ORDER BY ordinal";
    if (strcmp(model->head.kind, "rank") == 0)
        return DYNO_OK;
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, arm_row, model, err);
    size_t found = model->arm_count;
    if (found > DYNO_REPORT_ARMS)
        model->arm_count = DYNO_REPORT_ARMS;
    if (status == DYNO_OK && found > DYNO_REPORT_ARMS)
        return dyno_err_set(err, DYNO_EUNSUPPORTED,
                            "experiment %lld has %zu arms; at most %d can be shown",
                            (long long)model->head.id, found, DYNO_REPORT_ARMS);
    return status;
}

static void query_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_query *query = dyno_vec_push(context, NULL);
    query->ordinal = sqlite3_column_int64(row, 0);
    query->name = dyno_report_column_text_or_empty(row, 1);
    query->sql = dyno_report_column_text_or_empty(row, 2);
    query->weight = dyno_report_column_f64(row, 3);
}

static void fact_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_fact *fact = dyno_vec_push(context, NULL);
    fact->topic = dyno_report_column_text_or_empty(row, 0);
    fact->name = dyno_report_column_text_or_empty(row, 1);
    fact->value = dyno_report_column_text_or_empty(row, 2);
}

static void start_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_start *start = dyno_vec_push(context, NULL);
    start->id = sqlite3_column_int64(row, 0);
    start->ordinal = sqlite3_column_int64(row, 1);
    start->arm = sqlite3_column_type(row, 2) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 2);
    start->state = dyno_report_column_text_or_empty(row, 3);
    start->reason = dyno_report_column_text_or_empty(row, 4);
    start->app_id = dyno_report_column_text_or_empty(row, 5);
    start->spark_version = dyno_report_column_text_or_empty(row, 6);
    start->ready_ms = dyno_report_column_f64(row, 7);
    start->attach_ms = dyno_report_column_f64(row, 8);
    start->warmup_ms = dyno_report_column_f64(row, 9);
    start->started_utc = dyno_report_column_text_or_empty(row, 10);
}

static void warning_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_warning *warning = dyno_vec_push(context, NULL);
    warning->trial = sqlite3_column_int64(row, 0);
    warning->code = dyno_report_column_text_or_empty(row, 1);
    warning->text = dyno_report_column_text_or_empty(row, 2);
}

static enum dyno_status load_queries(struct sqlite3 *db, struct dyno_report_model *model,
                                     struct dyno_err *err)
{
    static const char sql[] =
        "SELECT ordinal, name, sql, weight FROM query WHERE experiment_id = ?1 "
        "ORDER BY ordinal";
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_report_query);
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, query_row, &list, err);
    model->queries = dyno_vec_take(&list, &model->query_count);
    model->overall = (struct dyno_report_query){.ordinal = DYNO_REPORT_OVERALL};
    model->overall.name = dyno_xstrdup("all queries");
    model->overall.sql = dyno_xstrdup("");
    return status;
}

static enum dyno_status load_facts(struct sqlite3 *db, struct dyno_report_model *model,
                                   struct dyno_err *err)
{
    static const char sql[] = "SELECT topic, name, value FROM fact WHERE experiment_id = ?1 "
                              "ORDER BY topic, name";
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_report_fact);
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, fact_row, &list, err);
    model->facts = dyno_vec_take(&list, &model->fact_count);
    return status;
}

static enum dyno_status load_starts(struct sqlite3 *db, struct dyno_report_model *model,
                                    struct dyno_err *err)
{
    static const char sql[] =
        "SELECT s.id, s.ordinal, a.ordinal, s.state, s.reason, s.app_id, s.spark_version, s.ready_ms, "
        "s.attach_ms, s.warmup_ms, s.started_utc FROM start s LEFT JOIN arm a ON a.id = s.arm_id "
        "WHERE s.experiment_id = ?1 ORDER BY s.ordinal";
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_report_start);
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, start_row, &list, err);
    model->starts = dyno_vec_take(&list, &model->start_count);
    return status;
}

static enum dyno_status load_warnings(struct sqlite3 *db, struct dyno_report_model *model,
                                      struct dyno_err *err)
{
    static const char sql[] = "SELECT trial_id, code, text FROM warning WHERE experiment_id = ?1 "
                              "ORDER BY trial_id IS NOT NULL, rowid";
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_report_warning);
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, warning_row, &list, err);
    model->warnings = dyno_vec_take(&list, &model->warning_count);
    return status;
}

enum dyno_status dyno_report_load_things(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err)
{
    enum dyno_status status = load_arms(db, model, err);
    if (status == DYNO_OK)
        status = load_queries(db, model, err);
    if (status == DYNO_OK)
        status = load_facts(db, model, err);
    if (status == DYNO_OK)
        status = load_starts(db, model, err);
    if (status == DYNO_OK)
        status = load_warnings(db, model, err);
    return status;
}
