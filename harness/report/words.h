/** How numbers and verdicts are written, the same in every report. Each returns `out` (give it 32 bytes). */
#ifndef DYNO_REPORT_WORDS_H
#define DYNO_REPORT_WORDS_H

#include "report/summary.h"

#include <stdbool.h>
#include <stddef.h>

#define DYNO_REPORT_WORD_BYTES 40

/** The sign that stands beside a verdict's word: a check for better and valid, a cross for worse, "≈",
 *  "?", "!" for invalid; ASCII without `has_utf8`. Never NULL. */
const char *dyno_report_mark(const char *verdict, bool has_utf8);

/** "812 ms"; "-" for NAN. */
char *dyno_report_format_ns(double ns, char *out, size_t out_bytes);

/** The same for what is known in part: "> 22.8 s" for at least so much, "~812 ms" for a sample's own quantile. */
char *dyno_report_format_told(const struct dyno_report_told *told, char *out, size_t out_bytes);

/** What the marks of dyno_report_format_told mean, for the summaries beside it; "" if none has one. */
const char *dyno_report_told_note(bool has_sample, bool has_bound);

/** As above, from milliseconds. */
char *dyno_report_format_ms(double ms, char *out, size_t out_bytes);

/** Three digits: "0.814", "33.3", "120"; "-" for what is not finite. */
char *dyno_report_format_ratio(double ratio, char *out, size_t out_bytes);

/** Whole numbers as such, others with three digits: "4", "7.78", "0.06", "1241"; "-" for none. */
char *dyno_report_format_number(double value, char *out, size_t out_bytes);

/** A ratio as a change: "-18.6 %", "+3.0 %", and "x2.40" from a doubling on; "new" for INFINITY. */
char *dyno_report_format_change(double ratio, char *out, size_t out_bytes);

/** "p50" for "response_p50"; other names as they are. */
const char *dyno_report_metric_label(const char *metric);

/** "2026-11-21 12:00" for a time with more digits, the text cut to 16 bytes for anything else. */
char *dyno_report_format_utc(const char *utc, char *out, size_t out_bytes);

/** "35 s", "12 min", "1.5 h": a rough stretch of time. */
char *dyno_report_format_stretch(double seconds, char *out, size_t out_bytes);

#endif
