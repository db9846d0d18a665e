#include "odbc/convert.h"
#include "odbc/number.h"
#include "support/check.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static struct dyno_odbc_value text_value(enum dyno_odbc_kind kind, const char *text)
{
    return (struct dyno_odbc_value){.kind = kind, .text = text, .len = strlen(text)};
}

static struct dyno_odbc_value integer_value(int64_t number)
{
    return (struct dyno_odbc_value){.kind = DYNO_ODBC_KIND_INTEGER, .integer = number};
}

static struct dyno_odbc_value real_value(double number)
{
    return (struct dyno_odbc_value){.kind = DYNO_ODBC_KIND_REAL, .real = number};
}

static const char *convert(const struct dyno_odbc_value *value, SQLSMALLINT c_type, void *data,
                           SQLLEN capacity, SQLLEN *indicator)
{
    struct dyno_odbc_target target = {
        .c_type = c_type, .data = data, .capacity = capacity, .indicator = indicator};
    return dyno_odbc_convert(value, &target);
}

static void assert_state(const char *actual, const char *expected)
{
    if (expected == NULL)
        assert_null(actual);
    else
        assert_non_null(actual);
    if (expected != NULL && actual != NULL)
        assert_string_equal(actual, expected);
}

static void test_integers_fit_or_are_out_of_range(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        SQLSMALLINT c_type;
        const char *sqlstate;
    } rows[] = {
        {127, SQL_C_STINYINT, NULL},
        {128, SQL_C_STINYINT, "22003"},
        {-128, SQL_C_STINYINT, NULL},
        {-129, SQL_C_STINYINT, "22003"},
        {255, SQL_C_UTINYINT, NULL},
        {-1, SQL_C_UTINYINT, "22003"},
        {32767, SQL_C_SSHORT, NULL},
        {32768, SQL_C_SHORT, "22003"},
        {65535, SQL_C_USHORT, NULL},
        {INT32_MIN, SQL_C_SLONG, NULL},
        {INT64_C(2147483648), SQL_C_LONG, "22003"},
        {INT64_C(4294967295), SQL_C_ULONG, NULL},
        {INT64_MIN, SQL_C_SBIGINT, NULL},
        {-1, SQL_C_UBIGINT, "22003"},
        {1, SQL_C_BIT, NULL},
        {2, SQL_C_BIT, "22003"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_odbc_value value = integer_value(rows[i].number);
        uint64_t out = 0;
        SQLLEN indicator = -99;
        const char *got = convert(&value, rows[i].c_type, &out, 0, &indicator);
        assert_state(got, rows[i].sqlstate);
        size_t bytes = dyno_odbc_c_type_bytes(rows[i].c_type);
        if (got == NULL) {
            assert_int_equal(indicator, bytes);
            assert_memory_equal(&out, &rows[i].number, bytes);
        }
    }
}

static void test_texts_become_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *sqlstate;
        int64_t number;
    } rows[] = {
        {"0", NULL, 0},
        {" -42 ", NULL, -42},
        {"+7.000", NULL, 7},
        {"7.5", "01S07", 7},
        {"-0.9", "01S07", 0},
        {"1e3", NULL, 1000},
        {"9223372036854775807", NULL, INT64_MAX},
        {"9223372036854775808", "22003", 0},
        {"99999999999999999999", "22003", 0},
        {"", "22018", 0},
        {"x", "22018", 0},
        {"1x", "22018", 0},
        {"1.2.3", "22018", 0},
        {"1e", "22018", 0},
        {".", "22018", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, rows[i].text);
        int64_t out = 0;
        assert_state(convert(&value, SQL_C_SBIGINT, &out, 0, NULL), rows[i].sqlstate);
        assert_int_equal(out, rows[i].number);
    }
}

static void test_reals_become_integers(void **state)
{
    (void)state;
    int64_t out = 0;
    struct dyno_odbc_value value = real_value(-3.0);
    assert_state(convert(&value, SQL_C_SBIGINT, &out, 0, NULL), NULL);
    assert_int_equal(out, -3);
    value = real_value(2.75);
    assert_state(convert(&value, SQL_C_SBIGINT, &out, 0, NULL), "01S07");
    assert_int_equal(out, 2);
    value = real_value(1e19);
    assert_state(convert(&value, SQL_C_SBIGINT, &out, 0, NULL), "22003");
    value = real_value((double)NAN);
    assert_state(convert(&value, SQL_C_SBIGINT, &out, 0, NULL), "22003");
}

