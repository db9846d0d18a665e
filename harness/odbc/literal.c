#include "odbc/literal.h"

#include "odbc/convert.h"
#include "odbc/guid.h"
#include "odbc/interval.h"
#include "odbc/moment.h"
#include "odbc/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Room for every number, moment, GUID and interval as text. */
#define GIVEN_BYTES_MAX DYNO_ODBC_INTERVAL_BYTES
_Static_assert(GIVEN_BYTES_MAX >= DYNO_ODBC_NUMERIC_BYTES, "a number is longer");

enum given_kind {
    GIVEN_INTEGER,
    GIVEN_REAL,
    GIVEN_DECIMAL, /* digits in `text` */
    GIVEN_TEXT,
    GIVEN_BYTES,
    GIVEN_MOMENT,
    GIVEN_SPAN
};

/* A C value, read. */
struct given {
    enum given_kind kind;
    bool is_float;
    struct dyno_odbc_integer integer;
    double real;
    const char *text;
    size_t len;
    char *owned; /* what `text` points to where it had to be made */
    struct dyno_odbc_moment moment;
    struct dyno_odbc_span span;
    SQLSMALLINT c_type;   /* of a span, whose fields it tells */
    SQLSMALLINT sql_type; /* what it is to become */
    char buffer[GIVEN_BYTES_MAX];
};

static const char *read_char(const struct dyno_odbc_input *input, struct given *out)
{
    if (input->len < 0 && input->len != SQL_NTS)
        return "HY090";
    out->kind = GIVEN_TEXT;
    out->text = input->data;
    out->len = input->len == SQL_NTS ? strlen(out->text) : (size_t)input->len;
    return NULL;
}

static const char *read_wchar(const struct dyno_odbc_input *input, struct given *out)
{
    if (input->len < 0 && input->len != SQL_NTS)
        return "HY090";
    const SQLWCHAR *text = input->data;
    size_t units = input->len == SQL_NTS ? 0 : (size_t)input->len / sizeof *text;
    while (input->len == SQL_NTS && text[units] != 0)
        units++;
    out->owned = dyno_odbc_utf8_from_utf16(text, units);
    if (out->owned == NULL)
        return "HY001";
    out->kind = GIVEN_TEXT;
    out->text = out->owned;
    /* The text may hold NUL characters, so its length is not strlen's. */
    out->len = dyno_odbc_utf8_len(text, units);
    return NULL;
}

static const char *read_binary(const struct dyno_odbc_input *input, struct given *out)
{
    if (input->len < 0)
        return "HY090";
    out->kind = GIVEN_BYTES;
    out->text = input->data;
    out->len = (size_t)input->len;
    return NULL;
}

/* Integers of all sizes and signs, by their C type. */
static const char *read_integer(const struct dyno_odbc_input *input, struct given *out)
{
    out->kind = GIVEN_INTEGER;
    size_t bytes = dyno_odbc_c_type_bytes(input->c_type);
    bool is_unsigned = input->c_type == SQL_C_BIT || input->c_type == SQL_C_UTINYINT ||
                       input->c_type == SQL_C_USHORT || input->c_type == SQL_C_ULONG ||
                       input->c_type == SQL_C_UBIGINT;
    uint64_t bits = 0;
    memcpy(&bits, input->data, bytes);
    if (is_unsigned) {
        out->integer.magnitude = bits;
        return input->c_type == SQL_C_BIT && bits > 1 ? "22003" : NULL;
    }
    unsigned unused = 64 - 8 * (unsigned)bytes;
    out->integer = dyno_odbc_integer_of((int64_t)(bits << unused) >> unused);
    return NULL;
}

static const char *read_double(const struct dyno_odbc_input *input, struct given *out)
{
    out->kind = GIVEN_REAL;
    memcpy(&out->real, input->data, sizeof out->real);
    return NULL;
}

static const char *read_float(const struct dyno_odbc_input *input, struct given *out)
{
    float single = 0;
    memcpy(&single, input->data, sizeof single);
    out->kind = GIVEN_REAL;
    out->real = (double)single;
    out->is_float = true;
    return NULL;
}

static const char *read_numeric(const struct dyno_odbc_input *input, struct given *out)
{
    SQL_NUMERIC_STRUCT numeric;
    memcpy(&numeric, input->data, sizeof numeric);
    out->kind = GIVEN_DECIMAL;
    out->text = out->buffer;
    out->len = dyno_odbc_numeric_to_text(&numeric, out->buffer);
    return out->len == 0 ? "22003" : NULL;
}

