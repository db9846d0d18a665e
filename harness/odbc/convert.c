#include "odbc/convert.h"

#include "odbc/convert_text.h"
#include "odbc/guid.h"
#include "odbc/interval.h"
#include "odbc/moment.h"
#include "odbc/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef const char *(*convert_fn)(const struct dyno_odbc_value *value,
                                  const struct dyno_odbc_target *target);

/* Integer targets by size and sign. */
struct integer_type {
    SQLSMALLINT c_type;
    size_t bytes;
    uint64_t most;          /* largest value */
    uint64_t most_negative; /* magnitude of the smallest */
};

static const struct integer_type integer_types[] = {
    {SQL_C_BIT, 1, 1, 0},
    {SQL_C_STINYINT, 1, INT8_MAX, UINT64_C(1) << 7},
    {SQL_C_TINYINT, 1, INT8_MAX, UINT64_C(1) << 7},
    {SQL_C_UTINYINT, 1, UINT8_MAX, 0},
    {SQL_C_SSHORT, 2, INT16_MAX, UINT64_C(1) << 15},
    {SQL_C_SHORT, 2, INT16_MAX, UINT64_C(1) << 15},
    {SQL_C_USHORT, 2, UINT16_MAX, 0},
    {SQL_C_SLONG, 4, INT32_MAX, UINT64_C(1) << 31},
    {SQL_C_LONG, 4, INT32_MAX, UINT64_C(1) << 31},
    {SQL_C_ULONG, 4, UINT32_MAX, 0},
    {SQL_C_SBIGINT, 8, INT64_MAX, UINT64_C(1) << 63},
    {SQL_C_UBIGINT, 8, UINT64_MAX, 0},
};

static const struct integer_type *integer_type_of(SQLSMALLINT c_type)
{
    for (size_t i = 0; i < sizeof integer_types / sizeof integer_types[0]; i++) {
        if (integer_types[i].c_type == c_type)
            return &integer_types[i];
    }
    return NULL;
}

static bool is_info(const char *state)
{
    return state != NULL && state[0] == '0' && state[1] == '1';
}

/* Copy a fixed-size value and tell its size. */
static void put(const struct dyno_odbc_target *target, const void *bytes, size_t len)
{
    if (target->data != NULL)
        memcpy(target->data, bytes, len);
    if (target->indicator != NULL)
        *target->indicator = (SQLLEN)len;
    if (target->piece != NULL)
        target->piece->is_done = true;
}

static const char *to_integer(const struct dyno_odbc_value *value, struct dyno_odbc_integer *out)
{
    switch (value->kind) {
    case DYNO_ODBC_KIND_BOOLEAN:
    case DYNO_ODBC_KIND_INTEGER:
        *out = dyno_odbc_integer_of(value->integer);
        return NULL;
    case DYNO_ODBC_KIND_REAL:
        return dyno_odbc_f64_to_integer(value->real, out);
    case DYNO_ODBC_KIND_DECIMAL:
    case DYNO_ODBC_KIND_TEXT:
        return dyno_odbc_text_to_integer(value->text, value->len, out);
    default:
        return "07006";
    }
}

static const char *convert_integer(const struct dyno_odbc_value *value,
                                   const struct dyno_odbc_target *target)
{
    const struct integer_type *type = integer_type_of(target->c_type);
    struct dyno_odbc_integer integer = {.magnitude = 0};
    const char *state = to_integer(value, &integer);
    if (type == NULL)
        return "07006";
    if (state != NULL && !is_info(state))
        return state;
    if (integer.magnitude > (integer.is_negative ? type->most_negative : type->most))
        return "22003";
    uint64_t bits = integer.is_negative ? UINT64_C(0) - integer.magnitude : integer.magnitude;
    uint8_t one = (uint8_t)bits;
    uint16_t two = (uint16_t)bits;
    uint32_t four = (uint32_t)bits;
    if (type->bytes == 1)
        put(target, &one, sizeof one);
    else if (type->bytes == 2)
        put(target, &two, sizeof two);
    else if (type->bytes == 4)
        put(target, &four, sizeof four);
    else
        put(target, &bits, sizeof bits);
    return state;
}

static const char *to_f64(const struct dyno_odbc_value *value, double *out)
{
    switch (value->kind) {
    case DYNO_ODBC_KIND_BOOLEAN:
    case DYNO_ODBC_KIND_INTEGER:
        *out = (double)value->integer;
        return NULL;
    case DYNO_ODBC_KIND_REAL:
        *out = value->real;
        return NULL;
    case DYNO_ODBC_KIND_DECIMAL:
    case DYNO_ODBC_KIND_TEXT:
        return dyno_odbc_text_to_f64(value->text, value->len, out);
    default:
        return "07006";
    }
}

static const char *convert_double(const struct dyno_odbc_value *value,
                                  const struct dyno_odbc_target *target)
{
    double real = 0;
    const char *state = to_f64(value, &real);
    if (state == NULL)
        put(target, &real, sizeof real);
    return state;
}

