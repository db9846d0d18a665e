#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec plans;
};

static void plan_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct dyno_report_model *model = reading->model;
    size_t query = dyno_report_query_at(model, sqlite3_column_int64(row, 0));
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 1));
    if (query >= model->query_count || arm >= model->arm_count)
        return;
    struct dyno_report_plan *plan = NULL;
    if (reading->plans.len > 0)
        plan = dyno_vec_at(&reading->plans, reading->plans.len - 1);
    if (plan == NULL || plan->query != &model->queries[query]) {
        plan = dyno_vec_push(&reading->plans, NULL);
        plan->query = &model->queries[query];
    }
    plan->execution_id[arm] = sqlite3_column_int64(row, 2);
    plan->text[arm] = dyno_report_column_text_or_empty(row, 3);
}

/* Spark numbers attributes (#12, #12L), plans (plan_id=7) and rows of codegen (*(3)) anew each time:
 * skip the digits after '#', "plan_id=" and "*(" so that only what differs counts. */
static const char *skip_running_number(const char *start, const char *at)
{
    static const char *const marks[] = {"#", "plan_id=", "*("};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t len = strlen(marks[i]);
        if ((size_t)(at - start) >= len && memcmp(at - len, marks[i], len) == 0)
            while (isdigit((unsigned char)*at))
                at++;
    }
    return at;
}

/* The line, from 1, in which the plans first differ; 0 if they do not. */
static size_t first_difference(const char *a, const char *b)
{
    const char *p = a;
    const char *q = b;
    size_t line = 1;
    for (;;) {
        p = skip_running_number(a, p);
        q = skip_running_number(b, q);
        if (*p != *q)
            return line;
        if (*p == '\0')
            return 0;
        line += *p == '\n';
        p++;
        q++;
    }
}

enum dyno_status dyno_report_load_plans(struct sqlite3 *db, struct dyno_report_model *model,
                                        struct dyno_err *err)
{
    static const char sql[] = "SELECT p.query, p.arm_id, p.execution_id, p.text FROM plan p "
                              "WHERE p.experiment_id = ?1 ORDER BY p.query, p.arm_id";
    struct reading reading = {.model = model, .plans = DYNO_VEC_INIT(struct dyno_report_plan)};
    enum dyno_status status = dyno_report_rows(db, sql, &model->head.id, plan_row, &reading, err);
    model->plans = dyno_vec_take(&reading.plans, &model->plan_count);
    for (size_t i = 0; i < model->plan_count; i++) {
        struct dyno_report_plan *plan = &model->plans[i];
        if (plan->text[0] == NULL || plan->text[1] == NULL)
            continue;
        plan->first_different = first_difference(plan->text[0], plan->text[1]);
        plan->is_same = plan->first_different == 0;
    }
    return status;
}
