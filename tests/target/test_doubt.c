#include "support/check.h"
#include "target/doubt.h"

#include <stdio.h>
#include <string.h>

static void check(struct dyno_manager_facts facts, const char *expected)
{
    struct dyno_doubt doubts[DYNO_DOUBTS_MAX];
    char codes[128] = "";
    size_t count = dyno_target_doubts(&facts, doubts);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%s ", doubts[i].code);
        assert_non_null(strstr(doubts[i].text, "odbcinst.ini"));
    }
    assert_string_equal(codes, expected);
}

static void test_a_plain_driver_manager_raises_none(void **state)
{
    (void)state;
    check((struct dyno_manager_facts){.threading_level = 0, .sessions = 8}, "");
    check((struct dyno_manager_facts){.threading_level = -1, .sessions = 8}, "");
    check((struct dyno_manager_facts){.threading_level = 2, .sessions = 8}, "");
}

static void test_one_session_has_nobody_to_wait_for(void **state)
{
    (void)state;
    check((struct dyno_manager_facts){.threading_level = 3, .sessions = 1}, "");
    check((struct dyno_manager_facts){.threading_level = 3, .sessions = 2}, "driver_serialised ");
}

static void test_all_of_them_in_order(void **state)
{
    (void)state;
    check(
        (struct dyno_manager_facts){
            .threading_level = 3, .sessions = 2, .is_pooled = true, .is_traced = true},
        "driver_serialised driver_traced driver_pooled ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_driver_manager_raises_none),
        cmocka_unit_test(test_one_session_has_nobody_to_wait_for),
        cmocka_unit_test(test_all_of_them_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