static const char *check_moment(const struct given *out)
{
    return dyno_odbc_moment_is_valid(&out->moment) ? NULL : "22007";
}

static const char *read_date(const struct dyno_odbc_input *input, struct given *out)
{
    SQL_DATE_STRUCT date;
    memcpy(&date, input->data, sizeof date);
    out->kind = GIVEN_MOMENT;
    out->moment = (struct dyno_odbc_moment){
        .year = date.year, .month = date.month, .day = date.day, .has_date = true};
    return check_moment(out);
}

static const char *read_time(const struct dyno_odbc_input *input, struct given *out)
{
    SQL_TIME_STRUCT time;
    memcpy(&time, input->data, sizeof time);
    out->kind = GIVEN_MOMENT;
    out->moment = (struct dyno_odbc_moment){
        .hour = time.hour, .minute = time.minute, .second = time.second, .has_time = true};
    return check_moment(out);
}

static const char *read_timestamp(const struct dyno_odbc_input *input, struct given *out)
{
    SQL_TIMESTAMP_STRUCT stamp;
    memcpy(&stamp, input->data, sizeof stamp);
    if (stamp.fraction > 999999999)
        return "22007";
    out->kind = GIVEN_MOMENT;
    out->moment = (struct dyno_odbc_moment){.year = stamp.year,
                                            .month = stamp.month,
                                            .day = stamp.day,
                                            .hour = stamp.hour,
                                            .minute = stamp.minute,
                                            .second = stamp.second,
                                            .fraction_ns = (int32_t)stamp.fraction,
                                            .has_date = true,
                                            .has_time = true};
    return check_moment(out);
}

static const char *read_guid(const struct dyno_odbc_input *input, struct given *out)
{
    SQLGUID guid;
    memcpy(&guid, input->data, sizeof guid);
    out->kind = GIVEN_TEXT;
    out->text = out->buffer;
    out->len = dyno_odbc_guid_to_text(&guid, out->buffer);
    return NULL;
}

static const char *read_interval(const struct dyno_odbc_input *input, struct given *out)
{
    SQL_INTERVAL_STRUCT interval;
    memcpy(&interval, input->data, sizeof interval);
    out->kind = GIVEN_SPAN;
    out->c_type = input->c_type;
    return dyno_odbc_interval_get(&interval, input->fraction_digits, &out->span);
}

typedef const char *(*read_fn)(const struct dyno_odbc_input *input, struct given *out);

static read_fn reader_of(SQLSMALLINT c_type)
{
    static const struct {
        SQLSMALLINT c_type;
        read_fn read;
    } readers[] = {
        {SQL_C_CHAR, read_char},
        {SQL_C_WCHAR, read_wchar},
        {SQL_C_BINARY, read_binary},
        {SQL_C_DOUBLE, read_double},
        {SQL_C_FLOAT, read_float},
        {SQL_C_NUMERIC, read_numeric},
        {SQL_C_TYPE_DATE, read_date},
        {SQL_C_DATE, read_date},
        {SQL_C_TYPE_TIME, read_time},
        {SQL_C_TIME, read_time},
        {SQL_C_TYPE_TIMESTAMP, read_timestamp},
        {SQL_C_TIMESTAMP, read_timestamp},
        {SQL_C_GUID, read_guid},
    };
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (readers[i].c_type == c_type)
            return readers[i].read;
    }
    if (dyno_odbc_interval_is_type(c_type))
        return read_interval;
    return dyno_odbc_c_type_is_known(c_type) ? read_integer : NULL;
}

/* The value as text where the SQL type is a character type, and on the way to other types. */
static void make_text(struct given *given)
{
    if (given->kind == GIVEN_INTEGER) {
        given->len = dyno_odbc_integer_to_text(given->integer, given->buffer);
    } else if (given->kind == GIVEN_REAL) {
        given->len = dyno_odbc_f64_to_text(given->real, given->is_float, given->buffer);
    } else if (given->kind == GIVEN_MOMENT) {
        given->len = dyno_odbc_moment_to_text(&given->moment, given->buffer, sizeof given->buffer);
    } else {
        return;
    }
    given->text = given->buffer;
}

static const char *write_text(struct given *given, struct dyno_str *out)
{
    make_text(given);
    dyno_str_append_char(out, '\'');
    for (size_t i = 0; i < given->len; i++) {
        char c = given->text[i];
        bool opens_variable = c == '$' && i + 1 < given->len && given->text[i + 1] == '{';
        if (c == '\'' || c == '\\')
            dyno_str_append_char(out, '\\');
        if (c == '\0')
            dyno_str_append(out, "\\u0000");
        else if (opens_variable)
            dyno_str_append(out, "\\u0024");
        else
            dyno_str_append_char(out, c);
    }
    dyno_str_append_char(out, '\'');
    return NULL;
}

