#include "experiment/experiment.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/secret.h"
#include "decide/capacity.h"
#include "decide/compare.h"
#include "decide/fingerprint.h"
#include "decide/rank.h"
#include "experiment/bench.h"
#include "experiment/capacity.h"
#include "experiment/check.h"
#include "experiment/facts.h"
#include "experiment/ranking.h"
#include "experiment/salvage.h"
#include "experiment/scratch.h"
#include "experiment/start.h"
#include "experiment/trial.h"
#include "spark/failure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_UNPLANNED_STARTS 3
#define START_COST_NS        (14 * DYNO_NS_PER_S)
#define ATTACH_COST_NS       (5 * DYNO_NS_PER_S)
#define TRIAL_OVERHEAD_NS    (3 * DYNO_NS_PER_S)
#define STATEMENT_COST_NS    (400 * DYNO_NS_PER_MS)

static bool arms_share_starts(const struct dyno_experiment_options *o)
{
    if (o->is_fresh)
        return false;
    for (size_t i = 1; i < o->arm_count; i++)
        if (!dyno_profile_same_static(&o->arms[0], &o->arms[i]))
            return false;
    return true;
}

static enum dyno_status make_layout(const struct dyno_experiment_options *o,
                                    struct dyno_layout *layout, struct dyno_err *err)
{
    if (o->managed == NULL && !arms_share_starts(o))
        return dyno_err_set(
            err, DYNO_EINPUT,
            "the profiles differ in a setting that needs a server start, and an external "
            "server is not ours to restart: compare session settings only, or use a managed server");
    if (o->rank != NULL) {
        dyno_rank_layout(o->rank->rank, o->seed, layout);
        return DYNO_OK;
    }
    return dyno_layout_make((int)o->arm_count, o->blocks, arms_share_starts(o), o->starts, o->seed,
                            layout, err);
}

int64_t dyno_experiment_estimate_ns(const struct dyno_experiment_options *o)
{
    struct dyno_layout layout = {0};
    if (o->capacity != NULL)
        return dyno_capacity_estimate_ns(o);
    if (make_layout(o, &layout, NULL) != DYNO_OK)
        return 0;
    /* Without a server nothing is attached, no statement is slow, and there is nothing to ask Spark. */
    bool is_null = o->target.kind == DYNO_TARGET_NULL;
    int64_t start_ns = (o->managed != NULL ? START_COST_NS : 0) + (is_null ? 0 : ATTACH_COST_NS);
    int64_t trial_ns =
        o->load.trial_warmup_ns + o->load.measure_ns + (is_null ? 0 : TRIAL_OVERHEAD_NS);
    int64_t statement_ns = is_null ? o->target.null_service_ns : STATEMENT_COST_NS;
    int64_t total = (int64_t)layout.start_count * start_ns + (int64_t)layout.trial_count * trial_ns;
    for (size_t start = 0; start < layout.start_count; start++) {
        int arms = dyno_layout_arms(&layout, (int)start, (int)o->arm_count);
        total +=
            dyno_rank_warmup(o, arms) * arms * (int64_t)o->workload->query_count * statement_ns;
    }
    dyno_layout_deinit(&layout);
    return total;
}

static cJSON *profile_json(const struct dyno_profile *profile)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "name", profile->name);
    dyno_json_add_string(json, "sha256", profile->sha256);
    cJSON *settings = cJSON_AddObjectToObject(json, "settings");
    for (size_t i = 0; i < profile->setting_count; i++)
        dyno_json_add_string(
            settings, profile->settings[i].key,
            dyno_secret_shown(profile->settings[i].key, profile->settings[i].value));
    return json;
}

/* As text, as in the reports: a reader that takes numbers for doubles would round large ones. */
static void add_seed(cJSON *json, uint64_t seed)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, seed);
    dyno_json_add_string(json, "seed", text);
}

static void add_trials(cJSON *plan, const struct dyno_experiment_options *o,
                       const struct dyno_layout *layout)
{
    cJSON *trials = cJSON_AddArrayToObject(plan, "trials");
    for (size_t i = 0; i < layout->trial_count; i++) {
        const struct dyno_layout_trial *trial = &layout->trials[i];
        cJSON *json = cJSON_CreateObject();
        dyno_json_add_i64(json, "block", trial->block + 1);
        dyno_json_add_i64(json, "position", trial->position + 1);
        dyno_json_add_string(json, "arm", o->arms[trial->arm].name);
        dyno_json_add_i64(json, "start", trial->start + 1);
        add_seed(json, trial->seed);
        cJSON_AddItemToArray(trials, json);
    }
}

