/* Descriptors: fields, records, copies, descriptors of the application's own. */
#include "driver.h"

static SQLHDESC desc_of(const struct driver *driver, SQLINTEGER attribute)
{
    SQLHDESC desc = NULL;
    assert_int_equal(SQLGetStmtAttr(driver->stmt, attribute, (SQLPOINTER)&desc, 0, NULL),
                     SQL_SUCCESS);
    assert_non_null(desc);
    return desc;
}

static void assert_desc_fails(SQLHDESC desc, SQLRETURN rc, const char *state)
{
    assert_int_equal(rc, SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_DESC, desc, state);
}

static void test_bound_columns_stand_in_their_descriptor(void **state)
{
    (void)state;
    struct driver driver;
    SQLINTEGER value = 0;
    SQLLEN len = 0;
    SQLSMALLINT small = 0;
    SQLPOINTER pointer = NULL;
    driver_open(&driver, "");
    SQLHDESC ard = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    assert_int_equal(SQLBindCol(driver.stmt, 2, SQL_C_SLONG, &value, sizeof value, &len),
                     SQL_SUCCESS);
    assert_int_equal(SQLGetDescField(ard, 0, SQL_DESC_COUNT, &small, 0, NULL), SQL_SUCCESS);
    assert_int_equal(small, 2);
    assert_int_equal(SQLGetDescField(ard, 2, SQL_DESC_CONCISE_TYPE, &small, 0, NULL), SQL_SUCCESS);
    assert_int_equal(small, SQL_C_SLONG);
    assert_int_equal(SQLGetDescField(ard, 2, SQL_DESC_DATA_PTR, (SQLPOINTER)&pointer, 0, NULL),
                     SQL_SUCCESS);
    assert_ptr_equal(pointer, &value);
    assert_int_equal(SQLGetDescField(ard, 3, SQL_DESC_DATA_PTR, (SQLPOINTER)&pointer, 0, NULL),
                     SQL_NO_DATA);
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_UNBIND), SQL_SUCCESS);
    assert_int_equal(SQLGetDescField(ard, 0, SQL_DESC_COUNT, &small, 0, NULL), SQL_SUCCESS);
    assert_int_equal(small, 0);
    driver_close(&driver);
}

static void test_attributes_are_header_fields(void **state)
{
    (void)state;
    static const struct {
        SQLINTEGER attribute;
        SQLINTEGER desc;
        SQLSMALLINT field;
    } pairs[] = {
        {SQL_ATTR_ROW_ARRAY_SIZE, SQL_ATTR_APP_ROW_DESC, SQL_DESC_ARRAY_SIZE},
        {SQL_ATTR_ROW_BIND_TYPE, SQL_ATTR_APP_ROW_DESC, SQL_DESC_BIND_TYPE},
        {SQL_ATTR_PARAMSET_SIZE, SQL_ATTR_APP_PARAM_DESC, SQL_DESC_ARRAY_SIZE},
        {SQL_ATTR_ROW_STATUS_PTR, SQL_ATTR_IMP_ROW_DESC, SQL_DESC_ARRAY_STATUS_PTR},
        {SQL_ATTR_ROWS_FETCHED_PTR, SQL_ATTR_IMP_ROW_DESC, SQL_DESC_ROWS_PROCESSED_PTR},
        {SQL_ATTR_PARAM_STATUS_PTR, SQL_ATTR_IMP_PARAM_DESC, SQL_DESC_ARRAY_STATUS_PTR},
    };
    struct driver driver;
    SQLULEN number = 0;
    driver_open(&driver, "");
    /* The driver manager answers for the IRD of a statement that is not prepared. */
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        SQLHDESC desc = desc_of(&driver, pairs[i].desc);
        assert_int_equal(SQLSetStmtAttr(driver.stmt, pairs[i].attribute, sql_number(1000 + i), 0),
                         SQL_SUCCESS);
        assert_int_equal(SQLGetDescField(desc, 0, pairs[i].field, &number, 0, NULL), SQL_SUCCESS);
        assert_int_equal(number, 1000 + i);
        assert_int_equal(SQLSetDescField(desc, 0, pairs[i].field, sql_number(2000 + i), 0),
                         SQL_SUCCESS);
        assert_int_equal(SQLGetStmtAttr(driver.stmt, pairs[i].attribute, &number, 0, NULL),
                         SQL_SUCCESS);
        assert_int_equal(number, 2000 + i);
    }
    driver_close(&driver);
}

