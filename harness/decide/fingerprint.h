/**
 * What an experiment may be compared by: its workload (queries, tables, scale), load, profile and environment,
 * each as one SHA-256. Equal texts mean like with like; whatever differs is named.
 */
#ifndef DYNO_DECIDE_FINGERPRINT_H
#define DYNO_DECIDE_FINGERPRINT_H

#include "base/sha256.h"
#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

struct dyno_fingerprint {
    char workload[DYNO_SHA256_TEXT_BYTES];
    char load[DYNO_SHA256_TEXT_BYTES];
    char profile[DYNO_SHA256_TEXT_BYTES];     /**< of the base, or the only arm */
    char environment[DYNO_SHA256_TEXT_BYTES]; /**< "" before the run */
};

/** From a plan as dyno_experiment_plan_json makes it: all but the environment. DYNO_EINPUT: no JSON. */
enum dyno_status dyno_fingerprint_of_plan(const char *plan_json, struct dyno_fingerprint *out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * From an experiment's plan and facts. The environment is the processor, cores, memory and limits of the
 * machine, its system, Spark and its place, Java, the driver and its manager; not the kernel's patch level, the
 * date, or anything that changes from night to night.
 */
enum dyno_status dyno_fingerprint_make(struct dyno_store *store, int64_t experiment_id,
                                       struct dyno_fingerprint *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** dyno_fingerprint_make, and into the store with it. */
enum dyno_status dyno_fingerprint_record(struct dyno_store *store, int64_t experiment_id,
                                         struct dyno_fingerprint *out,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** The first part that differs: "workload", "load", "profile", "environment"; NULL if none does. */
const char *dyno_fingerprint_diff(const struct dyno_fingerprint *a,
                                  const struct dyno_fingerprint *b);

#endif
