#include "experiment/shares.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/plural.h"
#include "decide/compare.h"
#include "decide/fingerprint.h"
#include "experiment/bench.h"
#include "experiment/gathered.h"
#include "experiment/shares_begin.h"
#include "experiment/trial.h"
#include "load/merge.h"
#include "load/trial_file.h"
#include "plan/trial_plan.h"
#include "store/carry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the share files say of themselves, and the files behind it. */
struct shares {
    struct dyno_trial_file **files;
    struct dyno_store_share *rows;
    size_t count;
    size_t planned;
    struct dyno_shares_begin begin;
};

static void free_shares(struct shares *shares)
{
    for (size_t i = 0; i < shares->count; i++)
        dyno_trial_file_close(shares->files[i]);
    free(shares->files);
    free(shares->rows);
}

static void take_share(struct shares *shares, const struct dyno_trial_header *header)
{
    struct dyno_store_share *row = &shares->rows[shares->count];
    *row = (struct dyno_store_share){.share = (int64_t)header->share + 1,
                                     .host = header->host,
                                     .kernel = header->kernel,
                                     .epoch_wall_ms = header->epoch_wall_ms,
                                     .late_ns = header->late_ns,
                                     .clock_offset_us = header->clock_offset_us,
                                     .clock_error_us = header->clock_error_us,
                                     .is_clock_synced = header->is_clock_synced != 0,
                                     .statements = (int64_t)atomic_load(&header->done)};
    shares->planned = header->shares;
}

/* Opened and of this plan. */
static enum dyno_status open_shares(const struct dyno_shares_options *o,
                                    const struct dyno_trial_plan *plan, struct shares *shares,
                                    struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    shares->files = dyno_xcalloc(o->count + 1, sizeof *shares->files);
    shares->rows = dyno_xcalloc(o->count + 1, sizeof *shares->rows);
    for (size_t i = 0; status == DYNO_OK && i < o->count; i++) {
        status = dyno_trial_file_open(o->paths[i], &shares->files[i], err);
        if (status != DYNO_OK)
            break;
        const struct dyno_trial_header *header = dyno_trial_file_header(shares->files[i]);
        take_share(shares, header);
        shares->count++;
        if (strcmp(header->plan_sha256, plan->sha256) != 0)
            status = dyno_err_set(err, DYNO_EINPUT, "'%s' is not a share of the plan '%s'",
                                  o->paths[i], o->plan_path);
    }
    dyno_shares_begin_find(shares->rows, shares->count, &shares->begin);
    return status;
}

static enum dyno_status merge(const struct dyno_shares_options *o,
                              const struct dyno_trial_plan *plan, struct dyno_err *err)
{
    const struct dyno_merge_options options = {.plan = o->may_lack ? plan : NULL,
                                               .takes_unfinished = o->may_lack};
    return dyno_trial_merge_with(o->paths, o->count, &options, o->merged_path, err);
}

enum dyno_status dyno_shares_merge(const struct dyno_shares_options *o, struct dyno_err *err)
{
    struct dyno_trial_plan plan = {.tag = NULL};
    struct shares shares = {.count = 0};
    enum dyno_status status = dyno_trial_plan_read(o->plan_path, &plan, err);
    if (status == DYNO_OK)
        status = open_shares(o, &plan, &shares, err);
    if (status == DYNO_OK)
        status = merge(o, &plan, err);
    free_shares(&shares);
    dyno_trial_plan_deinit(&plan);
    return status;
}

static enum dyno_status refuse_twice(struct dyno_store *store, const struct dyno_trial_plan *plan,
                                     int64_t epoch_wall_ms, struct dyno_err *err)
{
    int64_t id = 0;
    enum dyno_status status = dyno_store_find_trial(store, plan->tag, epoch_wall_ms, &id, err);
    if (status == DYNO_OK && id != 0)
        return dyno_err_set(err, DYNO_EINPUT, "this trial was taken in before: experiment %" PRId64,
                            id);
    return status;
}

static enum dyno_status put_fact(struct dyno_bench *bench, const struct shares *shares,
                                 struct dyno_err *err)
{
    char *text = dyno_xasprintf(
        "%zu share%s on %zu machine%s, begun within %.0f ms of each other by their wall clocks%s",
        shares->planned, dyno_plural((long long)shares->planned), shares->begin.machines,
        dyno_plural((long long)shares->begin.machines), shares->begin.wall_spread_ms,
        shares->begin.are_clocks_known ? "" : ", of which not all are synchronised");
    enum dyno_status status =
        dyno_store_fact_put(bench->store, bench->experiment_id, "load", "generators", text, err);
    free(text);
    return status;
}

