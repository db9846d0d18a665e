/** Reading what a managed server wrote into its event log during one trial. */
#ifndef DYNO_EXPERIMENT_LOG_READING_H
#define DYNO_EXPERIMENT_LOG_READING_H

#include "base/str.h"
#include "experiment/bench.h"
#include "experiment/why.h"

/** What REST told of the trial, by ascending seq. */
struct dyno_reported {
    const struct dyno_spark_statement *statements;
    size_t count;
};

/** Does the server that runs now write a log that we can read? */
bool dyno_log_is_written(const struct dyno_bench *bench);

/**
 * Read on from where the last trial ended, hand each statement of `tag` to `why`, and hold what it adds up
 * to against what REST told. What is missing or differs is appended to `complaint`. DYNO_EIO and the like
 * if the log cannot be read; then nothing was handed on.
 */
enum dyno_status dyno_log_read_trial(struct dyno_bench *bench, const char *tag,
                                     struct dyno_why *why, const struct dyno_reported *rest,
                                     struct dyno_str *complaint,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

#endif
