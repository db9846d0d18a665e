#include "odbc/diag.h"
#include "odbc/sqlstate.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

static struct dyno_err server_error(const char *sqlstate, const char *message)
{
    struct dyno_err err = DYNO_ERR_INIT;
    (void)dyno_err_set_sql(&err, DYNO_ESERVER, sqlstate, 7, "%s", message);
    return err;
}

static void test_sqlstate_maps_sparks_to_odbcs(void **state)
{
    (void)state;
    static const struct {
        const char *spark;
        const char *odbc;
    } rows[] = {
        {"42P01", "42S02"}, {"42703", "42S22"}, {"42601", "42000"}, {"42K05", "42000"},
        {"42P07", "42S01"}, {"22012", "22012"}, {"22018", "22018"}, {"XX000", "HY000"},
        {"0A000", "HYC00"}, {"HYT00", "HYT00"}, {"KD000", "HY000"}, {"08S01", "08S01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(dyno_odbc_sqlstate_map(rows[i].spark), rows[i].odbc);
}

static void test_diag_keeps_the_original_state_in_the_text(void **state)
{
    (void)state;
    struct dyno_odbc_diag diag;
    dyno_odbc_diag_init(&diag);
    struct dyno_err err = server_error("42601", "syntax error");
    assert_int_equal(dyno_odbc_diag_post_err(&diag, &err, false), SQL_ERROR);
    const struct dyno_odbc_record *record = dyno_odbc_diag_get(&diag, 1);
    assert_string_equal(record->sqlstate, "42000");
    assert_int_equal(record->native, 7);
    assert_string_equal(record->message, "[sparkdyno][Spark ODBC] syntax error (SQLSTATE 42601)");
    dyno_odbc_diag_clear(&diag);
    err = server_error("42P01", "no table. SQLSTATE: 42P01");
    assert_int_equal(dyno_odbc_diag_post_err(&diag, &err, false), SQL_ERROR);
    assert_string_equal(dyno_odbc_diag_get(&diag, 1)->message,
                        "[sparkdyno][Spark ODBC] no table. SQLSTATE: 42P01");
    dyno_odbc_diag_clear(&diag);
    assert_int_equal(dyno_odbc_diag_post_err(&diag, &err, true), SQL_ERROR);
    assert_string_equal(dyno_odbc_diag_get(&diag, 1)->sqlstate, "42P01");
    dyno_odbc_diag_deinit(&diag);
}

/* The server answers, so the connection is not lost, whatever state it has for a statement that failed. */
static void test_a_servers_error_is_no_lost_connection(void **state)
{
    (void)state;
    struct dyno_odbc_diag diag;
    dyno_odbc_diag_init(&diag);
    struct dyno_err err = server_error("08S01", "return code 2");
    (void)dyno_odbc_diag_post_err(&diag, &err, false);
    assert_string_equal(dyno_odbc_diag_get(&diag, 1)->sqlstate, "HY000");
    assert_non_null(strstr(dyno_odbc_diag_get(&diag, 1)->message, "(SQLSTATE 08S01)"));
    (void)dyno_odbc_diag_post_err(&diag, &err, true);
    assert_string_equal(dyno_odbc_diag_get(&diag, 2)->sqlstate, "08S01");
    (void)dyno_err_set_sql(&err, DYNO_ECONN, "08S01", 0, "closed");
    (void)dyno_odbc_diag_post_err(&diag, &err, false);
    assert_string_equal(dyno_odbc_diag_get(&diag, 3)->sqlstate, "08S01");
    dyno_odbc_diag_deinit(&diag);
}

static void test_diag_long_messages_are_whole(void **state)
{
    (void)state;
    struct dyno_odbc_diag diag;
    char text[1800];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    dyno_odbc_diag_init(&diag);
    struct dyno_err err = server_error("42000", text);
    (void)dyno_odbc_diag_post_err(&diag, &err, false);
    assert_int_equal(strlen(dyno_odbc_diag_get(&diag, 1)->message),
                     strlen(DYNO_ODBC_PREFIX) + sizeof text - 1);
    dyno_odbc_diag_deinit(&diag);
}

static void test_diag_class_decides_the_return_code(void **state)
{
    (void)state;
    struct dyno_odbc_diag diag;
    dyno_odbc_diag_init(&diag);
    assert_int_equal(dyno_odbc_diag_post(&diag, "01004", NULL), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(dyno_odbc_diag_post(&diag, "HY010", NULL), SQL_ERROR);
    assert_int_equal(dyno_odbc_diag_count(&diag), 2);
    assert_int_equal(dyno_odbc_diag_get(&diag, 1)->row, SQL_NO_ROW_NUMBER);
    assert_non_null(strstr(dyno_odbc_diag_get(&diag, 2)->message, "function sequence error"));
    assert_null(dyno_odbc_diag_get(&diag, 0));
    assert_null(dyno_odbc_diag_get(&diag, 3));
    dyno_odbc_diag_deinit(&diag);
}

static void test_diag_stops_at_its_bound(void **state)
{
    (void)state;
    struct dyno_odbc_diag diag;
    dyno_odbc_diag_init(&diag);
    for (int64_t i = 0; i < 10000; i++)
        assert_int_equal(dyno_odbc_diag_post_cell(&diag, "01004", i, 3), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(dyno_odbc_diag_count(&diag), DYNO_ODBC_DIAG_MAX);
    assert_int_equal(dyno_odbc_diag_get(&diag, 2)->row, 1);
    assert_int_equal(dyno_odbc_diag_get(&diag, 2)->column, 3);
    dyno_odbc_diag_deinit(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sqlstate_maps_sparks_to_odbcs),
        cmocka_unit_test(test_diag_keeps_the_original_state_in_the_text),
        cmocka_unit_test(test_a_servers_error_is_no_lost_connection),
        cmocka_unit_test(test_diag_long_messages_are_whole),
        cmocka_unit_test(test_diag_class_decides_the_return_code),
        cmocka_unit_test(test_diag_stops_at_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
