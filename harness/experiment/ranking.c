#include "experiment/ranking.h"

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/rank.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MIN_WARMUP 3

int64_t dyno_rank_warmup(const struct dyno_experiment_options *options, int arms)
{
    int64_t all = options->load.warmup_executions;
    if (options->rank == NULL || all == 0 || arms < 1)
        return all;
    int64_t each = (all + arms - 1) / arms;
    return each > MIN_WARMUP ? each : MIN_WARMUP;
}

char *dyno_rank_name(const struct dyno_experiment_options *options)
{
    const struct dyno_factors *factors = options->rank->rank->factors;
    struct dyno_str name;
    dyno_str_init(&name, 4096);
    dyno_str_appendf(&name, "rank %s ", options->workload->name);
    for (size_t f = 0; f < factors->count; f++)
        dyno_str_appendf(&name, "%s%s", f > 0 ? "," : "", factors->items[f].name);
    return dyno_str_take(&name);
}

void dyno_rank_add_to_plan(const struct dyno_experiment_options *options, cJSON *plan)
{
    const struct dyno_rank_options *r = options->rank;
    cJSON *rank = dyno_rank_to_json(r->rank);
    dyno_json_add_string(rank, "metric", r->metric);
    dyno_json_add_string(rank, "server", options->managed != NULL ? "managed" : "external");
    cJSON *arguments = cJSON_AddArrayToObject(rank, "arguments");
    for (size_t i = 0; i < r->argument_count; i++)
        cJSON_AddItemToArray(arguments, cJSON_CreateString(r->arguments[i]));
    cJSON_AddItemToObject(plan, "rank", rank);
}

static char *settings_json(const struct dyno_factor *factor)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t k = 0; k < factor->key_count; k++)
        cJSON_AddItemToArray(list, cJSON_CreateString(factor->keys[k]));
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

enum dyno_status dyno_rank_store_design(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_rank *rank = bench->options->rank->rank;
    struct dyno_store_factor factors[DYNO_FACTORIAL_MAX_FACTORS];
    char *settings[DYNO_FACTORIAL_MAX_FACTORS] = {NULL};
    int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
    for (size_t f = 0; f < rank->factors->count; f++) {
        const struct dyno_factor *factor = &rank->factors->items[f];
        settings[f] = settings_json(factor);
        factors[f] = (struct dyno_store_factor){
            .name = factor->name,
            .settings_json = settings[f],
            .low = factor->low,
            .high = factor->high,
            .kind = factor->scope == DYNO_SETTING_STATIC ? "static" : "session",
            .why = factor->why,
            .column = rank->design.columns[f]};
    }
    const struct dyno_store_design design = {
        .kind = rank->design.is_sieve ? "plackett-burman" : "factorial",
        .runs = rank->design.run_count,
        .base_runs = rank->design.base_runs,
        .replicates = rank->replicates,
        .resolution = dyno_factorial_words(&rank->design, counts),
        .splits = rank->splits,
        .default_runs = rank->default_runs,
        .metric = bench->options->rank->metric,
        .factors = factors,
        .factor_count = rank->factors->count};
    enum dyno_status status =
        dyno_store_design_put(bench->store, bench->experiment_id, &design, err);
    for (size_t f = 0; f < rank->factors->count; f++)
        cJSON_free(settings[f]);
    return status;
}

/* A valid trial of the runs before. */
struct old_trial {
    int64_t block, position, arm, start_id;
};

static enum dyno_status read_old_trials(struct dyno_bench *bench, struct dyno_vec *out,
                                        struct dyno_err *err)
{
    static const char sql[] =
        "SELECT t.block, t.position, a.ordinal, t.start_id FROM trial t JOIN arm a ON a.id = "
        "t.arm_id WHERE t.experiment_id = ?1 AND t.role = 'measure' AND t.state = 'complete' "
        "AND t.is_valid";
    struct dyno_cell cell = dyno_cell_i64(bench->experiment_id);
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(bench->store), sql, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status != DYNO_OK || !has_row)
            break;
        const struct old_trial old = {.block = sqlite3_column_int64(statement, 0),
                                      .position = sqlite3_column_int64(statement, 1),
                                      .arm = sqlite3_column_int64(statement, 2),
                                      .start_id = sqlite3_column_int64(statement, 3)};
        (void)dyno_vec_push(out, &old);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/* The start of then in which a trial of the layout ran well: that one, or any if it is -1; -1 if none. */
static int64_t find_old(const struct dyno_vec *old, const struct dyno_layout_trial *trial,
                        int64_t start_id)
{
    for (size_t i = 0; i < old->len; i++) {
        const struct old_trial *o = dyno_vec_at(old, i);
        if (o->block == trial->block && o->position == trial->position && o->arm == trial->arm &&
            (start_id < 0 || o->start_id == start_id))
            return o->start_id;
    }
    return -1;
}

static bool is_start_done(const struct dyno_bench *bench, const struct dyno_vec *old, int start)
{
    const struct dyno_layout *layout = &bench->layout;
    for (size_t i = 0; i < old->len; i++) {
        int64_t start_id = ((const struct old_trial *)dyno_vec_at(old, i))->start_id;
        bool is_whole = true;
        for (size_t t = 0; t < layout->trial_count && is_whole; t++)
            if (layout->trials[t].start == start)
                is_whole = find_old(old, &layout->trials[t], start_id) >= 0;
        if (is_whole)
            return true;
    }
    return false;
}

