#include "report/rank_model.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "report/clean.h"
#include "report/model_parts.h"
#include "report/rows.h"
#include "stats/effects.h"

#include <sqlite3.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char design_sql[] =
    "SELECT d.kind, d.runs, d.base_runs, d.replicates, d.resolution, d.splits, d.default_runs, "
    "d.metric, d.best, d.best_ns, d.default_ns, d.fold, d.confirm_id, d.profile_path, v.verdict, "
    "v.sentence FROM design d LEFT JOIN verdict v ON v.experiment_id = d.confirm_id "
    "WHERE d.experiment_id = ?1";
static const char factor_sql[] =
    "SELECT f.name, f.settings, f.low, f.high, f.kind, f.why, "
    "(SELECT count(*) FROM setting s JOIN start st ON st.id = s.start_id "
    "WHERE st.experiment_id = ?1 AND s.key IN (SELECT value FROM json_each(f.settings))), "
    "(SELECT count(*) FROM setting s JOIN start st ON st.id = s.start_id WHERE st.experiment_id = "
    "?1 AND s.is_applied AND s.key IN (SELECT value FROM json_each(f.settings))) "
    "FROM factor f WHERE f.experiment_id = ?1 ORDER BY f.ordinal";
static const char effect_sql[] =
    "SELECT metric, query, chain, stratum, factor, estimate, ci_low, ci_high, limit_value, p, share, "
    "top, place_low, place_high, se, df, verdict FROM effect WHERE experiment_id = ?1 "
    "ORDER BY metric, query, abs(estimate) DESC, design_column";
static const char error_sql[] =
    "SELECT metric, query, stratum, method, contrasts, replicates, se, df, margin, limit_value "
    "FROM effect_error WHERE experiment_id = ?1 ORDER BY metric, query, stratum";
static const char counter_sql[] =
    "SELECT factor, counter, low, high, correlation FROM "
    "factor_counter WHERE experiment_id = ?1 ORDER BY factor, counter";
static const char trial_sql[] =
    "SELECT t.id, t.block, t.position, s.ordinal, a.name, a.comment, v.value_ns, t.completed, "
    "t.failed, t.censored, t.state = 'complete' AND t.is_valid, coalesce(nullif(t.reason, ''), "
    "(SELECT g.text FROM gate g WHERE g.trial_id = t.id AND g.is_fatal AND NOT g.is_passed LIMIT "
    "1), '') FROM trial t JOIN start s ON s.id = t.start_id JOIN arm a ON a.id = t.arm_id "
    "LEFT JOIN trial_value v ON v.trial_id = t.id WHERE t.experiment_id = ?1 "
    "AND t.role = 'measure' ORDER BY t.id";

static const char time_sql[] =
    "SELECT coalesce(sum((julianday(s.ended_utc) - julianday(s.started_utc)) * 86400), 0), "
    "coalesce(sum(s.reach_ms + s.attach_ms), 0) / 1e3, coalesce(sum(s.warmup_ms), 0) / 1e3, "
    "coalesce(sum(s.proof_ms), 0) / 1e3, coalesce(sum((SELECT sum(max(t.measure_end_ns, "
    "(SELECT max(r.done_ns) FROM record r WHERE r.trial_id = t.id))) FROM trial t "
    "WHERE t.start_id = s.id AND t.role = 'measure')), 0) / 1e9 "
    "FROM start s WHERE s.experiment_id = ?1 AND s.ended_utc <> '' AND s.warmup_ms IS NOT NULL";

static double ratio_of(struct sqlite3_stmt *row, int column)
{
    return exp(dyno_report_column_f64(row, column));
}