static bool is_word(const struct given *given, const char *word)
{
    return given->len == strlen(word) && strncasecmp(given->text, word, given->len) == 0;
}

static const char *write_bit(struct given *given, struct dyno_str *out)
{
    if (given->kind == GIVEN_TEXT && (is_word(given, "true") || is_word(given, "false"))) {
        dyno_str_append(out, is_word(given, "true") ? "TRUE" : "FALSE");
        return NULL;
    }
    if (given->kind == GIVEN_BYTES || given->kind == GIVEN_MOMENT)
        return "07006";
    make_text(given);
    double real = 0;
    const char *state = dyno_odbc_text_to_f64(given->text, given->len, &real);
    if (state != NULL)
        return state;
    if (!(real >= 0 && real < 2))
        return "22003";
    dyno_str_append(out, real < 1 ? "FALSE" : "TRUE");
    return NULL;
}

/* A whole number of at most `most` (one more below zero). */
static const char *write_integer(struct given *given, uint64_t most, struct dyno_str *out)
{
    char digits[DYNO_ODBC_NUMBER_BYTES];
    const char *state = NULL;
    struct dyno_odbc_integer integer = given->integer;
    if (given->kind == GIVEN_REAL)
        state = dyno_odbc_f64_to_integer(given->real, &integer);
    else if (given->kind == GIVEN_TEXT || given->kind == GIVEN_DECIMAL)
        state = dyno_odbc_text_to_integer(given->text, given->len, &integer);
    else if (given->kind != GIVEN_INTEGER)
        return "07006";
    bool loses_fraction = state != NULL && strcmp(state, "01S07") == 0;
    if (loses_fraction && given->kind == GIVEN_TEXT)
        return "22001";
    if (state != NULL && !loses_fraction)
        return state;
    if (integer.magnitude > most + (integer.is_negative ? 1 : 0))
        return "22003";
    dyno_str_append_n(out, digits, dyno_odbc_integer_to_text(integer, digits));
    return NULL;
}

static const char *write_tinyint(struct given *given, struct dyno_str *out)
{
    return write_integer(given, INT8_MAX, out);
}

static const char *write_smallint(struct given *given, struct dyno_str *out)
{
    return write_integer(given, INT16_MAX, out);
}

static const char *write_int(struct given *given, struct dyno_str *out)
{
    return write_integer(given, INT32_MAX, out);
}

static const char *write_bigint(struct given *given, struct dyno_str *out)
{
    return write_integer(given, INT64_MAX, out);
}

static const char *write_decimal(struct given *given, struct dyno_str *out)
{
    if (given->kind == GIVEN_BYTES || given->kind == GIVEN_MOMENT)
        return "07006";
    make_text(given);
    SQL_NUMERIC_STRUCT numeric;
    char digits[DYNO_ODBC_NUMERIC_BYTES];
    const char *state = dyno_odbc_text_to_numeric(given->text, given->len, -1, &numeric);
    if (state != NULL)
        return strcmp(state, "01S07") == 0 ? "22001" : state;
    size_t len = dyno_odbc_numeric_to_text(&numeric, digits);
    if (len == 0)
        return "22003";
    dyno_str_append_n(out, digits, len);
    dyno_str_append(out, "BD");
    return NULL;
}

static const char *write_real(struct given *given, const char *suffix, const char *type,
                              struct dyno_str *out)
{
    char digits[DYNO_ODBC_NUMBER_BYTES];
    if (given->kind == GIVEN_BYTES || given->kind == GIVEN_MOMENT)
        return "07006";
    double real = given->real;
    if (given->kind != GIVEN_REAL) {
        make_text(given);
        const char *state = dyno_odbc_text_to_f64(given->text, given->len, &real);
        if (state != NULL)
            return state;
    }
    bool is_float = given->is_float || suffix[0] == 'F';
    size_t len = dyno_odbc_f64_to_text(real, is_float, digits);
    if (!isfinite(real)) {
        dyno_str_appendf(out, "CAST('%.*s' AS %s)", (int)len, digits, type);
        return NULL;
    }
    dyno_str_append_n(out, digits, len);
    dyno_str_append(out, suffix);
    return NULL;
}

static const char *write_float(struct given *given, struct dyno_str *out)
{
    return write_real(given, "F", "FLOAT", out);
}

static const char *write_double(struct given *given, struct dyno_str *out)
{
    return write_real(given, "D", "DOUBLE", out);
}