static cJSON *capacity_json(const struct dyno_capacity_options *capacity, bool is_managed)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "slo", capacity->slo_text);
    dyno_json_add_f64(json, "cores", capacity->cores);
    dyno_json_add_f64(json, "precision", capacity->precision);
    dyno_json_add_i64(json, "max_window_ns", capacity->max_window_ns);
    cJSON_AddBoolToObject(json, "is_managed", is_managed);
    cJSON *sessions = cJSON_AddArrayToObject(json, "sessions");
    for (size_t i = 0; i < capacity->session_count; i++)
        cJSON_AddItemToArray(sessions, cJSON_CreateNumber((double)capacity->sessions[i]));
    return json;
}

static cJSON *workload_json(const struct dyno_workload *w)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "name", w->name);
    dyno_json_add_f64(json, "scale", w->scale);
    dyno_json_add_string(json, "sha256", w->sha256);
    cJSON *queries = cJSON_AddArrayToObject(json, "queries");
    for (size_t i = 0; i < w->query_count; i++)
        cJSON_AddItemToArray(queries, cJSON_CreateString(w->queries[i].name));
    return json;
}

char *dyno_experiment_plan_json(const struct dyno_experiment_options *o, struct dyno_err *err)
{
    struct dyno_layout layout = {0};
    if (make_layout(o, &layout, err) != DYNO_OK)
        return NULL;
    cJSON *plan = cJSON_CreateObject();
    dyno_json_add_i64(plan, "schema_version", 1);
    dyno_json_add_string(plan, "kind", o->kind);
    dyno_json_add_string(plan, "command", o->command);
    cJSON *words = cJSON_AddArrayToObject(plan, "words");
    for (size_t i = 0; i < o->word_count; i++)
        cJSON_AddItemToArray(words, cJSON_CreateString(o->words[i]));
    add_seed(plan, o->seed);
    dyno_json_add_f64(plan, "margin", o->margin);
    dyno_json_add_string(plan, "primary", o->primary != NULL ? o->primary : "");
    cJSON_AddBoolToObject(plan, "early_stop", o->is_early_stop);
    dyno_json_add_i64(plan, "blocks", o->blocks);
    dyno_json_add_i64(plan, "starts", (int64_t)layout.start_count);
    cJSON_AddBoolToObject(plan, "arms_share_starts", arms_share_starts(o));
    dyno_json_add_string(plan, "target", dyno_target_kind_name(o->target.kind));
    dyno_json_add_i64(plan, "estimated_ns", dyno_experiment_estimate_ns(o));
    dyno_json_add_i64(plan, "generators", o->generators > 1 ? o->generators : 1);
    cJSON_AddItemToObject(plan, "workload", workload_json(o->workload));
    cJSON_AddItemToObject(plan, "load", dyno_load_shape_to_json(&o->load));
    cJSON *arms = cJSON_AddArrayToObject(plan, "arms");
    for (size_t i = 0; i < o->arm_count; i++)
        cJSON_AddItemToArray(arms, profile_json(&o->arms[i]));
    if (o->capacity != NULL)
        cJSON_AddItemToObject(plan, "capacity", capacity_json(o->capacity, o->managed != NULL));
    else
        add_trials(plan, o, &layout);
    if (o->rank != NULL)
        dyno_rank_add_to_plan(o, plan);
    char *text = cJSON_Print(plan);
    cJSON_Delete(plan);
    dyno_layout_deinit(&layout);
    return text;
}

static char *experiment_name(const struct dyno_experiment_options *o)
{
    if (o->rank != NULL)
        return dyno_rank_name(o);
    if (o->arm_count == 1 || strcmp(o->kind, "aa") == 0)
        return dyno_xasprintf("%s %s %s", o->kind, o->workload->name, o->arms[0].name);
    return dyno_xasprintf("%s %s %s %s", o->kind, o->workload->name, o->arms[0].name,
                          o->arms[1].name);
}

