#include "decide/capacity.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/plural.h"
#include "base/str.h"
#include "base/vec.h"
#include "decide/capacity_parts.h"
#include "store/capacity.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPILL_JUMP     1048576.0 /* bytes a statement: below it, spill is noise */
#define GC_JUMP        0.10
#define RATE_TOLERANCE 1e-9
#define BOOTSTRAP_SEED UINT64_C(0x75736c)
#define SENTENCE_MAX   4096
#define LOWEST_NEAR    1.01

static double mean_with(double mean, double value, size_t count)
{
    if (isnan(value))
        return mean;
    return isnan(mean) ? value : mean + (value - mean) / (double)count;
}

static struct dyno_slo_shortage shortage_of(const struct dyno_capacity_step *step)
{
    return (struct dyno_slo_shortage){.window_s = step->window_s, .statements = step->slo.offered};
}

static void add_point(struct dyno_vec *points, const struct dyno_capacity_step *step)
{
    struct dyno_capacity_point *point = NULL;
    for (size_t i = 0; i < points->len && point == NULL; i++) {
        struct dyno_capacity_point *known = dyno_vec_at(points, i);
        point = known->sessions == step->sessions ? known : NULL;
    }
    if (point == NULL) {
        const struct dyno_capacity_point fresh = {.sessions = step->sessions,
                                                  .service_s = (double)NAN,
                                                  .spill_bytes = (double)NAN,
                                                  .gc_ratio = (double)NAN};
        point = dyno_vec_push(points, &fresh);
    }
    point->trials++;
    dyno_moments_add(&point->throughput, step->throughput_per_s);
    point->service_s = mean_with(point->service_s, step->service_s, point->trials);
    point->spill_bytes = mean_with(point->spill_bytes, step->spill_bytes, point->trials);
    point->gc_ratio = mean_with(point->gc_ratio, step->gc_ratio, point->trials);
    point->little = fmax(point->little, dyno_capacity_little_error(step));
    point->decided += step->slo.is_decided ? 1u : 0u;
    point->accepted += step->slo.is_accepted ? 1u : 0u;
    if (!step->slo.is_decided)
        point->shortage = shortage_of(step);
}

static void add_rate(struct dyno_vec *rates, const struct dyno_capacity_step *step)
{
    struct dyno_capacity_rate *rate = NULL;
    for (size_t i = 0; i < rates->len && rate == NULL; i++) {
        struct dyno_capacity_rate *known = dyno_vec_at(rates, i);
        if (fabs(known->rate_per_s / step->rate_per_s - 1.0) < RATE_TOLERANCE)
            rate = known;
    }
    if (rate == NULL) {
        const struct dyno_capacity_rate fresh = {
            .rate_per_s = step->rate_per_s, .little = (double)NAN, .response_s = (double)NAN};
        rate = dyno_vec_push(rates, &fresh);
    }
    if (!step->slo.is_decided) {
        rate->undecided++;
        rate->shortage = shortage_of(step);
        return;
    }
    if (rate->decided == 0 || step->restart != rate->last_restart)
        rate->restarts++;
    rate->last_restart = step->restart;
    rate->decided++;
    rate->accepted += step->slo.is_accepted ? 1u : 0u;
    rate->little = fmax(rate->little, dyno_capacity_little_error(step));
    rate->response_s = step->response_s;
}

static int by_sessions(const void *a, const void *b)
{
    const struct dyno_capacity_point *x = a;
    const struct dyno_capacity_point *y = b;
    return x->sessions < y->sessions ? -1 : x->sessions > y->sessions;
}

static int by_rate(const void *a, const void *b)
{
    const struct dyno_capacity_rate *x = a;
    const struct dyno_capacity_rate *y = b;
    return x->rate_per_s < y->rate_per_s ? -1 : x->rate_per_s > y->rate_per_s;
}

static void gather(struct dyno_capacity_answer *answer)
{
    struct dyno_vec points = DYNO_VEC_INIT(struct dyno_capacity_point);
    struct dyno_vec rates = DYNO_VEC_INIT(struct dyno_capacity_rate);
    for (size_t i = 0; i < answer->step_count; i++) {
        const struct dyno_capacity_step *step = &answer->steps[i];
        if ((size_t)step->restart + 1 > answer->restarts)
            answer->restarts = (size_t)step->restart + 1;
        if (!step->slo.is_usable)
            continue;
        if (isnan(step->rate_per_s))
            add_point(&points, step);
        else
            add_rate(&rates, step);
    }
    answer->points = dyno_vec_take(&points, &answer->point_count);
    answer->rates = dyno_vec_take(&rates, &answer->rate_count);
    if (answer->point_count > 0)
        qsort(answer->points, answer->point_count, sizeof *answer->points, by_sessions);
    if (answer->rate_count > 0)
        qsort(answer->rates, answer->rate_count, sizeof *answer->rates, by_rate);
}

