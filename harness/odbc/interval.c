#include "odbc/interval.h"

#include "odbc/number.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum field {
    YEAR,
    MONTH,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    FIELD_COUNT
};

/* Of what a field counts: months for the first two, else seconds; and where the next one begins. */
static const struct {
    const char *name;
    uint64_t unit;
    uint64_t range;
} fields[FIELD_COUNT] = {
    {"YEAR", 12, 0},    {"MONTH", 1, 12},   {"DAY", 86400, 0},
    {"HOUR", 3600, 24}, {"MINUTE", 60, 60}, {"SECOND", 1, 60},
};

struct type {
    SQLSMALLINT type;
    SQLINTERVAL code;
    enum field first;
    enum field last;
};

static const struct type types[] = {
    {SQL_C_INTERVAL_YEAR, SQL_IS_YEAR, YEAR, YEAR},
    {SQL_C_INTERVAL_MONTH, SQL_IS_MONTH, MONTH, MONTH},
    {SQL_C_INTERVAL_DAY, SQL_IS_DAY, DAY, DAY},
    {SQL_C_INTERVAL_HOUR, SQL_IS_HOUR, HOUR, HOUR},
    {SQL_C_INTERVAL_MINUTE, SQL_IS_MINUTE, MINUTE, MINUTE},
    {SQL_C_INTERVAL_SECOND, SQL_IS_SECOND, SECOND, SECOND},
    {SQL_C_INTERVAL_YEAR_TO_MONTH, SQL_IS_YEAR_TO_MONTH, YEAR, MONTH},
    {SQL_C_INTERVAL_DAY_TO_HOUR, SQL_IS_DAY_TO_HOUR, DAY, HOUR},
    {SQL_C_INTERVAL_DAY_TO_MINUTE, SQL_IS_DAY_TO_MINUTE, DAY, MINUTE},
    {SQL_C_INTERVAL_DAY_TO_SECOND, SQL_IS_DAY_TO_SECOND, DAY, SECOND},
    {SQL_C_INTERVAL_HOUR_TO_MINUTE, SQL_IS_HOUR_TO_MINUTE, HOUR, MINUTE},
    {SQL_C_INTERVAL_HOUR_TO_SECOND, SQL_IS_HOUR_TO_SECOND, HOUR, SECOND},
    {SQL_C_INTERVAL_MINUTE_TO_SECOND, SQL_IS_MINUTE_TO_SECOND, MINUTE, SECOND},
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

static const struct type *find_type(SQLSMALLINT wanted)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (types[i].type == wanted)
            return &types[i];
    return NULL;
}

bool dyno_odbc_interval_is_type(SQLSMALLINT type)
{
    return find_type(type) != NULL;
}

struct reader {
    const char *at;
    const char *end;
};

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && isspace((unsigned char)*reader->at))
        reader->at++;
}

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* A word, whatever its case, with blanks around it. */
static bool take_word(struct reader *reader, const char *word)
{
    size_t len = strlen(word);
    skip_blanks(reader);
    size_t left = (size_t)(reader->end - reader->at);
    if (left < len || strncasecmp(reader->at, word, len) != 0 ||
        (left > len && isalpha((unsigned char)reader->at[len])))
        return false;
    reader->at += len;
    skip_blanks(reader);
    return true;
}

/* One number of a value; enough digits to overflow nothing that follows. */
static bool take_number(struct reader *reader, uint64_t *out)
{
    const uint64_t most = UINT64_C(100000000000000);
    const char *first = reader->at;
    *out = 0;
    while (reader->at < reader->end && isdigit((unsigned char)*reader->at)) {
        *out = *out * 10 + (uint64_t)(*reader->at - '0');
        if (*out > most)
            return false;
        reader->at++;
    }
    return reader->at > first;
}

/* Digits past nanoseconds are dropped. */
static bool take_fraction(struct reader *reader, int32_t *out)
{
    int32_t scale = 100000000;
    const char *first = reader->at;
    while (reader->at < reader->end && isdigit((unsigned char)*reader->at)) {
        *out += (*reader->at - '0') * scale;
        scale /= 10;
        reader->at++;
    }
    return reader->at > first;
}

