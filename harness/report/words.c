#include "report/words.h"

#include "base/units.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *dyno_report_mark(const char *verdict, bool has_utf8)
{
    static const struct {
        const char *verdict, *utf8, *ascii;
    } marks[] = {
        {"better", "✓", "+"},     {"valid", "✓", "+"},         {"worse", "✗", "-"},
        {"equivalent", "≈", "="}, {"inconclusive", "?", "?"},  {"invalid", "!", "!"},
        {"ranked", "✓", "+"},     {"nothing-found", "≈", "="}, {"found", "✓", "+"},
        {"not found", "≈", "="},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strcmp(verdict, marks[i].verdict) == 0)
            return has_utf8 ? marks[i].utf8 : marks[i].ascii;
    return "?";
}

char *dyno_report_format_ns(double ns, char *out, size_t out_bytes)
{
    if (!isfinite(ns)) {
        (void)snprintf(out, out_bytes, "-");
        return out;
    }
    if (ns == 0) {
        (void)snprintf(out, out_bytes, "0");
        return out;
    }
    /* Three digits first, so that 999.6 ms becomes 1.00 s and not 1000 ms. */
    double step = fabs(ns) >= 1000 ? pow(10, floor(log10(fabs(ns))) - 2) : 1;
    return dyno_format_duration((int64_t)llround(round(ns / step) * step), out, out_bytes);
}

char *dyno_report_format_told(const struct dyno_report_told *told, char *out, size_t out_bytes)
{
    char duration[DYNO_REPORT_WORD_BYTES];
    const char *mark = told->known == DYNO_REPORT_ABOVE    ? "> "
                       : told->known == DYNO_REPORT_SAMPLE ? "~"
                                                           : "";
    (void)snprintf(out, out_bytes, "%s%s", mark,
                   dyno_report_format_ns(told->ns, duration, sizeof duration));
    return out;
}

const char *dyno_report_told_note(bool has_sample, bool has_bound)
{
    static const char *const notes[] = {
        "",
        "~ the sample's own, too few for an interval (p50 needs 6, p90 36, p95 72, p99 368)",
        "> at least so much: statements that were cut off lie there or above",
        ("~ too few for an interval (p50 needs 6, p90 36, p95 72, p99 368); > cut-off ones lie "
         "there or above"),
    };
    return notes[(has_sample ? 1 : 0) + (has_bound ? 2 : 0)];
}

char *dyno_report_format_ms(double ms, char *out, size_t out_bytes)
{
    return dyno_report_format_ns(ms * 1e6, out, out_bytes);
}

char *dyno_report_format_ratio(double ratio, char *out, size_t out_bytes)
{
    if (!isfinite(ratio))
        (void)snprintf(out, out_bytes, "-");
    else
        (void)snprintf(out, out_bytes, "%.*f", ratio < 10 ? 3 : ratio < 100 ? 1 : 0, ratio);
    return out;
}

char *dyno_report_format_number(double value, char *out, size_t out_bytes)
{
    if (!isfinite(value))
        (void)snprintf(out, out_bytes, "-");
    else if (fabs(value) >= 100 || fabs(value - round(value)) < 1e-9)
        (void)snprintf(out, out_bytes, "%.0f", fabs(value) < 0.5 ? 0.0 : value);
    else
        (void)snprintf(out, out_bytes, "%.3g", value);
    return out;
}

char *dyno_report_format_change(double ratio, char *out, size_t out_bytes)
{
    if (isinf(ratio))
        (void)snprintf(out, out_bytes, "new");
    else if (isnan(ratio))
        (void)snprintf(out, out_bytes, "-");
    else if (fabs(ratio - 1) < 0.0005)
        (void)snprintf(out, out_bytes, "0.0 %%");
    else if (ratio >= 2)
        (void)snprintf(out, out_bytes, "x%.*f", ratio < 10 ? 2 : ratio < 100 ? 1 : 0, ratio);
    else
        (void)snprintf(out, out_bytes, "%+.1f %%", (ratio - 1) * 100);
    return out;
}

const char *dyno_report_metric_label(const char *metric)
{
    static const char prefix[] = "response_";
    return strncmp(metric, prefix, sizeof prefix - 1) == 0 ? metric + sizeof prefix - 1 : metric;
}

char *dyno_report_format_utc(const char *utc, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%.16s", utc);
    if (strlen(out) == 16 && out[10] == 'T')
        out[10] = ' ';
    return out;
}

char *dyno_report_format_stretch(double seconds, char *out, size_t out_bytes)
{
    if (seconds < 90)
        (void)snprintf(out, out_bytes, "%.0f s", seconds);
    else if (seconds < 5400)
        (void)snprintf(out, out_bytes, "%.0f min", seconds / 60);
    else
        (void)snprintf(out, out_bytes, "%.1f h", seconds / 3600);
    return out;
}
