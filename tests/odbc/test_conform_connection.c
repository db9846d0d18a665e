#include "driver.h"

static void test_connect_completes_the_string_and_masks_the_password(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){
                              .is_sasl = true, .user = "me", .password = "sesame"});
    char in[512];
    SQLCHAR out[512] = "";
    SQLSMALLINT len = 0;
    (void)snprintf(in, sizeof in, "Driver=%s;Host=127.0.0.1;Port=%u;UID=me;PWD=sesame",
                   DYNO_TEST_DRIVER, (unsigned)dyno_fake_hs2_port(driver.server));
    assert_int_equal(SQLDriverConnect(driver.dbc, NULL, sql_text(in), SQL_NTS, out, sizeof out,
                                      &len, SQL_DRIVER_NOPROMPT),
                     SQL_SUCCESS);
    assert_non_null(strstr((const char *)out, "PWD=***;"));
    assert_null(strstr((const char *)out, "sesame"));
    assert_int_equal(len, strlen((const char *)out));
    driver_close(&driver);
}

static void test_connect_tells_a_short_buffer(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){.is_sasl = true});
    char in[512];
    SQLCHAR out[20] = "";
    SQLSMALLINT len = 0;
    (void)snprintf(in, sizeof in, "Driver=%s;Host=127.0.0.1;Port=%u", DYNO_TEST_DRIVER,
                   (unsigned)dyno_fake_hs2_port(driver.server));
    assert_int_equal(SQLDriverConnect(driver.dbc, NULL, sql_text(in), SQL_NTS, out, sizeof out,
                                      &len, SQL_DRIVER_COMPLETE),
                     SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, "01004");
    assert_int_equal(strlen((const char *)out), sizeof out - 1);
    assert_true(len > (SQLSMALLINT)sizeof out);
    driver_close(&driver);
}

static void test_connect_failures_have_states(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){
                              .is_sasl = true, .user = "me", .password = "right"});
    static const struct {
        const char *more;
        const char *sqlstate;
    } rows[] = {
        {"UID=me;PWD=sesame", "28000"}, {"UID=me;PWD=sesame;ThriftTransport=2;UseProxy=0", "08S01"},
        {"PWD={sesame", "HY000"},       {"PWD=sesame;SSL=1", "08001"},
        {"AuthMech=3;UID=me", "28000"}, {"RowsFetchedPerBlock=x;PWD=sesame", "HY024"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(driver_connect(&driver, rows[i].more), SQL_ERROR);
        assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, rows[i].sqlstate);
    }
    /* A connection handle that failed can be used again. */
    assert_int_equal(driver_connect(&driver, "UID=me;PWD=right"), SQL_SUCCESS);
    driver_close(&driver);
}

static void test_connect_refused_is_08001(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    char in[512];
    (void)snprintf(in, sizeof in, "Driver=%s;Host=127.0.0.1;Port=1;PWD=sesame", DYNO_TEST_DRIVER);
    assert_int_equal(SQLDriverConnect(driver.dbc, NULL, sql_text(in), SQL_NTS, NULL, 0, NULL,
                                      SQL_DRIVER_NOPROMPT),
                     SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, "08001");
    driver_close(&driver);
}

static void test_connect_warns_of_unknown_keys(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){.is_sasl = true});
    assert_int_equal(driver_connect(&driver, "Colour=blue"), SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, "01S00");
    driver_close(&driver);
}

static void test_connect_by_data_source(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){.is_sasl = false});
    char path[512];
    (void)snprintf(path, sizeof path, "%s/odbc.ini", getenv("ODBCSYSINI"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "[fake]\nDriver=%s\nHost=127.0.0.1\nPort=%u\nAuthMech=0\nSSP_spark.x=ok\n",
                  DYNO_TEST_DRIVER, (unsigned)dyno_fake_hs2_port(driver.server));
    (void)fclose(file);
    assert_int_equal(SQLConnect(driver.dbc, sql_text("fake"), SQL_NTS, sql_text("me"), SQL_NTS,
                                sql_text(""), SQL_NTS),
                     SQL_SUCCESS);
    SQLCHAR text[64] = "";
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_DATA_SOURCE_NAME, text, sizeof text, NULL),
                     SQL_SUCCESS);
    assert_string_equal((const char *)text, "fake");
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_USER_NAME, text, sizeof text, NULL), SQL_SUCCESS);
    assert_string_equal((const char *)text, "me");
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &driver.stmt), SQL_SUCCESS);
    driver_query(&driver, "SET spark.x");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 2), "ok");
    driver_close(&driver);
}