/* The end of the experiment, whatever became of it; the first error wins. */
static enum dyno_status conclude(struct dyno_bench *bench, enum dyno_status status,
                                 struct dyno_err *err)
{
    struct dyno_err own = DYNO_ERR_INIT;
    struct dyno_fingerprint fingerprint;
    const char *reason = status == DYNO_OK || err == NULL ? "" : err->message;
    enum dyno_status ended =
        dyno_store_experiment_finish(bench->store, bench->experiment_id,
                                     status == DYNO_OK ? "finished" : "failed", reason, &own);
    if (ended == DYNO_OK)
        ended = dyno_fingerprint_record(bench->store, bench->experiment_id, &fingerprint, &own);
    if (ended == DYNO_OK)
        ended = dyno_run_decide(bench->store, bench->experiment_id, &own);
    if (status == DYNO_OK && ended != DYNO_OK && err != NULL)
        *err = own;
    return status == DYNO_OK ? ended : status;
}

static enum dyno_status store_merged(const struct dyno_shares_options *o,
                                     const struct dyno_trial_plan *plan,
                                     const struct shares *shares, struct dyno_store *store,
                                     int64_t *id_out, struct dyno_err *err)
{
    struct dyno_store_carried ids = {.experiment_id = 0};
    struct dyno_trial_file *file = NULL;
    enum dyno_status status = dyno_trial_file_open(o->merged_path, &file, err);
    if (status == DYNO_OK)
        status = refuse_twice(store, plan, dyno_trial_file_header(file)->epoch_wall_ms, err);
    if (status == DYNO_OK && dyno_store_carry_in(store, plan->carried, &ids, err) != DYNO_OK)
        status = dyno_err_prepend(err, "%s", o->plan_path);
    if (status != DYNO_OK) {
        dyno_trial_file_close(file);
        return status;
    }
    const struct dyno_workload workload = {.query_count = plan->query_count};
    const struct dyno_profile arm = {.setting_count = (size_t)ids.setting_count};
    const struct dyno_experiment_options options = {.kind = "run",
                                                    .workload = &workload,
                                                    .arms = &arm,
                                                    .arm_count = 1,
                                                    .load = plan->load,
                                                    .cache_dir = ".",
                                                    .log = o->log};
    struct dyno_bench bench = {.options = &options,
                               .store = store,
                               .experiment_id = ids.experiment_id,
                               .start_id = ids.start_id,
                               .arm_ids = &ids.arm_id,
                               .load = plan->load,
                               .target = plan->target};
    const struct dyno_trial_place place = {
        .role = "measure", .arm_id = ids.arm_id, .tag = plan->tag, .seed = plan->seed};
    const struct dyno_trial_shares told = {.rows = shares->rows,
                                           .count = shares->count,
                                           .planned = shares->planned,
                                           .begin = shares->begin};
    *id_out = ids.experiment_id;
    status = dyno_trial_take_in_shares(&bench, &place, &told, file, err);
    if (status == DYNO_OK)
        status = put_fact(&bench, shares, err);
    return conclude(&bench, status, err);
}

enum dyno_status dyno_shares_take_in(const struct dyno_shares_options *o,
                                     int64_t *experiment_id_out, struct dyno_err *err)
{
    struct dyno_trial_plan plan = {.tag = NULL};
    struct shares shares = {.count = 0};
    struct dyno_store *store = NULL;
    *experiment_id_out = 0;
    enum dyno_status status = dyno_trial_plan_read(o->plan_path, &plan, err);
    if (status == DYNO_OK && plan.carried == NULL)
        status = dyno_err_set(err, DYNO_EINPUT,
                              "'%s' does not say what its results are to hold: only plans of "
                              "'sparkdyno run --write-plan' can be taken in",
                              o->plan_path);
    if (status == DYNO_OK)
        status = open_shares(o, &plan, &shares, err);
    if (status == DYNO_OK)
        status = merge(o, &plan, err);
    if (status == DYNO_OK)
        status = dyno_store_open(o->store_path, &store, err);
    if (status == DYNO_OK)
        status = store_merged(o, &plan, &shares, store, experiment_id_out, err);
    dyno_store_close(store);
    free_shares(&shares);
    dyno_trial_plan_deinit(&plan);
    return status;
}
