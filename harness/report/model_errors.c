#include "base/alloc.h"
#include "base/vec.h"
#include "load/record.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>

/* Outcomes that the server or the driver gave, other than ok (2), and our own fault (15): not the ones
 * that were never sent (0, 14) or did not end (1). */
#define FAILED "r.outcome NOT IN (0, 1, 2, 14)"
/* What we cancelled ourselves is told among the errors, but has not failed. */
#define FAILED_BY_ITSELF "r.outcome NOT IN (0, 1, 2, 5, 14)"

static const char error_sql[] =
    "SELECT t.arm_id, r.query, r.outcome, r.sqlstate, SUM(r.statements), "
    "(SELECT e.text FROM error_sample e JOIN trial u ON u.id = e.trial_id "
    " WHERE u.experiment_id = ?1 AND u.arm_id = t.arm_id AND e.query = r.query "
    " AND e.outcome = r.outcome AND e.sqlstate = r.sqlstate ORDER BY e.rowid LIMIT 1) "
    "FROM trial t JOIN outcome_sum r ON r.trial_id = t.id "
    "WHERE t.experiment_id = ?1 AND " FAILED " "
    "GROUP BY t.arm_id, r.query, r.outcome, r.sqlstate "
    "ORDER BY SUM(r.statements) DESC, r.query, t.arm_id, r.outcome, r.sqlstate";

static const char count_sql[] = "SELECT t.arm_id, r.query, SUM(r.statements) FROM trial t "
                                "JOIN outcome_sum r ON r.trial_id = t.id "
                                "WHERE t.experiment_id = ?1 AND t.role = 'measure' AND r.phase = 1 "
                                "AND " FAILED_BY_ITSELF " "
                                "GROUP BY t.arm_id, r.query";

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec errors;
};

/* The two codes that are no failure of a driver or server are told in words. */
static const char *outcome_words(enum dyno_outcome outcome)
{
    if (outcome == DYNO_OUTCOME_EMPTY)
        return "never started";
    return outcome == DYNO_OUTCOME_RUNNING ? "unfinished" : dyno_outcome_name(outcome);
}

static void error_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct dyno_report_model *model = reading->model;
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 0));
    size_t query = dyno_report_query_at(model, sqlite3_column_int64(row, 1));
    model->error_kinds++;
    if (reading->errors.len >= DYNO_REPORT_ERRORS_MAX)
        return;
    struct dyno_report_error *error = dyno_vec_push(&reading->errors, NULL);
    error->arm_name = arm < model->arm_count ? model->arms[arm].name : "";
    error->query_name = query < model->query_count ? model->queries[query].name : "";
    error->outcome = outcome_words((enum dyno_outcome)sqlite3_column_int(row, 2));
    error->sqlstate = dyno_report_column_text_or_empty(row, 3);
    error->count = sqlite3_column_int64(row, 4);
    error->text = dyno_report_column_text_or_empty(row, 5);
}

static void count_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_model *model = context;
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 0));
    struct dyno_report_query *query = dyno_report_query_find(model, sqlite3_column_int64(row, 1));
    if (arm >= model->arm_count || query == NULL)
        return;
    query->arms[arm].errors = sqlite3_column_int64(row, 2);
    model->overall.arms[arm].errors += sqlite3_column_int64(row, 2);
}

enum dyno_status dyno_report_load_errors(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err)
{
    struct reading reading = {.model = model, .errors = DYNO_VEC_INIT(struct dyno_report_error)};
    enum dyno_status status =
        dyno_report_rows(db, error_sql, &model->head.id, error_row, &reading, err);
    model->errors = dyno_vec_take(&reading.errors, &model->error_count);
    if (status == DYNO_OK)
        status = dyno_report_rows(db, count_sql, &model->head.id, count_row, model, err);
    return status;
}
