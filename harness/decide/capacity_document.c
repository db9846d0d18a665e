#include "base/plural.h"
#include "decide/capacity_parts.h"
#include "stats/acceptance.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define RESTARTS_FIRM 3
#define LOADS_FIRM    6
#define LITTLE_MAX    0.02
#define PEAK_REACH    1.5

static cJSON *curve_json(const struct dyno_capacity_answer *answer)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct dyno_capacity_point *point = &answer->points[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "sessions", point->sessions);
        dyno_json_add_i64(item, "trials", (int64_t)point->trials);
        dyno_json_add_i64(item, "decided", (int64_t)point->decided);
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

static cJSON *steps_json(const struct dyno_capacity_answer *answer)
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
        cJSON_AddBoolToObject(item, "is_decided", step->slo.is_decided);
        cJSON_AddBoolToObject(item, "is_accepted", step->slo.is_accepted);
        dyno_json_add_f64(item, "little_error", dyno_capacity_little_error(step));
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

/* Two numbers; null where there is no end, or nothing is told. */
static void add_interval(cJSON *item, const char *name, bool is_told, double low, double high)
{
    const double ends[2] = {low, high};
    cJSON *list = cJSON_AddArrayToObject(item, name);
    for (int i = 0; i < 2; i++)
        cJSON_AddItemToArray(list, is_told && isfinite(ends[i]) ? cJSON_CreateNumber(ends[i])
                                                                : cJSON_CreateNull());
}

static cJSON *usl_json(const struct dyno_capacity_answer *answer)
{
    const struct dyno_usl *usl = &answer->usl;
    cJSON *item = cJSON_CreateObject();
    int64_t largest = 0;
    for (size_t i = 0; i < answer->point_count; i++)
        if (answer->points[i].is_fitted)
            largest = answer->points[i].sessions;
    bool has_peak = dyno_usl_has_peak(usl, (double)largest);
    const char *note = "no retrograde region was seen up to the largest load: no peak is told";
    bool bends = usl->is_fitted && usl->peak_load <= PEAK_REACH * (double)largest;
    if (!usl->is_fitted)
        note = "not fitted: it takes three different loads";
    else if (has_peak && isfinite(answer->interval.load_high))
        note = "the peak is that of the fit, its interval comes from fits to trials drawn again; "
               "nothing is told beyond 1.5 times the largest load";
    else if (has_peak)
        note = "the peak is that of the fit, but trials drawn again do not bound it: take it for a "
               "lower end; nothing is told beyond 1.5 times the largest load";
    else if (bends)
        note = "the fit bends down, but the trials cannot tell its bend from none (the interval of "
               "the coherency includes 0): no peak is told";
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
    add_interval(item, "peak_sessions_interval", has_peak, answer->interval.load_low,
                 answer->interval.load_high);
    /* Replicates that bend nowhere have no highest rate: an upper end of the others alone would be none. */
    add_interval(item, "peak_per_s_interval", has_peak, answer->interval.rate_low,
                 isfinite(answer->interval.load_high) ? answer->interval.rate_high : (double)NAN);
    dyno_json_add_string(item, "note", note);
    return item;
}

/* What a growing load takes: one row was measured, the others assume that cores add up. */
static cJSON *planning_json(const struct dyno_capacity_answer *answer)
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
static double wavering_rate(const struct dyno_capacity_answer *answer)
{
    for (size_t i = 0; i < answer->rate_count; i++) {
        const struct dyno_capacity_rate *rate = &answer->rates[i];
        if (rate->rate_per_s < answer->held && 2 * rate->accepted < rate->decided)
            return rate->rate_per_s;
    }
    return 0.0;
}

static size_t fitted_loads(const struct dyno_capacity_answer *answer)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->point_count; i++)
        count += answer->points[i].is_fitted ? 1u : 0u;
    return count;
}

