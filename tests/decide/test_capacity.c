/* What a capacity experiment answers, from steps with a known truth. */
#include "base/alloc.h"
#include "base/json.h"
#include "decide/capacity.h"
#include "stats/vectors.h"
#include "store/capacity.h"
#include "store/fixture.h"
#include "store/sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 20

struct scene {
    struct dyno_store *store;
    struct fixture_compare ids;
    int made;
};

/* One offered load: what was answered, in what time, with what spill. */
struct step {
    int restart;
    int64_t sessions;
    double rate_per_s; /* NAN: closed loop */
    double throughput_per_s;
    double service_s;
    int64_t spill_bytes;
    size_t backlog; /* so many of them are still waited for when the window ends */
};

static struct scene open_scene(void **state)
{
    struct scene scene = {.store = fixture_open(*state)};
    static const char plan[] =
        "UPDATE experiment SET kind = 'capacity', plan_json = '{\"load\":{\"think_ns\":0,\"arrival\":\"poisson\"},"
        "\"capacity\":{\"max_window_ns\":20000000000,\"slo\":\"p90 < 1s, errors < 1 %\",\"cores\":2,\"is_managed\":true}}'";
    scene.ids = fixture_compare(scene.store);
    assert_int_equal(dyno_sql_exec(dyno_store_handle(scene.store), plan, NULL), DYNO_OK);
    return scene;
}

static void add(struct scene *scene, const struct step *step)
{
    size_t count = (size_t)(step->throughput_per_s * WINDOW_S);
    struct dyno_store_record *records = fixture_records(count);
    struct dyno_spark_statement *spark = dyno_xcalloc(count + 1, sizeof *spark);
    int64_t id = 0;
    for (size_t i = 0; i < count; i++) {
        /* Spread so that each begins and is answered inside the window. */
        double share = (double)(i + 1) / (double)(count + 1);
        double done_s = step->service_s + share * (WINDOW_S - step->service_s);
        records[i].done_ns = (int64_t)(done_s * 1e9);
        records[i].intended_ns = records[i].done_ns - (int64_t)(step->service_s * 1e9);
        if (i + step->backlog >= count) {
            records[i].done_ns = (int64_t)((WINDOW_S + 0.5) * 1e9);
            records[i].intended_ns = (int64_t)((WINDOW_S - 0.4) * 1e9);
        }
        records[i].send_ns = records[i].intended_ns;
        spark[i] = (struct dyno_spark_statement){
            .seq = (int64_t)i, .jobs = 1, .run_ms = 100, .spill_disk_bytes = step->spill_bytes};
    }
    struct dyno_store_trial trial =
        fixture_trial(&scene->ids, step->restart, scene->made % 2, records, count);
    trial.position = scene->made++;
    trial.measure_end_ns = WINDOW_S * INT64_C(1000000000);
    trial.statements = spark;
    trial.statement_count = count;
    assert_int_equal(dyno_store_trial_add(scene->store, scene->ids.experiment, &trial, &id, NULL),
                     DYNO_OK);
    const struct dyno_store_step row = {.restart = step->restart,
                                        .purpose = isnan(step->rate_per_s) ? "curve" : "retest",
                                        .sessions = step->sessions,
                                        .rate_per_s = step->rate_per_s,
                                        .window_ns = trial.measure_end_ns};
    assert_int_equal(dyno_store_step_add(scene->store, id, &row, NULL), DYNO_OK);
    free(records);
    free(spark);
}

/* Rate r is answered within the limit up to `limit`, and far too late above. */
static void add_rates(struct scene *scene, const double *rates, size_t count, double limit)
{
    for (int restart = 0; restart < 3; restart++)
        for (size_t i = 0; i < count; i++)
            add(scene, &(struct step){.restart = restart,
                                      .sessions = 8,
                                      .rate_per_s = rates[i],
                                      .throughput_per_s = rates[i],
                                      .service_s = rates[i] <= limit ? 0.2 : 5.0});
}