/** Does spill or garbage collection jump between two neighbouring loads? The law knows no memory. */
static bool jumps(const struct dyno_capacity_point *before, const struct dyno_capacity_point *after)
{
    bool spills =
        after->spill_bytes > SPILL_JUMP && !(after->spill_bytes <= 2.0 * before->spill_bytes);
    bool collects = after->gc_ratio > GC_JUMP && !(after->gc_ratio <= 2.0 * before->gc_ratio);
    return spills || collects;
}

static void fit(struct dyno_capacity_answer *answer)
{
    double *loads = dyno_xcalloc(answer->step_count + 1, sizeof *loads);
    double *rates = dyno_xcalloc(answer->step_count + 1, sizeof *rates);
    size_t count = 0;
    for (size_t i = 0; i < answer->point_count; i++) {
        if (i > 0 && jumps(&answer->points[i - 1], &answer->points[i]))
            break;
        answer->points[i].is_fitted = true;
        for (size_t k = 0; k < answer->step_count; k++) {
            const struct dyno_capacity_step *step = &answer->steps[k];
            if (!isnan(step->rate_per_s) || !step->slo.is_usable ||
                step->sessions != answer->points[i].sessions)
                continue;
            loads[count] = (double)step->sessions;
            rates[count++] = step->throughput_per_s;
        }
    }
    answer->usl = dyno_usl_fit(loads, rates, count);
    answer->interval = dyno_usl_bootstrap(loads, rates, count, BOOTSTRAP_SEED);
    free(loads);
    free(rates);
}

/** The highest rate that all its decided trials accepted, in more than one restart if there are more. */
static void find_answer(struct dyno_capacity_answer *answer)
{
    for (size_t i = 0; i < answer->rate_count; i++) {
        const struct dyno_capacity_rate *rate = &answer->rates[i];
        if (rate->accepted == rate->decided && rate->restarts > (answer->restarts == 1 ? 0u : 1u))
            answer->held = rate->rate_per_s;
    }
    for (size_t i = answer->rate_count; i > 0; i--) {
        const struct dyno_capacity_rate *rate = &answer->rates[i - 1];
        if (2 * rate->accepted < rate->decided && rate->rate_per_s > answer->held)
            answer->failed = rate->rate_per_s;
    }
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct dyno_capacity_point *point = &answer->points[i];
        if (point->accepted < point->decided)
            break;
        if (point->decided > 0)
            answer->sessions = point->sessions;
    }
}

const struct dyno_capacity_rate *dyno_capacity_held(const struct dyno_capacity_answer *answer)
{
    for (size_t i = 0; i < answer->rate_count && answer->held > 0.0; i++)
        if (answer->rates[i].rate_per_s == answer->held)
            return &answer->rates[i];
    return NULL;
}

static void append_held(struct dyno_str *out, const struct dyno_capacity_answer *answer,
                        size_t trials)
{
    dyno_str_appendf(out, " holds %.3g statements/s (%.3g for each of %g cores)", answer->held,
                     answer->held / answer->cores, answer->cores);
    if (answer->failed > 0.0)
        dyno_str_appendf(out, ", but not %.3g (%.3g)", answer->failed,
                         answer->failed / answer->cores);
    dyno_str_appendf(out, ", at %s: accepted in %zu of %zu trials on %zu restart%s",
                     answer->slo_text, trials, trials, answer->restarts,
                     dyno_plural((long long)answer->restarts));
    if (answer->sessions > 0)
        dyno_str_appendf(out,
                         "; in a closed loop %" PRId64 " session%s (%.3g for each core) met it",
                         answer->sessions, dyno_plural((long long)answer->sessions),
                         (double)answer->sessions / answer->cores);
}

/* No rate held: some were rejected, or were held once and not again, or no window was long enough. */
static void append_none(struct dyno_str *out, const struct dyno_capacity_answer *answer)
{
    const struct dyno_capacity_rate *lowest = NULL;
    const struct dyno_capacity_rate *highest_undecided = NULL;
    for (size_t i = 0; i < answer->rate_count; i++) {
        const struct dyno_capacity_rate *rate = &answer->rates[i];
        if (lowest == NULL && rate->decided > 0)
            lowest = rate;
        if (rate->undecided > 0)
            highest_undecided = rate;
    }
    bool is_held_once = lowest != NULL && lowest->accepted == lowest->decided;
    if (is_held_once) {
        dyno_str_appendf(out,
                         " met %s at no rate in two restarts: %.3g/s was accepted in one, and no "
                         "trial of another confirms that",
                         answer->slo_text, lowest->rate_per_s);
    } else if (lowest != NULL) {
        dyno_str_appendf(
            out,
            " met %s at no rate in every trial of it: %zu of %zu at %.3g/s, the lowest, "
            "were rejected",
            answer->slo_text, lowest->decided - lowest->accepted, lowest->decided,
            lowest->rate_per_s);
        if (lowest->rate_per_s <= LOWEST_NEAR * dyno_slo_window_lowest_rate(&answer->window))
            dyno_str_append(out, "; a lower rate takes a longer --max-window to be decided");
    }
    if (highest_undecided == NULL)
        return;
    dyno_str_append(out, lowest != NULL ? "; " : ": inconclusive: ");
    dyno_slo_window_tell(&answer->window, highest_undecided->rate_per_s,
                         &highest_undecided->shortage, out);
}