static void add_notes_of_evidence(cJSON *list, const struct dyno_capacity_answer *answer)
{
    const struct dyno_capacity_rate *held = dyno_capacity_held(answer);
    if (answer->usl.is_fitted && fitted_loads(answer) < LOADS_FIRM)
        dyno_json_push_text(
            list,
            "the scalability law is fitted to %zu loads: it takes %d, some of them beyond the "
            "knee, to be firm (--loads)",
            fitted_loads(answer), LOADS_FIRM);
    if (answer->restarts < RESTARTS_FIRM)
        dyno_json_push_text(list, "provisional: %zu of at least %d restarts", answer->restarts,
                            RESTARTS_FIRM);
    else if (held != NULL && held->restarts < RESTARTS_FIRM)
        dyno_json_push_text(
            list,
            "provisional: %zu trials judged the rate that held, on %zu restarts, of at least %d",
            held->decided, held->restarts, RESTARTS_FIRM);
    if (!answer->is_managed)
        dyno_json_push_text(list,
                            "the server is not ours to restart: each restart is a warm-up and new "
                            "connections");
}

static void add_note_of_unusable(cJSON *list, const struct dyno_capacity_answer *answer)
{
    size_t unusable = 0;
    for (size_t i = 0; i < answer->step_count; i++)
        unusable += answer->steps[i].slo.is_usable ? 0u : 1u;
    if (unusable > 0)
        dyno_json_push_text(
            list,
            "%zu of %zu trials could not be used, their gates say why: they tell nothing "
            "of their load",
            unusable, answer->step_count);
}

static void add_notes_of_rates(cJSON *list, const struct dyno_capacity_answer *answer)
{
    const struct dyno_capacity_rate *held = dyno_capacity_held(answer);
    if (wavering_rate(answer) > 0.0)
        dyno_json_push_text(
            list,
            "most trials at the lower %.3g statements/s were rejected: the server wavers, run "
            "it with longer windows or more restarts",
            wavering_rate(answer));
    if (held == NULL)
        return;
    if (answer->failed == 0.0)
        dyno_json_push_text(
            list, "no higher rate was rejected by most of its trials: the limit may lie higher");
    if (held->little > LITTLE_MAX)
        dyno_json_push_text(
            list,
            "Little's law is off by %.1f %% at %.3g/s: the window is short for responses of "
            "%.2g s, or what waits grew or shrank in it",
            100.0 * held->little, held->rate_per_s, held->response_s);
}

static void add_note_of_little(cJSON *list, const struct dyno_capacity_answer *answer)
{
    const struct dyno_capacity_point *worst = NULL;
    size_t off = 0;
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct dyno_capacity_point *point = &answer->points[i];
        if (!(point->little > LITTLE_MAX))
            continue;
        off++;
        if (worst == NULL || point->little > worst->little)
            worst = point;
    }
    if (worst != NULL)
        dyno_json_push_text(list,
                            "Little's law is off by %.1f %% at %" PRId64
                            " session%s%s: the window is short for statements of %.2f s",
                            100.0 * worst->little, worst->sessions,
                            dyno_plural((long long)worst->sessions),
                            off > 1 ? ", by less at others" : "", worst->service_s);
}

static void add_notes_of_points(cJSON *list, const struct dyno_capacity_answer *answer)
{
    size_t needed = dyno_acceptance_count(0, answer->slo.quantile, DYNO_SLO_CONFIDENCE);
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct dyno_capacity_point *point = &answer->points[i];
        const char *ending = dyno_plural((long long)point->sessions);
        if (point->decided == 0)
            dyno_json_push_text(list,
                                "whether %" PRId64
                                " session%s met it cannot be told: a window of %.3g s held "
                                "%" PRId64 " statements, p%g takes %zu (--measure)",
                                point->sessions, ending, point->shortage.window_s,
                                point->shortage.statements, 100.0 * answer->slo.quantile, needed);
        if (!point->is_fitted && i > 0 && answer->points[i - 1].is_fitted)
            dyno_json_push_text(list,
                                "spill or garbage collection jumps at %" PRId64
                                " session%s: the scalability fit stops below",
                                point->sessions, ending);
    }
}

cJSON *dyno_capacity_notes(const struct dyno_capacity_answer *answer)
{
    cJSON *list = cJSON_CreateArray();
    add_notes_of_evidence(list, answer);
    add_notes_of_rates(list, answer);
    add_note_of_unusable(list, answer);
    add_notes_of_points(list, answer);
    add_note_of_little(list, answer);
    if (answer->held > 0.0)
        dyno_json_push_text(
            list, "the planning table assumes that cores add up; only its first row was measured");
    return list;
}

char *dyno_capacity_document(const struct dyno_capacity_answer *answer)
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
    cJSON_AddItemToObject(root, "notes", dyno_capacity_notes(answer));
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}