static enum dyno_status store_arms_and_queries(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    const char *const roles[] = {"base", o->rank != NULL ? "row" : "candidate"};
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < o->arm_count; i++) {
        struct dyno_store_arm arm = {.ordinal = (int)i,
                                     .role = o->arm_count == 1 ? "only" : roles[i > 0],
                                     .name = o->arms[i].name,
                                     .comment = o->arms[i].comment,
                                     .sha256 = o->arms[i].sha256};
        status =
            dyno_store_arm_add(bench->store, bench->experiment_id, &arm, &bench->arm_ids[i], err);
    }
    for (size_t i = 0; status == DYNO_OK && i < o->workload->query_count; i++) {
        const struct dyno_workload_query *q = &o->workload->queries[i];
        status = dyno_store_query_add(bench->store, bench->experiment_id, (int)i, q->name, q->sql,
                                      q->weight, err);
    }
    return status;
}

static enum dyno_status store_experiment(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    char *name = experiment_name(o);
    char *plan = dyno_experiment_plan_json(o, err);
    enum dyno_status status = plan == NULL ? DYNO_EINTERNAL : DYNO_OK;
    struct dyno_store_experiment row = {.kind = o->kind,
                                        .name = name,
                                        .seed = o->seed,
                                        .margin = o->margin,
                                        .blocks_planned = o->blocks,
                                        .starts_planned = (int)bench->layout.start_count,
                                        .is_shared = arms_share_starts(o),
                                        .plan_json = plan,
                                        .primary_metrics = o->primary,
                                        .is_early_stop = o->is_early_stop};
    if (status == DYNO_OK)
        status = dyno_store_experiment_add(bench->store, &row, &bench->experiment_id, err);
    if (status == DYNO_OK)
        status = dyno_store_fact_put(bench->store, bench->experiment_id, "host", "sparkdyno",
                                     o->tool_version, err);
    if (status == DYNO_OK)
        status = store_arms_and_queries(bench, err);
    if (status == DYNO_OK && o->rank != NULL)
        status = dyno_rank_store_design(bench, err);
    if (status == DYNO_OK)
        status = dyno_facts_store_plan(bench, err);
    cJSON_free(plan);
    free(name);
    return status;
}

/* After a trial whose server went away: the start ends as failed, and the next trial brings up another. */
static enum dyno_status bury_server(struct dyno_bench *bench, struct dyno_err *err)
{
    char *tail = bench->server != NULL ? dyno_spark_server_log_tail(bench->server) : NULL;
    /* Of the log's end only what fits an error's text: the last lines say most. */
    char *excerpt = dyno_failure_excerpt(tail ? tail : "");
    const char *hint = dyno_failure_hint(tail ? tail : "");
    char *reason =
        dyno_xasprintf("the server went away%s%s; %s%s", hint ? ": " : "", hint ? hint : "",
                       excerpt[0] == '\0' ? "its log is empty" : "its last lines:", excerpt);
    enum dyno_status status = DYNO_OK;
    dyno_start_close(bench, reason);
    int unplanned = bench->starts_made - bench->starts_before - (int)bench->layout.start_count;
    if (!bench->options->continue_on_failure || unplanned >= MAX_UNPLANNED_STARTS)
        status = dyno_err_set(err, DYNO_EENV, "%s", reason);
    free(reason);
    free(excerpt);
    free(tail);
    return status;
}

static enum dyno_status run_trial(struct dyno_bench *bench, const struct dyno_layout_trial *slot,
                                  struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    bool is_complete = false;
    if (bench->layout_start != slot->start) {
        if (bench->layout_start >= 0)
            dyno_start_close(bench, NULL);
        status = dyno_start_open(bench, slot->start, err);
    }
    if (status == DYNO_OK)
        status = dyno_trial_measure(bench, slot, &is_complete, err);
    if (status != DYNO_OK || is_complete)
        return status;
    if (dyno_bench_is_stopped(bench))
        return dyno_err_set(err, DYNO_ECANCELLED, "stopped");
    if (!dyno_start_is_alive(bench))
        return bury_server(bench, err);
    if (!bench->options->continue_on_failure)
        return dyno_err_set(err, DYNO_EENV,
                            "a trial failed (see its warning) and --on-failure is stop");
    return DYNO_OK;
}

