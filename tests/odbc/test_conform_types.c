/* Every type of the server into every type of C. */
#include "driver.h"

/* "CELL type text" in another C type: 0 for success, else the SQLSTATE. */
static SQLRETURN get_cell(const struct driver *driver, const char *cell, SQLSMALLINT c_type,
                          void *out, SQLLEN room)
{
    char sql[256];
    SQLLEN len = 0;
    (void)snprintf(sql, sizeof sql, "CELL %s", cell);
    (void)SQLFreeStmt(driver->stmt, SQL_CLOSE);
    driver_query(driver, sql);
    assert_int_equal(SQLFetch(driver->stmt), SQL_SUCCESS);
    return SQLGetData(driver->stmt, 1, c_type, out, room, &len);
}

static void test_every_type_as_text(void **state)
{
    (void)state;
    static const char *const first[] = {"1",
                                        "7",
                                        "-300",
                                        "70000",
                                        "5000000000",
                                        "1.5",
                                        "-2.25",
                                        "z\xc3\xbcrich",
                                        "2024-02-29 23:59:59.123456",
                                        "616201",
                                        "[1,2]",
                                        "{\"k\":1}",
                                        "{\"x\":1}",
                                        "-12.345",
                                        "2024-02-29",
                                        "abc",
                                        "abc  ",
                                        "1-2",
                                        "1 02:03:04.000000000",
                                        "NULL"};
    struct driver driver;
    driver_open(&driver, "");
    driver_query(&driver, "TYPES");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    for (SQLUSMALLINT i = 0; i < 20; i++)
        assert_string_equal(driver_cell(&driver, (SQLUSMALLINT)(i + 1)), first[i]);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    for (SQLUSMALLINT i = 0; i < 20; i++)
        assert_string_equal(driver_cell(&driver, (SQLUSMALLINT)(i + 1)), "NULL");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 5), "-9223372036854775808");
    assert_string_equal(driver_cell(&driver, 7), "1e+308");
    assert_string_equal(driver_cell(&driver, 8), "");
    driver_close(&driver);
}

static void test_every_type_as_itself(void **state)
{
    (void)state;
    struct driver driver;
    SQLBIGINT integer = 0;
    double real = 0;
    SQL_DATE_STRUCT date;
    SQL_TIMESTAMP_STRUCT timestamp;
    SQL_NUMERIC_STRUCT numeric;
    char bytes[8] = "";
    SQLLEN len = 0;
    driver_open(&driver, "");
    driver_query(&driver, "TYPES");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetData(driver.stmt, 5, SQL_C_SBIGINT, &integer, 0, &len), SQL_SUCCESS);
    assert_int_equal(integer, INT64_C(5000000000));
    assert_int_equal(len, 8);
    assert_int_equal(SQLGetData(driver.stmt, 7, SQL_C_DEFAULT, &real, 0, &len), SQL_SUCCESS);
    assert_true(real > -2.26 && real < -2.24);
    assert_int_equal(SQLGetData(driver.stmt, 15, SQL_C_DEFAULT, &date, 0, &len), SQL_SUCCESS);
    assert_int_equal(date.day, 29);
    assert_int_equal(SQLGetData(driver.stmt, 9, SQL_C_DEFAULT, &timestamp, 0, &len), SQL_SUCCESS);
    assert_int_equal(timestamp.fraction, 123456000);
    assert_int_equal(SQLGetData(driver.stmt, 14, SQL_C_NUMERIC, &numeric, 0, &len), SQL_SUCCESS);
    assert_int_equal(numeric.scale, 3);
    assert_int_equal(SQLGetData(driver.stmt, 10, SQL_C_DEFAULT, bytes, 8, &len), SQL_SUCCESS);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "ab\x01", 3);
    assert_fails(&driver, SQLGetData(driver.stmt, 5, SQL_C_SLONG, &integer, 0, &len), "22003");
    assert_fails(&driver, SQLGetData(driver.stmt, 8, SQL_C_SLONG, &integer, 0, &len), "22018");
    assert_fails(&driver, SQLGetData(driver.stmt, 10, SQL_C_DOUBLE, &real, 0, &len), "07006");
    assert_fails(&driver, SQLGetData(driver.stmt, 20, SQL_C_DOUBLE, &real, 0, NULL), "22002");
    driver_close(&driver);
}

struct conversion {
    const char *cell;
    SQLSMALLINT c_type;
    const char *state; /* NULL: success */
};

