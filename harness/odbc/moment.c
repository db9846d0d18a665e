#include "odbc/moment.h"

#include <ctype.h>
#include <stdio.h>

struct reader {
    const char *at;
    const char *end;
};

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* A number of `least` to `most` digits. */
static bool take_number(struct reader *reader, int least, int most, int32_t *out)
{
    int count = 0;
    int32_t number = 0;
    while (count < most && reader->at < reader->end && isdigit((unsigned char)*reader->at)) {
        number = number * 10 + (*reader->at - '0');
        reader->at++;
        count++;
    }
    *out = number;
    return count >= least;
}

static int32_t days_in(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool is_day(const struct dyno_odbc_moment *moment)
{
    return moment->month >= 1 && moment->month <= 12 && moment->day >= 1 &&
           moment->day <= days_in(moment->year, moment->month);
}

static bool is_time(const struct dyno_odbc_moment *moment)
{
    return moment->hour >= 0 && moment->hour <= 23 && moment->minute >= 0 && moment->minute <= 59 &&
           moment->second >= 0 && moment->second <= 59;
}

static bool take_date(struct reader *reader, struct dyno_odbc_moment *out)
{
    bool is_negative = take(reader, '-');
    if (!is_negative)
        (void)take(reader, '+');
    if (!take_number(reader, 4, 7, &out->year) || !take(reader, '-') ||
        !take_number(reader, 1, 2, &out->month) || !take(reader, '-') ||
        !take_number(reader, 1, 2, &out->day))
        return false;
    if (is_negative)
        out->year = -out->year;
    out->has_date = true;
    return is_day(out);
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

static bool take_time(struct reader *reader, struct dyno_odbc_moment *out)
{
    if (!take_number(reader, 1, 2, &out->hour) || !take(reader, ':') ||
        !take_number(reader, 1, 2, &out->minute))
        return false;
    if (take(reader, ':') && !take_number(reader, 1, 2, &out->second))
        return false;
    if (take(reader, '.') && !take_fraction(reader, &out->fraction_ns))
        return false;
    out->has_time = true;
    return is_time(out);
}

static bool is_time_only(const struct reader *reader)
{
    const char *at = reader->at;
    for (int digits = 0; digits < 2 && at < reader->end && isdigit((unsigned char)*at); digits++)
        at++;
    return at > reader->at && at < reader->end && *at == ':';
}

bool dyno_odbc_moment_scan(const char *text, size_t len, struct dyno_odbc_moment *out)
{
    struct reader reader = {.at = text, .end = text + len};
    *out = (struct dyno_odbc_moment){.year = 0};
    while (reader.at < reader.end && isspace((unsigned char)*reader.at))
        reader.at++;
    while (reader.end > reader.at && isspace((unsigned char)reader.end[-1]))
        reader.end--;
    if (is_time_only(&reader))
        return take_time(&reader, out) && reader.at == reader.end;
    if (!take_date(&reader, out))
        return false;
    if (reader.at == reader.end)
        return true;
    if (!take(&reader, ' ') && !take(&reader, 'T'))
        return false;
    return take_time(&reader, out) && reader.at == reader.end;
}

bool dyno_odbc_moment_is_valid(const struct dyno_odbc_moment *moment)
{
    return (!moment->has_date || is_day(moment)) && (!moment->has_time || is_time(moment));
}

/* What snprintf has written, at most what there was room for. */
static size_t written(int len, size_t room)
{
    if (len < 0 || room == 0)
        return 0;
    return (size_t)len < room ? (size_t)len : room - 1;
}

size_t dyno_odbc_moment_to_text(const struct dyno_odbc_moment *moment, char *out, size_t room)
{
    size_t len = 0;
    int32_t year = moment->year;
    if (moment->has_date)
        len += written(snprintf(out, room, "%s%04d-%02d-%02d", year < 0 ? "-" : "",
                                year < 0 ? -year : year, moment->month, moment->day),
                       room);
    if (moment->has_date && moment->has_time)
        len += written(snprintf(out + len, room - len, " "), room - len);
    if (moment->has_time)
        len += written(snprintf(out + len, room - len, "%02d:%02d:%02d", moment->hour,
                                moment->minute, moment->second),
                       room - len);
    if (!moment->has_time || moment->fraction_ns == 0)
        return len;
    len += written(snprintf(out + len, room - len, ".%09d", moment->fraction_ns), room - len);
    while (out[len - 1] == '0')
        len--;
    out[len] = '\0';
    return len;
}
