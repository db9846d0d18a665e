/** A trial for tests: a plan that can be changed, its run, and the checks that every trial must pass. */
#ifndef DYNO_TEST_TRIAL_KIT_H
#define DYNO_TEST_TRIAL_KIT_H

#include "base/clock.h"
#include "load/generator.h"
#include "load/run.h"
#include "load/trial_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KIT_QUERIES 4

struct kit {
    struct dyno_trial_plan plan; /**< one query "SELECT 1", null target, 2 sessions, no warm-up */
    struct dyno_trial_query queries[KIT_QUERIES];
    char path[64];
    atomic_int stop;
    struct dyno_err err;
    struct dyno_trial_file *file; /**< after kit_run, if it came about */
    struct dyno_counters counters;
};

void kit_init(struct kit *kit);

/** Close and remove the trial file. */
void kit_deinit(struct kit *kit);

/**
 * Run it and map what it left; NULL world: the real one. Asserts the identities on every record, the
 * order of the slots, and that the counters add up, whatever the status.
 */
enum dyno_status kit_run(struct kit *kit, const struct dyno_generator_world *world);

/** Map and check the trial file that is there. */
void kit_check(struct kit *kit);

struct dyno_trial_header *kit_header(struct kit *kit);
uint64_t kit_count(struct kit *kit);
const struct dyno_record *kit_record(struct kit *kit, uint64_t seq);

/** Records with that outcome, of any phase. */
int64_t kit_outcomes(struct kit *kit, enum dyno_outcome outcome);

#endif