static bool take_sign(struct reader *reader)
{
    bool is_negative = take(reader, '-');
    if (!is_negative)
        (void)take(reader, '+');
    return is_negative;
}

/* "YEAR TO MONTH" behind a literal's value. */
static bool take_qualifier(struct reader *reader, struct type *out)
{
    enum field first = YEAR;
    while (first < FIELD_COUNT && !take_word(reader, fields[first].name))
        first++;
    enum field last = first;
    if (first == FIELD_COUNT)
        return false;
    if (take_word(reader, "TO")) {
        for (last = YEAR; last < FIELD_COUNT && !take_word(reader, fields[last].name);)
            last++;
    }
    out->first = first;
    out->last = last;
    bool is_one_kind = (first <= MONTH) == (last <= MONTH);
    return last < FIELD_COUNT && first <= last && is_one_kind;
}

/* The fields of a bare value by its shape, as far as that tells; else as the wanted type has them. */
static void guess_fields(const struct reader *value, struct type *fields_out)
{
    size_t len = (size_t)(value->end - value->at);
    const char *colon = memchr(value->at, ':', len);
    const char *blank = memchr(value->at, ' ', len);
    const char *next =
        colon != NULL ? memchr(colon + 1, ':', (size_t)(value->end - colon) - 1) : NULL;
    enum field first = fields_out->first;
    if (memchr(value->at, '-', len) != NULL) {
        fields_out->first = YEAR;
        fields_out->last = MONTH;
    } else if (blank != NULL) {
        fields_out->first = DAY;
        fields_out->last = next != NULL ? SECOND : (colon != NULL ? MINUTE : HOUR);
    } else if (next != NULL) {
        fields_out->first = HOUR;
        fields_out->last = SECOND;
    } else if (colon != NULL) {
        fields_out->first = first == MINUTE ? MINUTE : HOUR;
        fields_out->last = first == MINUTE ? SECOND : MINUTE;
    } else {
        fields_out->last = first;
    }
}

static bool take_separator(struct reader *reader, enum field before)
{
    static const char separators[] = {[YEAR] = '-', [DAY] = ' ', [HOUR] = ':', [MINUTE] = ':'};
    return take(reader, separators[before]);
}

/* The numbers of a value from its first field to its last. */
static bool take_fields(struct reader *reader, const struct type *shape, struct dyno_odbc_span *out)
{
    uint64_t total = 0;
    for (enum field f = shape->first; f <= shape->last; f++) {
        uint64_t number = 0;
        if (f > shape->first && !take_separator(reader, f - 1))
            return false;
        if (!take_number(reader, &number))
            return false;
        if (f > shape->first && number >= fields[f].range)
            return false;
        total += number * fields[f].unit;
    }
    out->is_months = shape->first <= MONTH;
    out->months = out->is_months ? total : 0;
    out->seconds = out->is_months ? 0 : total;
    if (shape->last == SECOND && take(reader, '.') && !take_fraction(reader, &out->fraction_ns))
        return false;
    return reader->at == reader->end;
}

/* INTERVAL [sign] 'value' fields: the value's reader, the fields and the sign. */
static bool take_literal(struct reader *reader, struct reader *value, struct type *shape,
                         bool *is_negative)
{
    *is_negative = take_sign(reader);
    skip_blanks(reader);
    if (!take(reader, '\''))
        return false;
    const char *quote = memchr(reader->at, '\'', (size_t)(reader->end - reader->at));
    if (quote == NULL)
        return false;
    *value = (struct reader){.at = reader->at, .end = quote};
    reader->at = quote + 1;
    return take_qualifier(reader, shape) && reader->at == reader->end;
}

bool dyno_odbc_interval_scan(const char *text, size_t len, SQLSMALLINT wanted,
                             struct dyno_odbc_span *out)
{
    const struct type *type = find_type(wanted);
    struct reader reader = {.at = text, .end = text + len};
    bool is_negative = false;
    *out = (struct dyno_odbc_span){.months = 0};
    if (type == NULL)
        return false;
    struct type shape = *type;
    while (reader.end > reader.at && isspace((unsigned char)reader.end[-1]))
        reader.end--;
    skip_blanks(&reader);
    struct reader value = reader;
    bool is_literal = take_word(&reader, "INTERVAL");
    if (is_literal && !take_literal(&reader, &value, &shape, &is_negative))
        return false;
    skip_blanks(&value);
    is_negative = take_sign(&value) != is_negative;
    if (!is_literal)
        guess_fields(&value, &shape);
    if (!take_fields(&value, &shape, out))
        return false;
    out->is_negative =
        is_negative && (out->months | out->seconds | (uint64_t)out->fraction_ns) != 0;
    return out->is_months == (type->first <= MONTH);
}