/* "aqe=true, partitions=8" from the JSON of the best levels. */
static char *best_text(struct sqlite3_stmt *row, int column)
{
    char *json = dyno_report_column_text_or_empty(row, column);
    cJSON *best = NULL;
    const cJSON *item = NULL;
    struct dyno_str out;
    dyno_str_init(&out, 8192);
    if (json[0] != '\0' && dyno_json_parse(json, strlen(json), "best", &best, NULL) == DYNO_OK)
        cJSON_ArrayForEach(item, best)(void)
            dyno_str_appendf(&out, "%s%s=%s", out.len > 0 ? ", " : "", item->string,
                             cJSON_IsString(item) ? item->valuestring : "?");
    char *text = dyno_report_clean(dyno_str_text(&out), out.len);
    dyno_str_deinit(&out);
    cJSON_Delete(best);
    free(json);
    return text;
}

static void design_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_rank *rank = context;
    rank->design = dyno_report_column_text_or_empty(row, 0);
    rank->runs = sqlite3_column_int64(row, 1);
    rank->base_runs = sqlite3_column_int64(row, 2);
    rank->replicates = sqlite3_column_int64(row, 3);
    rank->resolution = sqlite3_column_int64(row, 4);
    rank->splits = sqlite3_column_int64(row, 5);
    rank->default_runs = sqlite3_column_int64(row, 6);
    rank->metric = dyno_report_column_text_or_empty(row, 7);
    rank->best = best_text(row, 8);
    rank->best_ns = dyno_report_column_f64(row, 9);
    rank->default_ns = dyno_report_column_f64(row, 10);
    rank->fold = dyno_report_column_text_or_empty(row, 11);
    rank->confirm_id = sqlite3_column_int64(row, 12);
    rank->profile_path = dyno_report_column_text_or_empty(row, 13);
    rank->confirm_verdict = dyno_report_column_text_or_empty(row, 14);
    rank->confirm_sentence = dyno_report_column_text_or_empty(row, 15);
}

/* "a, b" from a JSON list of keys. */
static char *keys_text(struct sqlite3_stmt *row, int column)
{
    char *json = dyno_report_column_text_or_empty(row, column);
    cJSON *list = NULL;
    const cJSON *item = NULL;
    struct dyno_str out;
    dyno_str_init(&out, 8192);
    if (dyno_json_parse(json, strlen(json), "settings", &list, NULL) == DYNO_OK)
        cJSON_ArrayForEach(item, list)(void) dyno_str_appendf(
            &out, "%s%s", out.len > 0 ? ", " : "", cJSON_IsString(item) ? item->valuestring : "?");
    char *text = dyno_report_clean(dyno_str_text(&out), out.len);
    dyno_str_deinit(&out);
    cJSON_Delete(list);
    free(json);
    return text;
}

static void factor_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_vec *list = context;
    int at = (int)list->len;
    struct dyno_report_factor *factor = dyno_vec_push(list, NULL);
    factor->letter[0] = at < DYNO_FACTORIAL_MAX_FACTORS ? dyno_factorial_letter(at) : '?';
    factor->name = dyno_report_column_text_or_empty(row, 0);
    factor->settings = keys_text(row, 1);
    factor->low = dyno_report_column_text_or_empty(row, 2);
    factor->high = dyno_report_column_text_or_empty(row, 3);
    factor->kind = dyno_report_column_text_or_empty(row, 4);
    factor->why = dyno_report_column_text_or_empty(row, 5);
    factor->proofs = sqlite3_column_int64(row, 6);
    factor->applied = sqlite3_column_int64(row, 7);
}

static void effect_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_effect *effect = dyno_vec_push(context, NULL);
    effect->metric = dyno_report_column_text_or_empty(row, 0);
    effect->query = sqlite3_column_int64(row, 1);
    effect->chain = dyno_report_column_text_or_empty(row, 2);
    effect->stratum = dyno_report_column_text_or_empty(row, 3);
    effect->factor = sqlite3_column_type(row, 4) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 4);
    effect->ratio = ratio_of(row, 5);
    effect->log_size = fabs(dyno_report_column_f64(row, 5));
    effect->ci[0] = ratio_of(row, 6);
    effect->ci[1] = ratio_of(row, 7);
    effect->limit_ratio = ratio_of(row, 8);
    effect->p = dyno_report_column_f64(row, 9);
    effect->share = dyno_report_column_f64(row, 10);
    effect->top = dyno_report_column_f64(row, 11);
    effect->place_low = sqlite3_column_int64(row, 12);
    effect->place_high = sqlite3_column_int64(row, 13);
    effect->se = dyno_report_column_f64(row, 14);
    effect->df = dyno_report_column_f64(row, 15);
    effect->verdict = dyno_report_column_text_or_empty(row, 16);
    bool is_bounded = strcmp(effect->verdict, "not found") == 0;
    effect->smaller_ratio = is_bounded ? fmax(effect->ci[1], 1.0 / effect->ci[0]) : (double)NAN;
}

