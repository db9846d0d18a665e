/** A server start: bring it up, attach, prove, warm up; and its end. */
#ifndef DYNO_EXPERIMENT_START_H
#define DYNO_EXPERIMENT_START_H

#include "experiment/bench.h"

/**
 * Start the server for entry `index` of the layout (or reach the external one) and make it ready for
 * measured trials: settings proved, data attached and proved, every arm of the start warmed up. On
 * failure the start is stored as failed and the server is stopped.
 */
enum dyno_status dyno_start_open(struct dyno_bench *bench, int index,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** The first half of dyno_start_open: server, REST, target; nothing is stored. For `check`. */
enum dyno_status dyno_start_reach(struct dyno_bench *bench, int index,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Is the server of the current start up? An external one counts as up. */
bool dyno_start_is_alive(struct dyno_bench *bench);

/** Stop the server and close the start with 'stopped', or with 'failed' and `reason`. */
void dyno_start_close(struct dyno_bench *bench, const char *reason);

#endif
