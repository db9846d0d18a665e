/**
 * What a generator process is told: everything about one trial, as one JSON document. Together with
 * the trial file (load/trial_file.h) this is the whole contract between supervisor and generator.
 */
#ifndef DYNO_PLAN_TRIAL_PLAN_H
#define DYNO_PLAN_TRIAL_PLAN_H

#include "base/sha256.h"
#include "base/status.h"
#include "plan/load_shape.h"
#include "plan/replay.h"
#include "spark/setting.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_trial_query {
    char *name;
    char *sql;
    double weight;
    int64_t max_rows;
};

struct dyno_trial_plan {
    char *tag; /**< goes into each statement's comment: sparkdyno <tag>:<seq>; [A-Za-z0-9_.-]+ */
    uint64_t seed; /**< of arrivals and query order; below 2^53 */
    struct dyno_target_config target;
    struct dyno_setting *settings; /**< SET in each session, then read back before load starts */
    size_t setting_count;
    struct dyno_trial_query *queries;
    size_t query_count;
    struct dyno_load_shape load;
    struct dyno_replay replay; /**< of arrival replay; else empty */
    /** A warm-up trial: no arrivals; the sessions together run every query `load.warmup_executions`
     *  times, back to back. All its records are of the warm-up phase. */
    bool is_warmup;
    bool want_checksum; /**< hash every result cell (warm-up trials do; costs client CPU) */
    /** What the results need to know beside the records, as one JSON object that only store/carry.h looks
     *  into; NULL: the plan is for one who knows it himself. */
    char *carried;
    char sha256[DYNO_SHA256_TEXT_BYTES]; /**< of the file that it was read from; "": from none */
};

#define DYNO_TRIAL_PLAN_VERSION 1

/** To a JSON file, and back; reading checks everything (DYNO_EINPUT names the key). */
enum dyno_status dyno_trial_plan_write(const struct dyno_trial_plan *plan, const char *path,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_trial_plan_read(const char *path, struct dyno_trial_plan *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_trial_plan_deinit(struct dyno_trial_plan *plan);

#endif
