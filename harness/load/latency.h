/**
 * Latencies of a trial as histograms: one for each query, outcome and second of the measured window, of
 * response and of service. They are made from the records once the trial has ended, so that nothing of
 * it is on the path of a statement, and parts of several generators add up to the same histograms.
 *
 * A second is that of the intended start: a statement belongs to the time at which it was due. What was
 * not finished has no latency; it is in the counters as censored.
 */
#ifndef DYNO_LOAD_LATENCY_H
#define DYNO_LOAD_LATENCY_H

#include "base/status.h"
#include "load/trial_file.h"
#include "stats/histogram.h"

#include <stddef.h>
#include <stdint.h>

enum dyno_latency_kind {
    DYNO_LATENCY_RESPONSE,
    DYNO_LATENCY_SERVICE,
    DYNO_LATENCY_KINDS
};

/** "response", "service". */
const char *dyno_latency_kind_name(enum dyno_latency_kind kind);

/** What a reader is told of each histogram, borrowed for the call. The same query, outcome, kind and
 *  second may come more than once, with parts of one histogram. */
struct dyno_latency {
    int64_t second; /**< since the epoch */
    uint16_t query;
    enum dyno_outcome outcome;
    enum dyno_latency_kind kind;
    const struct dyno_histogram *histogram;
};
typedef enum dyno_status (*dyno_latency_fn)(void *ctx, const struct dyno_latency *latency,
                                            struct dyno_err *err);

/**
 * Walk over the records and hand over each histogram when its second is over. Memory is bounded by the
 * number of queries and outcomes, not by that of records. The first error of `fn` ends the walk.
 */
enum dyno_status dyno_latency_each(struct dyno_trial_file *file, dyno_latency_fn fn, void *ctx,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

#endif
