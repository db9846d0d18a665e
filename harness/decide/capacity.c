#include "decide/capacity.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "decide/capacity_steps.h"
#include "stats/moments.h"
#include "stats/usl.h"
#include "store/capacity.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESTARTS_FIRM  3
#define LOADS_FIRM     6
#define LITTLE_MAX     0.02
#define SPILL_JUMP     1048576.0 /* bytes a statement: below it, spill is noise */
#define GC_JUMP        0.10
#define RATE_TOLERANCE 1e-9
#define SENTENCE_MAX   4096

/** One load of the closed loop, over restarts. */
struct point {
    int64_t sessions;
    struct dyno_moments throughput;
    double service_s, spill_bytes, gc_ratio, little; /* means; the largest for little */
    size_t trials, accepted;
    bool is_fitted;
};

/** One rate of the open loop, over restarts. */
struct rate {
    double rate_per_s;
    size_t trials, accepted;
};

struct answer {
    struct dyno_slo slo;
    const char *slo_text;
    double cores;
    bool is_managed; /* the server was really started anew */
    char *workload, *profile;
    cJSON *plan;
    struct dyno_capacity_step *steps;
    size_t step_count;
    struct point *points;
    size_t point_count;
    struct rate *rates; /* ascending */
    size_t rate_count;
    struct dyno_usl usl;
    size_t restarts;
    double held, failed; /* rates; 0: none */
    int64_t sessions;    /* most sessions of the closed loop that met it; 0: none */
};

static double mean_with(double mean, double value, size_t count)
{
    if (isnan(value))
        return mean;
    return isnan(mean) ? value : mean + (value - mean) / (double)count;
}