static void test_a_result_is_described(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT small = 0;
    SQLCHAR name[16] = "";
    SQLSMALLINT type = 0;
    SQLSMALLINT subtype = 0;
    SQLSMALLINT scale = 0;
    driver_open(&driver, "");
    SQLHDESC ird = desc_of(&driver, SQL_ATTR_IMP_ROW_DESC);
    assert_desc_fails(ird, SQLGetDescField(ird, 0, SQL_DESC_COUNT, &small, 0, NULL), "HY007");
    driver_query(&driver, "TYPES");
    assert_int_equal(SQLGetDescField(ird, 0, SQL_DESC_COUNT, &small, 0, NULL), SQL_SUCCESS);
    assert_int_equal(small, 20);
    assert_int_equal(SQLGetDescField(ird, 14, SQL_DESC_NAME, name, sizeof name, NULL), SQL_SUCCESS);
    assert_string_equal((const char *)name, "dec");
    assert_int_equal(
        SQLGetDescRec(ird, 9, name, sizeof name, NULL, &type, &subtype, NULL, NULL, NULL, NULL),
        SQL_SUCCESS);
    assert_int_equal(type, SQL_DATETIME);
    assert_int_equal(subtype, SQL_CODE_TIMESTAMP);
    assert_int_equal(SQLGetDescRec(ird, 14, NULL, 0, NULL, &type, NULL, NULL, NULL, &scale, NULL),
                     SQL_SUCCESS);
    assert_int_equal(scale, 3);
    assert_int_equal(SQLGetDescRec(ird, 21, NULL, 0, NULL, &type, NULL, NULL, NULL, &scale, NULL),
                     SQL_NO_DATA);
    assert_desc_fails(ird, SQLSetDescField(ird, 1, SQL_DESC_TYPE, sql_number(SQL_CHAR), 0),
                      "HY016");
    driver_close(&driver);
}

/* The way of ODBC to a SQL_C_NUMERIC with a scale: a record of the ARD, and SQL_ARD_TYPE. */
static void test_numeric_takes_the_scale_of_its_record(void **state)
{
    (void)state;
    struct driver driver;
    SQL_NUMERIC_STRUCT numeric;
    SQLLEN len = 0;
    driver_open(&driver, "");
    SQLHDESC ard = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    driver_query(&driver, "CELL DECIMAL 12.345");
    assert_int_equal(SQLSetDescField(ard, 1, SQL_DESC_TYPE, sql_number(SQL_C_NUMERIC), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLSetDescField(ard, 1, SQL_DESC_PRECISION, sql_number(10), 0), SQL_SUCCESS);
    assert_int_equal(SQLSetDescField(ard, 1, SQL_DESC_SCALE, sql_number(4), 0), SQL_SUCCESS);
    assert_int_equal(SQLSetDescField(ard, 1, SQL_DESC_OCTET_LENGTH_PTR, &len, 0), SQL_SUCCESS);
    assert_int_equal(SQLSetDescField(ard, 1, SQL_DESC_DATA_PTR, &numeric, 0), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(len, sizeof numeric);
    assert_int_equal(numeric.scale, 4);
    assert_int_equal(numeric.val[0] | numeric.val[1] << 8, 123450 & 0xFFFF);
    memset(&numeric, 0, sizeof numeric);
    assert_int_equal(SQLGetData(driver.stmt, 1, SQL_ARD_TYPE, &numeric, sizeof numeric, &len),
                     SQL_SUCCESS);
    assert_int_equal(numeric.scale, 4);
    driver_close(&driver);
}

static void test_null_and_length_can_be_told_apart(void **state)
{
    (void)state;
    struct driver driver;
    char text[16] = "";
    SQLLEN flag = 77;
    SQLLEN len = 77;
    driver_open(&driver, "");
    SQLHDESC ard = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    assert_int_equal(SQLBindCol(driver.stmt, 4, SQL_C_CHAR, text, sizeof text, &len), SQL_SUCCESS);
    assert_int_equal(SQLSetDescField(ard, 4, SQL_DESC_INDICATOR_PTR, &flag, 0), SQL_SUCCESS);
    driver_query(&driver, "ROWS 2");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(flag, SQL_NULL_DATA);
    assert_int_equal(len, 77);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(flag, 0);
    assert_int_equal(len, 6);
    assert_string_equal(text, "note 1");
    driver_close(&driver);
}

static void test_a_descriptor_of_the_applications_own_serves_two_statements(void **state)
{
    (void)state;
    struct driver driver;
    SQLHDESC shared = NULL;
    SQLBIGINT id = -1;
    SQLSMALLINT small = 0;
    driver_open(&driver, "");
    struct driver other = driver;
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &other.stmt), SQL_SUCCESS);
    SQLHDESC own = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DESC, driver.dbc, &shared), SQL_SUCCESS);
    assert_int_equal(SQLGetDescField(shared, 0, SQL_DESC_ALLOC_TYPE, &small, 0, NULL), SQL_SUCCESS);
    assert_int_equal(small, SQL_DESC_ALLOC_USER);
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_APP_ROW_DESC, shared, 0), SQL_SUCCESS);
    assert_int_equal(SQLSetStmtAttr(other.stmt, SQL_ATTR_APP_ROW_DESC, shared, 0), SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 1, SQL_C_SBIGINT, &id, 0, NULL), SQL_SUCCESS);
    driver_query(&driver, "ROWS 2");
    driver_query(&other, "ROWS 2");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(id, 1);
    assert_int_equal(SQLFetch(other.stmt), SQL_SUCCESS);
    assert_int_equal(id, 0);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DESC, shared), SQL_SUCCESS);
    assert_ptr_equal(desc_of(&driver, SQL_ATTR_APP_ROW_DESC), own);
    id = -1;
    assert_int_equal(SQLFetch(other.stmt), SQL_SUCCESS);
    assert_int_equal(id, -1);
    driver_close(&driver);
}