static const char *write_binary(struct given *given, struct dyno_str *out)
{
    static const char hex[] = "0123456789ABCDEF";
    if (given->kind != GIVEN_BYTES && given->kind != GIVEN_TEXT)
        return "07006";
    if (given->kind == GIVEN_TEXT && given->len % 2 != 0)
        return "22018";
    for (size_t i = 0; given->kind == GIVEN_TEXT && i < given->len; i++) {
        if (!isxdigit((unsigned char)given->text[i]))
            return "22018";
    }
    dyno_str_append(out, "X'");
    if (given->kind == GIVEN_TEXT)
        dyno_str_append_n(out, given->text, given->len);
    for (size_t i = 0; given->kind == GIVEN_BYTES && i < given->len; i++) {
        unsigned char byte = (unsigned char)given->text[i];
        const char digits[2] = {hex[byte >> 4], hex[byte & 0x0F]};
        dyno_str_append_n(out, digits, 2);
    }
    dyno_str_append_char(out, '\'');
    return NULL;
}

/* Make a moment of a text; 22018 if it is none. */
static const char *need_moment(struct given *given)
{
    if (given->kind == GIVEN_MOMENT)
        return NULL;
    if (given->kind != GIVEN_TEXT)
        return "07006";
    given->kind = GIVEN_MOMENT;
    return dyno_odbc_moment_scan(given->text, given->len, &given->moment) ? NULL : "22018";
}

static bool has_time_of_day(const struct dyno_odbc_moment *moment)
{
    return moment->hour != 0 || moment->minute != 0 || moment->second != 0 ||
           moment->fraction_ns != 0;
}

static void append_moment(struct given *given, const char *word, struct dyno_str *out)
{
    make_text(given);
    dyno_str_append(out, word);
    dyno_str_append_char(out, '\'');
    dyno_str_append_n(out, given->text, given->len);
    dyno_str_append_char(out, '\'');
}

static const char *write_date(struct given *given, struct dyno_str *out)
{
    const char *state = need_moment(given);
    if (state != NULL)
        return state;
    if (!given->moment.has_date)
        return "07006";
    if (has_time_of_day(&given->moment))
        return "22008";
    given->moment.has_time = false;
    append_moment(given, "DATE ", out);
    return NULL;
}

/* Spark has no type for a time of day; its text is what can be compared and inserted. */
static const char *write_time(struct given *given, struct dyno_str *out)
{
    const char *state = need_moment(given);
    if (state != NULL)
        return state;
    if (!given->moment.has_time)
        return "07006";
    if (given->moment.fraction_ns != 0)
        return "22008";
    given->moment.has_date = false;
    append_moment(given, "", out);
    return NULL;
}

static const char *write_timestamp(struct given *given, struct dyno_str *out)
{
    enum {
        NS_PER_US = 1000
    };
    const char *state = need_moment(given);
    if (state != NULL)
        return state;
    if (!given->moment.has_date)
        return "07006";
    if (given->moment.fraction_ns % NS_PER_US != 0)
        return "22008";
    given->moment.has_time = true;
    append_moment(given, "TIMESTAMP ", out);
    return NULL;
}

/* Numbers and texts become intervals of the SQL type's kind. */
static const char *need_span(struct given *given)
{
    if (given->kind == GIVEN_SPAN)
        return NULL;
    if (given->kind == GIVEN_TEXT)
        return dyno_odbc_interval_scan(given->text, given->len, given->sql_type, &given->span)
                   ? NULL
                   : "22018";
    if (given->kind != GIVEN_INTEGER && given->kind != GIVEN_DECIMAL)
        return "07006";
    make_text(given);
    const char *state =
        dyno_odbc_interval_of_number(given->text, given->len, given->sql_type, &given->span);
    return state != NULL && strcmp(state, "01S07") == 0 ? "22015" : state;
}

static const char *write_interval(struct given *given, struct dyno_str *out)
{
    char literal[DYNO_ODBC_INTERVAL_BYTES];
    const char *state = need_span(given);
    if (state == NULL)
        state = dyno_odbc_interval_literal(&given->span, given->sql_type, literal);
    if (state == NULL)
        dyno_str_append(out, literal);
    return state;
}

typedef const char *(*write_fn)(struct given *given, struct dyno_str *out);

struct sql_type {
    SQLSMALLINT sql_type;
    SQLSMALLINT default_c_type;
    write_fn write;
};

