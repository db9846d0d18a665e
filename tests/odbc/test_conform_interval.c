/* Intervals: texts and numbers of the server into SQL_C_INTERVAL_*, parameters of these types into literals. */
#include "driver.h"

#define IS(type) SQL_C_INTERVAL_##type

/* What a cell becomes: its state (NULL: success), the sign, and up to five fields in their order. */
struct reading {
    const char *cell;
    SQLSMALLINT c_type;
    const char *state;
    bool is_negative;
    SQLUINTEGER fields[5]; /* year, month; or day, hour, minute, second, fraction */
};

static void select_cell(const struct driver *driver, const char *cell)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql, "CELL %s", cell);
    (void)SQLFreeStmt(driver->stmt, SQL_CLOSE);
    driver_query(driver, sql);
}

static bool is_year_month(SQLSMALLINT c_type)
{
    return c_type == IS(YEAR) || c_type == IS(MONTH) || c_type == IS(YEAR_TO_MONTH);
}

static void check_interval(const SQL_INTERVAL_STRUCT *interval, const struct reading *reading)
{
    const SQL_DAY_SECOND_STRUCT *time = &interval->intval.day_second;
    assert_int_equal(interval->interval_type, reading->c_type - 100);
    assert_int_equal(interval->interval_sign, reading->is_negative ? SQL_TRUE : SQL_FALSE);
    if (is_year_month(reading->c_type)) {
        assert_int_equal(interval->intval.year_month.year, reading->fields[0]);
        assert_int_equal(interval->intval.year_month.month, reading->fields[1]);
        return;
    }
    const SQLUINTEGER found[5] = {time->day, time->hour, time->minute, time->second,
                                  time->fraction};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(found[i], reading->fields[i]);
}

static void check_reading(const struct driver *driver, const struct reading *reading)
{
    SQL_INTERVAL_STRUCT interval;
    SQLLEN len = 0;
    memset(&interval, 0x55, sizeof interval);
    select_cell(driver, reading->cell);
    assert_int_equal(SQLFetch(driver->stmt), SQL_SUCCESS);
    SQLRETURN rc = SQLGetData(driver->stmt, 1, reading->c_type, &interval, 0, &len);
    bool is_cut = reading->state != NULL && strcmp(reading->state, "01S07") == 0;
    if ((rc == SQL_ERROR) != (reading->state != NULL && !is_cut))
        print_error("%s as %d: %d\n", reading->cell, reading->c_type, rc);
    if (reading->state == NULL) {
        assert_int_equal(rc, SQL_SUCCESS);
    } else {
        assert_int_equal(rc, is_cut ? SQL_SUCCESS_WITH_INFO : SQL_ERROR);
        assert_sqlstate(SQL_HANDLE_STMT, driver->stmt, reading->state);
    }
    if (rc == SQL_ERROR)
        return;
    assert_int_equal(len, sizeof interval);
    check_interval(&interval, reading);
}

static void check_readings(const struct reading *readings, size_t count)
{
    struct driver driver;
    driver_open(&driver, "");
    for (size_t i = 0; i < count; i++)
        check_reading(&driver, &readings[i]);
    driver_close(&driver);
}

#define CHECK(readings) check_readings(readings, sizeof(readings) / sizeof(readings)[0])

