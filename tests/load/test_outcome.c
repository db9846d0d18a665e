/* Every way in which a call can fail has its outcome. */
#include "load/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_outcome_follows_status_and_state(void **state)
{
    (void)state;
    static const struct {
        enum dyno_status status;
        const char *sqlstate;
        enum dyno_outcome outcome;
    } rows[] = {
        {DYNO_OK, NULL, DYNO_OUTCOME_OK},
        {DYNO_ESERVER, "42S02", DYNO_OUTCOME_SQL_ERROR},
        {DYNO_ECANCELLED, "HY008", DYNO_OUTCOME_SQL_ERROR},
        {DYNO_ETIMEOUT, "HYT00", DYNO_OUTCOME_TIMEOUT},
        {DYNO_ECONN, "08001", DYNO_OUTCOME_CONN_REFUSED},
        {DYNO_ECONN, "08S01", DYNO_OUTCOME_CONN_LOST},
        {DYNO_EDNS, "08001", DYNO_OUTCOME_DNS},
        {DYNO_ETLS, "08001", DYNO_OUTCOME_TLS},
        {DYNO_ETLS, "08S01", DYNO_OUTCOME_TLS},
        {DYNO_EAUTH, "28000", DYNO_OUTCOME_AUTH},
        {DYNO_EPROTO, "08S01", DYNO_OUTCOME_PROTOCOL},
        {DYNO_EUNSUPPORTED, "HYC00", DYNO_OUTCOME_DRIVER_ERROR},
        {DYNO_ELIMIT, "HY000", DYNO_OUTCOME_HARNESS_ERROR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_err err = DYNO_ERR_INIT;
        (void)dyno_err_set_sql(&err, rows[i].status, rows[i].sqlstate, 0, "x");
        assert_int_equal(dyno_outcome_of(&err, rows[i].status, DYNO_CUT_NONE), rows[i].outcome);
    }
}

static void test_outcome_of_what_was_cut_is_the_cut(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)dyno_err_set_sql(&err, DYNO_ETLS, "08S01", 0, "x");
    assert_int_equal(dyno_outcome_of(&err, DYNO_ETLS, DYNO_CUT_DEADLINE), DYNO_OUTCOME_TIMEOUT);
    assert_int_equal(dyno_outcome_of(&err, DYNO_ETLS, DYNO_CUT_END), DYNO_OUTCOME_CANCELLED);
    assert_int_equal(dyno_outcome_of(&err, DYNO_OK, DYNO_CUT_END), DYNO_OUTCOME_OK);
}

/* What ended by itself, well or not, has a time of its own; of the rest a bound is known. */
static void test_outcome_that_is_cut_off_is_a_bound(void **state)
{
    (void)state;
    static const char cut_off[] = "empty running timeout cancelled skipped";
    for (int i = 0; i < DYNO_OUTCOME_COUNT; i++) {
        enum dyno_outcome outcome = (enum dyno_outcome)i;
        assert_int_equal(dyno_outcome_is_cut_off(outcome),
                         strstr(cut_off, dyno_outcome_name(outcome)) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcome_follows_status_and_state),
        cmocka_unit_test(test_outcome_of_what_was_cut_is_the_cut),
        cmocka_unit_test(test_outcome_that_is_cut_off_is_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