static void test_reals_as_text_are_the_shortest(void **state)
{
    (void)state;
    static const struct {
        double real;
        bool is_float;
        const char *text;
    } rows[] = {
        {0.1, false, "0.1"},
        {0.10000000149011612, true, "0.1"},
        {0.10000000149011612, false, "0.10000000149011612"},
        {1.0 / 3, false, "0.3333333333333333"},
        {-2.5, false, "-2.5"},
        {1e300, false, "1e+300"},
        {5e-324, false, "4.94065645841247e-324"},
        {123456789012345678.0, false, "1.2345678901234568e+17"},
    };
    char out[DYNO_ODBC_NUMBER_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = dyno_odbc_f64_to_text(rows[i].real, rows[i].is_float, out);
        assert_string_equal(out, rows[i].text);
        assert_int_equal(len, strlen(rows[i].text));
    }
    (void)dyno_odbc_f64_to_text((double)NAN, false, out);
    assert_string_equal(out, "NaN");
    (void)dyno_odbc_f64_to_text(-(double)INFINITY, false, out);
    assert_string_equal(out, "-Infinity");
}

static void test_texts_become_reals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double real;
    } rows[] = {
        {"0.1", 0.1},
        {"-123.456", -123.456},
        {"1e-7", 1e-7},
        {"179769313486231570000000000000e279", 1.7976931348623157e308},
        {"0.30000000000000004", 0.30000000000000004},
        {"12345678901234567890123", 12345678901234567890123.0},
    };
    double out = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_DECIMAL, rows[i].text);
        assert_state(convert(&value, SQL_C_DOUBLE, &out, 0, NULL), NULL);
        assert_memory_equal(&out, &rows[i].real, sizeof out);
    }
    struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, "1e999");
    assert_state(convert(&value, SQL_C_DOUBLE, &out, 0, NULL), "22003");
    value = text_value(DYNO_ODBC_KIND_TEXT, "NaN");
    assert_state(convert(&value, SQL_C_DOUBLE, &out, 0, NULL), NULL);
    assert_true(isnan(out));
    float single = 0;
    value = real_value(1e39);
    assert_state(convert(&value, SQL_C_FLOAT, &single, 0, NULL), "22003");
}

/* The process's locale must not leak into numbers. Skipped where no such locale is installed. */
static void test_numbers_know_no_locale(void **state)
{
    (void)state;
    char out[DYNO_ODBC_NUMBER_BYTES];
    double real = 0;
    bool is_set = setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
    (void)dyno_odbc_f64_to_text(0.5, false, out);
    const char *parsed = dyno_odbc_text_to_f64("0.30000000000000004", 19, &real);
    (void)setlocale(LC_NUMERIC, "C");
    assert_string_equal(out, "0.5");
    assert_null(parsed);
    assert_true(real > 0.3 && real < 0.31);
    if (!is_set)
        skip();
}

static void test_numeric_struct_has_scale_and_sign(void **state)
{
    (void)state;
    SQL_NUMERIC_STRUCT out;
    struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_DECIMAL, "-123.4500");
    assert_state(convert(&value, SQL_C_NUMERIC, &out, 0, NULL), NULL);
    assert_int_equal(out.scale, 4);
    assert_int_equal(out.precision, 7);
    assert_int_equal(out.sign, 0);
    assert_int_equal(out.val[0] | out.val[1] << 8 | out.val[2] << 16, 1234500);
    value = text_value(DYNO_ODBC_KIND_DECIMAL, "99999999999999999999999999999999999999");
    assert_state(convert(&value, SQL_C_NUMERIC, &out, 0, NULL), NULL);
    assert_int_equal(out.val[15], 0x4B);
    value = text_value(DYNO_ODBC_KIND_DECIMAL, "999999999999999999999999999999999999999");
    assert_state(convert(&value, SQL_C_NUMERIC, &out, 0, NULL), "22003");
    value = text_value(DYNO_ODBC_KIND_DECIMAL, "0.123456789012345678901234567890123456789");
    assert_state(convert(&value, SQL_C_NUMERIC, &out, 0, NULL), "01S07");
}

