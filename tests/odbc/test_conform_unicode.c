/* The wide entry points: statements, parameters, cells, names and diagnostics in UTF-16. */
#include "driver.h"

#define SMILE_UTF8 "\xf0\x9f\x98\x80"

/* "a", LATIN SMALL LETTER E WITH ACUTE, a pair. */
static const SQLWCHAR mixed[] = {'a', 0xE9, 0xD83D, 0xDE00, 0};

static SQLWCHAR *wide_of(const char *ascii)
{
    static SQLWCHAR copies[4][256];
    static unsigned next;
    SQLWCHAR *out = copies[next++ % 4];
    size_t i = 0;
    for (; ascii[i] != '\0'; i++)
        out[i] = (SQLWCHAR)(unsigned char)ascii[i];
    out[i] = 0;
    return out;
}

/* "ECHO " and the mixed text. */
static void execute_mixed(const struct driver *driver)
{
    SQLWCHAR sql[16] = {'E', 'C', 'H', 'O', ' '};
    memcpy(sql + 5, mixed, sizeof mixed);
    assert_int_equal(SQLExecDirectW(driver->stmt, sql, SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver->stmt), SQL_SUCCESS);
}

static void test_statements_and_cells(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR wide[8] = {0};
    SQLLEN len = 0;
    driver_open(&driver, "");
    execute_mixed(&driver);
    assert_int_equal(SQLGetData(driver.stmt, 1, SQL_C_WCHAR, wide, sizeof wide, &len), SQL_SUCCESS);
    assert_int_equal(len, 8);
    assert_memory_equal(wide, mixed, sizeof mixed);
    assert_string_equal(driver_cell(&driver, 1), "a\xc3\xa9" SMILE_UTF8);
    driver_close(&driver);
}

/* Through a buffer of one unit at a time, so that the pair comes apart. */
static void test_pairs_in_pieces(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR piece[2];
    SQLWCHAR all[8] = {0};
    size_t units = 0;
    SQLLEN len = 0;
    driver_open(&driver, "");
    execute_mixed(&driver);
    for (;;) {
        SQLRETURN rc = SQLGetData(driver.stmt, 1, SQL_C_WCHAR, piece, sizeof piece, &len);
        if (rc == SQL_NO_DATA)
            break;
        assert_true(SQL_SUCCEEDED(rc));
        assert_int_equal(len, 8 - 2 * (SQLLEN)units);
        all[units++] = piece[0];
    }
    assert_int_equal(units, 4);
    assert_memory_equal(all, mixed, sizeof mixed);
    driver_close(&driver);
}

static void test_wide_parameters(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR value[5];
    SQLLEN len = SQL_NTS;
    memcpy(value, mixed, sizeof mixed);
    driver_open(&driver, "");
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 4,
                                      0, value, sizeof value, &len),
                     SQL_SUCCESS);
    assert_int_equal(SQLPrepareW(driver.stmt, wide_of("ECHO ?"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLExecute(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 1), "'a\xc3\xa9" SMILE_UTF8 "'");
    driver_close(&driver);
}

static void test_wide_diagnostics(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR sqlstate[6] = {0};
    SQLWCHAR text[2048] = {0};
    SQLSMALLINT len = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLExecDirectW(driver.stmt, wide_of("FAIL"), SQL_NTS), SQL_ERROR);
    assert_int_equal(
        SQLGetDiagRecW(SQL_HANDLE_STMT, driver.stmt, 1, sqlstate, NULL, text, 2048, &len),
        SQL_SUCCESS);
    assert_memory_equal(sqlstate, wide_of("42S02"), 12);
    assert_int_equal(text[len], 0);
    assert_int_equal(SQLGetDiagFieldW(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_SQLSTATE, sqlstate,
                                      sizeof sqlstate, NULL),
                     SQL_SUCCESS);
    assert_memory_equal(sqlstate, wide_of("42S02"), 12);
    driver_close(&driver);
}

static void test_wide_names(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR name[16] = {0};
    SQLSMALLINT len = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLExecDirectW(driver.stmt, wide_of("ROWS 1"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLDescribeColW(driver.stmt, 3, name, 16, &len, NULL, NULL, NULL, NULL),
                     SQL_SUCCESS);
    assert_int_equal(len, 4);
    assert_memory_equal(name, wide_of("name"), 10);
    assert_int_equal(SQLColAttributeW(driver.stmt, 3, SQL_DESC_NAME, name, sizeof name, &len, NULL),
                     SQL_SUCCESS);
    assert_int_equal(len, 8);
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_int_equal(SQLColumnsW(driver.stmt, NULL, 0, NULL, 0, wide_of("stores"), SQL_NTS,
                                 wide_of("n%"), SQL_NTS),
                     SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 4), "name");
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_int_equal(
        SQLNativeSqlW(driver.dbc, wide_of("{d '2024-01-01'}"), SQL_NTS, name, 16, NULL),
        SQL_SUCCESS_WITH_INFO);
    assert_memory_equal(name, wide_of("DATE '2024-01-0"), 32);
    assert_int_equal(SQLSetCursorNameW(driver.stmt, wide_of("mine"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLGetCursorNameW(driver.stmt, name, 16, &len), SQL_SUCCESS);
    assert_int_equal(len, 4);
    driver_close(&driver);
}

static void test_texts_described_as_wide(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT type = 0;
    SQLWCHAR wide[16] = {0};
    SQLLEN len = 0;
    driver_open(&driver, "UseUnicodeSqlCharacterTypes=1");
    driver_query(&driver, "ROWS 1");
    assert_int_equal(SQLDescribeCol(driver.stmt, 3, NULL, 0, NULL, &type, NULL, NULL, NULL),
                     SQL_SUCCESS);
    assert_int_equal(type, SQL_WVARCHAR);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetData(driver.stmt, 3, SQL_C_DEFAULT, wide, sizeof wide, &len),
                     SQL_SUCCESS);
    assert_int_equal(len, 12);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_and_cells), cmocka_unit_test(test_pairs_in_pieces),
        cmocka_unit_test(test_wide_parameters),      cmocka_unit_test(test_wide_diagnostics),
        cmocka_unit_test(test_wide_names),           cmocka_unit_test(test_texts_described_as_wide),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