static void test_conversions_have_their_states(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        {"INT 127", SQL_C_STINYINT, NULL},
        {"INT 128", SQL_C_STINYINT, "22003"},
        {"INT -1", SQL_C_UTINYINT, "22003"},
        {"INT 255", SQL_C_UTINYINT, NULL},
        {"BIGINT -1", SQL_C_ULONG, "22003"},
        {"BIGINT 4294967295", SQL_C_ULONG, NULL},
        {"BIGINT 4294967296", SQL_C_SLONG, "22003"},
        {"BIGINT 9223372036854775807", SQL_C_UBIGINT, NULL},
        {"INT 2", SQL_C_BIT, "22003"},
        {"INT 1", SQL_C_BIT, NULL},
        {"BOOLEAN 1", SQL_C_SLONG, NULL},
        {"DOUBLE 1.5", SQL_C_SLONG, "01S07"},
        {"DOUBLE 1e30", SQL_C_SBIGINT, "22003"},
        {"DOUBLE 1e300", SQL_C_FLOAT, "22003"},
        {"DOUBLE 0.5", SQL_C_NUMERIC, NULL},
        {"DOUBLE 0.5", SQL_C_TYPE_DATE, "07006"},
        {"DECIMAL 12.34", SQL_C_SLONG, "01S07"},
        {"DECIMAL 12", SQL_C_SLONG, NULL},
        {"DECIMAL 99999999999", SQL_C_SLONG, "22003"},
        {"DECIMAL 12.34", SQL_C_DOUBLE, NULL},
        {"DECIMAL 12.34", SQL_C_NUMERIC, NULL},
        {"DECIMAL 12.34", SQL_C_BINARY, "07006"},
        {"STRING 42", SQL_C_SLONG, NULL},
        {"STRING 4x2", SQL_C_SLONG, "22018"},
        {"STRING 4.2", SQL_C_SLONG, "01S07"},
        {"STRING nothing", SQL_C_DOUBLE, "22018"},
        {"STRING 2024-02-29", SQL_C_TYPE_DATE, NULL},
        {"STRING 2023-02-29", SQL_C_TYPE_DATE, "22018"},
        {"STRING 2024-02-29 10:00:00", SQL_C_TYPE_DATE, "01S07"},
        {"STRING 10:20:30", SQL_C_TYPE_TIME, NULL},
        {"STRING 10:20:30.5", SQL_C_TYPE_TIME, "01S07"},
        {"STRING 25:00:00", SQL_C_TYPE_TIME, "22018"},
        {"STRING 01234567-89ab-cdef-0102-030405060708", SQL_C_GUID, NULL},
        {"STRING 01234567", SQL_C_GUID, "22018"},
        {"INT 1", SQL_C_GUID, "07006"},
        {"DATE 2024-02-29", SQL_C_TYPE_TIMESTAMP, NULL},
        {"DATE 2024-02-29", SQL_C_TYPE_TIME, "07006"},
        {"DATE 2024-02-29", SQL_C_SLONG, "07006"},
        {"DATE 0001-01-01", SQL_C_TYPE_DATE, NULL},
        {"DATE -0044-03-15", SQL_C_TYPE_DATE, NULL},
        {"DATE +40000-01-01", SQL_C_TYPE_DATE, "22003"},
        {"TIMESTAMP 2024-02-29 01:02:03", SQL_C_TYPE_DATE, "01S07"},
        {"TIMESTAMP 2024-02-29 00:00:00", SQL_C_TYPE_DATE, NULL},
        {"TIMESTAMP 2024-02-29 01:02:03", SQL_C_TYPE_TIME, NULL},
        {"TIMESTAMP 2024-02-29 01:02:03.5", SQL_C_TYPE_TIME, "01S07"},
        {"BINARY abc", SQL_C_SLONG, "07006"},
        {"BINARY abc", SQL_C_BINARY, NULL},
        {"STRING abc", SQL_C_BINARY, NULL},
    };
    struct driver driver;
    driver_open(&driver, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        SQLRETURN rc = get_cell(&driver, cases[i].cell, cases[i].c_type, out, sizeof out);
        if (cases[i].state == NULL) {
            if (rc != SQL_SUCCESS)
                print_error("%s as %d\n", cases[i].cell, cases[i].c_type);
            assert_int_equal(rc, SQL_SUCCESS);
            continue;
        }
        bool is_info = strncmp(cases[i].state, "01", 2) == 0;
        assert_int_equal(rc, is_info ? SQL_SUCCESS_WITH_INFO : SQL_ERROR);
        assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, cases[i].state);
    }
    driver_close(&driver);
}

static void test_values_arrive_as_they_were(void **state)
{
    (void)state;
    struct driver driver;
    SQLBIGINT big = 0;
    double real = 0;
    float single = 0;
    SQL_TIMESTAMP_STRUCT stamp;
    SQL_NUMERIC_STRUCT numeric;
    SQLGUID guid;
    driver_open(&driver, "");
    (void)get_cell(&driver, "BIGINT -9223372036854775808", SQL_C_SBIGINT, &big, 0);
    assert_true(big == INT64_MIN);
    (void)get_cell(&driver, "DOUBLE 1.7976931348623157e308", SQL_C_DOUBLE, &real, 0);
    assert_true(real > 1.797e308);
    (void)get_cell(&driver, "FLOAT 0.5", SQL_C_FLOAT, &single, 0);
    assert_true(single > 0.49F && single < 0.51F);
    (void)get_cell(&driver, "TIMESTAMP 1582-10-04 23:59:59.000001", SQL_C_TYPE_TIMESTAMP, &stamp,
                   0);
    assert_int_equal(stamp.year, 1582);
    assert_int_equal(stamp.fraction, 1000);
    (void)get_cell(&driver, "DECIMAL -1.23", SQL_C_NUMERIC, &numeric, 0);
    assert_int_equal(numeric.scale, 2);
    assert_int_equal(numeric.sign, 0);
    assert_int_equal(numeric.val[0], 123);
    (void)get_cell(&driver, "STRING 01234567-89AB-cdef-0102-030405060708", SQL_C_GUID, &guid, 0);
    assert_int_equal(guid.Data1, 0x01234567);
    assert_int_equal(guid.Data4[7], 8);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_as_text),
        cmocka_unit_test(test_every_type_as_itself),
        cmocka_unit_test(test_conversions_have_their_states),
        cmocka_unit_test(test_values_arrive_as_they_were),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