static void test_moments_are_read_and_cut(void **state)
{
    (void)state;
    SQL_TIMESTAMP_STRUCT timestamp;
    SQL_DATE_STRUCT date;
    SQL_TIME_STRUCT time;
    struct dyno_odbc_value value =
        text_value(DYNO_ODBC_KIND_TIMESTAMP, "2024-02-29 23:59:58.123456");
    assert_state(convert(&value, SQL_C_TYPE_TIMESTAMP, &timestamp, 0, NULL), NULL);
    assert_int_equal(timestamp.year, 2024);
    assert_int_equal(timestamp.day, 29);
    assert_int_equal(timestamp.second, 58);
    assert_int_equal(timestamp.fraction, 123456000);
    assert_state(convert(&value, SQL_C_TYPE_DATE, &date, 0, NULL), "01S07");
    assert_int_equal(date.month, 2);
    assert_state(convert(&value, SQL_C_TYPE_TIME, &time, 0, NULL), "01S07");
    assert_int_equal(time.minute, 59);
    value = text_value(DYNO_ODBC_KIND_DATE, "0001-01-01");
    assert_state(convert(&value, SQL_C_TYPE_TIMESTAMP, &timestamp, 0, NULL), NULL);
    assert_int_equal(timestamp.hour, 0);
    assert_state(convert(&value, SQL_C_TYPE_TIME, &time, 0, NULL), "07006");
}

static void test_no_moments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *sqlstate;
    } rows[] = {
        {"2023-02-29", "22018"},
        {"2024-13-01", "22018"},
        {"2024-01-01x", "22018"},
        {"", "22018"},
        {"12:00:00", "22018"},
        {"2024-01-01 24:00:00", "22018"},
        {"99999-01-01", "22003"},
        {"+10000-01-01", NULL},
        {"2024-01-01 1:02:03.", "22018"},
    };
    SQL_DATE_STRUCT date;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, rows[i].text);
        assert_state(convert(&value, SQL_C_TYPE_DATE, &date, 0, NULL), rows[i].sqlstate);
    }
}

static void test_null_needs_an_indicator(void **state)
{
    (void)state;
    struct dyno_odbc_value value = {.kind = DYNO_ODBC_KIND_NULL};
    char out[4] = "abc";
    SQLLEN indicator = 0;
    assert_state(convert(&value, SQL_C_CHAR, out, sizeof out, &indicator), NULL);
    assert_int_equal(indicator, SQL_NULL_DATA);
    assert_state(convert(&value, SQL_C_CHAR, out, sizeof out, NULL), "22002");
    assert_string_equal(out, "abc");
}

static void test_text_is_cut_with_its_full_length(void **state)
{
    (void)state;
    struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, "hello");
    char out[8] = "";
    SQLLEN indicator = 0;
    assert_state(convert(&value, SQL_C_CHAR, out, 6, &indicator), NULL);
    assert_string_equal(out, "hello");
    assert_state(convert(&value, SQL_C_CHAR, out, 5, &indicator), "01004");
    assert_string_equal(out, "hell");
    assert_int_equal(indicator, 5);
    assert_state(convert(&value, SQL_C_CHAR, out, 0, &indicator), "01004");
    assert_int_equal(indicator, 5);
    assert_state(convert(&value, SQL_C_BINARY, out, 3, &indicator), "01004");
    assert_state(convert(&value, SQL_C_BINARY, out, 5, &indicator), NULL);
}

static void test_numbers_as_text_keep_their_whole_part(void **state)
{
    (void)state;
    char out[16] = "";
    SQLLEN indicator = 0;
    struct dyno_odbc_value value = integer_value(-1234);
    assert_state(convert(&value, SQL_C_CHAR, out, 6, &indicator), NULL);
    assert_string_equal(out, "-1234");
    assert_state(convert(&value, SQL_C_CHAR, out, 5, &indicator), "22003");
    value = text_value(DYNO_ODBC_KIND_DECIMAL, "12.345");
    assert_state(convert(&value, SQL_C_CHAR, out, 5, &indicator), "01004");
    assert_string_equal(out, "12.3");
    assert_state(convert(&value, SQL_C_CHAR, out, 2, &indicator), "22003");
    value = text_value(DYNO_ODBC_KIND_DATE, "2024-01-01");
    assert_state(convert(&value, SQL_C_CHAR, out, 10, &indicator), "22003");
    value = (struct dyno_odbc_value){.kind = DYNO_ODBC_KIND_BOOLEAN, .integer = 1};
    assert_state(convert(&value, SQL_C_CHAR, out, 2, &indicator), NULL);
    assert_string_equal(out, "1");
}