/* As Spark sends columns of both kinds, and what casts to STRING give. */
static void test_texts_become_intervals(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"STRING 1-2", IS(YEAR_TO_MONTH), NULL, false, {1, 2}},
        {"STRING -0-11", IS(YEAR_TO_MONTH), NULL, true, {0, 11}},
        {"STRING +178956970-7", IS(YEAR_TO_MONTH), NULL, false, {178956970, 7}},
        {"STRING 1-2", IS(MONTH), NULL, false, {0, 14}},
        {"STRING 2-0", IS(YEAR), NULL, false, {2, 0}},
        {"STRING 14", IS(MONTH), NULL, false, {0, 14}},
        {"STRING 14", IS(YEAR_TO_MONTH), NULL, false, {14, 0}},
        {"STRING 1 02:03:04.500000000", IS(DAY_TO_SECOND), NULL, false, {1, 2, 3, 4, 500000}},
        {"STRING -1 02:03:04.000001", IS(DAY_TO_SECOND), NULL, true, {1, 2, 3, 4, 1}},
        {"STRING -0 00:00:00.000000000", IS(DAY_TO_SECOND), NULL, false, {0}},
        {"STRING 106751991 04:00:54.775807",
         IS(DAY_TO_SECOND),
         NULL,
         false,
         {106751991, 4, 0, 54, 775807}},
        {"STRING 1 02:03:04", IS(HOUR_TO_SECOND), NULL, false, {0, 26, 3, 4, 0}},
        {"STRING 1 02:03:04", IS(MINUTE_TO_SECOND), NULL, false, {0, 0, 1563, 4, 0}},
        {"STRING 1 00:00:00.25", IS(SECOND), NULL, false, {0, 0, 0, 86400, 250000}},
        {"STRING 1 02:03", IS(DAY_TO_MINUTE), NULL, false, {1, 2, 3, 0, 0}},
        {"STRING 1 02", IS(DAY_TO_HOUR), NULL, false, {1, 2, 0, 0, 0}},
        {"STRING 02:03", IS(HOUR_TO_MINUTE), NULL, false, {0, 2, 3, 0, 0}},
        {"STRING 02:03", IS(MINUTE_TO_SECOND), NULL, false, {0, 0, 2, 3, 0}},
        {"STRING 100", IS(DAY), NULL, false, {100, 0, 0, 0, 0}},
        {"STRING 7.125", IS(SECOND), NULL, false, {0, 0, 0, 7, 125000}},
        {"STRING INTERVAL '1-2' YEAR TO MONTH", IS(YEAR_TO_MONTH), NULL, false, {1, 2}},
        {"STRING interval -'3' day", IS(DAY_TO_HOUR), NULL, true, {3, 0, 0, 0, 0}},
        {"STRING INTERVAL -'-1 02:03:04.5' DAY TO SECOND ",
         IS(DAY_TO_SECOND),
         NULL,
         false,
         {1, 2, 3, 4, 500000}},
        {"STRING INTERVAL '90' MINUTE", IS(HOUR_TO_MINUTE), NULL, false, {0, 1, 30, 0, 0}},
        {"VARCHAR 1-2", IS(YEAR_TO_MONTH), NULL, false, {1, 2}},
    };
    CHECK(readings);
}

static void test_what_does_not_fit_is_cut_or_refused(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"STRING 1-2", IS(YEAR), "01S07", false, {1, 0}},
        {"STRING -1 23:59:59.9", IS(DAY), "01S07", true, {1, 0, 0, 0, 0}},
        {"STRING 1 02:03:04", IS(DAY_TO_MINUTE), "01S07", false, {1, 2, 3, 0, 0}},
        {"STRING 0 00:00:01.123456789", IS(SECOND), "01S07", false, {0, 0, 0, 1, 123456}},
        {"STRING 0 00:00:00.5", IS(HOUR_TO_MINUTE), "01S07", false, {0}},
        {"STRING 400000000-0", IS(MONTH), "22015", false, {0}},
        {"STRING 60000 00:00:00", IS(SECOND), "22015", false, {0}},
        {"STRING 4294967296", IS(DAY), "22015", false, {0}},
        {"STRING 1-2", IS(DAY_TO_SECOND), "22018", false, {0}},
        {"STRING 1 02:03:04", IS(YEAR_TO_MONTH), "22018", false, {0}},
        {"STRING 1-12", IS(YEAR_TO_MONTH), "22018", false, {0}},
        {"STRING 1 24:00:00", IS(DAY_TO_SECOND), "22018", false, {0}},
        {"STRING 1 02:60:00", IS(DAY_TO_SECOND), "22018", false, {0}},
        {"STRING 1 02:03:04.", IS(DAY_TO_SECOND), "22018", false, {0}},
        {"STRING 1-2-3", IS(YEAR_TO_MONTH), "22018", false, {0}},
        {"STRING", IS(DAY), "22018", false, {0}},
        {"STRING one", IS(DAY), "22018", false, {0}},
        {"STRING 1x", IS(DAY), "22018", false, {0}},
        {"STRING INTERVAL '1-2' YEAR", IS(YEAR_TO_MONTH), "22018", false, {0}},
        {"STRING INTERVAL '1' YEAR TO DAY", IS(DAY), "22018", false, {0}},
        {"STRING INTERVAL '1' MONTH TO YEAR", IS(YEAR), "22018", false, {0}},
        {"STRING INTERVAL '1' DAYS", IS(DAY), "22018", false, {0}},
        {"STRING INTERVAL '1", IS(DAY), "22018", false, {0}},
        {"STRING 99999999999999999999", IS(DAY), "22018", false, {0}},
        {"DATE 2024-02-29", IS(DAY), "07006", false, {0}},
        {"BINARY ab", IS(DAY), "07006", false, {0}},
        {"DOUBLE 1.5", IS(DAY), "07006", false, {0}},
    };
    CHECK(readings);
}