static enum dyno_status mark_done(struct dyno_bench *bench, struct dyno_err *err)
{
    struct dyno_vec old = DYNO_VEC_INIT(struct old_trial);
    enum dyno_status status = read_old_trials(bench, &old, err);
    for (int start = 0; status == DYNO_OK && start < (int)bench->layout.start_count; start++) {
        if (!is_start_done(bench, &old, start))
            continue;
        for (size_t t = 0; t < bench->layout.trial_count; t++)
            if (bench->layout.trials[t].start == start) {
                bench->is_done[t] = true;
                bench->trials_run++;
            }
    }
    dyno_vec_deinit(&old);
    return status;
}

static bool is_same(const cJSON *a, const cJSON *b, const char *key)
{
    return cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, key),
                         cJSON_GetObjectItemCaseSensitive(b, key), true);
}

/* All rows of then, in their order; more may have come with a fold. */
static bool has_same_arms(const cJSON *then, const cJSON *now)
{
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(then, "arms");
    const cJSON *new = cJSON_GetObjectItemCaseSensitive(now, "arms");
    bool is_equal = cJSON_GetArraySize(old) <= cJSON_GetArraySize(new);
    for (int i = 0; is_equal && i < cJSON_GetArraySize(old); i++)
        is_equal = cJSON_Compare(cJSON_GetArrayItem(old, i), cJSON_GetArrayItem(new, i), true);
    return is_equal;
}

static enum dyno_status compare_plans(const cJSON *then, const cJSON *now, struct dyno_err *err)
{
    static const char *const keys[] = {"workload", "load", "seed", "target"};
    const cJSON *rank_then = cJSON_GetObjectItemCaseSensitive(then, "rank");
    const cJSON *rank_now = cJSON_GetObjectItemCaseSensitive(now, "rank");
    const char *changed = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (changed == NULL && !is_same(then, now, keys[i]))
            changed = keys[i];
    if (changed == NULL && !is_same(rank_then, rank_now, "server"))
        changed = "server";
    if (changed == NULL && !is_same(rank_then, rank_now, "replicates"))
        changed = "number of replicates";
    if (changed == NULL && !is_same(rank_then, rank_now, "metric"))
        changed = "metric";
    if (changed == NULL &&
        (!is_same(rank_then, rank_now, "default_runs") || !has_same_arms(then, now)))
        changed = "design";
    if (changed == NULL)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT,
                        "the ranking cannot be resumed: its %s is not the one that it was begun "
                        "with",
                        changed);
}

static enum dyno_status check_plan(struct dyno_bench *bench, const char *plan_now,
                                   struct dyno_err *err)
{
    struct dyno_cell cell = dyno_cell_i64(bench->options->rank->resume_id);
    sqlite3_stmt *statement = NULL;
    cJSON *then = NULL;
    cJSON *now = NULL;
    bool has_row = false;
    enum dyno_status status = dyno_sql_select(dyno_store_handle(bench->store),
                                              "SELECT plan_json FROM experiment WHERE id = ?1",
                                              &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, cell.i64);
    if (status == DYNO_OK) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        status = dyno_json_parse(text, strlen(text), "the stored plan", &then, err);
    }
    if (status == DYNO_OK)
        status = dyno_json_parse(plan_now, strlen(plan_now), "plan", &now, err);
    if (status == DYNO_OK)
        status = compare_plans(then, now, err);
    cJSON_Delete(then);
    cJSON_Delete(now);
    (void)sqlite3_finalize(statement);
    return status;
}

/* The ids of the rows of then; rows of a fold are added. */
static enum dyno_status take_arms(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    struct dyno_cell cell = dyno_cell_i64(bench->experiment_id);
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    size_t count = 0;
    enum dyno_status status = dyno_sql_select(
        dyno_store_handle(bench->store),
        "SELECT id FROM arm WHERE experiment_id = ?1 ORDER BY ordinal", &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row && count < o->arm_count) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            bench->arm_ids[count++] = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    for (; status == DYNO_OK && count < o->arm_count; count++) {
        struct dyno_store_arm arm = {.ordinal = (int)count,
                                     .role = "row",
                                     .name = o->arms[count].name,
                                     .comment = o->arms[count].comment,
                                     .sha256 = o->arms[count].sha256};
        status = dyno_store_arm_add(bench->store, bench->experiment_id, &arm,
                                    &bench->arm_ids[count], err);
    }
    return status;
}

static enum dyno_status count_starts(struct dyno_bench *bench, struct dyno_err *err)
{
    struct dyno_cell cell = dyno_cell_i64(bench->experiment_id);
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(bench->store),
                        "SELECT coalesce(max(ordinal) + 1, 0) FROM start WHERE experiment_id = ?1",
                        &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        bench->starts_made = sqlite3_column_int(statement, 0);
    bench->starts_before = bench->starts_made;
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_rank_resume(struct dyno_bench *bench, const struct dyno_store_experiment *row,
                                  struct dyno_err *err)
{
    int64_t id = bench->options->rank->resume_id;
    enum dyno_status status = check_plan(bench, row->plan_json, err);
    if (status == DYNO_OK)
        status = dyno_store_experiment_reopen(bench->store, id, row, err);
    if (status != DYNO_OK)
        return status;
    bench->experiment_id = id;
    status = take_arms(bench, err);
    if (status == DYNO_OK)
        status = dyno_rank_store_design(bench, err);
    if (status == DYNO_OK)
        status = mark_done(bench, err);
    if (status == DYNO_OK)
        status = count_starts(bench, err);
    return status;
}