static void test_connect_wide(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){.is_sasl = false});
    char in[512];
    (void)snprintf(in, sizeof in, "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0", DYNO_TEST_DRIVER,
                   (unsigned)dyno_fake_hs2_port(driver.server));
    SQLWCHAR wide[512] = {0};
    SQLWCHAR out[512] = {0};
    SQLSMALLINT len = 0;
    for (size_t i = 0; in[i] != '\0'; i++)
        wide[i] = (SQLWCHAR)in[i];
    assert_int_equal(
        SQLDriverConnectW(driver.dbc, NULL, wide, SQL_NTS, out, 512, &len, SQL_DRIVER_NOPROMPT),
        SQL_SUCCESS);
    assert_int_equal(out[0], 'D');
    SQLWCHAR name[64] = {0};
    assert_int_equal(SQLGetInfoW(driver.dbc, SQL_DBMS_NAME, name, sizeof name, &len), SQL_SUCCESS);
    assert_int_equal(name[0], 'S');
    assert_int_equal(len, 2 * strlen("Spark SQL"));
    driver_close(&driver);
}

static void test_info_answers(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "Schema=sales");
    SQLCHAR text[64] = "";
    SQLSMALLINT len = 0;
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_DBMS_NAME, text, sizeof text, &len), SQL_SUCCESS);
    assert_string_equal((const char *)text, "Spark SQL");
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_DRIVER_NAME, text, sizeof text, &len), SQL_SUCCESS);
    assert_string_equal((const char *)text, "libsparkodbc.so");
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_DATABASE_NAME, text, 4, &len),
                     SQL_SUCCESS_WITH_INFO);
    assert_string_equal((const char *)text, "sal");
    assert_int_equal(len, 5);
    SQLUINTEGER mask = 0;
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_GETDATA_EXTENSIONS, &mask, sizeof mask, NULL),
                     SQL_SUCCESS);
    assert_int_equal(mask, SQL_GD_ANY_COLUMN | SQL_GD_ANY_ORDER | SQL_GD_BOUND);
    assert_int_equal(SQLGetInfo(driver.dbc, 9999, &mask, sizeof mask, NULL), SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, "HY096");
    driver_close(&driver);
}

static void test_connection_attributes(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLUINTEGER number = 99;
    assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &number, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(number, SQL_CD_FALSE);
    assert_int_equal(
        SQLSetConnectAttr(driver.dbc, SQL_ATTR_AUTOCOMMIT, sql_number(SQL_AUTOCOMMIT_OFF), 0),
        SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_DBC, driver.dbc, "01S02");
    assert_int_equal(SQLSetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_TIMEOUT, sql_number(7), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_TIMEOUT, &number, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(number, 7);
    assert_int_equal(SQLEndTran(SQL_HANDLE_DBC, driver.dbc, SQL_ROLLBACK), SQL_SUCCESS);
    SQLCHAR text[32] = "";
    SQLINTEGER len = 0;
    assert_int_equal(SQLNativeSql(driver.dbc, sql_text("select 1"), SQL_NTS, text, 5, &len),
                     SQL_SUCCESS_WITH_INFO);
    assert_string_equal((const char *)text, "sele");
    assert_int_equal(len, 8);
    driver_close(&driver);
}

static void test_dead_connection_is_told(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    dyno_fake_hs2_stop(driver.server);
    driver.server = NULL;
    assert_fails(&driver, driver_execute(&driver, "SELECT 1"), "08S01");
    SQLUINTEGER dead = 0;
    assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(dead, SQL_CD_TRUE);
    assert_fails(&driver, driver_execute(&driver, "SELECT 1"), "08S01");
    driver_close(&driver);
}

/* Nothing was sent since: the look is enough. */
static void test_a_connection_that_the_server_closed_is_told_while_idle(void **state)
{
    (void)state;
    struct driver driver;
    SQLUINTEGER dead = 99;
    driver_open(&driver, "");
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(dead, SQL_CD_FALSE);
    dyno_fake_hs2_stop(driver.server);
    driver.server = NULL;
    assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(dead, SQL_CD_TRUE);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_completes_the_string_and_masks_the_password),
        cmocka_unit_test(test_connect_tells_a_short_buffer),
        cmocka_unit_test(test_connect_failures_have_states),
        cmocka_unit_test(test_connect_refused_is_08001),
        cmocka_unit_test(test_connect_warns_of_unknown_keys),
        cmocka_unit_test(test_connect_by_data_source),
        cmocka_unit_test(test_connect_wide),
        cmocka_unit_test(test_info_answers),
        cmocka_unit_test(test_connection_attributes),
        cmocka_unit_test(test_dead_connection_is_told),
        cmocka_unit_test(test_a_connection_that_the_server_closed_is_told_while_idle),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