static void test_bytes_as_text_are_hexadecimal(void **state)
{
    (void)state;
    struct dyno_odbc_value value = {.kind = DYNO_ODBC_KIND_BYTES, .text = "\x00\xffz", .len = 3};
    char out[8] = "";
    SQLWCHAR wide[8] = {0};
    SQLLEN indicator = 0;
    assert_state(convert(&value, SQL_C_CHAR, out, 7, &indicator), NULL);
    assert_string_equal(out, "00FF7A");
    assert_state(convert(&value, SQL_C_CHAR, out, 4, &indicator), "01004");
    assert_string_equal(out, "00F");
    assert_int_equal(indicator, 6);
    assert_state(convert(&value, SQL_C_WCHAR, wide, sizeof wide, &indicator), NULL);
    assert_int_equal(wide[5], 'A');
    assert_int_equal(indicator, 12);
    assert_state(convert(&value, SQL_C_DOUBLE, out, 8, &indicator), "07006");
}

/* Read one value in pieces of `room` and count the calls. */
static int read_pieces(const struct dyno_odbc_value *value, SQLSMALLINT c_type, size_t room,
                       char *all, size_t unit_bytes)
{
    struct dyno_odbc_piece piece = {.offset = 0};
    char buffer[32];
    size_t used = 0;
    int calls = 0;
    while (!piece.is_done && calls < 100) {
        SQLLEN indicator = 0;
        struct dyno_odbc_target target = {.c_type = c_type,
                                          .data = buffer,
                                          .capacity = (SQLLEN)room,
                                          .indicator = &indicator,
                                          .piece = &piece};
        const char *state = dyno_odbc_convert(value, &target);
        size_t got = (size_t)indicator;
        if (state != NULL) {
            assert_string_equal(state, "01004");
            got = room - unit_bytes;
        }
        memcpy(all + used, buffer, got);
        used += got;
        calls++;
    }
    memset(all + used, 0, unit_bytes);
    return calls;
}

static void test_pieces_join(void **state)
{
    (void)state;
    const char *text = "z\xc3\xbcrich \xf0\x9f\x98\x80!";
    struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, text);
    char all[128];
    assert_int_equal(read_pieces(&value, SQL_C_CHAR, 4, all, 1), 5);
    assert_string_equal(all, text);
    static const SQLWCHAR expected[] = {'z', 0xFC, 'r', 'i', 'c', 'h', ' ', 0xD83D, 0xDE00, '!', 0};
    SQLWCHAR wide[32];
    for (size_t units = 2; units < 12; units++) {
        (void)read_pieces(&value, SQL_C_WCHAR, units * 2, (char *)wide, 2);
        assert_memory_equal(wide, expected, sizeof expected);
    }
    struct dyno_odbc_value bytes = {.kind = DYNO_ODBC_KIND_BYTES, .text = "\x01\x23\x45", .len = 3};
    assert_int_equal(read_pieces(&bytes, SQL_C_CHAR, 4, all, 1), 2);
    assert_string_equal(all, "012345");
}

static void test_empty_text_is_one_piece(void **state)
{
    (void)state;
    struct dyno_odbc_value value = text_value(DYNO_ODBC_KIND_TEXT, "");
    char all[8];
    assert_int_equal(read_pieces(&value, SQL_C_CHAR, 4, all, 1), 1);
    assert_int_equal(read_pieces(&value, SQL_C_WCHAR, 4, all, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_fit_or_are_out_of_range),
        cmocka_unit_test(test_texts_become_integers),
        cmocka_unit_test(test_reals_become_integers),
        cmocka_unit_test(test_reals_as_text_are_the_shortest),
        cmocka_unit_test(test_texts_become_reals),
        cmocka_unit_test(test_numbers_know_no_locale),
        cmocka_unit_test(test_numeric_struct_has_scale_and_sign),
        cmocka_unit_test(test_moments_are_read_and_cut),
        cmocka_unit_test(test_no_moments),
        cmocka_unit_test(test_null_needs_an_indicator),
        cmocka_unit_test(test_text_is_cut_with_its_full_length),
        cmocka_unit_test(test_numbers_as_text_keep_their_whole_part),
        cmocka_unit_test(test_bytes_as_text_are_hexadecimal),
        cmocka_unit_test(test_pieces_join),
        cmocka_unit_test(test_empty_text_is_one_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