static void test_records_are_set_and_copied(void **state)
{
    (void)state;
    struct driver driver;
    SQLHDESC copy = NULL;
    SQLBIGINT id = -1;
    SQLLEN len = 0;
    SQLSMALLINT type = 0;
    driver_open(&driver, "");
    SQLHDESC ard = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    SQLHDESC ird = desc_of(&driver, SQL_ATTR_IMP_ROW_DESC);
    assert_int_equal(SQLSetDescRec(ard, 1, SQL_C_SBIGINT, 0, sizeof id, 0, 0, &id, &len, &len),
                     SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DESC, driver.dbc, &copy), SQL_SUCCESS);
    assert_int_equal(SQLCopyDesc(ard, copy), SQL_SUCCESS);
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_UNBIND), SQL_SUCCESS);
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_APP_ROW_DESC, copy, 0), SQL_SUCCESS);
    driver_query(&driver, "ROWS 1");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(id, 0);
    assert_desc_fails(ird, SQLCopyDesc(ard, ird), "HY016");
    assert_int_equal(SQLCopyDesc(ird, copy), SQL_SUCCESS);
    assert_int_equal(SQLGetDescRec(copy, 2, NULL, 0, NULL, &type, NULL, NULL, NULL, NULL, NULL),
                     SQL_SUCCESS);
    assert_int_equal(type, SQL_DOUBLE);
    /* Freed by disconnecting. */
    driver_close(&driver);
}

static void test_wrong_fields_are_refused(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT small = 0;
    driver_open(&driver, "");
    SQLHDESC ard = desc_of(&driver, SQL_ATTR_APP_ROW_DESC);
    SQLHDESC apd = desc_of(&driver, SQL_ATTR_APP_PARAM_DESC);
    assert_desc_fails(ard, SQLGetDescField(ard, 1, 4711, &small, 0, NULL), "HY091");
    assert_desc_fails(ard, SQLSetDescField(ard, 1, 4711, &small, 0), "HY091");
    assert_desc_fails(ard, SQLSetDescField(ard, -1, SQL_DESC_TYPE, NULL, 0), "07009");
    assert_fails(&driver, SQLSetStmtAttr(driver.stmt, SQL_ATTR_IMP_ROW_DESC, ard, 0), "HY017");
    assert_fails(&driver, SQLSetStmtAttr(driver.stmt, SQL_ATTR_APP_ROW_DESC, apd, 0), "HY017");
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound_columns_stand_in_their_descriptor),
        cmocka_unit_test(test_attributes_are_header_fields),
        cmocka_unit_test(test_a_result_is_described),
        cmocka_unit_test(test_numeric_takes_the_scale_of_its_record),
        cmocka_unit_test(test_null_and_length_can_be_told_apart),
        cmocka_unit_test(test_a_descriptor_of_the_applications_own_serves_two_statements),
        cmocka_unit_test(test_records_are_set_and_copied),
        cmocka_unit_test(test_wrong_fields_are_refused),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
