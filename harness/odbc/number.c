#include "odbc/number.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMERIC_MAX_DIGITS 38
#define EXPONENT_LIMIT     100000

/* A decimal literal taken apart; the digits stay where they were. */
struct literal {
    bool is_negative;
    const char *whole;
    size_t whole_len;
    const char *fraction;
    size_t fraction_len;
    int exponent;
};

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return at;
}

/* Read "e+12"; returns the end, or NULL for an exponent without digits. */
static const char *scan_exponent(const char *at, const char *end, int *out)
{
    bool is_negative = false;
    if (at < end && (*at == '+' || *at == '-'))
        is_negative = *at++ == '-';
    const char *digits = at;
    int exponent = 0;
    for (; at < end && isdigit((unsigned char)*at); at++) {
        if (exponent < EXPONENT_LIMIT)
            exponent = exponent * 10 + (*at - '0');
    }
    *out = is_negative ? -exponent : exponent;
    return at == digits ? NULL : at;
}

static bool scan(const char *text, size_t len, struct literal *out)
{
    const char *at = text;
    const char *end = text + len;
    *out = (struct literal){.whole = text};
    while (at < end && isspace((unsigned char)*at))
        at++;
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    if (at < end && (*at == '+' || *at == '-'))
        out->is_negative = *at++ == '-';
    out->whole = at;
    at = skip_digits(at, end);
    out->whole_len = (size_t)(at - out->whole);
    if (at < end && *at == '.') {
        out->fraction = ++at;
        at = skip_digits(at, end);
        out->fraction_len = (size_t)(at - out->fraction);
    }
    if (out->whole_len + out->fraction_len == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = scan_exponent(at + 1, end, &out->exponent);
    return at == end;
}

static bool is_all_zero(const char *digits, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (digits[i] != '0')
            return false;
    }
    return true;
}

const char *dyno_odbc_text_to_integer(const char *text, size_t len, struct dyno_odbc_integer *out)
{
    struct literal literal;
    *out = (struct dyno_odbc_integer){.magnitude = 0};
    if (!scan(text, len, &literal))
        return "22018";
    if (literal.exponent != 0) {
        double real = 0;
        const char *state = dyno_odbc_text_to_f64(text, len, &real);
        return state != NULL ? state : dyno_odbc_f64_to_integer(real, out);
    }
    uint64_t magnitude = 0;
    for (size_t i = 0; i < literal.whole_len; i++) {
        uint64_t digit = (uint64_t)(literal.whole[i] - '0');
        if (magnitude > (UINT64_MAX - digit) / 10)
            return "22003";
        magnitude = magnitude * 10 + digit;
    }
    out->magnitude = magnitude;
    out->is_negative = literal.is_negative && magnitude != 0;
    return is_all_zero(literal.fraction, literal.fraction_len) ? NULL : "01S07";
}

/* Exact where both the digits and the power of ten are exact doubles (Clinger's fast path). */
static bool small_f64(const struct literal *literal, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (literal->whole_len + literal->fraction_len > 15)
        return false;
    int power = literal->exponent - (int)literal->fraction_len;
    if (power < -22 || power > 22)
        return false;
    int64_t digits = 0;
    for (size_t i = 0; i < literal->whole_len; i++)
        digits = digits * 10 + (literal->whole[i] - '0');
    for (size_t i = 0; i < literal->fraction_len; i++)
        digits = digits * 10 + (literal->fraction[i] - '0');
    double real = power < 0 ? (double)digits / powers[-power] : (double)digits * powers[power];
    *out = literal->is_negative ? -real : real;
    return true;
}

