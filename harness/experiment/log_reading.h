/** Reading what the server wrote into its event log during one trial. */
#ifndef DYNO_EXPERIMENT_LOG_READING_H
#define DYNO_EXPERIMENT_LOG_READING_H

#include "base/str.h"
#include "collect/collector.h"
#include "experiment/bench.h"
#include "experiment/why.h"

/** What REST told of the trial: its documents, and what they add up to by ascending seq. */
struct dyno_reported {
    const struct dyno_collected *collected;
    const struct dyno_spark_statement *statements;
    size_t count;
};

/** Does the server that runs now write a log that we can read? */
bool dyno_log_is_written(const struct dyno_bench *bench);

/** Explain a trial by the log of the server that runs now, from where the last trial ended. */
void dyno_log_read_trial(struct dyno_bench *bench, const char *tag, struct dyno_why *why,
                         const struct dyno_reported *rest, struct dyno_str *complaint);

/**
 * Read a log from `*offset` on, move that to its end (a packed or rolled one is always read from its begin), hand each statement of `tag` to `why`, and hold what
 * it adds up to against what REST told. Statements that the log does not tell of, or all of them if it
 * cannot be read, are explained by REST. What is missing or differs is appended to `complaint`. Then
 * why->source is "eventlog", or "rest" if the log could not be read.
 */
void dyno_log_explain(const char *path, int64_t *offset, const char *tag, struct dyno_why *why,
                      const struct dyno_reported *rest, struct dyno_str *complaint);

#endif