static void error_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_effect_error *error = dyno_vec_push(context, NULL);
    error->metric = dyno_report_column_text_or_empty(row, 0);
    error->query = sqlite3_column_int64(row, 1);
    error->stratum = dyno_report_column_text_or_empty(row, 2);
    error->method = dyno_report_column_text_or_empty(row, 3);
    error->contrasts = sqlite3_column_int64(row, 4);
    error->replicates = sqlite3_column_int64(row, 5);
    error->se = dyno_report_column_f64(row, 6);
    error->df = dyno_report_column_f64(row, 7);
    error->margin_ratio = ratio_of(row, 8);
    error->limit_ratio = ratio_of(row, 9);
}

static void counter_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_counter *counter = dyno_vec_push(context, NULL);
    counter->factor = sqlite3_column_int64(row, 0);
    counter->name = dyno_report_column_text_or_empty(row, 1);
    counter->low = dyno_report_column_f64(row, 2);
    counter->high = dyno_report_column_f64(row, 3);
    counter->correlation = dyno_report_column_f64(row, 4);
}

static void trial_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_rank_trial *trial = dyno_vec_push(context, NULL);
    trial->id = sqlite3_column_int64(row, 0);
    trial->block = sqlite3_column_int64(row, 1);
    trial->position = sqlite3_column_int64(row, 2);
    trial->start = sqlite3_column_int64(row, 3);
    trial->arm = dyno_report_column_text_or_empty(row, 4);
    trial->levels = dyno_report_column_text_or_empty(row, 5);
    trial->value_ns = dyno_report_column_f64(row, 6);
    trial->completed = sqlite3_column_int64(row, 7);
    trial->failed = sqlite3_column_int64(row, 8);
    trial->censored = sqlite3_column_int64(row, 9);
    trial->is_valid = sqlite3_column_int(row, 10) != 0;
    trial->reason = dyno_report_column_text_or_empty(row, 11);
}

static void time_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_rank_time *time = &((struct dyno_report_rank *)context)->time;
    time->total = dyno_report_column_f64(row, 0);
    time->starts = dyno_report_column_f64(row, 1);
    time->warmup = dyno_report_column_f64(row, 2);
    time->proof = dyno_report_column_f64(row, 3);
    time->measured = dyno_report_column_f64(row, 4);
    time->besides = time->total - time->starts - time->warmup - time->measured;
}

static int factor_of_letter(char letter)
{
    for (int f = 0; f < DYNO_FACTORIAL_MAX_FACTORS; f++)
        if (dyno_factorial_letter(f) == letter)
            return f;
    return -1;
}

/* Letters become names: "AB + CE" is "aqe x partitions or coalesce x heap". */
static void name_effect(const struct dyno_report_rank *rank, struct dyno_report_effect *effect)
{
    struct dyno_str out;
    size_t pairs = 0;
    dyno_str_init(&out, 8192);
    if (effect->factor >= 0 && (size_t)effect->factor < rank->factor_count)
        dyno_str_append(&out, rank->factors[effect->factor].name);
    for (const char *p = effect->chain; effect->factor < 0 && p[0] != '\0' && p[1] != '\0'; p++) {
        int first = factor_of_letter(p[0]);
        int second = factor_of_letter(p[1]);
        if (first < 0 || second < 0 || (size_t)second >= rank->factor_count)
            continue;
        dyno_str_appendf(&out, "%s%s x %s", pairs++ > 0 ? " or " : "", rank->factors[first].name,
                         rank->factors[second].name);
        effect->first = (size_t)first;
        effect->second = (size_t)second;
        p++;
    }
    effect->has_parts = pairs == 1;
    effect->label = dyno_xstrdup(dyno_str_text(&out));
    dyno_str_deinit(&out);
}

