/**
 * The join of statements with Spark's own numbers: by the comment tag in the description of jobs and
 * executions, never by time alone.
 */
#ifndef DYNO_EXPLAIN_JOIN_H
#define DYNO_EXPLAIN_JOIN_H

#include "base/status.h"
#include "collect/collector.h"
#include "store/store.h"

#include <stddef.h>

/**
 * One entry for each statement of `tag` that Spark knows, sorted by seq; the caller frees the array.
 * A job that lost its description is found by the job group of another job of the same statement.
 * Stages shared by several jobs count once; skipped stages apart; failed attempts are included.
 */
enum dyno_status dyno_explain_join(const struct dyno_collected *collected, const char *tag,
                                   struct dyno_spark_statement **out, size_t *count_out,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** The seq in a text that holds "sparkdyno <tag>:<seq>"; -1 if there is none. */
int64_t dyno_explain_seq_of(const char *text, const char *tag);

#endif
