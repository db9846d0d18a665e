/* Where parameters and escapes stand in a statement's text, and where they only seem to. */
#include "odbc/sql.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

/* Read `text`; `expected` has '#' where markers are found. */
static void check(const char *text, const char *expected)
{
    struct dyno_odbc_sql sql;
    char *copy = strdup(text);
    assert_non_null(copy);
    assert_true(dyno_odbc_sql_take(&sql, copy, true));
    for (size_t i = 0; i < sql.marker_count; i++) {
        assert_int_equal(sql.text[sql.markers[i]], '?');
        sql.text[sql.markers[i]] = '#';
    }
    assert_string_equal(sql.text, expected);
    dyno_odbc_sql_deinit(&sql);
}

static void test_markers_are_found_outside_of_quotes_and_comments(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"select 1", "select 1"},
        {"select ?", "select #"},
        {"?", "#"},
        {"select ?,? from t where a=?", "select #,# from t where a=#"},
        {"select '?', \"?\", `?`, ?", "select '?', \"?\", `?`, #"},
        {"select 'it''s ?', ?", "select 'it''s ?', #"},
        {"select 'it\\'s ?', ?", "select 'it\\'s ?', #"},
        {"select '\\\\', ?", "select '\\\\', #"},
        {"select r'\\', ?", "select r'\\', #"},
        {"select R\"a\\\", ?", "select R\"a\\\", #"},
        {"select bar'\\', ?'", "select bar'\\', ?'"},
        {"select `a\\`, ?", "select `a\\`, #"},
        {"select 1 -- ? it's\n, ?", "select 1 -- ? it's\n, #"},
        {"select /* ? ' */ ?", "select /* ? ' */ #"},
        {"select /* /* ? */ ? */ ?", "select /* /* ? */ ? */ #"},
        {"select /*+ BROADCAST(t) */ ?", "select /*+ BROADCAST(t) */ #"},
        {"select 'never closed ?", "select 'never closed ?"},
        {"select /* never closed ?", "select /* never closed ?"},
        {"select 4-?-?", "select 4-#-#"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(cases[i][0], cases[i][1]);
}

static void test_escapes_become_sparks_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"select {d '2024-02-29'}", "select DATE '2024-02-29'"},
        {"select { ts '2024-02-29 01:02:03' }", "select TIMESTAMP '2024-02-29 01:02:03' "},
        {"select {t '01:02:03'}", "select '01:02:03'"},
        {"select {fn ucase({fn lcase(?)})}", "select ucase(lcase(#))"},
        {"from {oj a left outer join b on a.x = b.x}", "from a left outer join b on a.x = b.x"},
        {"a like 'x!%' {escape '!'}", "a like 'x!%' ESCAPE '!'"},
        {"{guid '0f'}", "'0f'"},
        {"select '{d ''x''}', `{fn y}` /* {d} */", "select '{d ''x''}', `{fn y}` /* {d} */"},
        {"select {unknown x} }", "select {unknown x} }"},
        {"select {D '2024-01-01'}, {dd '1'}", "select DATE '2024-01-01', {dd '1'}"},
        {"select {fn concat('}', ?)}", "select concat('}', #)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(cases[i][0], cases[i][1]);
}

static void test_escapes_can_be_left_alone(void **state)
{
    (void)state;
    struct dyno_odbc_sql sql;
    assert_true(dyno_odbc_sql_take(&sql, strdup("select {d '2024-01-01'}, ?"), false));
    assert_string_equal(sql.text, "select {d '2024-01-01'}, ?");
    assert_int_equal(sql.marker_count, 1);
    dyno_odbc_sql_deinit(&sql);
}

static void test_queries_are_known_by_their_first_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_query;
    } cases[] = {
        {"select 1", true},
        {"  SELECT(1)", true},
        {"((select 1))", true},
        {"/* a */ -- b\n with", true},
        {"values (1)", true},
        {"FROM t SELECT *", true},
        {"table t", true},
        {"selection", false},
        {"insert into t select 1", false},
        {"show tables", false},
        {"", false},
        {"/* select", false},
        {"set a=b", false},
        {"describe select 1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dyno_odbc_sql sql;
        assert_true(dyno_odbc_sql_take(&sql, strdup(cases[i].text), true));
        assert_int_equal(dyno_odbc_sql_is_query(&sql), cases[i].is_query);
        dyno_odbc_sql_deinit(&sql);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markers_are_found_outside_of_quotes_and_comments),
        cmocka_unit_test(test_escapes_become_sparks_words),
        cmocka_unit_test(test_escapes_can_be_left_alone),
        cmocka_unit_test(test_queries_are_known_by_their_first_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