static void test_exact_numbers_are_intervals_of_one_field(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"INT -5", IS(YEAR), NULL, true, {5, 0}},
        {"TINYINT 5", IS(MONTH), NULL, false, {0, 5}},
        {"BIGINT 4294967295", IS(DAY), NULL, false, {4294967295u, 0, 0, 0, 0}},
        {"BIGINT 4294967296", IS(DAY), "22015", false, {0}},
        {"DECIMAL 1.5", IS(HOUR), "01S07", false, {0, 1, 0, 0, 0}},
        {"DECIMAL -1.25", IS(SECOND), NULL, true, {0, 0, 0, 1, 250000}},
        {"DECIMAL 0.1234567", IS(SECOND), "01S07", false, {0, 0, 0, 0, 123456}},
        {"INT 5", IS(DAY_TO_SECOND), "07006", false, {0}},
        {"BOOLEAN 1", IS(DAY), "07006", false, {0}},
    };
    CHECK(readings);
}

static void set_field(SQLHDESC desc, SQLSMALLINT field, uintptr_t value)
{
    assert_int_equal(SQLSetDescField(desc, 1, field, sql_number(value), 0), SQL_SUCCESS);
}

/* Precision of the seconds and of the first field, by the descriptor; bound columns and SQL_ARD_TYPE. */
static void test_descriptors_say_how_exact_an_interval_is(void **state)
{
    (void)state;
    struct driver driver;
    SQL_INTERVAL_STRUCT interval;
    SQLLEN len = 0;
    SQLHDESC ard = NULL;
    SQLINTEGER leading = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLGetStmtAttr(driver.stmt, SQL_ATTR_APP_ROW_DESC, (SQLPOINTER)&ard, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 1, IS(DAY_TO_SECOND), &interval, 0, &len),
                     SQL_SUCCESS);
    select_cell(&driver, "STRING 123 02:03:04.123456789");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01S07");
    assert_int_equal(interval.intval.day_second.day, 123);
    assert_int_equal(interval.intval.day_second.fraction, 123456);
    set_field(ard, SQL_DESC_PRECISION, 9);
    set_field(ard, SQL_DESC_DATETIME_INTERVAL_PRECISION, 3);
    set_field(ard, SQL_DESC_DATA_PTR, (uintptr_t)&interval);
    assert_int_equal(
        SQLGetDescField(ard, 1, SQL_DESC_DATETIME_INTERVAL_PRECISION, &leading, 0, NULL),
        SQL_SUCCESS);
    assert_int_equal(leading, 3);
    select_cell(&driver, "STRING 123 02:03:04.123456789");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(interval.intval.day_second.fraction, 123456789);
    set_field(ard, SQL_DESC_DATETIME_INTERVAL_PRECISION, 2);
    set_field(ard, SQL_DESC_DATA_PTR, (uintptr_t)&interval);
    select_cell(&driver, "STRING 123 02:03:04");
    assert_fails(&driver, SQLFetch(driver.stmt), "22015");
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_UNBIND), SQL_SUCCESS);
    driver_close(&driver);
}

