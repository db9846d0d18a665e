#include "base/units.h"

#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

/* strtod follows LC_NUMERIC; the program never calls setlocale, so '.' is what it accepts. */
static bool read_number(const char *text, double *out, const char **rest)
{
    char *end = NULL;
    if (text[0] == '\0' || strchr(" \t\n+", text[0]) != NULL)
        return false;
    errno = 0;
    *out = strtod(text, &end);
    *rest = end;
    return end != text && errno == 0 && isfinite(*out);
}

enum dyno_status dyno_parse_duration_ns(const char *text, int64_t *out_ns, struct dyno_err *err)
{
    static const struct unit units[] = {{"", 1e9},  {"ns", 1},   {"us", 1e3},   {"ms", 1e6},
                                        {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}};
    const double longest_ns = 366.0 * 86400e9;
    double number = 0;
    const char *rest = NULL;
    if (read_number(text, &number, &rest)) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (strcmp(rest, units[i].name) != 0)
                continue;
            double ns = number * units[i].factor;
            if (ns < 0 || ns > longest_ns)
                break;
            *out_ns = (int64_t)llround(ns);
            return DYNO_OK;
        }
    }
    return dyno_err_set(
        err, DYNO_EINPUT,
        "'%s' is not a duration: write a number of seconds, or a number with ms, s, m or h", text);
}

enum dyno_status dyno_parse_i64(const char *text, int64_t min, int64_t max, int64_t *out,
                                struct dyno_err *err)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_clean = text[0] != '\0' && strchr(" \t\n+", text[0]) == NULL && *end == '\0';
    if (!is_clean || errno != 0 || value < min || value > max)
        return dyno_err_set(err, DYNO_EINPUT,
                            "'%s' is not a whole number from %" PRId64 " to %" PRId64, text, min,
                            max);
    *out = value;
    return DYNO_OK;
}

enum dyno_status dyno_parse_f64(const char *text, double min, double max, double *out,
                                struct dyno_err *err)
{
    double value = 0;
    const char *rest = NULL;
    if (!read_number(text, &value, &rest) || *rest != '\0' || value < min || value > max)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is not a number from %g to %g", text, min, max);
    *out = value;
    return DYNO_OK;
}

static char *format_scaled(double value, const struct unit *units, size_t count, char *out,
                           size_t out_bytes)
{
    size_t i = 0;
    while (i + 1 < count && fabs(value) < units[i].factor)
        i++;
    double scaled = value / units[i].factor;
    int decimals = fabs(scaled) >= 100 ? 0 : fabs(scaled) >= 10 ? 1 : 2;
    if (units[i].factor <= 1)
        decimals = 0;
    (void)snprintf(out, out_bytes, "%.*f %s", decimals, scaled, units[i].name);
    return out;
}

char *dyno_format_duration(int64_t ns, char *out, size_t out_bytes)
{
    static const struct unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    return format_scaled((double)ns, units, 4, out, out_bytes);
}

char *dyno_format_bytes(int64_t bytes, char *out, size_t out_bytes)
{
    static const struct unit units[] = {
        {"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"B", 1}};
    return format_scaled((double)bytes, units, 5, out, out_bytes);
}