static void add_point(struct dyno_vec *points, const struct dyno_capacity_step *step)
{
    struct point *point = NULL;
    for (size_t i = 0; i < points->len && point == NULL; i++) {
        struct point *known = dyno_vec_at(points, i);
        point = known->sessions == step->sessions ? known : NULL;
    }
    if (point == NULL) {
        const struct point fresh = {.sessions = step->sessions,
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
    point->accepted += step->slo.is_accepted ? 1u : 0u;
}

static void add_rate(struct dyno_vec *rates, const struct dyno_capacity_step *step)
{
    struct rate *rate = NULL;
    for (size_t i = 0; i < rates->len && rate == NULL; i++) {
        struct rate *known = dyno_vec_at(rates, i);
        if (fabs(known->rate_per_s / step->rate_per_s - 1.0) < RATE_TOLERANCE)
            rate = known;
    }
    if (rate == NULL) {
        const struct rate fresh = {.rate_per_s = step->rate_per_s};
        rate = dyno_vec_push(rates, &fresh);
    }
    rate->trials++;
    rate->accepted += step->slo.is_accepted ? 1u : 0u;
}

static int by_sessions(const void *a, const void *b)
{
    const struct point *x = a;
    const struct point *y = b;
    return x->sessions < y->sessions ? -1 : x->sessions > y->sessions;
}

static int by_rate(const void *a, const void *b)
{
    const struct rate *x = a;
    const struct rate *y = b;
    return x->rate_per_s < y->rate_per_s ? -1 : x->rate_per_s > y->rate_per_s;
}

static void gather(struct answer *answer)
{
    struct dyno_vec points = DYNO_VEC_INIT(struct point);
    struct dyno_vec rates = DYNO_VEC_INIT(struct rate);
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
static bool jumps(const struct point *before, const struct point *after)
{
    bool spills =
        after->spill_bytes > SPILL_JUMP && !(after->spill_bytes <= 2.0 * before->spill_bytes);
    bool collects = after->gc_ratio > GC_JUMP && !(after->gc_ratio <= 2.0 * before->gc_ratio);
    return spills || collects;
}

static void fit(struct answer *answer)
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
    free(loads);
    free(rates);
}

/** The highest rate that all restarts accepted which tried it, and at least one retest among them if there are any. */
static void find_answer(struct answer *answer)
{
    for (size_t i = 0; i < answer->rate_count; i++) {
        const struct rate *rate = &answer->rates[i];
        bool was_proved = answer->restarts == 1 || rate->trials > 1;
        if (rate->accepted == rate->trials && was_proved)
            answer->held = rate->rate_per_s;
    }
    for (size_t i = answer->rate_count; i > 0; i--) {
        const struct rate *rate = &answer->rates[i - 1];
        if (2 * rate->accepted < rate->trials && rate->rate_per_s > answer->held)
            answer->failed = rate->rate_per_s;
    }
    for (size_t i = 0; i < answer->point_count; i++)
        if (answer->points[i].accepted == answer->points[i].trials)
            answer->sessions = answer->points[i].sessions;
}

static cJSON *curve_json(const struct answer *answer)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct point *point = &answer->points[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "sessions", point->sessions);
        dyno_json_add_i64(item, "trials", (int64_t)point->trials);
        dyno_json_add_i64(item, "accepted", (int64_t)point->accepted);
        dyno_json_add_f64(item, "throughput_per_s", point->throughput.mean);
        dyno_json_add_f64(item, "throughput_sd", dyno_moments_sd(&point->throughput));
        dyno_json_add_f64(item, "service_s", point->service_s);
        dyno_json_add_f64(item, "little_error", point->little);
        dyno_json_add_f64(item, "spill_bytes", point->spill_bytes);
        dyno_json_add_f64(item, "gc_ratio", point->gc_ratio);
        cJSON_AddBoolToObject(item, "is_fitted", point->is_fitted);
        dyno_json_add_f64(item, "fit_per_s",
                          answer->usl.is_fitted && point->is_fitted
                              ? dyno_usl_rate(&answer->usl, (double)point->sessions)
                              : (double)NAN);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

static cJSON *steps_json(const struct answer *answer)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < answer->step_count; i++) {
        const struct dyno_capacity_step *step = &answer->steps[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "restart", step->restart + 1);
        dyno_json_add_i64(item, "sessions", step->sessions);
        dyno_json_add_f64(item, "rate_per_s", step->rate_per_s);
        cJSON_AddBoolToObject(item, "is_search", step->is_search);
        dyno_json_add_f64(item, "window_s", step->window_s);
        dyno_json_add_i64(item, "offered", step->slo.offered);
        dyno_json_add_i64(item, "violations", step->slo.violations);
        dyno_json_add_i64(item, "errors", step->slo.errors);
        dyno_json_add_f64(item, "achieved_ratio", step->slo.achieved_ratio);
        cJSON_AddBoolToObject(item, "is_usable", step->slo.is_usable);
        cJSON_AddBoolToObject(item, "is_accepted", step->slo.is_accepted);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

static cJSON *usl_json(const struct answer *answer)
{
    const struct dyno_usl *usl = &answer->usl;
    cJSON *item = cJSON_CreateObject();
    int64_t largest = 0;
    for (size_t i = 0; i < answer->point_count; i++)
        if (answer->points[i].is_fitted)
            largest = answer->points[i].sessions;
    bool has_peak = dyno_usl_has_peak(usl, (double)largest);
    const char *note = "no retrograde region was seen up to the largest load: no peak is told";
    if (!usl->is_fitted)
        note = "not fitted: it takes three different loads";
    else if (has_peak)
        note = "the peak is that of the fit; nothing is told beyond 1.5 times the largest load";
    else if (dyno_usl_has_peak(usl, (double)INFINITY))
        note = "the fit bends down beyond 1.5 times the largest load: that would be extrapolation, "
               "so no peak is told";
    cJSON_AddBoolToObject(item, "is_fitted", usl->is_fitted);
    dyno_json_add_f64(item, "gamma", usl->is_fitted ? usl->gamma : (double)NAN);
    dyno_json_add_f64(item, "alpha", usl->is_fitted ? usl->alpha : (double)NAN);
    dyno_json_add_f64(item, "beta", usl->is_fitted ? usl->beta : (double)NAN);
    dyno_json_add_i64(item, "largest_sessions", largest);
    dyno_json_add_f64(item, "peak_sessions", has_peak ? usl->peak_load : (double)NAN);
    dyno_json_add_f64(item, "peak_per_s", has_peak ? usl->peak_rate : (double)NAN);
    dyno_json_add_string(item, "note", note);
    return item;
}

/* What a growing load takes: one row was measured, the others assume that cores add up. */
static cJSON *planning_json(const struct answer *answer)
{
    static const double growth[] = {1.0, 1.5, 2.0, 4.0, 8.0};
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; answer->held > 0.0 && i < sizeof growth / sizeof growth[0]; i++) {
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_f64(item, "growth", growth[i]);
        dyno_json_add_f64(item, "rate_per_s", growth[i] * answer->held);
        dyno_json_add_f64(item, "cores", ceil(growth[i] * answer->cores));
        dyno_json_add_string(item, "basis", i == 0 ? "measured" : "extrapolated");
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

/* A rate below the answer that most of its trials rejected: the server wavers. 0: none. */
static double wavering_rate(const struct answer *answer)
{
    for (size_t i = 0; i < answer->rate_count; i++) {
        const struct rate *rate = &answer->rates[i];
        if (rate->rate_per_s < answer->held && 2 * rate->accepted < rate->trials)
            return rate->rate_per_s;
    }
    return 0.0;
}

static size_t fitted_loads(const struct answer *answer)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->point_count; i++)
        count += answer->points[i].is_fitted ? 1u : 0u;
    return count;
}

static cJSON *notes_json(const struct answer *answer)
{
    cJSON *list = cJSON_CreateArray();
    char text[256];
    if (wavering_rate(answer) > 0.0) {
        (void)snprintf(text, sizeof text,
                       "most trials at the lower %.3g statements/s were rejected: the server "
                       "wavers, run it with longer windows or more restarts",
                       wavering_rate(answer));
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    if (answer->usl.is_fitted && fitted_loads(answer) < LOADS_FIRM) {
        (void)snprintf(text, sizeof text,
                       "the scalability law is fitted to %zu loads: it takes %d, some of them "
                       "beyond the knee, to be firm (--loads)",
                       fitted_loads(answer), LOADS_FIRM);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    if (answer->restarts < RESTARTS_FIRM) {
        (void)snprintf(text, sizeof text, "provisional: %zu of at least %d restarts",
                       answer->restarts, RESTARTS_FIRM);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    if (!answer->is_managed)
        cJSON_AddItemToArray(list,
                             cJSON_CreateString("the server is not ours to restart: each restart "
                                                "is a warm-up and new connections"));
    if (answer->held > 0.0 && answer->failed == 0.0)
        cJSON_AddItemToArray(list, cJSON_CreateString("no higher rate was rejected by most of its "
                                                      "trials: the limit may lie higher"));
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct point *point = &answer->points[i];
        if (point->little > LITTLE_MAX) {
            (void)snprintf(text, sizeof text,
                           "Little's law is off by %.1f %% at %" PRId64
                           " sessions: the window is short for statements of %.2f s",
                           100.0 * point->little, point->sessions, point->service_s);
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
        }
        if (!point->is_fitted && i > 0 && answer->points[i - 1].is_fitted) {
            (void)snprintf(text, sizeof text,
                           "spill or garbage collection jumps at %" PRId64
                           " sessions: the scalability fit stops below",
                           point->sessions);
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
        }
    }
    if (answer->held > 0.0)
        cJSON_AddItemToArray(list,
                             cJSON_CreateString("the planning table assumes that cores add up; "
                                                "only its first row was measured"));
    return list;
}

static char *make_document(const struct answer *answer)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_string(root, "slo", answer->slo_text);
    dyno_json_add_f64(root, "cores", answer->cores);
    dyno_json_add_i64(root, "restarts", (int64_t)answer->restarts);
    dyno_json_add_f64(root, "rate_per_s", answer->held > 0.0 ? answer->held : (double)NAN);
    dyno_json_add_f64(root, "rate_failed_per_s",
                      answer->failed > 0.0 ? answer->failed : (double)NAN);
    dyno_json_add_f64(root, "rate_per_core_per_s",
                      answer->held > 0.0 ? answer->held / answer->cores : (double)NAN);
    dyno_json_add_f64(root, "rate_failed_per_core_per_s",
                      answer->failed > 0.0 ? answer->failed / answer->cores : (double)NAN);
    dyno_json_add_i64(root, "sessions", answer->sessions);
    dyno_json_add_f64(root, "sessions_per_core", (double)answer->sessions / answer->cores);
    cJSON_AddItemToObject(root, "curve", curve_json(answer));
    cJSON_AddItemToObject(root, "usl", usl_json(answer));
    cJSON_AddItemToObject(root, "steps", steps_json(answer));
    cJSON_AddItemToObject(root, "planning", planning_json(answer));
    cJSON_AddItemToObject(root, "notes", notes_json(answer));
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

static void append_rate_sentence(struct dyno_str *out, const struct answer *answer)
{
    size_t trials = 0;
    for (size_t i = 0; i < answer->rate_count; i++)
        if (answer->rates[i].rate_per_s == answer->held)
            trials = answer->rates[i].trials;
    dyno_str_appendf(out,
                     " holds %.3g statements/s (%.3g for each of %g cores) at %s, accepted in "
                     "%zu of %zu trials on %zu restart%s",
                     answer->held, answer->held / answer->cores, answer->cores, answer->slo_text,
                     trials, trials, answer->restarts, answer->restarts == 1 ? "" : "s");
    if (answer->failed > 0.0)
        dyno_str_appendf(out,
                         "; most trials at %.3g/s (%.3g for each core) were rejected, so the limit "
                         "lies between",
                         answer->failed, answer->failed / answer->cores);
    if (answer->sessions > 0)
        dyno_str_appendf(out,
                         "; in a closed loop %" PRId64 " session%s (%.3g for each core) met it",
                         answer->sessions, answer->sessions == 1 ? "" : "s",
                         (double)answer->sessions / answer->cores);
}

static enum dyno_status put(struct dyno_store *store, int64_t id, const struct answer *answer,
                            struct dyno_err *err)
{
    struct dyno_str sentence;
    dyno_str_init(&sentence, SENTENCE_MAX);
    dyno_str_appendf(&sentence, "%s under %s", answer->workload, answer->profile);
    bool is_usable = answer->rate_count > 0;
    if (answer->held > 0.0)
        append_rate_sentence(&sentence, answer);
    else if (is_usable)
        dyno_str_appendf(&sentence, " met %s at no rate that was tried in every restart",
                         answer->slo_text);
    else
        dyno_str_append(&sentence, ": no trial was usable, so there is no answer");
    char *document = make_document(answer);
    cJSON *notes = notes_json(answer);
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

static enum dyno_status load_plan(struct dyno_store *store, int64_t id, struct answer *answer,
                                  struct dyno_err *err)
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
    answer->cores = fmax(1.0, dyno_json_f64_or(capacity, "cores", 1.0));
    return dyno_slo_parse(answer->slo_text, &answer->slo, err);
}

enum dyno_status dyno_capacity_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct answer answer = {.cores = 1.0};
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