static SQL_INTERVAL_STRUCT interval_of(SQLINTERVAL type, bool is_negative,
                                       const SQLUINTEGER fields[5])
{
    SQL_INTERVAL_STRUCT interval = {.interval_type = type,
                                    .interval_sign = is_negative ? SQL_TRUE : SQL_FALSE};
    if (is_year_month((SQLSMALLINT)(type + 100)))
        interval.intval.year_month = (SQL_YEAR_MONTH_STRUCT){.year = fields[0], .month = fields[1]};
    else
        interval.intval.day_second = (SQL_DAY_SECOND_STRUCT){.day = fields[0],
                                                             .hour = fields[1],
                                                             .minute = fields[2],
                                                             .second = fields[3],
                                                             .fraction = fields[4]};
    return interval;
}

struct writing {
    SQLINTERVAL type;
    bool is_negative;
    SQLUINTEGER fields[5];
    SQLSMALLINT sql_type;
    const char *literal; /* or a state */
};

static void check_writing(const struct driver *driver, const struct writing *writing)
{
    SQL_INTERVAL_STRUCT interval =
        interval_of(writing->type, writing->is_negative, writing->fields);
    bool is_refused = strlen(writing->literal) == 5 && writing->literal[0] != '\'';
    (void)SQLFreeStmt(driver->stmt, SQL_CLOSE);
    assert_int_equal(SQLBindParameter(driver->stmt, 1, SQL_PARAM_INPUT,
                                      (SQLSMALLINT)(writing->type + 100), writing->sql_type, 0, 0,
                                      &interval, 0, NULL),
                     SQL_SUCCESS);
    SQLRETURN rc = driver_execute(driver, "ECHO ?");
    if (is_refused) {
        assert_fails(driver, rc, writing->literal);
        return;
    }
    assert_int_equal(rc, SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver->stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(driver, 1), writing->literal);
}

