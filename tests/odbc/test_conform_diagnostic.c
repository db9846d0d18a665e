/* Diagnostic records and fields. */
#include "driver.h"

static void test_diagnostics_honour_lengths(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    (void)driver_execute(&driver, "FAIL");
    SQLCHAR text[2048] = "";
    SQLCHAR cut[21] = "";
    SQLSMALLINT len = 0;
    SQLSMALLINT cut_len = 0;
    assert_int_equal(
        SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 1, NULL, NULL, text, sizeof text, &len),
        SQL_SUCCESS);
    assert_int_equal(
        SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 1, NULL, NULL, cut, sizeof cut, &cut_len),
        SQL_SUCCESS_WITH_INFO);
    assert_int_equal(len, cut_len);
    assert_int_equal(strlen((const char *)cut), sizeof cut - 1);
    assert_memory_equal(text, cut, sizeof cut - 1);
    SQLINTEGER count = 0;
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 0, SQL_DIAG_NUMBER, &count,
                                     SQL_IS_INTEGER, NULL),
                     SQL_SUCCESS);
    assert_int_equal(count, 1);
    SQLCHAR field[32] = "";
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_SQLSTATE, field,
                                     sizeof field, &len),
                     SQL_SUCCESS);
    assert_string_equal((const char *)field, "42S02");
    driver_close(&driver);
}

static void test_record_fields(void **state)
{
    (void)state;
    struct driver driver;
    static const struct {
        SQLSMALLINT field;
        const char *value;
    } texts[] = {
        {SQL_DIAG_SQLSTATE, "42S02"},
        {SQL_DIAG_CLASS_ORIGIN, "ISO 9075"},
        {SQL_DIAG_SUBCLASS_ORIGIN, "ODBC 3.0"},
        {SQL_DIAG_CONNECTION_NAME, ""},
    };
    driver_open(&driver, "");
    (void)driver_execute(&driver, "FAIL");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        SQLCHAR text[64] = "?";
        SQLSMALLINT len = -1;
        assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, texts[i].field, text,
                                         sizeof text, &len),
                         SQL_SUCCESS);
        assert_string_equal((const char *)text, texts[i].value);
        assert_int_equal(len, strlen(texts[i].value));
    }
    SQLINTEGER native = -1;
    SQLLEN row = 0;
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_NATIVE, &native,
                                     SQL_IS_INTEGER, NULL),
                     SQL_SUCCESS);
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_ROW_NUMBER, &row,
                                     SQL_IS_INTEGER, NULL),
                     SQL_SUCCESS);
    assert_int_equal(row, SQL_NO_ROW_NUMBER);
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 9, SQL_DIAG_NATIVE, &native,
                                     SQL_IS_INTEGER, NULL),
                     SQL_NO_DATA);
    driver_close(&driver);
}

static void test_the_message_names_its_maker_and_keeps_sparks_state(void **state)
{
    (void)state;
    struct driver driver;
    SQLCHAR text[2048] = "";
    driver_open(&driver, "");
    (void)driver_execute(&driver, "FAIL");
    assert_int_equal(
        SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 1, NULL, NULL, text, sizeof text, NULL),
        SQL_SUCCESS);
    assert_non_null(strstr((const char *)text, "[sparkdyno][Spark ODBC] "));
    assert_non_null(strstr((const char *)text, "42P01"));
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagnostics_honour_lengths),
        cmocka_unit_test(test_record_fields),
        cmocka_unit_test(test_the_message_names_its_maker_and_keeps_sparks_state),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