static enum dyno_status put(struct dyno_store *store, int64_t id,
                            const struct dyno_capacity_answer *answer, struct dyno_err *err)
{
    struct dyno_str sentence;
    dyno_str_init(&sentence, SENTENCE_MAX);
    dyno_str_appendf(&sentence, "%s under %s", answer->workload, answer->profile);
    bool is_usable = answer->rate_count > 0;
    const struct dyno_capacity_rate *held = dyno_capacity_held(answer);
    if (held != NULL)
        append_held(&sentence, answer, held->decided);
    else if (is_usable)
        append_none(&sentence, answer);
    else
        dyno_str_append(&sentence, ": no trial was usable, so there is no answer");
    char *document = dyno_capacity_document(answer);
    cJSON *notes = dyno_capacity_notes(answer);
    char *qualifiers = cJSON_PrintUnformatted(notes);
    const struct dyno_store_verdict verdict = {
        .verdict = answer->held > 0.0 ? "valid"
                   : is_usable        ? "inconclusive"
                                      : "invalid",
        .sentence = dyno_str_text(&sentence),
        .qualifiers_json = qualifiers,
        .exit_code = answer->held > 0.0 ? 0
                     : is_usable        ? 125
                                        : 4,
    };
    enum dyno_status status = dyno_store_capacity_put(store, id, document, err);
    if (status == DYNO_OK)
        status = dyno_store_verdict_put(store, id, NULL, 0, &verdict, err);
    cJSON_free(document);
    cJSON_free(qualifiers);
    cJSON_Delete(notes);
    dyno_str_deinit(&sentence);
    return status;
}

static enum dyno_status load_plan(struct dyno_store *store, int64_t id,
                                  struct dyno_capacity_answer *answer, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(id);
    enum dyno_status status = dyno_sql_select(
        dyno_store_handle(store),
        "SELECT e.plan_json, (SELECT name FROM arm a WHERE a.experiment_id = e.id AND a.ordinal = 0), "
        "coalesce((SELECT value FROM fact f WHERE f.experiment_id = e.id AND topic = 'workload' AND "
        "name = 'name'), 'the workload') FROM experiment e WHERE e.id = ?1",
        &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, id);
    if (status == DYNO_OK) {
        const char *json = (const char *)sqlite3_column_text(statement, 0);
        const unsigned char *profile = sqlite3_column_text(statement, 1);
        answer->profile = dyno_xstrdup(profile != NULL ? (const char *)profile : "?");
        answer->workload = dyno_xstrdup((const char *)sqlite3_column_text(statement, 2));
        status = dyno_json_parse(json, strlen(json), "plan", &answer->plan, err);
    }
    (void)sqlite3_finalize(statement);
    if (status != DYNO_OK)
        return status;
    const cJSON *capacity = cJSON_GetObjectItemCaseSensitive(answer->plan, "capacity");
    answer->slo_text = dyno_json_string_or(capacity, "slo", "");
    answer->is_managed = dyno_json_bool_or(capacity, "is_managed", false);
    const cJSON *load = cJSON_GetObjectItemCaseSensitive(answer->plan, "load");
    answer->window = (struct dyno_slo_window){
        .slo = &answer->slo,
        .is_random = strcmp(dyno_json_string_or(load, "arrival", ""), "constant") != 0,
        .asked_ns = dyno_json_i64_or(load, "measure_ns", 0),
        .max_ns = dyno_json_i64_or(capacity, "max_window_ns", 0)};
    answer->cores = fmax(1.0, dyno_json_f64_or(capacity, "cores", 1.0));
    return dyno_slo_parse(answer->slo_text, &answer->slo, err);
}

enum dyno_status dyno_capacity_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct dyno_capacity_answer answer = {.cores = 1.0};
    enum dyno_status status = load_plan(store, id, &answer, err);
    if (status == DYNO_OK)
        status = dyno_capacity_steps_load(store, id, &answer.slo, &answer.steps, &answer.step_count,
                                          err);
    if (status == DYNO_OK) {
        gather(&answer);
        fit(&answer);
        find_answer(&answer);
        status = put(store, id, &answer, err);
    }
    free(answer.steps);
    free(answer.points);
    free(answer.rates);
    free(answer.workload);
    free(answer.profile);
    cJSON_Delete(answer.plan);
    return status;
}