static void test_parameters_become_literals(void **state)
{
    (void)state;
    static const struct writing writings[] = {
        {SQL_IS_YEAR_TO_MONTH,
         false,
         {1, 2},
         SQL_INTERVAL_YEAR_TO_MONTH,
         "INTERVAL '1-2' YEAR TO MONTH"},
        {SQL_IS_MONTH, true, {0, 14}, SQL_INTERVAL_MONTH, "INTERVAL -'14' MONTH"},
        {SQL_IS_MONTH, true, {0, 14}, SQL_INTERVAL_YEAR_TO_MONTH, "INTERVAL -'1-2' YEAR TO MONTH"},
        {SQL_IS_DAY_TO_SECOND,
         true,
         {1, 2, 3, 4, 500000},
         SQL_INTERVAL_DAY_TO_SECOND,
         "INTERVAL -'1 02:03:04.5' DAY TO SECOND"},
        {SQL_IS_HOUR_TO_MINUTE,
         false,
         {0, 100, 5, 0, 0},
         SQL_INTERVAL_HOUR_TO_MINUTE,
         "INTERVAL '100:05' HOUR TO MINUTE"},
        {SQL_IS_MINUTE_TO_SECOND,
         false,
         {0, 0, 7, 8, 0},
         SQL_INTERVAL_MINUTE_TO_SECOND,
         "INTERVAL '7:08' MINUTE TO SECOND"},
        {SQL_IS_DAY_TO_HOUR,
         false,
         {1, 2, 0, 0, 0},
         SQL_INTERVAL_DAY_TO_HOUR,
         "INTERVAL '1 02' DAY TO HOUR"},
        {SQL_IS_SECOND, false, {0, 0, 0, 1, 1}, SQL_INTERVAL_SECOND, "INTERVAL '1.000001' SECOND"},
        {SQL_IS_DAY, false, {0, 0, 0, 0, 0}, SQL_INTERVAL_DAY, "INTERVAL '0' DAY"},
        {SQL_IS_HOUR, false, {0, 25, 0, 0, 0}, SQL_INTERVAL_DAY, "22015"},
        {SQL_IS_SECOND,
         false,
         {0, 0, 0, 0, 5},
         SQL_INTERVAL_MINUTE_TO_SECOND,
         "INTERVAL '0:00.000005' MINUTE TO SECOND"},
        {SQL_IS_YEAR, false, {4294967295u, 0}, SQL_INTERVAL_YEAR, "22015"},
        {SQL_IS_YEAR, false, {1, 0}, SQL_INTERVAL_DAY, "07006"},
        {SQL_IS_YEAR_TO_MONTH, false, {1, 12}, SQL_INTERVAL_YEAR_TO_MONTH, "22007"},
        {SQL_IS_DAY_TO_SECOND, false, {1, 24, 0, 0, 0}, SQL_INTERVAL_DAY_TO_SECOND, "22007"},
        {SQL_IS_SECOND, false, {0, 0, 0, 0, 1000000}, SQL_INTERVAL_SECOND, "22007"},
        {SQL_IS_YEAR_TO_MONTH, true, {1, 2}, SQL_VARCHAR, "'-1-2'"},
        {SQL_IS_DAY, true, {12, 0, 0, 0, 0}, SQL_INTEGER, "-12"},
        {SQL_IS_SECOND, false, {0, 0, 0, 1, 250000}, SQL_DECIMAL, "1.25BD"},
        {SQL_IS_DAY_TO_SECOND, false, {1, 2, 3, 4, 0}, SQL_INTEGER, "07006"},
        {SQL_IS_DAY, false, {1, 0, 0, 0, 0}, SQL_TYPE_DATE, "07006"},
        {SQL_IS_DAY, false, {1, 0, 0, 0, 0}, SQL_DOUBLE, "07006"},
    };
    struct driver driver;
    driver_open(&driver, "");
    for (size_t i = 0; i < sizeof writings / sizeof writings[0]; i++)
        check_writing(&driver, &writings[i]);
    driver_close(&driver);
}

/* SQL_C_DEFAULT of an interval type is that type; texts and numbers become one. */
static void test_other_values_become_intervals(void **state)
{
    (void)state;
    const SQLUINTEGER fields[5] = {3, 4};
    struct driver driver;
    SQL_INTERVAL_STRUCT interval = interval_of(SQL_IS_YEAR_TO_MONTH, false, fields);
    char text[] = "2 03:00";
    SQLINTEGER number = -7;
    SQLDOUBLE real = 1.5;
    driver_open(&driver, "");
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_DEFAULT,
                                      SQL_INTERVAL_YEAR_TO_MONTH, 0, 0, &interval, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR,
                                      SQL_INTERVAL_DAY_TO_SECOND, 0, 0, text, sizeof text, NULL),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 3, SQL_PARAM_INPUT, SQL_C_SLONG,
                                      SQL_INTERVAL_HOUR, 0, 0, &number, 0, NULL),
                     SQL_SUCCESS);
    driver_query(&driver, "ECHO ?,?,?");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(
        driver_cell(&driver, 1),
        "INTERVAL '3-4' YEAR TO MONTH,INTERVAL '2 03:00:00' DAY TO SECOND,INTERVAL -'7' HOUR");
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_int_equal(SQLBindParameter(driver.stmt, 3, SQL_PARAM_INPUT, SQL_C_DOUBLE,
                                      SQL_INTERVAL_HOUR, 0, 0, &real, 0, NULL),
                     SQL_SUCCESS);
    assert_fails(&driver, driver_execute(&driver, "ECHO ?,?,?"), "07006");
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_become_intervals),
        cmocka_unit_test(test_what_does_not_fit_is_cut_or_refused),
        cmocka_unit_test(test_exact_numbers_are_intervals_of_one_field),
        cmocka_unit_test(test_descriptors_say_how_exact_an_interval_is),
        cmocka_unit_test(test_parameters_become_literals),
        cmocka_unit_test(test_other_values_become_intervals),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
