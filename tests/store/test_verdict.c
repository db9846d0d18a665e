#include "store/fixture.h"

#include <math.h>
#include <string.h>

static void test_verdict_replaces_the_one_before(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    int64_t id = fixture_experiment(store, "compare");
    const struct dyno_store_contrast contrasts[] = {
        {.metric = "response_mean",
         .query = -1,
         .blocks = 6,
         .log_ratio = 0.1,
         .mde = NAN,
         .verdict = "worse",
         .reason = "clear"},
        {.metric = "response_mean", .query = 0, .blocks = 6, .verdict = "inconclusive"},
    };
    const struct dyno_store_verdict verdict = {
        .verdict = "worse", .sentence = "it is", .qualifiers_json = "[]", .exit_code = 99};
    char text[512];
    assert_int_equal(dyno_store_verdict_put(store, id, contrasts, 2, &verdict, NULL), DYNO_OK);
    assert_int_equal(dyno_store_verdict_put(store, id, contrasts, 1, &verdict, NULL), DYNO_OK);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM contrast"), 1);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM verdict"), 1);
    fixture_text(store, "SELECT mde FROM contrast", text);
    assert_string_equal(text, "(null)");
}

static void test_failed_verdict_keeps_the_one_before(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    int64_t id = fixture_experiment(store, "compare");
    const struct dyno_store_contrast twice[] = {
        {.metric = "response_p50", .query = -1, .verdict = "equivalent"},
        {.metric = "response_p50", .query = -1, .verdict = "equivalent"},
    };
    const struct dyno_store_verdict verdict = {
        .verdict = "equivalent", .sentence = "same", .qualifiers_json = "[]"};
    assert_int_equal(dyno_store_verdict_put(store, id, twice, 1, &verdict, NULL), DYNO_OK);
    assert_int_equal(dyno_store_verdict_put(store, id, twice, 2, &verdict, NULL), DYNO_EINTERNAL);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM contrast"), 1);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM verdict"), 1);
}

static void test_plans_facts_and_warnings(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    char text[512];
    assert_int_equal(dyno_store_plan_put(store, 1, ids.arms[0], 0, 5, "== old", NULL), DYNO_OK);
    assert_int_equal(dyno_store_plan_put(store, 1, ids.arms[0], 0, 6, "== new", NULL), DYNO_OK);
    fixture_text(store, "SELECT text FROM plan", text);
    assert_string_equal(text, "== new");
    assert_int_equal(dyno_store_fact_put(store, 1, "host", "kernel", "6.1", NULL), DYNO_OK);
    assert_int_equal(dyno_store_fact_put(store, 1, "host", "kernel", "6.2", NULL), DYNO_OK);
    fixture_text(store, "SELECT group_concat(value) FROM fact", text);
    assert_string_equal(text, "6.2");
    assert_int_equal(dyno_store_warning_add(store, 1, 0, "busy", "host is busy", NULL), DYNO_OK);
    assert_int_equal(dyno_store_warning_add(store, 1, 44, "busy", "no such trial", NULL),
                     DYNO_EINTERNAL);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM warning"), 1);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_verdict_replaces_the_one_before),
        ONE(test_failed_verdict_keeps_the_one_before),
        ONE(test_plans_facts_and_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