static const struct sql_type *sql_type_of(SQLSMALLINT sql_type)
{
    static const struct sql_type types[] = {
        {SQL_CHAR, SQL_C_CHAR, write_text},
        {SQL_VARCHAR, SQL_C_CHAR, write_text},
        {SQL_LONGVARCHAR, SQL_C_CHAR, write_text},
        {SQL_WCHAR, SQL_C_WCHAR, write_text},
        {SQL_WVARCHAR, SQL_C_WCHAR, write_text},
        {SQL_WLONGVARCHAR, SQL_C_WCHAR, write_text},
        {SQL_GUID, SQL_C_GUID, write_text},
        {SQL_BIT, SQL_C_BIT, write_bit},
        {SQL_TINYINT, SQL_C_STINYINT, write_tinyint},
        {SQL_SMALLINT, SQL_C_SSHORT, write_smallint},
        {SQL_INTEGER, SQL_C_SLONG, write_int},
        {SQL_BIGINT, SQL_C_SBIGINT, write_bigint},
        {SQL_DECIMAL, SQL_C_CHAR, write_decimal},
        {SQL_NUMERIC, SQL_C_CHAR, write_decimal},
        {SQL_REAL, SQL_C_FLOAT, write_float},
        {SQL_FLOAT, SQL_C_DOUBLE, write_double},
        {SQL_DOUBLE, SQL_C_DOUBLE, write_double},
        {SQL_BINARY, SQL_C_BINARY, write_binary},
        {SQL_VARBINARY, SQL_C_BINARY, write_binary},
        {SQL_LONGVARBINARY, SQL_C_BINARY, write_binary},
        {SQL_TYPE_DATE, SQL_C_TYPE_DATE, write_date},
        {SQL_DATE, SQL_C_TYPE_DATE, write_date},
        {SQL_TYPE_TIME, SQL_C_TYPE_TIME, write_time},
        {SQL_TIME, SQL_C_TYPE_TIME, write_time},
        {SQL_TYPE_TIMESTAMP, SQL_C_TYPE_TIMESTAMP, write_timestamp},
        {SQL_TIMESTAMP, SQL_C_TYPE_TIMESTAMP, write_timestamp},
    };
    static const struct sql_type interval = {0, SQL_C_DEFAULT, write_interval};
    if (dyno_odbc_interval_is_type(sql_type))
        return &interval;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].sql_type == sql_type)
            return &types[i];
    }
    return NULL;
}

/* An interval for what is none: any one for texts, one of a single field for exact numbers. */
static const char *settle_span(struct given *given, SQLSMALLINT sql_type)
{
    bool is_number = sql_type == SQL_TINYINT || sql_type == SQL_SMALLINT ||
                     sql_type == SQL_INTEGER || sql_type == SQL_BIGINT || sql_type == SQL_DECIMAL ||
                     sql_type == SQL_NUMERIC;
    bool is_text = sql_type == SQL_CHAR || sql_type == SQL_VARCHAR || sql_type == SQL_LONGVARCHAR ||
                   sql_type == SQL_WCHAR || sql_type == SQL_WVARCHAR ||
                   sql_type == SQL_WLONGVARCHAR;
    if (given->kind != GIVEN_SPAN || dyno_odbc_interval_is_type(sql_type))
        return NULL;
    bool has_one_field = given->c_type <= SQL_C_INTERVAL_SECOND;
    if (!is_text && !(is_number && has_one_field))
        return "07006";
    given->kind = is_text ? GIVEN_TEXT : GIVEN_DECIMAL;
    const char *state = dyno_odbc_interval_text(&given->span, given->c_type, given->buffer);
    given->text = given->buffer;
    given->len = state == NULL ? strlen(given->buffer) : 0;
    return state;
}

bool dyno_odbc_literal_knows(SQLSMALLINT sql_type)
{
    return sql_type_of(sql_type) != NULL;
}

const char *dyno_odbc_literal(const struct dyno_odbc_input *input, struct dyno_str *out)
{
    const struct sql_type *type = sql_type_of(input->sql_type);
    if (type == NULL)
        return "HYC00";
    if (input->len == SQL_NULL_DATA) {
        dyno_str_append(out, "NULL");
        return NULL;
    }
    struct dyno_odbc_input resolved = *input;
    if (resolved.c_type == SQL_C_DEFAULT)
        resolved.c_type = type->write == write_interval ? input->sql_type : type->default_c_type;
    read_fn read = reader_of(resolved.c_type);
    if (read == NULL)
        return "HY003";
    struct given given = {.kind = GIVEN_TEXT, .sql_type = input->sql_type};
    const char *state = read(&resolved, &given);
    if (state == NULL)
        state = settle_span(&given, input->sql_type);
    if (state == NULL)
        state = type->write(&given, out);
    free(given.owned);
    return state;
}
