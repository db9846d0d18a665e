/* An experiment that goes from one results file to another inside a plan: nothing is lost, nothing half-done. */
#include "store/carry.h"
#include "store/fixture.h"
#include "store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char *carried_once(struct dyno_store *store, int64_t *experiment_id)
{
    char *text = NULL;
    int64_t arm_id = 0;
    int64_t start_id = 0;
    char key[] = "spark.sql.a";
    char value[] = "\"it's\" ${x} \\ \n \xc3\xa9";
    char before[] = "0";
    const struct dyno_store_arm arm = {
        .role = "only", .name = "mine", .comment = "</script>", .sha256 = "ab"};
    const struct dyno_setting_proof proof = {.key = key,
                                             .asked = value,
                                             .applied = value,
                                             .server_default = before,
                                             .source = "SET",
                                             .is_known = true,
                                             .is_applied = true};
    *experiment_id = fixture_experiment(store, "run a b");
    assert_int_equal(dyno_store_fact_put(store, *experiment_id, "host", "cpu", value, NULL), 0);
    assert_int_equal(dyno_store_arm_add(store, *experiment_id, &arm, &arm_id, NULL), 0);
    assert_int_equal(dyno_store_query_add(store, *experiment_id, 0, "q", value, 0.1, NULL), 0);
    assert_int_equal(dyno_store_start_add(store, *experiment_id, 0, arm_id, &start_id, NULL), 0);
    assert_int_equal(dyno_store_settings_put(store, start_id, arm_id, &proof, 1, NULL), 0);
    assert_int_equal(dyno_store_warning_add(store, *experiment_id, 0, "w", "text", NULL), 0);
    assert_int_equal(dyno_store_carry_out(store, *experiment_id, &text, NULL), DYNO_OK);
    return text;
}

static int64_t number(struct dyno_store *store, const char *sql)
{
    int64_t value = -1;
    assert_int_equal(dyno_sql_number(dyno_store_handle(store), sql, -1, &value, NULL), DYNO_OK);
    return value;
}

/* Each row of the one has its equal in the other, ids apart. */
static const char *const differences[] = {
    "SELECT count(*) FROM (SELECT kind, name, seed, margin, plan_json, plan_sha256 FROM experiment GROUP BY 1, 2, 3, 4, 5, 6)",
    "SELECT count(*) FROM (SELECT name, value FROM fact GROUP BY 1, 2)",
    "SELECT count(*) FROM (SELECT ordinal, role, name, comment, sha256 FROM arm GROUP BY 1, 2, 3, 4, 5)",
    "SELECT count(*) FROM (SELECT ordinal, name, sql, weight FROM query GROUP BY 1, 2, 3, 4)",
    "SELECT count(*) FROM (SELECT key, scope, asked, applied, server_default, source, is_applied, complaint FROM setting "
    "GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)",
    "SELECT count(*) FROM (SELECT code, text FROM warning GROUP BY 1, 2)"};

static void test_carry_brings_everything(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct dyno_store_carried ids = {.experiment_id = 0};
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t first = 0;
    char *text = carried_once(store, &first);
    if (dyno_store_carry_in(store, text, &ids, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_true(ids.experiment_id > first);
    assert_int_equal(ids.setting_count, 1);
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++)
        assert_int_equal(number(store, differences[i]), 1);
    assert_int_equal(number(store, "SELECT count(*) FROM experiment"), 2);
    assert_int_equal(number(store, "SELECT count(*) FROM setting"), 2);
    /* Others will run the load: their machine is not known from the plan. */
    assert_int_equal(number(store, "SELECT count(*) FROM fact WHERE topic = 'host'"), 1);
    assert_int_equal(number(store, "SELECT count(*) FROM fact WHERE topic = 'planned on'"), 1);
    int64_t proved = 0;
    assert_int_equal(dyno_store_settings_proved(store, ids.start_id, ids.arm_id, &proved, NULL), 0);
    assert_int_equal(proved, 1);
    free(text);
}

static void test_carry_refuses_what_it_did_not_write(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    static const char *const texts[] = {
        "", "[]", "{\"kind\":\"run\"}",
        "{\"kind\":\"run\",\"name\":\"x\",\"plan\":\"{}\",\"seed\":\"1\"}",
        "{\"kind\":\"run\",\"name\":\"x\",\"plan\":\"{}\",\"seed\":\"1\",\"arm\":[\"chief\",\"a\",\"b\",\"c\"]}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_store_carried ids = {.experiment_id = 0};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_store_carry_in(store, texts[i], &ids, &err), DYNO_EINPUT);
        assert_int_equal(ids.experiment_id, 0);
        assert_int_equal(number(store, "SELECT count(*) FROM experiment"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_carry_brings_everything, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_carry_refuses_what_it_did_not_write, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
