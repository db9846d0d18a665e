/** The stages that run while an event log is read, and their tasks until they are over. */
#ifndef DYNO_EXPLAIN_OPEN_STAGE_H
#define DYNO_EXPLAIN_OPEN_STAGE_H

#include "base/vec.h"
#include "eventlog/event.h"
#include "explain/trace.h"

#include <stdint.h>

/** Tasks that are kept one by one, of all stages together: some 20 MiB. */
#define DYNO_OPEN_TASKS_MAX 250000

struct dyno_open_stages {
    struct dyno_vec items; /**< of struct open_stage */
    int64_t tasks;         /**< kept now */
    int64_t missing_stages, folded_tasks;
};

void dyno_open_stages_init(struct dyno_open_stages *stages);
void dyno_open_stages_deinit(struct dyno_open_stages *stages);

/** The stages of a job that begins; they belong to this trace unless they are another's already. */
void dyno_open_stages_add(struct dyno_open_stages *stages, struct dyno_trace *trace,
                          const struct dyno_event_job *job);

/** A task ended. */
void dyno_open_stages_task(struct dyno_open_stages *stages, const struct dyno_event_task *task);

/** An attempt is over: its cost goes into its trace. Returns how many of its tasks never ended. */
int64_t dyno_open_stages_complete(struct dyno_open_stages *stages,
                                  const struct dyno_event_stage *event);

/** A job is over, and with it its stages that still ran. Returns how many of them were skipped. */
int64_t dyno_open_stages_end_job(struct dyno_open_stages *stages, int64_t job);

/** The stages of one trace become another's. */
void dyno_open_stages_move(struct dyno_open_stages *stages, const struct dyno_trace *from,
                           struct dyno_trace *into);

/** A trace is handed on: forget its stages; what still comes of them is nobody's. */
void dyno_open_stages_forget(struct dyno_open_stages *stages, const struct dyno_trace *trace);

#endif