/* Between blocks of a comparison that may end early: has the e-process decided? */
static enum dyno_status look(struct dyno_bench *bench, size_t next, bool *is_settled,
                             struct dyno_err *err)
{
    const struct dyno_layout *layout = &bench->layout;
    bool is_between = next > 0 && next < layout->trial_count &&
                      layout->trials[next].block != layout->trials[next - 1].block;
    if (!bench->options->is_early_stop || !is_between)
        return DYNO_OK;
    enum dyno_status status =
        dyno_compare_is_settled(bench->store, bench->experiment_id, is_settled, err);
    if (status == DYNO_OK && *is_settled)
        dyno_log(bench->options->log, DYNO_LOG_INFO, "settled after %d of %d blocks: ended early",
                 layout->trials[next - 1].block + 1, bench->options->blocks);
    return status;
}

static size_t first_of_start(const struct dyno_bench *bench, size_t i)
{
    const struct dyno_layout_trial *trials = bench->layout.trials;
    while (i > 0 && trials[i - 1].start == trials[i].start)
        i--;
    return i;
}

static enum dyno_status run_trials(struct dyno_bench *bench, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    bool is_settled = false;
    for (size_t i = 0; status == DYNO_OK && !is_settled && i < bench->layout.trial_count; i++) {
        if (dyno_bench_is_stopped(bench))
            status = dyno_err_set(err, DYNO_ECANCELLED, "stopped");
        else if (!bench->is_done[i])
            status = run_trial(bench, &bench->layout.trials[i], err);
        /* Rows of a start are compared with each other: where the server went away, all are run again. */
        if (status == DYNO_OK && bench->options->rank != NULL && !bench->is_done[i] &&
            bench->layout_start < 0)
            i = first_of_start(bench, i) - 1;
        if (status == DYNO_OK)
            status = look(bench, i + 1, &is_settled, err);
    }
    if (bench->layout_start >= 0)
        dyno_start_close(bench, NULL);
    return status;
}

typedef enum dyno_status (*decide_fn)(struct dyno_store *store, int64_t id, struct dyno_err *err);

/* Each kind of experiment is judged in its own way. */
static enum dyno_status decide(struct dyno_bench *bench, struct dyno_err *err)
{
    static const struct {
        const char *kind;
        decide_fn decide;
    } judges[] = {{"run", dyno_run_decide},
                  {"compare", dyno_compare_decide},
                  {"aa", dyno_aa_decide},
                  {"capacity", dyno_capacity_decide},
                  {"rank", dyno_rank_decide}};
    struct dyno_fingerprint fingerprint;
    enum dyno_status status =
        dyno_fingerprint_record(bench->store, bench->experiment_id, &fingerprint, err);
    for (size_t i = 0; status == DYNO_OK && i < sizeof judges / sizeof judges[0]; i++)
        if (strcmp(judges[i].kind, bench->options->kind) == 0)
            return judges[i].decide(bench->store, bench->experiment_id, err);
    return status;
}

/* The verdict and the final state; the first error wins. */
static enum dyno_status conclude(struct dyno_bench *bench, enum dyno_status status,
                                 bool *was_finished, struct dyno_err *err)
{
    struct dyno_err own = DYNO_ERR_INIT;
    const char *state = status == DYNO_OK           ? "finished"
                        : status == DYNO_ECANCELLED ? "interrupted"
                                                    : "failed";
    const char *reason = status == DYNO_OK || err == NULL ? "" : err->message;
    enum dyno_status stored =
        dyno_store_experiment_finish(bench->store, bench->experiment_id, state, reason, &own);
    *was_finished = stored == DYNO_OK;
    if (stored == DYNO_OK)
        stored = decide(bench, &own);
    if (status != DYNO_OK)
        return status;
    if (stored != DYNO_OK && err != NULL)
        *err = own;
    return stored;
}

