/* Statement parameters: the text that reaches the server, arrays, data at execution. */
#include "driver.h"

static SQLRETURN bind_text(const struct driver *driver, SQLUSMALLINT number, char *text,
                           SQLLEN *len)
{
    return SQLBindParameter(driver->stmt, number, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 100, 0,
                            text, 0, len);
}

static SQLRETURN bind_long(const struct driver *driver, SQLUSMALLINT number, SQLINTEGER *value,
                           SQLLEN *len)
{
    return SQLBindParameter(driver->stmt, number, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 0, 0,
                            value, 0, len);
}

/* The one cell of the one row, then the cursor is closed. */
static void assert_echo(const struct driver *driver, const char *expected)
{
    assert_int_equal(SQLFetch(driver->stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(driver, 1), expected);
    assert_int_equal(SQLFreeStmt(driver->stmt, SQL_CLOSE), SQL_SUCCESS);
}

static void test_parameters_stand_in_the_text(void **state)
{
    (void)state;
    struct driver driver;
    char text[] = "it's";
    SQLINTEGER number = -5;
    SQLLEN text_len = SQL_NTS;
    SQLLEN null = SQL_NULL_DATA;
    driver_open(&driver, "");
    assert_int_equal(bind_text(&driver, 1, text, &text_len), SQL_SUCCESS);
    assert_int_equal(bind_long(&driver, 2, &number, NULL), SQL_SUCCESS);
    assert_int_equal(bind_long(&driver, 3, &number, &null), SQL_SUCCESS);
    driver_query(&driver, "ECHO a=? and '?'=b-?and c in(?)");
    assert_echo(&driver, "a='it\\'s' and '?'=b- -5 and c in(NULL)");
    driver_close(&driver);
}

static void test_a_prepared_statement_runs_with_new_values(void **state)
{
    (void)state;
    struct driver driver;
    SQLINTEGER number = 1;
    SQLSMALLINT count = -1;
    char expected[32];
    driver_open(&driver, "");
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("ECHO x=?"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLNumParams(driver.stmt, &count), SQL_SUCCESS);
    assert_int_equal(count, 1);
    assert_int_equal(bind_long(&driver, 1, &number, NULL), SQL_SUCCESS);
    for (number = 1; number <= 3; number++) {
        assert_int_equal(SQLExecute(driver.stmt), SQL_SUCCESS);
        (void)snprintf(expected, sizeof expected, "x=%d", (int)number);
        assert_echo(&driver, expected);
    }
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_RESET_PARAMS), SQL_SUCCESS);
    assert_fails(&driver, SQLExecute(driver.stmt), "07002");
    driver_close(&driver);
}

static void test_wrong_bindings_are_refused(void **state)
{
    (void)state;
    struct driver driver;
    SQLINTEGER number = 0;
    driver_open(&driver, "");
    static const struct {
        SQLUSMALLINT number;
        SQLSMALLINT io_type;
        SQLSMALLINT c_type;
        SQLSMALLINT sql_type;
        const char *state;
    } cases[] = {
        {0, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, "07009"},
        {1, SQL_PARAM_OUTPUT, SQL_C_SLONG, SQL_INTEGER, "HYC00"},
        {1, SQL_PARAM_INPUT_OUTPUT, SQL_C_SLONG, SQL_INTEGER, "HYC00"},
        {1, 77, SQL_C_SLONG, SQL_INTEGER, "HY105"},
        {1, SQL_PARAM_INPUT, 7777, SQL_INTEGER, "HY003"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_fails(&driver,
                     SQLBindParameter(driver.stmt, cases[i].number, cases[i].io_type,
                                      cases[i].c_type, cases[i].sql_type, 0, 0, &number, 0, NULL),
                     cases[i].state);
    assert_fails(&driver,
                 SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 0, 0,
                                  NULL, 0, NULL),
                 "HY009");
    assert_fails(&driver, driver_execute(&driver, "ECHO ?"), "07002");
    driver_close(&driver);
}

static void test_a_value_that_is_wrong_names_its_parameter(void **state)
{
    (void)state;
    struct driver driver;
    char text[] = "twelve";
    SQLINTEGER number = 1;
    SQLINTEGER column = 0;
    driver_open(&driver, "");
    assert_int_equal(bind_long(&driver, 1, &number, NULL), SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_INTEGER, 0,
                                      0, text, 0, NULL),
                     SQL_SUCCESS);
    assert_fails(&driver, driver_execute(&driver, "ECHO ? ?"), "22018");
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_COLUMN_NUMBER,
                                     &column, SQL_IS_INTEGER, NULL),
                     SQL_SUCCESS);
    assert_int_equal(column, 2);
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

