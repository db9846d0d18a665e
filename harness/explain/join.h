/**
 * The join of statements with Spark's own numbers: by the comment tag in the description of jobs and
 * executions, by root executions and job groups, never by time.
 */
#ifndef DYNO_EXPLAIN_JOIN_H
#define DYNO_EXPLAIN_JOIN_H

#include "collect/collector.h"
#include "explain/trace.h"
#include "store/store.h"

#include <stddef.h>

/** Hears of the trace of each statement, by ascending seq, which is gone afterwards. */
struct dyno_join_sink {
    dyno_trace_fn on_trace;
    void *ctx;
};

/**
 * One entry for each statement of `tag` that Spark knows, sorted by seq; the caller frees the array.
 * A job that lost its description is found by the execution that names it, by its root execution (Spark
 * 4 and later), or by the job group of another job of the same statement.
 * Stages shared by several jobs count once; skipped stages apart; failed attempts are included.
 * `sink` may be NULL.
 */
void dyno_explain_join(const struct dyno_collected *collected, const char *tag,
                       const struct dyno_join_sink *sink, struct dyno_spark_statement **out,
                       size_t *count_out);

/** The seq in a text that holds "sparkdyno <tag>:<seq>"; -1 if there is none. */
int64_t dyno_explain_seq_of(const char *text, const char *tag);

#endif