static enum dyno_status prepare(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    enum dyno_status status = dyno_load_shape_check(&o->load, err);
    if (status == DYNO_OK)
        status = make_layout(o, &bench->layout, err);
    if (status == DYNO_OK)
        bench->is_done = dyno_xcalloc(bench->layout.trial_count + 1, sizeof *bench->is_done);
    if (status == DYNO_OK)
        status = dyno_scratch_open(bench, err);
    if (status == DYNO_OK && o->managed != NULL) {
        char *work_root = dyno_xasprintf("%s/servers", o->cache_dir);
        (void)dyno_spark_reap(work_root, o->log);
        free(work_root);
    }
    return status;
}

static void bench_init(struct dyno_bench *bench, const struct dyno_experiment_options *o)
{
    memset(bench, 0, sizeof *bench);
    bench->options = o;
    bench->layout_start = -1;
    bench->load = o->load;
    bench->begun_ns = dyno_now_ns();
    bench->arm_ids = dyno_xcalloc(o->arm_count, sizeof *bench->arm_ids);
    bench->has_plan = dyno_xcalloc(o->arm_count * o->workload->query_count, sizeof(bool));
    bench->work_lock = -1;
}

static void bench_deinit(struct dyno_bench *bench)
{
    if (bench->layout_start >= 0)
        dyno_start_close(bench, NULL);
    dyno_scratch_close(bench);
    dyno_layout_deinit(&bench->layout);
    free(bench->arm_ids);
    free(bench->has_plan);
    free(bench->is_done);
}

static enum dyno_status resume_experiment(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    char *plan = dyno_experiment_plan_json(o, err);
    struct dyno_store_experiment row = {.kind = o->kind,
                                        .blocks_planned = o->blocks,
                                        .starts_planned = (int)bench->layout.start_count,
                                        .plan_json = plan};
    enum dyno_status status = plan == NULL ? DYNO_EINTERNAL : dyno_rank_resume(bench, &row, err);
    cJSON_free(plan);
    return status;
}

enum dyno_status dyno_experiment_run(const struct dyno_experiment_options *options,
                                     struct dyno_experiment_result *result, struct dyno_err *err)
{
    struct dyno_bench bench;
    bench_init(&bench, options);
    enum dyno_status status = prepare(&bench, err);
    if (status == DYNO_OK)
        status = dyno_store_open(options->store_path, &bench.store, err);
    if (status == DYNO_OK)
        dyno_salvage_take_in(&bench);
    if (status == DYNO_OK)
        status = options->rank != NULL && options->rank->resume_id > 0
                     ? resume_experiment(&bench, err)
                     : store_experiment(&bench, err);
    if (status == DYNO_OK)
        status =
            options->capacity != NULL ? dyno_capacity_run(&bench, err) : run_trials(&bench, err);
    if (bench.experiment_id > 0)
        status = conclude(&bench, status, &result->was_finished, err);
    result->experiment_id = bench.experiment_id;
    result->was_interrupted = status == DYNO_ECANCELLED;
    bench_deinit(&bench);
    dyno_store_close(bench.store);
    return status;
}

enum dyno_status dyno_experiment_hand_out(const struct dyno_experiment_options *options,
                                          const char *path, struct dyno_err *err)
{
    struct dyno_bench bench;
    char *store_path = NULL;
    bench_init(&bench, options);
    enum dyno_status status = prepare(&bench, err);
    if (status == DYNO_OK) {
        store_path = dyno_bench_scratch(&bench, "handed-out", "db");
        status = dyno_store_open(store_path, &bench.store, err);
    }
    if (status == DYNO_OK)
        status = store_experiment(&bench, err);
    if (status == DYNO_OK)
        status = dyno_start_open(&bench, 0, err);
    if (status == DYNO_OK)
        status = dyno_trial_hand_out(&bench, path, err);
    struct dyno_store *store = bench.store;
    bench_deinit(&bench);
    dyno_store_close(store);
    free(store_path);
    return status;
}

enum dyno_status dyno_experiment_check(const struct dyno_experiment_options *options,
                                       dyno_check_fn report, void *ctx, struct dyno_err *err)
{
    struct dyno_bench bench;
    bench_init(&bench, options);
    enum dyno_status status = prepare(&bench, err);
    report(ctx, status == DYNO_OK, "plan", status == DYNO_OK ? "fits" : err->message);
    if (status == DYNO_OK)
        status = dyno_check_bench(&bench, report, ctx, err);
    bench_deinit(&bench);
    return status;
}
