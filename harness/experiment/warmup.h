/** What a warm-up after a server start tells: whether every query runs, and whether it has become steady. */
#ifndef DYNO_EXPERIMENT_WARMUP_H
#define DYNO_EXPERIMENT_WARMUP_H

#include "experiment/gathered.h"

/** An error if a query did not run well, since measuring would be pointless then. */
enum dyno_status dyno_warmup_judge(const struct dyno_bench *bench, const struct dyno_gathered *g,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** What each query's service times did, one row a query; the caller frees them. Warns of those that were to
 *  become steady and have not. */
struct dyno_store_warmup *dyno_warmup_look(struct dyno_bench *bench, const struct dyno_gathered *g);

#endif