static const struct dyno_report_effect *main_beside(const struct dyno_report_rank *rank,
                                                    const struct dyno_report_effect *effect,
                                                    size_t factor)
{
    for (size_t i = 0; i < rank->effect_count; i++) {
        const struct dyno_report_effect *other = &rank->effects[i];
        if (other->factor == (int64_t)factor && other->query == effect->query &&
            strcmp(other->metric, effect->metric) == 0)
            return other;
    }
    return NULL;
}

/* Among the effects of its metric, query and stratum: whole-plot effects have more noise than others. They stand
 * largest first. */
static double place_of(const struct dyno_report_rank *rank, const struct dyno_report_effect *effect)
{
    size_t count = 0;
    size_t smaller = 0;
    for (size_t i = 0; i < rank->effect_count; i++) {
        const struct dyno_report_effect *other = &rank->effects[i];
        if (other->query != effect->query || strcmp(other->metric, effect->metric) != 0 ||
            strcmp(other->stratum, effect->stratum) != 0)
            continue;
        count++;
        smaller += other > effect ? 1u : 0u;
    }
    return dyno_effects_half_normal(smaller, count);
}

/* What the first factor does at either level of the second, and the place on a half-normal plot. */
static void fill_effects(struct dyno_report_rank *rank)
{
    for (size_t i = 0; i < rank->effect_count; i++) {
        struct dyno_report_effect *effect = &rank->effects[i];
        name_effect(rank, effect);
        effect->half_normal = place_of(rank, effect);
    }
    for (size_t i = 0; i < rank->effect_count; i++) {
        struct dyno_report_effect *effect = &rank->effects[i];
        const struct dyno_report_effect *main =
            effect->has_parts ? main_beside(rank, effect, effect->first) : NULL;
        effect->has_parts = main != NULL;
        effect->at_low = main != NULL ? main->ratio / effect->ratio : (double)NAN;
        effect->at_high = main != NULL ? main->ratio * effect->ratio : (double)NAN;
    }
}

static char *next_text(const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    const struct dyno_report_rank *rank = model->rank;
    long long id = (long long)head->id;
    if (strcmp(head->state, "running") == 0)
        return dyno_xstrdup("wait until it has finished, then ask for the report again");
    if (strcmp(head->state, "finished") != 0)
        return dyno_xasprintf("run what is missing: sparkdyno rank --resume %lld", id);
    if (strcmp(head->verdict, "invalid") == 0)
        return dyno_xasprintf("mend what makes it invalid (named above), then run what is missing: "
                              "sparkdyno rank --resume %lld (or rank afresh, if settings or data "
                              "have to change)",
                              id);
    if (rank->fold != NULL && rank->fold[0] != '\0')
        return dyno_xasprintf(
            "several interactions stand in one chain; to tell them apart, add the "
            "second half: sparkdyno rank --resume %lld --fold %s",
            id, rank->fold);
    if (strcmp(head->verdict, "inconclusive") == 0)
        return dyno_xstrdup("run it with more --replicates, so that the noise can be known");
    if (rank->profile_path != NULL && rank->profile_path[0] != '\0' && rank->confirm_id == 0)
        return dyno_xasprintf("confirm the prediction: sparkdyno compare WORKLOAD default %s",
                              rank->profile_path);
    if (strcmp(head->verdict, "ranked") == 0)
        return dyno_xstrdup("try it with another workload or load: what matters depends on both");
    return dyno_xstrdup(
        "nothing to do with these settings; a wider range, or another workload, may "
        "show more");
}

