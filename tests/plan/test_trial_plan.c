#include "base/file.h"
#include "plan/plan_test.h"
#include "plan/trial_plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static int make_path(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/dyno_trial_plan_%ld.json", (long)getpid());
    return 0;
}

static int drop_path(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static void test_trial_plan_round_trips(void **state)
{
    (void)state;
    char quoted[] = "SELECT '\"\\ \n\x01 \xc3\xa9'";
    struct dyno_setting settings[] = {{TEXT("spark.sql.a"), TEXT("1")},
                                      {TEXT("spark.sql.b"), TEXT("")}};
    struct dyno_trial_query queries[] = {{TEXT("q1"), quoted, 0.1, 100000},
                                         {TEXT("q2"), TEXT("SELECT 2"), 3, 0}};
    const struct dyno_trial_plan plan = {.tag = TEXT("exp-1.t_2"),
                                         .seed = (UINT64_C(1) << 53) - 1,
                                         .target = {.kind = DYNO_TARGET_HS2,
                                                    .host = TEXT("127.0.0.1"),
                                                    .port = 65535,
                                                    .auth = TEXT("plain"),
                                                    .user = TEXT("u"),
                                                    .password = TEXT("p\"w"),
                                                    .fetch_rows = 10000,
                                                    .null_service_ns = INT64_MAX},
                                         .settings = settings,
                                         .setting_count = 2,
                                         .queries = queries,
                                         .query_count = 2,
                                         .load = DYNO_LOAD_SHAPE_INIT,
                                         .is_warmup = true,
                                         .want_checksum = false};
    struct dyno_trial_plan back = {.tag = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_trial_plan_write(&plan, path, &err), DYNO_OK);
    if (dyno_trial_plan_read(path, &back, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_string_equal(back.tag, plan.tag);
    assert_true(back.seed == plan.seed);
    assert_true(back.is_warmup);
    assert_false(back.want_checksum);
    assert_int_equal(back.target.kind, DYNO_TARGET_HS2);
    assert_string_equal(back.target.host, "127.0.0.1");
    assert_int_equal(back.target.port, 65535);
    assert_string_equal(back.target.password, "p\"w");
    assert_null(back.target.connection);
    assert_null(back.target.schema);
    assert_true(back.target.null_service_ns == INT64_MAX);
    assert_int_equal(back.setting_count, 2);
    assert_string_equal(back.settings[1].value, "");
    assert_int_equal(back.query_count, 2);
    assert_string_equal(back.queries[0].sql, quoted);
    assert_true(back.queries[0].weight == 0.1);
    assert_int_equal(back.queries[0].max_rows, 100000);
    assert_memory_equal(&back.load.sessions, &plan.load.sessions, sizeof plan.load.sessions);
    assert_true(back.load.rate_per_s == plan.load.rate_per_s);
    assert_true(back.load.drain_ns == plan.load.drain_ns);
    dyno_trial_plan_deinit(&back);
}

static void test_trial_plan_is_for_our_eyes_only(void **state)
{
    (void)state;
    struct dyno_trial_query query = {TEXT("q"), TEXT("SELECT 1"), 1, 1};
    const struct dyno_trial_plan plan = {.tag = TEXT("t"),
                                         .target = {.fetch_rows = 1},
                                         .queries = &query,
                                         .query_count = 1,
                                         .load = DYNO_LOAD_SHAPE_INIT};
    struct stat info;
    assert_int_equal(dyno_trial_plan_write(&plan, path, NULL), DYNO_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_trial_plan_refuses_to_write_an_odd_tag(void **state)
{
    (void)state;
    char odd[] = "x */ y";
    const struct dyno_trial_plan plan = {.tag = odd};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_trial_plan_write(&plan, path, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "'tag'"));
}

#define HEAD   "{\"version\":1,\"tag\":\"t\",\"seed\":1,\"is_warmup\":false,\"want_checksum\":true"
#define TARGET ",\"target\":{\"kind\":\"null\",\"port\":0,\"fetch_rows\":1,\"null_service_ns\":0}"
#define LOAD(rate)                                                                                                     \
    ",\"load\":{\"arrival\":\"poisson\",\"rate_per_s\":" rate                                                          \
    ",\"think_kind\":\"fixed\",\"is_pinned\":false,\"steps\":[],\"visit\":1,\"burst_on_ns\":0,"                        \
    "\"burst_off_ns\":0,\"warmup_max\":0,\"sessions\":1,\"think_ns\":0,\"warmup_executions\":0,\"trial_warmup_ns\":0," \
    "\"measure_ns\":1,\"timeout_ns\":1,\"drain_ns\":0}"
#define QUERY(weight)                                                                              \
    ",\"settings\":[],\"queries\":[{\"name\":\"q\",\"sql\":\"s\",\"weight\":" weight               \
    ",\"max_rows\":1}]}"

static void test_trial_plan_names_the_bad_member(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *text; /* NULL: it is accepted */
    } cases[] = {
        {HEAD TARGET LOAD("1") QUERY("1"), NULL},
        {"{", "not valid JSON"},
        {"[]", "'version' is missing"},
        {"{\"version\":2}", "'version' is 2"},
        {"{\"version\":1,\"tag\":\"a b\",\"seed\":1,\"is_warmup\":true,\"want_checksum\":true}",
         "'tag'"},
        {"{\"version\":1,\"tag\":\"t\",\"seed\":-1}", "'seed' is out of range"},
        {HEAD "}", "'target': 'kind' is missing"},
        {HEAD ",\"target\":{\"kind\":\"odbx\"}}", "'target': "},
        {HEAD ",\"target\":{\"kind\":\"hs2\",\"port\":70000}}", "'port' is out of range"},
        {HEAD ",\"target\":{\"kind\":\"hs2\",\"port\":7,\"host\":7}}", "'host' is not a string"},
        {HEAD TARGET "}", "'load': 'arrival' is missing"},
        {HEAD TARGET LOAD("0") QUERY("1"), "'load': a rate of 0"},
        {HEAD TARGET LOAD("\"1\"") QUERY("1"), "'rate_per_s' is not a number"},
        {HEAD TARGET LOAD("1") "}", "'settings' is missing"},
        {HEAD TARGET LOAD("1") ",\"settings\":[],\"queries\":[]}", "'queries' is empty"},
        {HEAD TARGET LOAD("1") ",\"settings\":[{\"key\":\"k\"}],\"queries\":[]}",
         "settings[0]: 'value' is missing"},
        {HEAD TARGET LOAD("1") QUERY("0"), "queries[0]: 'weight' is not over 0"},
        {HEAD TARGET LOAD("1") ",\"settings\":[],\"queries\":[7]}",
         "queries[0]: 'name' is missing"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_trial_plan plan = {.tag = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_file_write(path, cases[i].json, strlen(cases[i].json), NULL),
                         DYNO_OK);
        enum dyno_status status = dyno_trial_plan_read(path, &plan, &err);
        dyno_trial_plan_deinit(&plan);
        if (cases[i].text == NULL && status != DYNO_OK)
            fail_msg("case %zu: %s", i, err.message);
        if (cases[i].text != NULL &&
            (status != DYNO_EINPUT || strstr(err.message, cases[i].text) == NULL))
            fail_msg("case %zu: '%s' does not say '%s'", i, err.message, cases[i].text);
    }
}

static void test_trial_plan_says_when_there_is_no_file(void **state)
{
    (void)state;
    struct dyno_trial_plan plan = {.tag = NULL};
    assert_int_equal(dyno_trial_plan_read("/nonexistent/plan.json", &plan, NULL), DYNO_ENOTFOUND);
    assert_null(plan.tag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trial_plan_round_trips),
        cmocka_unit_test(test_trial_plan_is_for_our_eyes_only),
        cmocka_unit_test(test_trial_plan_refuses_to_write_an_odd_tag),
        cmocka_unit_test(test_trial_plan_names_the_bad_member),
        cmocka_unit_test(test_trial_plan_says_when_there_is_no_file),
    };
    return cmocka_run_group_tests(tests, make_path, drop_path);
}
