/**
 * Histograms as bytes: HdrHistogram's encoding V2, compressed with zlib, as the Java, Python and C
 * implementations write and read it. All numbers are big endian:
 *
 *     0x1c849314, length of what follows, then as zlib stream:
 *     0x1c849313, length of the counts, normalizing offset (0), digits, lowest, highest, ratio (1.0),
 *     counts up to the largest value as zigzag LEB128 of at most 9 bytes; a run of n zeros is -n
 *
 * The exact smallest and largest values are not part of it: a decoded histogram knows its ends to the
 * width of their buckets.
 */
#ifndef DYNO_STATS_HISTOGRAM_CODE_H
#define DYNO_STATS_HISTOGRAM_CODE_H

#include "base/status.h"
#include "base/str.h"
#include "stats/histogram.h"

#include <stddef.h>

/** Append the compressed form. DYNO_EINTERNAL if zlib fails; `out->failed` is for the caller to look at. */
enum dyno_status dyno_histogram_encode(const struct dyno_histogram *histogram, struct dyno_str *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** A histogram from its compressed form; to be freed with dyno_histogram_deinit. DYNO_EPROTO says what
 *  is wrong with the bytes. */
enum dyno_status dyno_histogram_decode(const void *bytes, size_t len, struct dyno_histogram *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** The same as text: base64 of the compressed form; it begins with HISTF. */
enum dyno_status dyno_histogram_encode_text(const struct dyno_histogram *histogram,
                                            struct dyno_str *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_histogram_decode_text(const char *text, size_t len,
                                            struct dyno_histogram *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

#endif
