/* What is told of a result's columns, before and after execution. */
#include "driver.h"

static void test_every_type_is_described(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        SQLSMALLINT type;
        SQLULEN size;
        SQLSMALLINT digits;
    } rows[] = {
        {"b", SQL_BIT, 1, 0},
        {"ti", SQL_TINYINT, 3, 0},
        {"si", SQL_SMALLINT, 5, 0},
        {"i", SQL_INTEGER, 10, 0},
        {"bi", SQL_BIGINT, 19, 0},
        {"f", SQL_REAL, 24, 0},
        {"d", SQL_DOUBLE, 53, 0},
        {"s", SQL_VARCHAR, 100, 0},
        {"ts", SQL_TYPE_TIMESTAMP, 26, 6},
        {"bin", SQL_VARBINARY, 32767, 0},
        {"a", SQL_VARCHAR, 100, 0},
        {"m", SQL_VARCHAR, 100, 0},
        {"st", SQL_VARCHAR, 100, 0},
        {"dec", SQL_DECIMAL, 12, 3},
        {"dt", SQL_TYPE_DATE, 10, 0},
        {"vc", SQL_VARCHAR, 7, 0},
        {"c", SQL_CHAR, 5, 0},
    };
    struct driver driver;
    driver_open(&driver, "DefaultStringColumnLength=100");
    driver_query(&driver, "TYPES");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SQLCHAR name[16] = "";
        SQLSMALLINT len = 0;
        SQLSMALLINT type = 0;
        SQLULEN size = 0;
        SQLSMALLINT digits = -1;
        SQLSMALLINT nullable = -1;
        assert_int_equal(SQLDescribeCol(driver.stmt, (SQLUSMALLINT)(i + 1), name, sizeof name, &len,
                                        &type, &size, &digits, &nullable),
                         SQL_SUCCESS);
        assert_string_equal((const char *)name, rows[i].name);
        assert_int_equal(len, strlen(rows[i].name));
        assert_int_equal(type, rows[i].type);
        assert_int_equal(size, rows[i].size);
        assert_int_equal(digits, rows[i].digits);
        assert_int_equal(nullable, SQL_NULLABLE);
    }
    assert_fails(&driver, SQLDescribeCol(driver.stmt, 99, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                 "07009");
    driver_close(&driver);
}

static void test_column_attributes(void **state)
{
    (void)state;
    struct driver driver;
    SQLCHAR text[32] = "";
    SQLSMALLINT len = 0;
    SQLLEN number = -1;
    driver_open(&driver, "");
    driver_query(&driver, "TYPES");
    assert_int_equal(
        SQLColAttribute(driver.stmt, 14, SQL_DESC_TYPE_NAME, text, sizeof text, &len, NULL),
        SQL_SUCCESS);
    assert_string_equal((const char *)text, "DECIMAL");
    static const struct {
        SQLUSMALLINT column;
        SQLUSMALLINT field;
        SQLLEN value;
    } rows[] = {
        {14, SQL_DESC_PRECISION, 12},      {14, SQL_DESC_SCALE, 3},
        {14, SQL_DESC_DISPLAY_SIZE, 14},   {5, SQL_DESC_DISPLAY_SIZE, 20},
        {5, SQL_DESC_UNSIGNED, SQL_FALSE}, {8, SQL_DESC_UNSIGNED, SQL_TRUE},
        {9, SQL_DESC_TYPE, SQL_DATETIME},  {9, SQL_DESC_CONCISE_TYPE, SQL_TYPE_TIMESTAMP},
        {8, SQL_DESC_OCTET_LENGTH, 1020},  {8, SQL_DESC_LENGTH, 255},
        {1, SQL_DESC_COUNT, 20},           {1, SQL_DESC_UPDATABLE, SQL_ATTR_READONLY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            SQLColAttribute(driver.stmt, rows[i].column, rows[i].field, NULL, 0, NULL, &number),
            SQL_SUCCESS);
        assert_int_equal(number, rows[i].value);
    }
    assert_fails(&driver, SQLColAttribute(driver.stmt, 1, 4711, NULL, 0, NULL, &number), "HY091");
    driver_close(&driver);
}

static void test_a_prepared_query_tells_its_columns(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT count = -1;
    SQLSMALLINT type = 0;
    SQLCHAR name[8] = "";
    SQLINTEGER number = 1;
    driver_open(&driver, "");
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SELECT ? -- end"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), 0);
    assert_int_equal(SQLNumResultCols(driver.stmt, &count), SQL_SUCCESS);
    assert_int_equal(count, 1);
    assert_int_equal(
        SQLDescribeCol(driver.stmt, 1, name, sizeof name, NULL, &type, NULL, NULL, NULL),
        SQL_SUCCESS);
    assert_string_equal((const char *)name, "1");
    assert_int_equal(type, SQL_INTEGER);
    /* Asked once. */
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), 1);
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 0,
                                      0, &number, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(SQLExecute(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 1), "1");
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_int_equal(dyno_fake_hs2_await_calls(driver.server, DYNO_HS2_CLOSE_OPERATION, 2), 2);
    driver_close(&driver);
}

static void test_a_prepared_statement_that_is_no_query_cannot_be_asked(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT count = -1;
    driver_open(&driver, "");
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SET a=b"), SQL_NTS), SQL_SUCCESS);
    assert_fails(&driver, SQLNumResultCols(driver.stmt, &count), "HYC00");
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SELECT FAIL"), SQL_NTS), SQL_SUCCESS);
    assert_fails(&driver, SQLNumResultCols(driver.stmt, &count), "42S02");
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), 1);
    driver_close(&driver);
}

/* Describing costs nothing: all of it comes from what one call has brought. */
static void test_describing_asks_the_server_once(void **state)
{
    (void)state;
    struct driver driver;
    SQLLEN number = 0;
    driver_open(&driver, "");
    driver_query(&driver, "TYPES");
    for (SQLUSMALLINT column = 1; column <= 20; column++) {
        assert_int_equal(
            SQLColAttribute(driver.stmt, column, SQL_DESC_CONCISE_TYPE, NULL, 0, NULL, &number),
            SQL_SUCCESS);
        assert_int_equal(SQLDescribeCol(driver.stmt, column, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                         SQL_SUCCESS);
    }
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_GET_RESULT_SET_METADATA), 1);
    driver_close(&driver);
}

/* What one SELECT of one row costs: execute, status, metadata, fetch until the end, close. */
static void test_round_trips_of_a_one_row_select(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    static const enum dyno_hs2_call calls[] = {
        DYNO_HS2_EXECUTE_STATEMENT, DYNO_HS2_GET_OPERATION_STATUS, DYNO_HS2_GET_RESULT_SET_METADATA,
        DYNO_HS2_FETCH_RESULTS, DYNO_HS2_CLOSE_OPERATION};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        assert_int_equal(dyno_fake_hs2_await_calls(driver.server, calls[i], 1), 1);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_is_described),
        cmocka_unit_test(test_column_attributes),
        cmocka_unit_test(test_a_prepared_query_tells_its_columns),
        cmocka_unit_test(test_a_prepared_statement_that_is_no_query_cannot_be_asked),
        cmocka_unit_test(test_describing_asks_the_server_once),
        cmocka_unit_test(test_round_trips_of_a_one_row_select),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
