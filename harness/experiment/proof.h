/** Proof that the settings of an arm take effect on the running server, before any load. */
#ifndef DYNO_EXPERIMENT_PROOF_H
#define DYNO_EXPERIMENT_PROOF_H

#include "experiment/bench.h"

/**
 * Ask the server about every setting of these arms, store the proofs of each, and refuse the first arm (DYNO_EINPUT, all
 * its complaints in the text) of which one is unknown, refused or without effect. A setting with the same value in
 * several arms is asked for once: a session for as many values as one key has, not for each arm.
 */
enum dyno_status dyno_proof_arms(struct dyno_bench *bench, const size_t *arms, size_t arm_count,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Ask the server that runs, which was started for other arms, whether it knows the names of arm `arm`'s settings;
 * refuse the arm (DYNO_EINPUT) if not. Nothing is stored: what a value does shows in a start of its own.
 */
enum dyno_status dyno_proof_names(struct dyno_bench *bench, size_t arm,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
