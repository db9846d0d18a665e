#include "driver.h"

/* Read rows of `columns` cells, joined by "|" and ended by ";". */
static const char *drain(const struct driver *driver, const SQLUSMALLINT *columns, size_t count)
{
    static char all[8192];
    size_t used = 0;
    all[0] = '\0';
    while (SQLFetch(driver->stmt) == SQL_SUCCESS) {
        for (size_t i = 0; i < count; i++)
            used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                     driver_cell(driver, columns[i]), i + 1 < count ? "|" : ";");
    }
    assert_int_equal(SQLFreeStmt(driver->stmt, SQL_CLOSE), SQL_SUCCESS);
    return all;
}

static SQLRETURN tables(const struct driver *driver, const char *schema, const char *table,
                        const char *types)
{
    return SQLTables(driver->stmt, NULL, 0, schema != NULL ? sql_text(schema) : NULL, SQL_NTS,
                     table != NULL ? sql_text(table) : NULL, SQL_NTS,
                     types != NULL ? sql_text(types) : NULL, SQL_NTS);
}

static void test_tables_are_listed_by_type(void **state)
{
    (void)state;
    static const SQLUSMALLINT columns[] = {1, 2, 3, 4};
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(tables(&driver, NULL, NULL, NULL), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 4),
                        "NULL|default|stores|TABLE;NULL|default|transactions|TABLE;"
                        "NULL|sales|monthly|VIEW;");
    assert_int_equal(tables(&driver, "def%", "s_ores", "'TABLE','VIEW'"), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 4), "NULL|default|stores|TABLE;");
    driver_close(&driver);
}

static void test_tables_answer_their_special_questions(void **state)
{
    (void)state;
    static const SQLUSMALLINT schema[] = {2};
    static const SQLUSMALLINT type[] = {4};
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(
        SQLTables(driver.stmt, sql_text(""), 0, sql_text("%"), SQL_NTS, sql_text(""), 0, NULL, 0),
        SQL_SUCCESS);
    assert_string_equal(drain(&driver, schema, 1), "default;sales;");
    assert_int_equal(SQLTables(driver.stmt, sql_text(""), 0, sql_text(""), 0, sql_text(""), 0,
                               sql_text("%"), SQL_NTS),
                     SQL_SUCCESS);
    assert_string_equal(drain(&driver, type, 1), "TABLE;VIEW;");
    assert_int_equal(
        SQLTables(driver.stmt, sql_text("%"), SQL_NTS, sql_text(""), 0, sql_text(""), 0, NULL, 0),
        SQL_SUCCESS);
    assert_string_equal(drain(&driver, type, 1), "");
    driver_close(&driver);
}

static void test_columns_have_odbcs_numbers(void **state)
{
    (void)state;
    static const SQLUSMALLINT columns[] = {3, 4, 5, 6, 7, 9, 10, 17};
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(SQLColumns(driver.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 8),
                        "stores|store_id|4|INT|10|0|10|1;"
                        "stores|name|12|STRING|255|NULL|NULL|2;"
                        "transactions|transaction_id|-5|BIGINT|19|0|10|1;"
                        "transactions|amount|3|DECIMAL(10,2)|10|2|10|2;"
                        "transactions|transaction_date|91|DATE|10|0|NULL|3;");
    driver_close(&driver);
}

static void take_names(const struct driver *driver)
{
    assert_int_equal(SQLSetStmtAttr(driver->stmt, SQL_ATTR_METADATA_ID, sql_number(SQL_TRUE), 0),
                     SQL_SUCCESS);
}

static const char *columns_of(const struct driver *driver, const char *table, const char *column)
{
    static const SQLUSMALLINT columns[] = {3, 4, 17};
    assert_int_equal(SQLColumns(driver->stmt, NULL, 0, sql_text("default"), SQL_NTS,
                                sql_text(table), SQL_NTS, sql_text(column), SQL_NTS),
                     SQL_SUCCESS);
    return drain(driver, columns, 3);
}

/* Names of any case, quoted or with blanks around them; no wildcards. */
static void test_identifiers_in_the_place_of_patterns(void **state)
{
    (void)state;
    static const SQLUSMALLINT columns[] = {2, 3};
    static const struct {
        const char *schema;
        const char *table;
        const char *rows;
    } cases[] = {
        {"default", "stores", "default|stores;"},
        {" DEFAULT ", "Stores  ", "default|stores;"},
        {"`default`", "`stores`", "default|stores;"},
        {"`DEFAULT`", "`sto``res`", ""},
        {"def%", "stores", ""},
        {"default", "s_ores", ""},
        {"default", "%", ""},
        {"default", "", ""},
        {"default", "`stores", ""},
        {"sales", "monthly", "sales|monthly;"},
    };
    struct driver driver;
    driver_open(&driver, "");
    take_names(&driver);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(tables(&driver, cases[i].schema, cases[i].table, NULL), SQL_SUCCESS);
        assert_string_equal(drain(&driver, columns, 2), cases[i].rows);
    }
    assert_string_equal(columns_of(&driver, "TRANSACTIONS", "Amount"), "transactions|amount|2;");
    assert_string_equal(columns_of(&driver, "transactions", "`transaction_id`"),
                        "transactions|transaction_id|1;");
    assert_string_equal(columns_of(&driver, "transactions", "transaction%"), "");
    assert_string_equal(columns_of(&driver, "transactions", "transaction_i_"), "");
    driver_close(&driver);
}