/* strtod in the "C" locale, whatever this thread's locale says. */
static const char *slow_f64(const char *text, size_t len, double *out)
{
    char buffer[512];
    if (len >= sizeof buffer)
        return "22003";
    memcpy(buffer, text, len);
    buffer[len] = '\0';
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return "HY001";
    locale_t old = uselocale(plain);
    *out = strtod(buffer, NULL);
    (void)uselocale(old);
    freelocale(plain);
    return isinf(*out) ? "22003" : NULL;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

const char *dyno_odbc_text_to_f64(const char *text, size_t len, double *out)
{
    struct literal literal;
    *out = 0;
    if (scan(text, len, &literal))
        return small_f64(&literal, out) ? NULL : slow_f64(text, len, out);
    if (is_word(text, len, "NaN"))
        *out = (double)NAN;
    else if (is_word(text, len, "Infinity"))
        *out = (double)INFINITY;
    else if (is_word(text, len, "-Infinity"))
        *out = -(double)INFINITY;
    else
        return "22018";
    return NULL;
}

/* val = val * 10 + digit in little-endian bytes; false if it runs over. */
static bool push_digit(SQLCHAR *bytes, int digit)
{
    unsigned carry = (unsigned)digit;
    for (size_t i = 0; i < SQL_MAX_NUMERIC_LEN; i++) {
        carry += bytes[i] * 10U;
        bytes[i] = (SQLCHAR)(carry & 0xFF);
        carry >>= 8;
    }
    return carry == 0;
}

/* Digit `i` of a literal, its point left out; zeros before and behind it. */
static int digit_at(const struct literal *literal, long i)
{
    long whole = (long)literal->whole_len;
    if (i < 0 || i >= whole + (long)literal->fraction_len)
        return 0;
    return (i < whole ? literal->whole[i] : literal->fraction[i - whole]) - '0';
}

const char *dyno_odbc_text_to_numeric(const char *text, size_t len, int scale,
                                      SQL_NUMERIC_STRUCT *out)
{
    struct literal literal;
    if (!scan(text, len, &literal))
        return "22018";
    long count = (long)(literal.whole_len + literal.fraction_len);
    long point = (long)literal.whole_len + literal.exponent;
    long first = 0;
    while (first < point && first < count && digit_at(&literal, first) == 0)
        first++;
    if (first == count)
        point = 0;
    long whole = point > first ? point - first : 0;
    if (whole > NUMERIC_MAX_DIGITS)
        return "22003";
    long kept = count > point ? count - point : 0;
    if (scale >= 0)
        kept = scale;
    if (kept > NUMERIC_MAX_DIGITS - whole)
        kept = NUMERIC_MAX_DIGITS - whole;
    if (scale > kept)
        return "22003";
    memset(out, 0, sizeof *out);
    bool fits = true;
    for (long i = point - whole; i < point + kept; i++)
        fits = push_digit(out->val, digit_at(&literal, i)) && fits;
    out->precision = (SQLCHAR)(whole + kept > 0 ? whole + kept : 1);
    out->scale = (SQLSCHAR)kept;
    out->sign = literal.is_negative ? 0 : 1;
    bool is_cut = false;
    for (long i = point + kept; i < count; i++)
        is_cut = is_cut || digit_at(&literal, i) != 0;
    if (!fits)
        return "22003";
    return is_cut ? "01S07" : NULL;
}

static bool is_zero(const SQLCHAR *bytes)
{
    SQLCHAR all = 0;
    for (size_t i = 0; i < SQL_MAX_NUMERIC_LEN; i++)
        all |= bytes[i];
    return all == 0;
}

/* Divide little-endian bytes by ten in place; returns the remainder. */
static int pop_digit(SQLCHAR *bytes)
{
    unsigned rest = 0;
    for (size_t i = SQL_MAX_NUMERIC_LEN; i-- > 0;) {
        rest = rest << 8 | bytes[i];
        bytes[i] = (SQLCHAR)(rest / 10);
        rest %= 10;
    }
    return (int)rest;
}

size_t dyno_odbc_numeric_to_text(const SQL_NUMERIC_STRUCT *numeric, char *out)
{
    SQLCHAR bytes[SQL_MAX_NUMERIC_LEN];
    char digits[NUMERIC_MAX_DIGITS + 2];
    size_t count = 0;
    if (numeric->scale < 0 || numeric->scale > NUMERIC_MAX_DIGITS)
        return 0;
    memcpy(bytes, numeric->val, sizeof bytes);
    while (!is_zero(bytes) || count <= (size_t)numeric->scale) {
        if (count == sizeof digits)
            return 0;
        digits[count++] = (char)('0' + pop_digit(bytes));
    }
    if (count > NUMERIC_MAX_DIGITS + (digits[count - 1] == '0' ? 1 : 0))
        return 0;
    size_t len = 0;
    if (numeric->sign == 0)
        out[len++] = '-';
    while (count > 0) {
        if (count == (size_t)numeric->scale)
            out[len++] = '.';
        out[len++] = digits[--count];
    }
    out[len] = '\0';
    return len;
}

const char *dyno_odbc_f64_to_integer(double real, struct dyno_odbc_integer *out)
{
    double whole = trunc(real);
    double magnitude = fabs(whole);
    *out = (struct dyno_odbc_integer){.magnitude = 0};
    if (!(magnitude < 18446744073709551616.0))
        return "22003";
    out->magnitude = (uint64_t)magnitude;
    out->is_negative = whole < 0;
    return whole < real || whole > real ? "01S07" : NULL;
}

struct dyno_odbc_integer dyno_odbc_integer_of(int64_t number)
{
    return (struct dyno_odbc_integer){
        .is_negative = number < 0,
        .magnitude = number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number,
    };
}

size_t dyno_odbc_i64_to_text(int64_t number, char *out)
{
    return dyno_odbc_integer_to_text(dyno_odbc_integer_of(number), out);
}

size_t dyno_odbc_integer_to_text(struct dyno_odbc_integer integer, char *out)
{
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + integer.magnitude % 10);
        integer.magnitude /= 10;
    } while (integer.magnitude > 0);
    size_t len = 0;
    if (integer.is_negative)
        out[len++] = '-';
    while (count > 0)
        out[len++] = digits[--count];
    out[len] = '\0';
    return len;
}

/* Whatever stands for the decimal point in this locale becomes '.'. */
static size_t make_point(char *text)
{
    size_t len = 0;
    bool is_in_point = false;
    for (const char *c = text; *c != '\0'; c++) {
        bool is_plain = isdigit((unsigned char)*c) || *c == '-' || *c == '+' || *c == 'e';
        if (!is_plain && is_in_point)
            continue;
        is_in_point = !is_plain;
        text[len++] = *c;
        if (!is_plain)
            text[len - 1] = '.';
    }
    text[len] = '\0';
    return len;
}

static size_t copy_word(char *out, const char *word)
{
    size_t len = strlen(word);
    memcpy(out, word, len + 1);
    return len;
}

static bool reads_back(const char *text, double real, bool is_float)
{
    if (is_float) {
        float back = strtof(text, NULL);
        return !(back < (float)real) && !(back > (float)real);
    }
    double back = strtod(text, NULL);
    return !(back < real) && !(back > real);
}

size_t dyno_odbc_f64_to_text(double real, bool is_float, char *out)
{
    if (isnan(real))
        return copy_word(out, "NaN");
    if (isinf(real))
        return copy_word(out, real < 0 ? "-Infinity" : "Infinity");
    int most = is_float ? 9 : 17;
    for (int digits = is_float ? 6 : 15; digits <= most; digits++) {
        (void)snprintf(out, DYNO_ODBC_NUMBER_BYTES, "%.*g", digits, real);
        if (reads_back(out, real, is_float))
            break;
    }
    return make_point(out);
}