static void test_describe_param_tells_what_was_bound(void **state)
{
    (void)state;
    struct driver driver;
    char text[] = "x";
    SQLSMALLINT type = 0;
    SQLULEN size = 0;
    SQLSMALLINT digits = 0;
    SQLSMALLINT nullable = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("ECHO ? ?"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(bind_text(&driver, 1, text, NULL), SQL_SUCCESS);
    assert_int_equal(SQLDescribeParam(driver.stmt, 1, &type, &size, &digits, &nullable),
                     SQL_SUCCESS);
    assert_int_equal(type, SQL_VARCHAR);
    assert_int_equal(size, 100);
    assert_int_equal(nullable, SQL_NULLABLE);
    /* Nothing has been said about the second one: a text always goes. */
    assert_int_equal(SQLDescribeParam(driver.stmt, 2, &type, &size, &digits, &nullable),
                     SQL_SUCCESS);
    assert_int_equal(type, SQL_VARCHAR);
    assert_int_equal(size, 255);
    assert_int_equal(digits, 0);
    assert_fails(&driver, SQLDescribeParam(driver.stmt, 3, &type, NULL, NULL, NULL), "07009");
    driver_close(&driver);
}

static void test_data_at_execution_in_pieces(void **state)
{
    (void)state;
    struct driver driver;
    char first[] = "first";
    int second = 0;
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLLEN len_at_exec = SQL_LEN_DATA_AT_EXEC(10);
    SQLPOINTER token = NULL;
    static const SQLWCHAR wide[] = {0xD83D, 0xDE00};
    driver_open(&driver, "");
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_LONGVARCHAR,
                                      0, 0, first, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 2, SQL_PARAM_INPUT, SQL_C_WCHAR,
                                      SQL_WLONGVARCHAR, 0, 0, &second, 0, &len_at_exec),
                     SQL_SUCCESS);
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("ECHO ?,?"), SQL_NTS), SQL_SUCCESS);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(SQLExecute(driver.stmt), SQL_NEED_DATA);
        assert_int_equal(SQLParamData(driver.stmt, &token), SQL_NEED_DATA);
        assert_ptr_equal(token, first);
        assert_int_equal(SQLPutData(driver.stmt, sql_text("ab"), 2), SQL_SUCCESS);
        assert_int_equal(SQLPutData(driver.stmt, sql_text("c'd"), SQL_NTS), SQL_SUCCESS);
        assert_int_equal(SQLParamData(driver.stmt, &token), SQL_NEED_DATA);
        assert_ptr_equal(token, &second);
        /* The two halves of a pair may come apart. */
        assert_int_equal(SQLPutData(driver.stmt, (SQLPOINTER)(uintptr_t)wide, 2), SQL_SUCCESS);
        assert_int_equal(SQLPutData(driver.stmt, (SQLPOINTER)(uintptr_t)(wide + 1), 2),
                         SQL_SUCCESS);
        assert_int_equal(SQLParamData(driver.stmt, &token), SQL_SUCCESS);
        assert_echo(&driver, "'abc\\'d','\xf0\x9f\x98\x80'");
    }
    driver_close(&driver);
}

static void test_data_at_execution_can_be_null_and_cancelled(void **state)
{
    (void)state;
    struct driver driver;
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLPOINTER token = NULL;
    driver_open(&driver, "");
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 0,
                                      0, &at_exec, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "ECHO ?"), SQL_NEED_DATA);
    assert_int_equal(SQLParamData(driver.stmt, &token), SQL_NEED_DATA);
    assert_int_equal(SQLPutData(driver.stmt, NULL, SQL_NULL_DATA), SQL_SUCCESS);
    assert_fails(&driver, SQLPutData(driver.stmt, sql_text("x"), 1), "HY020");
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "ECHO ?"), SQL_NEED_DATA);
    assert_int_equal(SQLParamData(driver.stmt, &token), SQL_NEED_DATA);
    assert_int_equal(SQLPutData(driver.stmt, NULL, SQL_NULL_DATA), SQL_SUCCESS);
    assert_int_equal(SQLParamData(driver.stmt, &token), SQL_SUCCESS);
    assert_echo(&driver, "NULL");
    driver_close(&driver);
}

