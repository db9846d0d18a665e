/** Facts of an experiment for its report: host, Spark, driver, workload, load. */
#ifndef DYNO_EXPERIMENT_FACTS_H
#define DYNO_EXPERIMENT_FACTS_H

#include "experiment/bench.h"
#include "load/trial_file.h"

/** Host, workload and load, known before anything starts. */
enum dyno_status dyno_facts_store_plan(struct dyno_bench *bench,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Version, Java and the settings that we added, from the running server. */
enum dyno_status dyno_facts_store_server(struct dyno_bench *bench,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** Driver, driver manager and what they say of themselves; warns where that falsifies numbers. Once. */
enum dyno_status dyno_facts_store_driver(struct dyno_bench *bench,
                                         const struct dyno_trial_header *header,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

#endif