/* X(N) = g N / (1 + a (N - 1) + b N (N - 1)), 2 % more or less by the restart, with Little's law kept. */
static void add_curve(struct scene *scene, const int64_t *loads, size_t count, const double usl[3])
{
    for (int restart = 0; restart < 3; restart++)
        for (size_t i = 0; i < count; i++) {
            double n = (double)loads[i];
            double rate = usl[0] * n / (1 + usl[1] * (n - 1) + usl[2] * n * (n - 1)) *
                          (1 + 0.02 * (restart - 1));
            add(scene, &(struct step){.restart = restart,
                                      .sessions = loads[i],
                                      .rate_per_s = (double)NAN,
                                      .throughput_per_s = rate,
                                      .service_s = n / rate});
        }
}

static cJSON *decide(struct scene *scene, char sentence[512], char notes[4096])
{
    cJSON *found = NULL;
    char *text = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_capacity_decide(scene->store, scene->ids.experiment, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    fixture_text(scene->store, "SELECT sentence FROM verdict", sentence);
    sqlite3_stmt *row = NULL;
    bool has_row = false;
    assert_int_equal(dyno_sql_select(dyno_store_handle(scene->store),
                                     "SELECT c.document, v.qualifiers FROM capacity c, verdict v",
                                     NULL, 0, &row, &err),
                     DYNO_OK);
    assert_int_equal(dyno_sql_next(row, &has_row, &err), DYNO_OK);
    assert_true(has_row);
    text = dyno_xstrdup((const char *)sqlite3_column_text(row, 0));
    (void)snprintf(notes, 4096, "%s", (const char *)sqlite3_column_text(row, 1));
    (void)sqlite3_finalize(row);
    assert_int_equal(dyno_json_parse(text, strlen(text), "capacity", &found, &err), DYNO_OK);
    free(text);
    return found;
}

static void test_answer_lies_between_the_last_held_and_the_first_rejected(void **state)
{
    struct scene scene = open_scene(state);
    const double rates[] = {6, 8, 10};
    char sentence[512];
    char notes[4096];
    add_rates(&scene, rates, COUNT_OF(rates), 8);
    cJSON *found = decide(&scene, sentence, notes);
    assert_near(dyno_json_f64_or(found, "rate_per_s", 0), 8, 1e-9);
    assert_near(dyno_json_f64_or(found, "rate_failed_per_s", 0), 10, 1e-9);
    assert_near(dyno_json_f64_or(found, "rate_per_core_per_s", 0), 4, 1e-9);
    assert_near(dyno_json_f64_or(found, "rate_failed_per_core_per_s", 0), 5, 1e-9);
    assert_non_null(
        strstr(sentence, "holds 8 statements/s (4 for each of 2 cores), but not 10 (5), at p90"));
    assert_non_null(strstr(sentence, "accepted in 3 of 3 trials on 3 restarts"));
    assert_null(strstr(notes, "provisional"));
    /* The first row was measured, the others say that they were not. */
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(found, "planning"))
    {
        bool is_first = dyno_json_f64_or(row, "growth", 0) == 1.0;
        assert_string_equal(dyno_json_string_or(row, "basis", ""),
                            is_first ? "measured" : "extrapolated");
        assert_near(dyno_json_f64_or(row, "cores", 0), ceil(2 * dyno_json_f64_or(row, "growth", 0)),
                    1e-9);
    }
    cJSON_Delete(found);
}

static void test_one_rejection_in_three_is_no_answer_for_that_rate(void **state)
{
    struct scene scene = open_scene(state);
    const double rates[] = {6, 8};
    char sentence[512];
    char notes[4096];
    add_rates(&scene, rates, COUNT_OF(rates), 8);
    add(&scene,
        &(struct step){
            .restart = 2, .sessions = 8, .rate_per_s = 8, .throughput_per_s = 8, .service_s = 5});
    cJSON *found = decide(&scene, sentence, notes);
    assert_near(dyno_json_f64_or(found, "rate_per_s", 0), 6, 1e-9);
    /* Most trials of 8/s were accepted: it is no upper end. */
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(found, "rate_failed_per_s")));
    assert_non_null(strstr(notes, "the limit may lie higher"));
    cJSON_Delete(found);
}

static void test_server_that_wavers_is_said_to(void **state)
{
    struct scene scene = open_scene(state);
    const double low[] = {6};
    const double high[] = {8};
    char sentence[512];
    char notes[4096];
    add_rates(&scene, low, 1, 1);
    add_rates(&scene, high, 1, 8);
    cJSON *found = decide(&scene, sentence, notes);
    assert_non_null(strstr(notes, "most trials at the lower 6 statements/s were rejected"));
    cJSON_Delete(found);
}