const char *dyno_odbc_interval_of_number(const char *text, size_t len, SQLSMALLINT wanted,
                                         struct dyno_odbc_span *out)
{
    const struct type *type = find_type(wanted);
    struct dyno_odbc_integer whole = {.magnitude = 0};
    if (type == NULL || type->first != type->last)
        return "07006";
    const char *state = dyno_odbc_text_to_integer(text, len, &whole);
    bool has_fraction = state != NULL && strcmp(state, "01S07") == 0;
    if (state != NULL && !has_fraction)
        return strcmp(state, "22003") == 0 ? "22015" : state;
    if (whole.magnitude > UINT32_MAX)
        return "22015";
    *out = (struct dyno_odbc_span){.is_months = type->first <= MONTH};
    *(out->is_months ? &out->months : &out->seconds) = whole.magnitude * fields[type->first].unit;
    const char *point = memchr(text, '.', len);
    if (has_fraction && type->first == SECOND && point != NULL) {
        struct reader digits = {.at = point + 1, .end = text + len};
        (void)take_fraction(&digits, &out->fraction_ns);
        state = NULL;
    }
    out->is_negative = whole.is_negative || (out->fraction_ns != 0 && text[0] == '-');
    return state;
}

static uint64_t power_of_10(int digits)
{
    uint64_t power = 1;
    for (int i = 0; i < digits; i++)
        power *= 10;
    return power;
}

/* Part a span into a type's fields; what is left over behind the last one is `*rest_out`. */
static void part(const struct dyno_odbc_span *span, const struct type *type,
                 uint64_t out[FIELD_COUNT], uint64_t *rest_out)
{
    uint64_t left = span->is_months ? span->months : span->seconds;
    for (enum field f = type->first; f <= type->last; f++) {
        out[f] = left / fields[f].unit;
        left %= fields[f].unit;
    }
    *rest_out = left;
}

const char *dyno_odbc_interval_put(const struct dyno_odbc_span *span,
                                   const struct dyno_odbc_interval_shape *shape,
                                   SQL_INTERVAL_STRUCT *out)
{
    const struct type *type = find_type(shape->c_type);
    uint64_t parts[FIELD_COUNT] = {0};
    uint64_t rest = 0;
    if (type == NULL || span->is_months != (type->first <= MONTH))
        return "07006";
    part(span, type, parts, &rest);
    bool is_limited = shape->leading_digits > 0 && shape->leading_digits < 10;
    uint64_t limit = is_limited ? power_of_10(shape->leading_digits) - 1 : UINT32_MAX;
    if (parts[type->first] > limit)
        return "22015";
    uint64_t unit_ns = power_of_10(9 - shape->fraction_digits);
    uint64_t fraction = type->last == SECOND ? (uint64_t)span->fraction_ns / unit_ns : 0;
    *out = (SQL_INTERVAL_STRUCT){.interval_type = type->code,
                                 .interval_sign = span->is_negative ? SQL_TRUE : SQL_FALSE};
    if (span->is_months)
        out->intval.year_month = (SQL_YEAR_MONTH_STRUCT){.year = (SQLUINTEGER)parts[YEAR],
                                                         .month = (SQLUINTEGER)parts[MONTH]};
    else
        out->intval.day_second = (SQL_DAY_SECOND_STRUCT){.day = (SQLUINTEGER)parts[DAY],
                                                         .hour = (SQLUINTEGER)parts[HOUR],
                                                         .minute = (SQLUINTEGER)parts[MINUTE],
                                                         .second = (SQLUINTEGER)parts[SECOND],
                                                         .fraction = (SQLUINTEGER)fraction};
    bool is_cut = rest != 0 || fraction * unit_ns != (uint64_t)span->fraction_ns;
    return is_cut ? "01S07" : NULL;
}