static void set(const struct driver *driver, SQLINTEGER attribute, SQLPOINTER value)
{
    assert_int_equal(SQLSetStmtAttr(driver->stmt, attribute, value, 0), SQL_SUCCESS);
}

static void test_arrays_run_once_a_set(void **state)
{
    (void)state;
    struct driver driver;
    SQLINTEGER numbers[] = {1, 2, 300, 4};
    SQLLEN lens[] = {0, SQL_NULL_DATA, 0, 0};
    SQLUSMALLINT status[4] = {99, 99, 99, 99};
    SQLUSMALLINT operation[] = {SQL_PARAM_PROCEED, SQL_PARAM_PROCEED, SQL_PARAM_PROCEED,
                                SQL_PARAM_IGNORE};
    SQLULEN processed = 0;
    driver_open(&driver, "");
    set(&driver, SQL_ATTR_PARAMSET_SIZE, sql_number(4));
    set(&driver, SQL_ATTR_PARAM_STATUS_PTR, status);
    set(&driver, SQL_ATTR_PARAMS_PROCESSED_PTR, &processed);
    set(&driver, SQL_ATTR_PARAM_OPERATION_PTR, operation);
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_TINYINT, 0,
                                      0, numbers, 0, lens),
                     SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "ECHO ?"), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(processed, 4);
    assert_int_equal(status[0], SQL_PARAM_SUCCESS);
    assert_int_equal(status[1], SQL_PARAM_SUCCESS);
    assert_int_equal(status[2], SQL_PARAM_ERROR);
    assert_int_equal(status[3], SQL_PARAM_UNUSED);
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), 2);
    driver_close(&driver);
}

struct row {
    SQLINTEGER number;
    SQLLEN number_len;
    char text[8];
    SQLLEN text_len;
};

static void test_arrays_of_rows_with_an_offset(void **state)
{
    (void)state;
    struct driver driver;
    struct row rows[] = {{0}, {1, 0, "one", SQL_NTS}, {2, 0, "two!", 3}};
    SQLULEN offset = sizeof rows[0];
    driver_open(&driver, "");
    set(&driver, SQL_ATTR_PARAM_BIND_TYPE, sql_number(sizeof rows[0]));
    set(&driver, SQL_ATTR_PARAM_BIND_OFFSET_PTR, &offset);
    set(&driver, SQL_ATTR_PARAMSET_SIZE, sql_number(2));
    assert_int_equal(bind_long(&driver, 1, &rows[0].number, &rows[0].number_len), SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 8,
                                      0, rows[0].text, sizeof rows[0].text, &rows[0].text_len),
                     SQL_SUCCESS);
    driver_query(&driver, "ECHO ?,?");
    assert_echo(&driver, "2,'two'");
    driver_close(&driver);
}

static void test_long_values_are_not_cut(void **state)
{
    (void)state;
    enum {
        LONG_BYTES = 3000000
    };
    struct driver driver;
    char *text = malloc(LONG_BYTES + 1);
    char *back = malloc(LONG_BYTES + 16);
    SQLLEN len = LONG_BYTES;
    SQLLEN got = 0;
    assert_non_null(text);
    assert_non_null(back);
    memset(text, 'x', LONG_BYTES);
    text[LONG_BYTES] = '\0';
    driver_open(&driver, "");
    assert_int_equal(bind_text(&driver, 1, text, &len), SQL_SUCCESS);
    driver_query(&driver, "ECHO ?");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetData(driver.stmt, 1, SQL_C_CHAR, back, LONG_BYTES + 16, &got),
                     SQL_SUCCESS);
    assert_int_equal(got, LONG_BYTES + 2);
    assert_memory_equal(back + 1, text, LONG_BYTES);
    free(text);
    free(back);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_stand_in_the_text),
        cmocka_unit_test(test_a_prepared_statement_runs_with_new_values),
        cmocka_unit_test(test_wrong_bindings_are_refused),
        cmocka_unit_test(test_a_value_that_is_wrong_names_its_parameter),
        cmocka_unit_test(test_describe_param_tells_what_was_bound),
        cmocka_unit_test(test_data_at_execution_in_pieces),
        cmocka_unit_test(test_data_at_execution_can_be_null_and_cancelled),
        cmocka_unit_test(test_arrays_run_once_a_set),
        cmocka_unit_test(test_arrays_of_rows_with_an_offset),
        cmocka_unit_test(test_long_values_are_not_cut),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
