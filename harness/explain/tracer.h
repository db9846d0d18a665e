/**
 * From the events of a log to traces, one statement after another. What is over is handed on and forgotten,
 * so memory follows the number of statements that run at once, not the length of the log.
 *
 * A statement is found by its operation (job group), its SQL execution or its root execution, and by its
 * text only where exactly one running operation has it; never by time.
 */
#ifndef DYNO_EXPLAIN_TRACER_H
#define DYNO_EXPLAIN_TRACER_H

#include "base/status.h"
#include "eventlog/eventlog.h"
#include "explain/trace.h"

#include <stdint.h>

struct dyno_tracer;

/** `on_trace` hears of each statement once, when it is over or the log is. `tag` NULL: every statement; else only those whose text carries it, with their seq. */
struct dyno_tracer *dyno_tracer_new(const char *tag, dyno_trace_fn on_trace, void *ctx);
void dyno_tracer_free(struct dyno_tracer *tracer);

/** Read a log to its end, and hand on what is left. What is missing in it is noted in its troubles. */
enum dyno_status dyno_tracer_read(struct dyno_tracer *tracer, struct dyno_eventlog *log,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_tracer_facts {
    char app_id[64], app_name[128], version[32];
    int64_t cores; /**< of all executors that were added; 0: not told */
    int64_t statements;
    int64_t missing_tasks;   /**< that stages had and the log does not hold */
    int64_t missing_stages;  /**< whose completion it does not hold though tasks of theirs ended */
    int64_t unfinished_jobs; /**< begun and not ended */
    int64_t folded_tasks;    /**< of stages too large to keep their tasks one by one */
};
void dyno_tracer_facts(const struct dyno_tracer *tracer, struct dyno_tracer_facts *out);

#endif