const char *dyno_odbc_interval_get(const SQL_INTERVAL_STRUCT *interval, int fraction_digits,
                                   struct dyno_odbc_span *out)
{
    const SQL_DAY_SECOND_STRUCT *time = &interval->intval.day_second;
    const struct type *type = NULL;
    for (size_t i = 0; i < TYPE_COUNT && type == NULL; i++)
        if (types[i].code == interval->interval_type)
            type = &types[i];
    if (type == NULL)
        return "22007";
    uint64_t parts[FIELD_COUNT] = {0};
    *out = (struct dyno_odbc_span){.is_months = type->first <= MONTH};
    if (out->is_months) {
        parts[YEAR] = interval->intval.year_month.year;
        parts[MONTH] = interval->intval.year_month.month;
    } else {
        const SQLUINTEGER given[] = {time->day, time->hour, time->minute, time->second};
        for (size_t i = 0; i < 4; i++)
            parts[DAY + i] = given[i];
    }
    uint64_t total = 0;
    for (enum field f = type->first; f <= type->last; f++) {
        if (f > type->first && parts[f] >= fields[f].range)
            return "22007";
        total += parts[f] * fields[f].unit;
    }
    *(out->is_months ? &out->months : &out->seconds) = total;
    if (type->last == SECOND && time->fraction >= power_of_10(fraction_digits))
        return "22007";
    if (type->last == SECOND)
        out->fraction_ns = (int32_t)(time->fraction * power_of_10(9 - fraction_digits));
    out->is_negative = interval->interval_sign == SQL_TRUE && (total != 0 || out->fraction_ns != 0);
    return NULL;
}

/* The value of the fields without sign; 22015 where it does not go into them. */
static const char *write_value(const struct dyno_odbc_span *span, const struct type *type,
                               char *out, size_t room)
{
    uint64_t parts[FIELD_COUNT] = {0};
    uint64_t rest = 0;
    size_t len = 0;
    if (span->is_months != (type->first <= MONTH))
        return "07006";
    part(span, type, parts, &rest);
    if (rest != 0 || (type->last != SECOND && span->fraction_ns != 0))
        return "22015";
    for (enum field f = type->first; f <= type->last; f++) {
        const char *before = f == type->first ? "" : f == MONTH ? "-" : f == HOUR ? " " : ":";
        int digits = f >= HOUR && f > type->first ? 2 : 1;
        len += (size_t)snprintf(out + len, room - len, "%s%0*llu", before, digits,
                                (unsigned long long)parts[f]);
    }
    if (span->fraction_ns == 0)
        return NULL;
    len += (size_t)snprintf(out + len, room - len, ".%09d", (int)span->fraction_ns);
    while (out[len - 1] == '0')
        out[--len] = '\0';
    return NULL;
}

const char *dyno_odbc_interval_literal(const struct dyno_odbc_span *span, SQLSMALLINT wanted,
                                       char *out)
{
    /* Months are 32 bits to Spark, microseconds 64. */
    const uint64_t most_seconds = UINT64_C(9223372036853);
    const struct type *type = find_type(wanted);
    char value[DYNO_ODBC_INTERVAL_BYTES / 2];
    if (type == NULL)
        return "07006";
    const char *state = write_value(span, type, value, sizeof value);
    if (state != NULL)
        return state;
    if (span->months > INT32_MAX || span->seconds > most_seconds || span->fraction_ns % 1000 != 0)
        return "22015";
    (void)snprintf(out, DYNO_ODBC_INTERVAL_BYTES, "INTERVAL %s'%s' %s%s%s",
                   span->is_negative ? "-" : "", value, fields[type->first].name,
                   type->first != type->last ? " TO " : "",
                   type->first != type->last ? fields[type->last].name : "");
    return NULL;
}

const char *dyno_odbc_interval_text(const struct dyno_odbc_span *span, SQLSMALLINT wanted,
                                    char *out)
{
    const struct type *type = find_type(wanted);
    if (type == NULL)
        return "07006";
    out[0] = '-';
    size_t sign = span->is_negative ? 1 : 0;
    return write_value(span, type, out + sign, DYNO_ODBC_INTERVAL_BYTES - sign);
}
