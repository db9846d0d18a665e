/**
 * HdrHistogram's log: a text file with one histogram a line, which jHiccup, HistogramLogAnalyzer, hdr-plot
 * and the libraries of a dozen languages read.
 *
 *     #[Histogram log format version 1.3]
 *     #[StartTime: 1441812279.474 (seconds since epoch), 2015-09-09T15:24:39.474Z]
 *     "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
 *     Tag=retail.response,1441812280.474,1.000,25.166,HISTFAAA...
 *
 * The maximum is in milliseconds for values in nanoseconds.
 */
#ifndef DYNO_STATS_HISTOGRAM_LOG_H
#define DYNO_STATS_HISTOGRAM_LOG_H

#include "base/status.h"
#include "base/str.h"
#include "stats/histogram.h"

#include <stddef.h>
#include <stdint.h>

/** The first lines; `start_wall_ms` is when the earliest interval begins. */
void dyno_histogram_log_begin(struct dyno_str *out, int64_t start_wall_ms, const char *comment);

/** One line: what was recorded between two instants. `tag` "" for none; in it, what is no letter, digit,
 *  '.', '-' or '_' becomes '_'. */
struct dyno_histogram_interval {
    const char *tag;
    int64_t start_wall_ms;
    int64_t length_ms;
    const struct dyno_histogram *histogram;
};
enum dyno_status dyno_histogram_log_add(struct dyno_str *out,
                                        const struct dyno_histogram_interval *interval,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** What a reader is told of each line; the histogram is borrowed for the call. */
struct dyno_histogram_log_line {
    const char *tag; /**< "" for none */
    double start_s;  /**< as written; since the epoch, or since the log's start if it is small */
    double length_s;
    double max;
    const struct dyno_histogram *histogram;
};
struct dyno_histogram_log_reader {
    const char *path; /**< in errors */
    void (*on_line)(void *ctx, const struct dyno_histogram_log_line *line);
    void *ctx;
    double start_s; /**< out: the log's StartTime, 0 if it has none */
};

/** Every line in order. DYNO_EPROTO "path:line: what is wrong". */
enum dyno_status dyno_histogram_log_read(const char *text, size_t len,
                                         struct dyno_histogram_log_reader *reader,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

#endif