/* Of identifiers none may be missing, but for catalogs, which there are not. New statements do as the connection. */
static void test_identifiers_must_be_there(void **state)
{
    (void)state;
    struct driver driver;
    SQLULEN number = 0;
    driver_open(&driver, "");
    SQLHSTMT stmt = driver.stmt;
    SQLCHAR *name = sql_text("stores");
    take_names(&driver);
    assert_fails(&driver, tables(&driver, NULL, "stores", NULL), "HY009");
    assert_fails(&driver, tables(&driver, "default", NULL, NULL), "HY009");
    assert_fails(&driver, SQLColumns(stmt, NULL, 0, name, 6, name, 6, NULL, 0), "HY009");
    assert_fails(&driver, SQLPrimaryKeys(stmt, NULL, 0, NULL, 0, name, 6), "HY009");
    assert_fails(&driver,
                 SQLForeignKeys(stmt, NULL, 0, NULL, 0, name, 6, NULL, 0, NULL, 0, NULL, 0),
                 "HY009");
    assert_fails(&driver, SQLStatistics(stmt, NULL, 0, NULL, 0, name, 6, SQL_INDEX_ALL, SQL_QUICK),
                 "HY009");
    assert_fails(&driver,
                 SQLSpecialColumns(stmt, SQL_BEST_ROWID, NULL, 0, NULL, 0, name, 6,
                                   SQL_SCOPE_SESSION, SQL_NULLABLE),
                 "HY009");
    assert_fails(&driver, SQLProcedures(stmt, NULL, 0, NULL, 0, name, 6), "HY009");
    assert_fails(&driver, SQLProcedureColumns(stmt, NULL, 0, name, 6, name, 6, NULL, 0), "HY009");
    assert_fails(&driver, SQLTablePrivileges(stmt, NULL, 0, name, 6, NULL, 0), "HY009");
    assert_fails(&driver, SQLColumnPrivileges(stmt, NULL, 0, name, 6, name, 6, NULL, 0), "HY009");
    assert_int_equal(SQLForeignKeys(stmt, NULL, 0, name, 6, name, 6, NULL, 0, NULL, 0, NULL, 0),
                     SQL_SUCCESS);
    (void)SQLFreeStmt(stmt, SQL_CLOSE);
    assert_int_equal(SQLPrimaryKeys(stmt, NULL, 0, name, 6, name, 6), SQL_SUCCESS);
    (void)SQLFreeStmt(stmt, SQL_CLOSE);
    assert_int_equal(SQLSetConnectAttr(driver.dbc, SQL_ATTR_METADATA_ID, sql_number(SQL_TRUE), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetStmtAttr(stmt, SQL_ATTR_METADATA_ID, &number, 0, NULL), SQL_SUCCESS);
    assert_int_equal(number, SQL_TRUE);
    driver_close(&driver);
}

static void test_type_info_filters(void **state)
{
    (void)state;
    static const SQLUSMALLINT columns[] = {1, 2};
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(SQLGetTypeInfo(driver.stmt, SQL_ALL_TYPES), SQL_SUCCESS);
    int rows = 0;
    SQLINTEGER last = -1000;
    while (SQLFetch(driver.stmt) == SQL_SUCCESS) {
        SQLINTEGER type = 0;
        (void)SQLGetData(driver.stmt, 2, SQL_C_SLONG, &type, 0, NULL);
        assert_true(type >= last);
        last = type;
        rows++;
    }
    assert_int_equal(rows, 14);
    (void)SQLFreeStmt(driver.stmt, SQL_CLOSE);
    assert_int_equal(SQLGetTypeInfo(driver.stmt, SQL_VARCHAR), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 2), "STRING|12;VARCHAR|12;");
    assert_int_equal(SQLGetTypeInfo(driver.stmt, SQL_TYPE_TIMESTAMP), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 2), "TIMESTAMP|93;");
    assert_int_equal(SQLGetTypeInfo(driver.stmt, SQL_GUID), SQL_SUCCESS);
    assert_string_equal(drain(&driver, columns, 2), "");
    driver_close(&driver);
}

static void test_what_spark_has_not_is_empty(void **state)
{
    (void)state;
    struct driver driver;
    SQLSMALLINT count = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLPrimaryKeys(driver.stmt, NULL, 0, NULL, 0, sql_text("t"), SQL_NTS),
                     SQL_SUCCESS);
    assert_int_equal(SQLNumResultCols(driver.stmt, &count), SQL_SUCCESS);
    assert_int_equal(count, 6);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    (void)SQLFreeStmt(driver.stmt, SQL_CLOSE);
    assert_int_equal(SQLStatistics(driver.stmt, NULL, 0, NULL, 0, sql_text("t"), SQL_NTS,
                                   SQL_INDEX_ALL, SQL_QUICK),
                     SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_listed_by_type),
        cmocka_unit_test(test_tables_answer_their_special_questions),
        cmocka_unit_test(test_columns_have_odbcs_numbers),
        cmocka_unit_test(test_identifiers_in_the_place_of_patterns),
        cmocka_unit_test(test_identifiers_must_be_there),
        cmocka_unit_test(test_type_info_filters),
        cmocka_unit_test(test_what_spark_has_not_is_empty),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
