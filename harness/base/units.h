/** Durations and sizes as people write them, in both directions. */
#ifndef DYNO_BASE_UNITS_H
#define DYNO_BASE_UNITS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/**
 * "250ms", "30s", "5m", "2h", "1.5s"; a bare number is seconds. Not negative, at most 366 days.
 * DYNO_EINPUT names the text and what is allowed.
 */
enum dyno_status dyno_parse_duration_ns(const char *text, int64_t *out_ns,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** A whole decimal number within [min, max]; nothing else around it. */
enum dyno_status dyno_parse_i64(const char *text, int64_t min, int64_t max, int64_t *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** A finite decimal number within [min, max], with '.' whatever the locale. */
enum dyno_status dyno_parse_f64(const char *text, double min, double max, double *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** "1.234 s", "56.7 ms", "890 us": three or four digits. Returns `out` (give it 32 bytes). */
char *dyno_format_duration(int64_t ns, char *out, size_t out_bytes);

/** "1.2 MiB". Returns `out` (give it 32 bytes). */
char *dyno_format_bytes(int64_t bytes, char *out, size_t out_bytes);

#endif