enum dyno_status dyno_report_load_rank(struct sqlite3 *db, struct dyno_report_model *model,
                                       struct dyno_err *err)
{
    struct dyno_report_rank *rank = dyno_xcalloc(1, sizeof *rank);
    struct dyno_vec lists[5] = {
        DYNO_VEC_INIT(struct dyno_report_factor), DYNO_VEC_INIT(struct dyno_report_effect),
        DYNO_VEC_INIT(struct dyno_report_effect_error), DYNO_VEC_INIT(struct dyno_report_counter),
        DYNO_VEC_INIT(struct dyno_report_rank_trial)};
    static const char *const sqls[] = {factor_sql, effect_sql, error_sql, counter_sql, trial_sql};
    static const dyno_report_row_fn fns[] = {factor_row, effect_row, error_row, counter_row,
                                             trial_row};
    model->rank = rank;
    enum dyno_status status =
        dyno_report_rows(db, design_sql, &model->head.id, design_row, rank, err);
    if (status == DYNO_OK)
        status = dyno_report_rows(db, time_sql, &model->head.id, time_row, rank, err);
    for (size_t i = 0; i < 5 && status == DYNO_OK; i++)
        status = dyno_report_rows(db, sqls[i], &model->head.id, fns[i], &lists[i], err);
    rank->factors = dyno_vec_take(&lists[0], &rank->factor_count);
    rank->effects = dyno_vec_take(&lists[1], &rank->effect_count);
    rank->errors = dyno_vec_take(&lists[2], &rank->error_count);
    rank->counters = dyno_vec_take(&lists[3], &rank->counter_count);
    rank->trials = dyno_vec_take(&lists[4], &rank->trial_count);
    if (status == DYNO_OK && rank->design == NULL)
        status =
            dyno_err_set(err, DYNO_EIO, "experiment %lld has no design", (long long)model->head.id);
    if (status != DYNO_OK)
        return status;
    fill_effects(rank);
    model->is_of_valid_trials = true;
    model->head.next = next_text(model);
    return DYNO_OK;
}

size_t dyno_report_rank_effects(const struct dyno_report_rank *rank, bool is_main,
                                const struct dyno_report_effect **out, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < rank->effect_count && count < room; i++) {
        const struct dyno_report_effect *effect = &rank->effects[i];
        if (effect->query == DYNO_REPORT_OVERALL && strcmp(effect->metric, rank->metric) == 0 &&
            (effect->factor >= 0) == is_main)
            out[count++] = effect;
    }
    return count;
}

const struct dyno_report_counter *dyno_report_rank_counter(const struct dyno_report_rank *rank,
                                                           int64_t factor, const char *name)
{
    for (size_t i = 0; i < rank->counter_count; i++)
        if (rank->counters[i].factor == factor && strcmp(rank->counters[i].name, name) == 0)
            return &rank->counters[i];
    return NULL;
}

static void free_lists(struct dyno_report_rank *rank)
{
    for (size_t i = 0; i < rank->factor_count; i++) {
        struct dyno_report_factor *f = &rank->factors[i];
        char *texts[] = {f->name, f->settings, f->low, f->high, f->kind, f->why};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            free(texts[k]);
    }
    for (size_t i = 0; i < rank->effect_count; i++) {
        struct dyno_report_effect *e = &rank->effects[i];
        char *texts[] = {e->metric, e->chain, e->label, e->stratum, e->verdict};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            free(texts[k]);
    }
    for (size_t i = 0; i < rank->error_count; i++) {
        free(rank->errors[i].metric);
        free(rank->errors[i].stratum);
        free(rank->errors[i].method);
    }
    for (size_t i = 0; i < rank->counter_count; i++)
        free(rank->counters[i].name);
    for (size_t i = 0; i < rank->trial_count; i++) {
        free(rank->trials[i].arm);
        free(rank->trials[i].levels);
        free(rank->trials[i].reason);
    }
}

void dyno_report_rank_free(struct dyno_report_rank *rank)
{
    if (rank == NULL)
        return;
    free_lists(rank);
    char *texts[] = {
        rank->design,          rank->metric,          rank->best, rank->fold, rank->profile_path,
        rank->confirm_verdict, rank->confirm_sentence};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(rank->factors);
    free(rank->effects);
    free(rank->errors);
    free(rank->counters);
    free(rank->trials);
    free(rank);
}