static const char *convert_float(const struct dyno_odbc_value *value,
                                 const struct dyno_odbc_target *target)
{
    double real = 0;
    const char *state = to_f64(value, &real);
    if (state != NULL)
        return state;
    if (!isinf(real) && fabs(real) > (double)FLT_MAX)
        return "22003";
    float single = (float)real;
    put(target, &single, sizeof single);
    return NULL;
}

static const char *convert_numeric(const struct dyno_odbc_value *value,
                                   const struct dyno_odbc_target *target)
{
    char buffer[DYNO_ODBC_NUMBER_BYTES];
    const char *text = value->text;
    size_t len = value->len;
    switch (value->kind) {
    case DYNO_ODBC_KIND_BOOLEAN:
    case DYNO_ODBC_KIND_INTEGER:
        len = dyno_odbc_i64_to_text(value->integer, buffer);
        text = buffer;
        break;
    case DYNO_ODBC_KIND_REAL:
        len = dyno_odbc_f64_to_text(value->real, value->is_float, buffer);
        text = buffer;
        break;
    case DYNO_ODBC_KIND_DECIMAL:
    case DYNO_ODBC_KIND_TEXT:
        break;
    default:
        return "07006";
    }
    SQL_NUMERIC_STRUCT numeric;
    int scale = target->digits.has_scale ? target->digits.scale : -1;
    const char *state = dyno_odbc_text_to_numeric(text, len, scale, &numeric);
    if (state == NULL || is_info(state))
        put(target, &numeric, sizeof numeric);
    return state;
}

/* Hive puts the zone's name behind timestamps with local time zone, which are told in that of the session. */
static size_t len_without_zone(const struct dyno_odbc_value *value)
{
    const char *time = memchr(value->text, ' ', value->len);
    if (value->kind != DYNO_ODBC_KIND_TIMESTAMP || time == NULL)
        return value->len;
    size_t date_len = (size_t)(time - value->text) + 1;
    const char *zone = memchr(time + 1, ' ', value->len - date_len);
    return zone != NULL ? (size_t)(zone - value->text) : value->len;
}

/* NULL, or the state of a value that is no moment at all or no date of ODBC's range. */
static const char *to_moment(const struct dyno_odbc_value *value, struct dyno_odbc_moment *out)
{
    bool has_text = value->kind == DYNO_ODBC_KIND_DATE || value->kind == DYNO_ODBC_KIND_TIMESTAMP ||
                    value->kind == DYNO_ODBC_KIND_TEXT;
    if (!has_text)
        return "07006";
    if (!dyno_odbc_moment_scan(value->text, len_without_zone(value), out))
        return "22018";
    return out->year < INT16_MIN || out->year > INT16_MAX ? "22003" : NULL;
}

/* As above, with a date (a time) that must be part of it. */
static const char *to_date(const struct dyno_odbc_value *value, struct dyno_odbc_moment *out)
{
    const char *state = to_moment(value, out);
    return state == NULL && !out->has_date ? "22018" : state;
}

static const char *to_time(const struct dyno_odbc_value *value, struct dyno_odbc_moment *out)
{
    if (value->kind == DYNO_ODBC_KIND_DATE)
        return "07006";
    const char *state = to_moment(value, out);
    return state == NULL && !out->has_time ? "22018" : state;
}

static SQL_DATE_STRUCT date_of(const struct dyno_odbc_moment *moment)
{
    return (SQL_DATE_STRUCT){.year = (SQLSMALLINT)moment->year,
                             .month = (SQLUSMALLINT)moment->month,
                             .day = (SQLUSMALLINT)moment->day};
}

static SQL_TIME_STRUCT time_of(const struct dyno_odbc_moment *moment)
{
    return (SQL_TIME_STRUCT){.hour = (SQLUSMALLINT)moment->hour,
                             .minute = (SQLUSMALLINT)moment->minute,
                             .second = (SQLUSMALLINT)moment->second};
}

static const char *convert_date(const struct dyno_odbc_value *value,
                                const struct dyno_odbc_target *target)
{
    struct dyno_odbc_moment moment;
    const char *state = to_date(value, &moment);
    if (state != NULL)
        return state;
    SQL_DATE_STRUCT date = date_of(&moment);
    put(target, &date, sizeof date);
    bool is_cut =
        moment.hour != 0 || moment.minute != 0 || moment.second != 0 || moment.fraction_ns != 0;
    return is_cut ? "01S07" : NULL;
}

static const char *convert_time(const struct dyno_odbc_value *value,
                                const struct dyno_odbc_target *target)
{
    struct dyno_odbc_moment moment;
    const char *state = to_time(value, &moment);
    if (state != NULL)
        return state;
    SQL_TIME_STRUCT time = time_of(&moment);
    put(target, &time, sizeof time);
    return moment.fraction_ns != 0 ? "01S07" : NULL;
}

static const char *convert_timestamp(const struct dyno_odbc_value *value,
                                     const struct dyno_odbc_target *target)
{
    struct dyno_odbc_moment moment;
    const char *state = to_date(value, &moment);
    if (state != NULL)
        return state;
    SQL_DATE_STRUCT date = date_of(&moment);
    SQL_TIME_STRUCT time = time_of(&moment);
    SQL_TIMESTAMP_STRUCT timestamp = {.year = date.year,
                                      .month = date.month,
                                      .day = date.day,
                                      .hour = time.hour,
                                      .minute = time.minute,
                                      .second = time.second,
                                      .fraction = (SQLUINTEGER)moment.fraction_ns};
    put(target, &timestamp, sizeof timestamp);
    return NULL;
}