static void test_short_window_is_undecided_and_named(void **state)
{
    struct scene scene = open_scene(state);
    const double rates[] = {0.6};
    const int64_t loads[] = {1};
    const double usl[3] = {1.22, 0, 0};
    char sentence[512];
    char notes[4096];
    /* All statements of each window were fast, which is no proof; nor is it a rejection. */
    add_rates(&scene, rates, 1, 1);
    add_curve(&scene, loads, 1, usl);
    cJSON *found = decide(&scene, sentence, notes);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(found, "rate_per_s")));
    assert_non_null(strstr(sentence,
                           ": inconclusive: a window of 20 s holds 12 statements at 0.6/s, "
                           "and p90 takes 29 (42 on average, as arrivals are random): "
                           "--max-window at least 70 s"));
    assert_null(strstr(sentence, "rejected"));
    assert_non_null(strstr(notes,
                           "whether 1 session met it cannot be told: a window of 20 s held 24 "
                           "statements, p90 takes 29"));
    assert_int_equal(dyno_json_i64_or(found, "sessions", -1), 0);
    cJSON_Delete(found);
}

static void test_lowest_rate_that_was_rejected_is_named(void **state)
{
    struct scene scene = open_scene(state);
    const double rates[] = {2.1, 4};
    char sentence[512];
    char notes[4096];
    add_rates(&scene, rates, COUNT_OF(rates), 0);
    cJSON *found = decide(&scene, sentence, notes);
    assert_non_null(strstr(sentence,
                           "at no rate in every trial of it: 3 of 3 at 2.1/s, the lowest, "
                           "were rejected; a lower rate takes a longer --max-window"));
    cJSON_Delete(found);
}

/* Two trials of one start are one witness; the lower rate has another. */
static void test_rate_is_held_only_if_another_start_says_so(void **state)
{
    struct scene scene = open_scene(state);
    const struct {
        int restart;
        double rate_per_s;
    } trials[] = {{0, 6}, {0, 8}, {0, 8}, {1, 6}};
    char sentence[512];
    char notes[4096];
    for (size_t i = 0; i < COUNT_OF(trials); i++)
        add(&scene, &(struct step){.restart = trials[i].restart,
                                   .sessions = 8,
                                   .rate_per_s = trials[i].rate_per_s,
                                   .throughput_per_s = trials[i].rate_per_s,
                                   .service_s = 0.2});
    cJSON *found = decide(&scene, sentence, notes);
    assert_near(dyno_json_f64_or(found, "rate_per_s", 0), 6, 1e-9);
    assert_non_null(strstr(notes, "provisional"));
    cJSON_Delete(found);
}

static void test_little_is_watched_in_the_open_loop(void **state)
{
    struct scene scene = open_scene(state);
    char sentence[512];
    char notes[4096];
    for (int restart = 0; restart < 3; restart++)
        add(&scene, &(struct step){.restart = restart,
                                   .sessions = 8,
                                   .rate_per_s = 8,
                                   .throughput_per_s = 8,
                                   .service_s = 0.2,
                                   .backlog = restart == 1 ? 8 : 0});
    cJSON *found = decide(&scene, sentence, notes);
    /* 152 x 0.2 s of stays were answered, 8 x 0.4 s more lie in the window: 3.2 of 33.6. */
    assert_non_null(strstr(notes, "Little's law is off by 9.5 % at 8/s"));
    const cJSON *steps = cJSON_GetObjectItem(found, "steps");
    assert_near(dyno_json_f64_or(cJSON_GetArrayItem(steps, 0), "little_error", 1), 0, 1e-6);
    assert_near(dyno_json_f64_or(cJSON_GetArrayItem(steps, 1), "little_error", 0), 3.2 / 33.6,
                1e-6);
    cJSON_Delete(found);
}

