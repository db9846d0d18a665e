/** Everything that a trial gathers on its way into the store: records, Spark's numbers, their join, its end. */
#ifndef DYNO_EXPERIMENT_GATHERED_H
#define DYNO_EXPERIMENT_GATHERED_H

#include "collect/collector.h"
#include "decide/gates.h"
#include "experiment/bench.h"
#include "experiment/generators.h"
#include "experiment/latency.h"
#include "experiment/shares_begin.h"
#include "experiment/why.h"
#include "explain/join.h"

/** A trial whose shares were run elsewhere. Borrowed. */
struct dyno_trial_shares {
    const struct dyno_store_share *rows; /**< of those that left a file */
    size_t count;
    size_t planned;
    struct dyno_shares_begin begin;
};

/** Zero-initialised at first; filled step by step in the order of the functions below. */
struct dyno_gathered {
    struct dyno_trial_plan plan;
    struct dyno_generated child;
    struct dyno_collected collected;
    struct dyno_spark_statement *statements;
    size_t statement_count;
    struct dyno_why why;
    struct dyno_store_record *records;
    size_t record_count;
    struct dyno_counters counters;
    struct dyno_latency_rows latencies;
    struct dyno_store_gate gates[DYNO_GATE_MAX];
    size_t gate_count;
    const struct dyno_trial_shares *shares; /**< NULL: it was run here */
    int64_t joined;
    bool is_valid;
    char reason[512]; /**< why it is partial; "" if it is complete */
};

/** Frees all but `shares`; the trial file is closed. */
void dyno_gathered_deinit(struct dyno_gathered *g);

/** Why the trial is not whole, into `reason`, in the order of what a reader should hear first. */
void dyno_gathered_explain_end(struct dyno_bench *bench, struct dyno_gathered *g);

/** The file's records as rows of the store, and their counters. Needs `child.file`. */
void dyno_gathered_read_records(struct dyno_gathered *g);

/** Join the records with Spark's jobs, by the event log where there is one, and make up their time accounts. */
void dyno_gathered_join(struct dyno_bench *bench, size_t arm, struct dyno_gathered *g);

#endif
