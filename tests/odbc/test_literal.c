/* Values as literals: every C type into every SQL type, and what must never become SQL. */
#include "odbc/literal.h"
#include "support/check.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char *render(const struct dyno_odbc_input *input, const char **text_out)
{
    static char kept[4096];
    struct dyno_str out;
    dyno_str_init(&out, sizeof kept - 1);
    const char *state = dyno_odbc_literal(input, &out);
    memcpy(kept, dyno_str_text(&out), out.len + 1);
    dyno_str_deinit(&out);
    *text_out = kept;
    return state;
}

static void check(const struct dyno_odbc_input *input, const char *state, const char *expected)
{
    const char *text = NULL;
    const char *got = render(input, &text);
    if (state != NULL) {
        assert_non_null(got);
        assert_string_equal(got, state);
        return;
    }
    if (got != NULL)
        print_error("type %d: %s\n", input->sql_type, got);
    assert_null(got);
    assert_string_equal(text, expected);
}

static void check_text(SQLSMALLINT sql_type, const char *value, const char *state,
                       const char *expected)
{
    check(
        &(struct dyno_odbc_input){
            .c_type = SQL_C_CHAR, .sql_type = sql_type, .data = value, .len = SQL_NTS},
        state, expected);
}

static void test_texts_cannot_leave_their_quotes(void **state)
{
    (void)state;
    static const char nul[] = "a\0b";
    check_text(SQL_VARCHAR, "plain", NULL, "'plain'");
    check_text(SQL_VARCHAR, "", NULL, "''");
    check_text(SQL_VARCHAR, "it's", NULL, "'it\\'s'");
    check_text(SQL_VARCHAR, "'; DROP TABLE t; --", NULL, "'\\'; DROP TABLE t; --'");
    check_text(SQL_VARCHAR, "\\", NULL, "'\\\\'");
    check_text(SQL_VARCHAR, "\\'", NULL, "'\\\\\\''");
    check_text(SQL_VARCHAR, "say \"x\" `y`", NULL, "'say \"x\" `y`'");
    check_text(SQL_VARCHAR, "${env:HOME} $x", NULL, "'\\u0024{env:HOME} $x'");
    check_text(SQL_VARCHAR, "two\nlines", NULL, "'two\nlines'");
    check_text(SQL_WVARCHAR, "z\xc3\xbcrich", NULL, "'z\xc3\xbcrich'");
    check(&(struct dyno_odbc_input){SQL_C_CHAR, SQL_VARCHAR, nul, 3, 0}, NULL, "'a\\u0000b'");
    check(&(struct dyno_odbc_input){SQL_C_CHAR, SQL_VARCHAR, "abcdef", 2, 0}, NULL, "'ab'");
    check(&(struct dyno_odbc_input){SQL_C_CHAR, SQL_VARCHAR, "abc", -7, 0}, "HY090", NULL);
    check(&(struct dyno_odbc_input){SQL_C_BINARY, SQL_VARCHAR, "abc", 3, 0}, NULL, "'abc'");
}

static void test_wide_texts_keep_pairs_and_nul(void **state)
{
    (void)state;
    static const SQLWCHAR smile[] = {'a', 0xD83D, 0xDE00, '\'', 0};
    static const SQLWCHAR nul[] = {'a', 0, 'b'};
    static const SQLWCHAR half[] = {0xDE00, 0};
    check(&(struct dyno_odbc_input){SQL_C_WCHAR, SQL_WVARCHAR, smile, SQL_NTS, 0}, NULL,
          "'a\xf0\x9f\x98\x80\\''");
    check(&(struct dyno_odbc_input){SQL_C_WCHAR, SQL_WVARCHAR, nul, 6, 0}, NULL, "'a\\u0000b'");
    check(&(struct dyno_odbc_input){SQL_C_WCHAR, SQL_WVARCHAR, half, SQL_NTS, 0}, NULL,
          "'\xef\xbf\xbd'");
    check(
        &(struct dyno_odbc_input){SQL_C_WCHAR, SQL_INTEGER, (SQLWCHAR[]){'4', '2', 0}, SQL_NTS, 0},
        NULL, "42");
}

