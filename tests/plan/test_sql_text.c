#include "plan/plan_test.h"
#include "plan/sql_text.h"

#include <stdlib.h>
#include <string.h>

static const struct dyno_sql_variable variables[] = {{"rows", "1000"}, {"scale", "0.1"}};
static const struct dyno_sql_rules table_rules = {
    .variables = variables, .variable_count = 2, .must_be_query = true};
static const struct dyno_sql_rules query_rules = {.variable_count = 0};

static void expect(const char *text, const struct dyno_sql_rules *rules, const char *expected)
{
    char *sql = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_sql_parse(text, strlen(text), "q.sql", rules, &sql, &err) != DYNO_OK)
        fail_msg("%s: %s", text, err.message);
    assert_string_equal(sql, expected);
    free(sql);
}

static void test_sql_accepts_one_statement(void **state)
{
    (void)state;
    static const char *const accepted[] = {
        "SELECT 1",
        "SELECT ';'",
        "SELECT 'it''s; fine'",
        "SELECT 'a\\';b'",
        "SELECT \"x;y\"",
        "SELECT `odd;``name` FROM t",
        "SELECT r'\\', ';'",
        "SELECT 1 -- ; a comment",
        "SELECT 1 -- \\\n; a comment that goes on",
        "SELECT /* ; /* ; */ ; */ 1",
        "SELECT /*+ BROADCAST(t) */ 1",
        "-- first\nSELECT 1",
        "SELECT $ 1 - -1 / 2",
        "SELECT 'no end of a comment: /*'",
        "SELECT '--' , \"/*\"",
        "INSERT INTO t VALUES (1)",
    };
    for (size_t i = 0; i < COUNT_OF(accepted); i++)
        expect(accepted[i], &query_rules, accepted[i]);
}

static void test_sql_drops_what_stands_around_a_statement(void **state)
{
    (void)state;
    expect("\n  SELECT 1 ; \n", &query_rules, "SELECT 1");
    expect("SELECT 1;; -- done\n/* really */", &query_rules, "SELECT 1");
    expect("SELECT 1 -- kept", &query_rules, "SELECT 1 -- kept");
}

static void test_sql_fills_in_variables(void **state)
{
    (void)state;
    expect("SELECT id FROM range(0, ${rows}, 1) -- ${scale}", &table_rules,
           "SELECT id FROM range(0, 1000, 1) -- 0.1");
    expect("(SELECT ${rows}${rows})", &table_rules, "(SELECT 10001000)");
}

static void test_sql_wants_a_query_for_a_table(void **state)
{
    (void)state;
    static const char *const queries[] = {"select 1",   "WITH a AS (SELECT 1) SELECT * FROM a",
                                          "VALUES (1)", "FROM t SELECT a",
                                          "TABLE t",    "/* x */ -- y\n(SELECT 1)"};
    for (size_t i = 0; i < COUNT_OF(queries); i++)
        expect(queries[i], &table_rules, queries[i]);
}

static void test_sql_names_the_place_of_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *text;
    } cases[] = {
        {"", "q.sql:1:1: there is no statement"},
        {" \n\t\n", "q.sql:1:1: there is no statement"},
        {"-- only\n/* comments */ ;", "q.sql:1:1: there is no statement"},
        {"SELECT 1; SELECT 2", "q.sql:1:11: a second statement"},
        {"SELECT 1;\n-- x\n  DROP TABLE t", "q.sql:3:3: a second statement"},
        {"SELECT '\xc3\xa9'; SELECT 2", "q.sql:1:13: a second statement"},
        {"SELECT r'\\'; SELECT 2", "q.sql:1:14: a second statement"},
        {"SELECT /* /* */ ; */ 1; x", "q.sql:1:25: a second statement"},
        {"SELECT 1 -- c\n; SELECT", "q.sql:2:3: a second statement"},
        {"SELECT\n 'abc", "q.sql:2:2: the ' that opens here"},
        {"SELECT 'abc\\'", "q.sql:1:8: the ' that opens here"},
        {"SELECT 'abc\\", "q.sql:1:8: the ' that opens here"},
        {"SELECT \"abc'", "q.sql:1:8: the \" that opens here"},
        {"SELECT `abc", "q.sql:1:8: the ` that opens here"},
        {"SELECT /* /* */ 1", "q.sql:1:8: the comment that opens here"},
        {"SELECT 1, ${rows", "q.sql:1:11: the '${' that opens here"},
        {"SELECT ${rows\n}", "q.sql:1:8: the '${' that opens here"},
        {"SELECT ${row}",
         "q.sql:1:8: unknown ${row}, did you mean ${rows}?; known here: ${rows}, ${scale}"},
        {"SELECT 1\n -- ${nonsense}", "q.sql:2:5: unknown ${nonsense}; known here"},
        {"SELECT ${}", "q.sql:1:8: unknown ${}"},
        {"-- x\nDROP TABLE t", "q.sql:2:1: a SELECT is needed here, this starts with 'DROP'"},
        {"selection", "q.sql:1:1: a SELECT is needed"},
        {"SELECT 1\x01", "q.sql:1:9: a control character"},
        {"SELECT '\xff'", "q.sql:1:9: not UTF-8"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *sql = NULL;
        struct dyno_err err = DYNO_ERR_INIT;
        enum dyno_status status =
            dyno_sql_parse(cases[i].sql, strlen(cases[i].sql), "q.sql", &table_rules, &sql, &err);
        assert_null(sql);
        if (status != DYNO_EINPUT ||
            strncmp(err.message, cases[i].text, strlen(cases[i].text)) != 0)
            fail_msg("%s: '%s' is not '%s'", cases[i].sql, err.message, cases[i].text);
    }
}

static void test_sql_of_a_query_has_no_variables(void **state)
{
    (void)state;
    char *sql = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_sql_parse("SELECT ${rows}", 14, "q.sql", &query_rules, &sql, &err),
                     DYNO_EINPUT);
    assert_string_equal(err.message, "q.sql:1:8: unknown ${rows}; nothing is filled in here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sql_accepts_one_statement),
        cmocka_unit_test(test_sql_drops_what_stands_around_a_statement),
        cmocka_unit_test(test_sql_fills_in_variables),
        cmocka_unit_test(test_sql_wants_a_query_for_a_table),
        cmocka_unit_test(test_sql_names_the_place_of_what_is_wrong),
        cmocka_unit_test(test_sql_of_a_query_has_no_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
