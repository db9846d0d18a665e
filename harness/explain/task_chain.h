/** From the tasks of one stage attempt to what it cost, and what its time went to. */
#ifndef DYNO_EXPLAIN_TASK_CHAIN_H
#define DYNO_EXPLAIN_TASK_CHAIN_H

#include "base/vec.h"
#include "eventlog/event.h"
#include "explain/trace.h"

#include <stdint.h>

/** What is kept of a task until its stage ends. */
struct dyno_task {
    int64_t launch_ms, finish_ms;
    int64_t read_bytes, records; /**< input and shuffle */
    float run_ms, gc_ms, deserialize_ms, result_ms, fetch_wait_ms, shuffle_write_ms;
    uint32_t executor; /**< a hash of its id */
    int32_t attempt;   /**< of the stage */
    bool is_ok;
};

/** Add a task to the sums of its stage, and give what is kept of it. */
void dyno_task_read(const struct dyno_event_task *event, struct dyno_stage_cost *stage,
                    struct dyno_task *out);

/**
 * Quantiles, empty tasks, scheduler delay and path of a stage from all its tasks (sorted in place).
 *
 * The path goes back from the task that finished last to the one whose end made room for it on the same
 * executor, and so on to the stage's submission; each is split into what it spent its time on, and the
 * gaps between are the scheduler's. Its parts add up to the stage's time.
 */
void dyno_task_chain(struct dyno_stage_cost *stage, struct dyno_task *tasks, size_t count);

/** The path by the shares of the sums over all tasks, where single tasks are not known. */
void dyno_task_shares(struct dyno_stage_cost *stage);

#endif