static void assert_interval(const cJSON *fit, const char *name, double truth, bool is_told)
{
    const cJSON *list = cJSON_GetObjectItem(fit, name);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(cJSON_IsNumber(cJSON_GetArrayItem(list, i)), is_told);
    if (!is_told)
        return;
    double low = cJSON_GetArrayItem(list, 0)->valuedouble;
    double high = cJSON_GetArrayItem(list, 1)->valuedouble;
    assert_true(low <= truth && truth <= high && low < high);
}

static void assert_peak(void **state, const double usl[3], bool has_peak, const char *note)
{
    const int64_t loads[] = {1, 2, 4, 6, 8, 12, 16};
    struct scene scene = open_scene(state);
    char sentence[512];
    char notes[4096];
    add_curve(&scene, loads, COUNT_OF(loads), usl);
    cJSON *found = decide(&scene, sentence, notes);
    const cJSON *fit = cJSON_GetObjectItem(found, "usl");
    assert_int_equal(cJSON_IsNumber(cJSON_GetObjectItem(fit, "peak_sessions")), has_peak);
    assert_non_null(strstr(dyno_json_string_or(fit, "note", ""), note));
    assert_interval(fit, "peak_sessions_interval", sqrt((1 - usl[1]) / usl[2]), has_peak);
    assert_interval(fit, "peak_per_s_interval", dyno_json_f64_or(fit, "peak_per_s", 0), has_peak);
    assert_null(strstr(notes, "Little's law"));
    assert_null(strstr(notes, "to be firm"));
    cJSON_Delete(found);
}

static void test_peak_is_told_where_it_was_seen(void **state)
{
    const double usl[3] = {10, 0.05, 0.02};
    assert_peak(state, usl, true, "the peak is that of the fit");
}

static void test_peak_far_beyond_the_loads_is_not_told(void **state)
{
    const double usl[3] = {10, 0.05, 0.0012};
    assert_peak(state, usl, false, "beyond 1.5 times the largest load");
}

static void test_no_peak_without_a_bend(void **state)
{
    const double usl[3] = {10, 0.05, 0};
    assert_peak(state, usl, false, "no retrograde region was seen");
}

static void test_fit_stops_where_spill_jumps_and_little_is_watched(void **state)
{
    struct scene scene = open_scene(state);
    const int64_t loads[] = {1, 2, 4};
    const double usl[3] = {10, 0.05, 0};
    char sentence[512];
    char notes[4096];
    add_curve(&scene, loads, COUNT_OF(loads), usl);
    for (int restart = 0; restart < 3; restart++)
        add(&scene, &(struct step){.restart = restart,
                                   .sessions = 8,
                                   .rate_per_s = (double)NAN,
                                   .throughput_per_s = 20,
                                   .service_s = 0.5,
                                   .spill_bytes = 50000000});
    cJSON *found = decide(&scene, sentence, notes);
    const cJSON *curve = cJSON_GetObjectItem(found, "curve");
    assert_int_equal(cJSON_GetArraySize(curve), 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(dyno_json_bool_or(cJSON_GetArrayItem(curve, i), "is_fitted", false),
                         i < 3);
    assert_int_equal(dyno_json_i64_or(cJSON_GetObjectItem(found, "usl"), "largest_sessions", 0), 4);
    assert_non_null(strstr(notes, "jumps at 8 sessions"));
    assert_non_null(strstr(notes, "fitted to 3 loads"));
    /* 20 a second of half a second each are 10 sessions at work, not 8. */
    assert_non_null(strstr(notes, "Little's law is off by 25.0 % at 8 sessions"));
    cJSON_Delete(found);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_answer_lies_between_the_last_held_and_the_first_rejected),
        WITH_STORE(test_one_rejection_in_three_is_no_answer_for_that_rate),
        WITH_STORE(test_server_that_wavers_is_said_to),
        WITH_STORE(test_short_window_is_undecided_and_named),
        WITH_STORE(test_lowest_rate_that_was_rejected_is_named),
        WITH_STORE(test_rate_is_held_only_if_another_start_says_so),
        WITH_STORE(test_little_is_watched_in_the_open_loop),
        WITH_STORE(test_peak_is_told_where_it_was_seen),
        WITH_STORE(test_peak_far_beyond_the_loads_is_not_told),
        WITH_STORE(test_no_peak_without_a_bend),
        WITH_STORE(test_fit_stops_where_spill_jumps_and_little_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
