/**
 * How much load fits: the answer of a capacity experiment, from the steps in the store.
 *
 * The rate that meets the objective is the highest one that every restart which tried it accepted; the interval runs
 * from it to the lowest rate that most of its trials rejected. With fewer than three restarts it is provisional. The
 * closed loop gives a curve of throughput over sessions, checked by Little's law, and a fit of the universal scalability
 * law which ends where spill or garbage collection jumps, tells no peak without evidence and none beyond 1.5 times the
 * largest load tried.
 */
#ifndef DYNO_DECIDE_CAPACITY_H
#define DYNO_DECIDE_CAPACITY_H

#include "base/status.h"
#include "store/store.h"

/** Judge, and store the document and a verdict: "valid" where a rate was found, "inconclusive" (125) where none was,
 *  "invalid" (4) where no trial was usable. */
enum dyno_status dyno_capacity_decide(struct dyno_store *store, int64_t id,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