static void test_texts_become_what_the_sql_type_says(void **state)
{
    (void)state;
    static const struct {
        SQLSMALLINT type;
        const char *value;
        const char *state;
        const char *expected;
    } cases[] = {
        {SQL_INTEGER, "42", NULL, "42"},
        {SQL_INTEGER, " -42 ", NULL, "-42"},
        {SQL_INTEGER, "2147483647", NULL, "2147483647"},
        {SQL_INTEGER, "2147483648", "22003", NULL},
        {SQL_INTEGER, "-2147483648", NULL, "-2147483648"},
        {SQL_INTEGER, "1; DROP TABLE t", "22018", NULL},
        {SQL_INTEGER, "1.5", "22001", NULL},
        {SQL_INTEGER, "", "22018", NULL},
        {SQL_TINYINT, "127", NULL, "127"},
        {SQL_TINYINT, "128", "22003", NULL},
        {SQL_SMALLINT, "-32768", NULL, "-32768"},
        {SQL_SMALLINT, "-32769", "22003", NULL},
        {SQL_BIGINT, "-9223372036854775808", NULL, "-9223372036854775808"},
        {SQL_BIGINT, "9223372036854775808", "22003", NULL},
        {SQL_BIT, "1", NULL, "TRUE"},
        {SQL_BIT, "0", NULL, "FALSE"},
        {SQL_BIT, "True", NULL, "TRUE"},
        {SQL_BIT, "2", "22003", NULL},
        {SQL_BIT, "yes", "22018", NULL},
        {SQL_DECIMAL, "12.50", NULL, "12.50BD"},
        {SQL_DECIMAL, "-.5", NULL, "-0.5BD"},
        {SQL_DECIMAL, "1e3", NULL, "1000BD"},
        {SQL_DECIMAL, "1.25e-2", NULL, "0.0125BD"},
        {SQL_DECIMAL, "99999999999999999999999999999999999999", NULL,
         "99999999999999999999999999999999999999BD"},
        {SQL_DECIMAL, "999999999999999999999999999999999999999", "22003", NULL},
        {SQL_DECIMAL, "1BD OR 1=1", "22018", NULL},
        {SQL_DOUBLE, "1.5", NULL, "1.5D"},
        {SQL_DOUBLE, "1e308", NULL, "1e+308D"},
        {SQL_DOUBLE, "NaN", NULL, "CAST('NaN' AS DOUBLE)"},
        {SQL_DOUBLE, "x", "22018", NULL},
        {SQL_REAL, "0.1", NULL, "0.1F"},
        {SQL_VARBINARY, "00ff", NULL, "X'00ff'"},
        {SQL_VARBINARY, "0", "22018", NULL},
        {SQL_VARBINARY, "zz", "22018", NULL},
        {SQL_TYPE_DATE, "2024-02-29", NULL, "DATE '2024-02-29'"},
        {SQL_TYPE_DATE, "2024-02-30", "22018", NULL},
        {SQL_TYPE_DATE, "2024-02-29 00:00:00", NULL, "DATE '2024-02-29'"},
        {SQL_TYPE_DATE, "2024-02-29 00:00:01", "22008", NULL},
        {SQL_TYPE_TIMESTAMP, "2024-02-29", NULL, "TIMESTAMP '2024-02-29 00:00:00'"},
        {SQL_TYPE_TIMESTAMP, "2024-02-29 01:02:03.120", NULL, "TIMESTAMP '2024-02-29 01:02:03.12'"},
        {SQL_TYPE_TIMESTAMP, "2024-02-29 01:02:03.1234567", "22008", NULL},
        {SQL_TYPE_TIMESTAMP, "now()", "22018", NULL},
        {SQL_TYPE_TIME, "01:02:03", NULL, "'01:02:03'"},
        {SQL_TYPE_TIME, "2024-02-29", "07006", NULL},
        {SQL_INTERVAL_DAY, "1", NULL, "INTERVAL '1' DAY"},
        {SQL_INTERVAL_DAY, "INTERVAL -'1' DAY", NULL, "INTERVAL -'1' DAY"},
        {SQL_INTERVAL_DAY, "1' DAY OR 1=1", "22018", NULL},
        {SQL_INTERVAL_DAY_TO_SECOND, "-1 02:03:04.5", NULL,
         "INTERVAL -'1 02:03:04.5' DAY TO SECOND"},
        {SQL_INTERVAL_DAY_TO_HOUR, "1 02:03", "22015", NULL},
        {SQL_INTERVAL_YEAR_TO_MONTH, "1-2", NULL, "INTERVAL '1-2' YEAR TO MONTH"},
        {SQL_INTERVAL_YEAR, "200000000", "22015", NULL},
        {SQL_CODE_DATE + 7000, "1", "HYC00", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_text(cases[i].type, cases[i].value, cases[i].state, cases[i].expected);
}

#define VALUE(c_type, sql_type, value) (&(struct dyno_odbc_input){c_type, sql_type, &(value), 0, 0})

static void test_numbers_of_every_size_and_sign(void **state)
{
    (void)state;
    int8_t tiny = -128;
    uint8_t utiny = 255;
    int16_t small = -32768;
    uint16_t usmall = 65535;
    int32_t integer = INT32_MIN;
    uint32_t uinteger = UINT32_MAX;
    int64_t big = INT64_MIN;
    uint64_t ubig = UINT64_MAX;
    uint8_t bit = 1;
    uint8_t no_bit = 2;
    check(VALUE(SQL_C_STINYINT, SQL_TINYINT, tiny), NULL, "-128");
    check(VALUE(SQL_C_TINYINT, SQL_VARCHAR, tiny), NULL, "'-128'");
    check(VALUE(SQL_C_UTINYINT, SQL_SMALLINT, utiny), NULL, "255");
    check(VALUE(SQL_C_UTINYINT, SQL_TINYINT, utiny), "22003", NULL);
    check(VALUE(SQL_C_SSHORT, SQL_INTEGER, small), NULL, "-32768");
    check(VALUE(SQL_C_USHORT, SQL_INTEGER, usmall), NULL, "65535");
    check(VALUE(SQL_C_SLONG, SQL_INTEGER, integer), NULL, "-2147483648");
    check(VALUE(SQL_C_ULONG, SQL_BIGINT, uinteger), NULL, "4294967295");
    check(VALUE(SQL_C_SBIGINT, SQL_BIGINT, big), NULL, "-9223372036854775808");
    check(VALUE(SQL_C_UBIGINT, SQL_BIGINT, ubig), "22003", NULL);
    check(VALUE(SQL_C_UBIGINT, SQL_DECIMAL, ubig), NULL, "18446744073709551615BD");
    check(VALUE(SQL_C_SLONG, SQL_DOUBLE, integer), NULL, "-2147483648D");
    check(VALUE(SQL_C_BIT, SQL_BIT, bit), NULL, "TRUE");
    check(VALUE(SQL_C_BIT, SQL_BIT, no_bit), "22003", NULL);
    check(VALUE(SQL_C_SLONG, SQL_TYPE_DATE, integer), "07006", NULL);
    check(VALUE(SQL_C_SLONG, SQL_VARBINARY, integer), "07006", NULL);
    check(VALUE(SQL_C_DEFAULT, SQL_BIGINT, big), NULL, "-9223372036854775808");
}

static void test_reals(void **state)
{
    (void)state;
    double tenth = 0.1;
    double infinite = -(double)INFINITY;
    double big = 1e20;
    double half = 2.5;
    float single = 0.1F;
    check(VALUE(SQL_C_DOUBLE, SQL_DOUBLE, tenth), NULL, "0.1D");
    check(VALUE(SQL_C_DOUBLE, SQL_DOUBLE, infinite), NULL, "CAST('-Infinity' AS DOUBLE)");
    check(VALUE(SQL_C_DOUBLE, SQL_INTEGER, infinite), "22003", NULL);
    check(VALUE(SQL_C_DOUBLE, SQL_INTEGER, half), NULL, "2");
    check(VALUE(SQL_C_DOUBLE, SQL_DECIMAL, big), NULL, "100000000000000000000BD");
    check(VALUE(SQL_C_DOUBLE, SQL_VARCHAR, half), NULL, "'2.5'");
    check(VALUE(SQL_C_FLOAT, SQL_REAL, single), NULL, "0.1F");
    check(VALUE(SQL_C_FLOAT, SQL_DOUBLE, single), NULL, "0.1D");
    check(VALUE(SQL_C_DOUBLE, SQL_TYPE_DATE, half), "07006", NULL);
}

static void test_structures(void **state)
{
    (void)state;
    SQL_NUMERIC_STRUCT numeric = {.precision = 5, .scale = 2, .sign = 0, .val = {0x39, 0x30}};
    SQL_NUMERIC_STRUCT odd = {.precision = 5, .scale = 99, .sign = 1, .val = {1}};
    SQL_DATE_STRUCT date = {2024, 2, 29};
    SQL_DATE_STRUCT no_date = {2023, 2, 29};
    SQL_TIME_STRUCT time = {1, 2, 3};
    SQL_TIME_STRUCT no_time = {24, 0, 0};
    SQL_TIMESTAMP_STRUCT stamp = {1582, 10, 4, 23, 59, 59, 123456000};
    SQL_TIMESTAMP_STRUCT too_fine = {2024, 1, 1, 0, 0, 0, 1};
    SQL_TIMESTAMP_STRUCT midnight = {2024, 1, 1, 0, 0, 0, 0};
    SQLGUID guid = {0x01234567, 0x89AB, 0xCDEF, {1, 2, 3, 4, 5, 6, 7, 8}};
    check(VALUE(SQL_C_NUMERIC, SQL_DECIMAL, numeric), NULL, "-123.45BD");
    check(VALUE(SQL_C_NUMERIC, SQL_VARCHAR, numeric), NULL, "'-123.45'");
    check(VALUE(SQL_C_NUMERIC, SQL_DECIMAL, odd), "22003", NULL);
    check(VALUE(SQL_C_TYPE_DATE, SQL_TYPE_DATE, date), NULL, "DATE '2024-02-29'");
    check(VALUE(SQL_C_TYPE_DATE, SQL_TYPE_TIMESTAMP, date), NULL,
          "TIMESTAMP '2024-02-29 00:00:00'");
    check(VALUE(SQL_C_TYPE_DATE, SQL_TYPE_DATE, no_date), "22007", NULL);
    check(VALUE(SQL_C_TYPE_TIME, SQL_TYPE_TIME, time), NULL, "'01:02:03'");
    check(VALUE(SQL_C_TYPE_TIME, SQL_TYPE_TIME, no_time), "22007", NULL);
    check(VALUE(SQL_C_TYPE_TIME, SQL_TYPE_DATE, time), "07006", NULL);
    check(VALUE(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, stamp), NULL,
          "TIMESTAMP '1582-10-04 23:59:59.123456'");
    check(VALUE(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, too_fine), "22008", NULL);
    check(VALUE(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_DATE, midnight), NULL, "DATE '2024-01-01'");
    check(VALUE(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_DATE, stamp), "22008", NULL);
    check(VALUE(SQL_C_TYPE_TIMESTAMP, SQL_VARCHAR, midnight), NULL, "'2024-01-01 00:00:00'");
    check(VALUE(SQL_C_GUID, SQL_GUID, guid), NULL, "'01234567-89ab-cdef-0102-030405060708'");
}

static void test_null_is_null_of_every_type(void **state)
{
    (void)state;
    static const SQLSMALLINT types[] = {SQL_VARCHAR, SQL_INTEGER, SQL_TYPE_DATE, SQL_VARBINARY};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        check(&(struct dyno_odbc_input){SQL_C_DEFAULT, types[i], NULL, SQL_NULL_DATA, 0}, NULL,
              "NULL");
}

static void test_bytes_are_hexadecimal(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 0x27, 0xFF};
    check(&(struct dyno_odbc_input){SQL_C_BINARY, SQL_VARBINARY, bytes, 3, 0}, NULL, "X'0027FF'");
    check(&(struct dyno_odbc_input){SQL_C_BINARY, SQL_BINARY, bytes, 0, 0}, NULL, "X''");
    check(&(struct dyno_odbc_input){SQL_C_BINARY, SQL_BINARY, bytes, SQL_NTS, 0}, "HY090", NULL);
    check(&(struct dyno_odbc_input){SQL_C_BINARY, SQL_INTEGER, bytes, 3, 0}, "07006", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_cannot_leave_their_quotes),
        cmocka_unit_test(test_wide_texts_keep_pairs_and_nul),
        cmocka_unit_test(test_texts_become_what_the_sql_type_says),
        cmocka_unit_test(test_numbers_of_every_size_and_sign),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_structures),
        cmocka_unit_test(test_null_is_null_of_every_type),
        cmocka_unit_test(test_bytes_are_hexadecimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