static const char *convert_guid(const struct dyno_odbc_value *value,
                                const struct dyno_odbc_target *target)
{
    SQLGUID guid;
    if (value->kind != DYNO_ODBC_KIND_TEXT)
        return "07006";
    if (!dyno_odbc_guid_from_text(value->text, value->len, &guid))
        return "22018";
    put(target, &guid, sizeof guid);
    return NULL;
}

static const char *to_span(const struct dyno_odbc_value *value, SQLSMALLINT c_type,
                           struct dyno_odbc_span *out)
{
    char digits[DYNO_ODBC_NUMBER_BYTES];
    switch (value->kind) {
    case DYNO_ODBC_KIND_TEXT:
        return dyno_odbc_interval_scan(value->text, value->len, c_type, out) ? NULL : "22018";
    case DYNO_ODBC_KIND_DECIMAL:
        return dyno_odbc_interval_of_number(value->text, value->len, c_type, out);
    case DYNO_ODBC_KIND_INTEGER:
        return dyno_odbc_interval_of_number(digits, dyno_odbc_i64_to_text(value->integer, digits),
                                            c_type, out);
    default:
        return "07006";
    }
}

static const char *convert_interval(const struct dyno_odbc_value *value,
                                    const struct dyno_odbc_target *target)
{
    const struct dyno_odbc_interval_shape shape = {.c_type = target->c_type,
                                                   .fraction_digits = target->digits.fraction,
                                                   .leading_digits = target->digits.leading};
    struct dyno_odbc_span span;
    SQL_INTERVAL_STRUCT interval;
    const char *state = to_span(value, target->c_type, &span);
    if (state != NULL && !is_info(state))
        return state;
    const char *put_state = dyno_odbc_interval_put(&span, &shape, &interval);
    if (put_state != NULL && !is_info(put_state))
        return put_state;
    put(target, &interval, sizeof interval);
    return state != NULL ? state : put_state;
}

struct c_type {
    SQLSMALLINT c_type;
    size_t bytes;
    convert_fn convert;
};

static const struct c_type c_types[] = {
    {SQL_C_CHAR, 0, dyno_odbc_convert_char},
    {SQL_C_WCHAR, 0, dyno_odbc_convert_wchar},
    {SQL_C_BINARY, 0, dyno_odbc_convert_binary},
    {SQL_C_DOUBLE, sizeof(double), convert_double},
    {SQL_C_FLOAT, sizeof(float), convert_float},
    {SQL_C_NUMERIC, sizeof(SQL_NUMERIC_STRUCT), convert_numeric},
    {SQL_C_TYPE_DATE, sizeof(SQL_DATE_STRUCT), convert_date},
    {SQL_C_DATE, sizeof(SQL_DATE_STRUCT), convert_date},
    {SQL_C_TYPE_TIME, sizeof(SQL_TIME_STRUCT), convert_time},
    {SQL_C_TIME, sizeof(SQL_TIME_STRUCT), convert_time},
    {SQL_C_TYPE_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT), convert_timestamp},
    {SQL_C_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT), convert_timestamp},
    {SQL_C_GUID, sizeof(SQLGUID), convert_guid},
};

static const struct c_type *c_type_of(SQLSMALLINT c_type)
{
    static const struct c_type interval = {0, sizeof(SQL_INTERVAL_STRUCT), convert_interval};
    if (dyno_odbc_interval_is_type(c_type))
        return &interval;
    for (size_t i = 0; i < sizeof c_types / sizeof c_types[0]; i++) {
        if (c_types[i].c_type == c_type)
            return &c_types[i];
    }
    return NULL;
}

const char *dyno_odbc_convert(const struct dyno_odbc_value *value,
                              const struct dyno_odbc_target *target)
{
    SQLLEN *flag = target->null_flag != NULL ? target->null_flag : target->indicator;
    if (target->null_flag != NULL)
        *target->null_flag = 0;
    if (value->kind == DYNO_ODBC_KIND_NULL) {
        if (flag == NULL)
            return "22002";
        *flag = SQL_NULL_DATA;
        if (target->piece != NULL)
            target->piece->is_done = true;
        return NULL;
    }
    const struct c_type *type = c_type_of(target->c_type);
    return type != NULL ? type->convert(value, target) : convert_integer(value, target);
}

size_t dyno_odbc_c_type_bytes(SQLSMALLINT c_type)
{
    const struct c_type *type = c_type_of(c_type);
    if (type != NULL)
        return type->bytes;
    const struct integer_type *integer = integer_type_of(c_type);
    return integer != NULL ? integer->bytes : 0;
}

bool dyno_odbc_c_type_is_known(SQLSMALLINT c_type)
{
    return c_type == SQL_C_DEFAULT || c_type_of(c_type) != NULL || integer_type_of(c_type) != NULL;
}
