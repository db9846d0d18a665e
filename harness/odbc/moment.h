/**
 * Dates and timestamps out of the texts that Spark sends.
 */
#ifndef DYNO_ODBC_MOMENT_H
#define DYNO_ODBC_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_odbc_moment {
    int32_t year;
    int32_t month;
    int32_t day;
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t fraction_ns;
    bool has_date;
    bool has_time;
};

/**
 * Read `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS[.fraction]` (blank or T between) or `HH:MM:SS[.fraction]`;
 * years may have a sign and more than four digits. False if it is none of them or no such day
 * exists.
 */
bool dyno_odbc_moment_scan(const char *text, size_t len, struct dyno_odbc_moment *out);

/** Is there such a day and such a time? Parts that are not there do not count. */
bool dyno_odbc_moment_is_valid(const struct dyno_odbc_moment *moment);

/** Its parts as Spark writes them, fraction digits up to the last that is not 0. Returns the length. */
size_t dyno_odbc_moment_to_text(const struct dyno_odbc_moment *moment, char *out, size_t room);

#endif
