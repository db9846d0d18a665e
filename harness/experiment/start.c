#include "experiment/start.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "eventlog/locate.h"
#include "experiment/child.h"
#include "experiment/dataset.h"
#include "experiment/facts.h"
#include "experiment/proof.h"
#include "experiment/ranking.h"
#include "experiment/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_TIMEOUT_NS  (10 * DYNO_NS_PER_S)
#define REST_MAX_BYTES   ((size_t)64 * 1024 * 1024)
#define READY_TIMEOUT_NS (180 * DYNO_NS_PER_S)
#define SPARK_RETAINED   1000

static const struct dyno_profile *profile_of_start(const struct dyno_bench *bench, int index)
{
    return &bench->options->arms[dyno_layout_first_arm(&bench->layout, index)];
}

/* Where the generators of a managed server connect. */
static void fill_target(struct dyno_bench *bench, const struct dyno_spark_info *info)
{
    const struct dyno_managed_options *m = bench->options->managed;
    bool is_plain = strcmp(m->auth, "NOSASL") != 0;
    bench->target = bench->options->target;
    bench->target.host = dyno_xstrdup(info->host);
    bench->target.port = info->thrift_port;
    bench->target.auth = dyno_xstrdup(is_plain ? "plain" : "nosasl");
    bench->target.user = dyno_xstrdup("sparkdyno");
    bench->target.password = dyno_xstrdup("x");
    bench->target.connection = dyno_xasprintf(
        "Driver=%s;Host=%s;Port=%u;%s", m->odbc_driver ? m->odbc_driver : "", info->host,
        (unsigned)info->thrift_port,
        is_plain ? "AuthMech=2;ThriftTransport=1;UID=sparkdyno" : "AuthMech=0;ThriftTransport=0");
}

static void forget_target(struct dyno_bench *bench)
{
    if (bench->options->managed == NULL)
        return;
    free(bench->target.host);
    free(bench->target.auth);
    free(bench->target.user);
    free(bench->target.password);
    free(bench->target.connection);
    memset(&bench->target, 0, sizeof bench->target);
}

/* Of several starts a reader must know whose server it was, and what it was told. */
static enum dyno_status say_which_start(const struct dyno_bench *bench, int index,
                                        const struct dyno_setting *settings, size_t count,
                                        struct dyno_err *err)
{
    struct dyno_str words;
    dyno_str_init(&words, 600);
    for (size_t i = 0; i < count; i++)
        dyno_str_appendf(&words, "%s%s=%s", i == 0 ? " with " : ", ", settings[i].key,
                         dyno_secret_shown(settings[i].key, settings[i].value));
    enum dyno_status status =
        dyno_err_prepend(err, "start %d, profile '%s'%s", index + 1,
                         profile_of_start(bench, index)->name, dyno_str_text(&words));
    dyno_str_deinit(&words);
    return status;
}

static enum dyno_status start_managed(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    const struct dyno_managed_options *m = bench->options->managed;
    size_t count = 0;
    struct dyno_setting *settings =
        dyno_profile_select(profile_of_start(bench, index), DYNO_SETTING_STATIC, &count);
    char *work_root = dyno_xasprintf("%s/servers", bench->options->cache_dir);
    struct dyno_spark_options options = {.install = &m->install,
                                         .work_root = work_root,
                                         .kind = m->kind,
                                         .cores = m->cores,
                                         .workers = m->workers,
                                         .driver_memory = m->driver_memory,
                                         .auth = m->auth,
                                         .settings = settings,
                                         .setting_count = count,
                                         .has_event_log = m->has_event_log,
                                         .ready_timeout_ns = READY_TIMEOUT_NS,
                                         .log = bench->options->log,
                                         .stop = bench->options->stop};
    char stage[96];
    (void)snprintf(stage, sizeof stage, "starting Spark (start %d)", index + 1);
    dyno_bench_progress(bench, stage, 0, 0);
    enum dyno_status status = dyno_spark_start(&options, &bench->server, err);
    if (status == DYNO_OK) {
        struct dyno_spark_info info = {0};
        dyno_spark_server_info(bench->server, &info);
        fill_target(bench, &info);
        bench->rest_url = dyno_xstrdup(info.rest_url);
        bench->app_id = dyno_xstrdup(info.app_id);
        bench->log_offset = 0;
        if (m->has_event_log)
            bench->log_path = dyno_xasprintf("%s/" DYNO_SPARK_EVENT_LOGS "/%s.inprogress",
                                             info.work_dir, bench->app_id);
    } else if (status != DYNO_ECANCELLED)
        (void)say_which_start(bench, index, settings, count, err);
    free(work_root);
    free(settings);
    return status;
}

/* Before anything is run: a log that cannot be read would leave the experiment without what was asked for. */
static enum dyno_status find_log(struct dyno_bench *bench, struct dyno_err *err)
{
    bench->log_offset = 0;
    if (bench->options->event_log_path == NULL)
        return DYNO_OK;
    enum dyno_status status =
        dyno_eventlog_locate(bench->options->event_log_path, bench->app_id, &bench->log_path, err);
    /* It may hold the work of months, and of ours nothing yet. */
    if (status == DYNO_OK)
        bench->log_offset = dyno_eventlog_end(bench->log_path);
    return status == DYNO_OK ? DYNO_OK : dyno_err_prepend(err, "--event-log-path");
}

static enum dyno_status reach_external(struct dyno_bench *bench, struct dyno_err *err)
{
    bench->target = bench->options->target;
    if (bench->options->rest_url == NULL)
        return DYNO_OK;
    bench->rest_url = dyno_xstrdup(bench->options->rest_url);
    struct dyno_rest *rest = NULL;
    enum dyno_status status =
        dyno_rest_open(bench->rest_url, REST_TIMEOUT_NS, REST_MAX_BYTES, &rest, err);
    if (status == DYNO_OK)
        status = dyno_rest_app_id(rest, &bench->app_id, err);
    dyno_rest_close(rest);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "REST at '%s'", bench->rest_url);
    return find_log(bench, err);
}

/* What the server keeps of each kind; the smallest number says when the first of them are forgotten. */
static const char *const retained_keys[] = {"spark.ui.retainedJobs", "spark.ui.retainedStages",
                                            "spark.sql.ui.retainedExecutions"};
#define RETAINED_KEYS (sizeof retained_keys / sizeof retained_keys[0])

static int64_t retained_of(const cJSON *properties, const char *key)
{
    const cJSON *pair = NULL;
    int64_t retained = SPARK_RETAINED;
    cJSON_ArrayForEach(pair, properties)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        if (name != NULL && value != NULL && strcmp(name, key) == 0)
            retained = strtoll(value, NULL, 10);
    }
    return retained > 0 ? retained : SPARK_RETAINED;
}

/* How many jobs the server remembers with all that belongs to them, as it says itself. */
static int64_t read_retained_jobs(struct dyno_bench *bench)
{
    cJSON *environment = NULL;
    int64_t least = INT64_MAX;
    if (bench->rest == NULL ||
        dyno_rest_get(bench->rest, &environment, NULL, "/api/v1/applications/%s/environment",
                      bench->app_id) != DYNO_OK)
        return SPARK_RETAINED;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(environment, "sparkProperties");
    for (size_t i = 0; i < RETAINED_KEYS; i++) {
        int64_t retained = retained_of(properties, retained_keys[i]);
        least = retained < least ? retained : least;
    }
    cJSON_Delete(environment);
    return least;
}

/* One statement through the target, in a process of its own, before anything else is asked of it. */
static enum dyno_status prove_connection(struct dyno_bench *bench, struct dyno_err *err)
{
    char statement[] = "SELECT 1";
    char *sql = statement;
    struct dyno_script_answer answer = {0};
    dyno_bench_progress(bench, "connecting", 0, 0);
    enum dyno_status status = dyno_child_script(bench, &sql, 1, true, &answer, err);
    dyno_script_answer_deinit(&answer);
    return status;
}

enum dyno_status dyno_start_reach(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    bench->layout_start = index;
    enum dyno_status status = bench->options->managed != NULL ? start_managed(bench, index, err)
                                                              : reach_external(bench, err);
    if (status == DYNO_OK && bench->app_id != NULL)
        status =
            dyno_rest_open(bench->rest_url, REST_TIMEOUT_NS, REST_MAX_BYTES, &bench->rest, err);
    if (status == DYNO_OK)
        bench->retained_jobs = read_retained_jobs(bench);
    if (status == DYNO_OK)
        status = prove_connection(bench, err);
    return status;
}

static bool arm_is_in_start(const struct dyno_bench *bench, int index, size_t arm)
{
    return dyno_layout_has_arm(&bench->layout, index, (int)arm);
}

static bool has_key(const struct dyno_profile *profile, const char *key)
{
    for (size_t i = 0; i < profile->setting_count; i++)
        if (strcmp(profile->settings[i].key, key) == 0)
            return true;
    return false;
}

/* A key that no arm before this one has, nor one of this start. */
static bool has_new_key(const struct dyno_bench *bench, int index, size_t arm)
{
    const struct dyno_profile *profile = &bench->options->arms[arm];
    for (size_t i = 0; i < profile->setting_count; i++) {
        bool is_new = true;
        for (size_t other = 0; is_new && other < bench->options->arm_count; other++)
            if (other < arm || (other > arm && arm_is_in_start(bench, index, other)))
                is_new = !has_key(&bench->options->arms[other], profile->settings[i].key);
        if (is_new)
            return true;
    }
    return false;
}

/* Arms whose starts come later are asked for unknown names in the first start, before any load. */
static enum dyno_status prove_arms(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    size_t *arms = dyno_xcalloc(bench->options->arm_count, sizeof *arms);
    size_t count = 0;
    for (size_t arm = 0; arm < bench->options->arm_count; arm++)
        if (arm_is_in_start(bench, index, arm))
            arms[count++] = arm;
    enum dyno_status status = dyno_proof_arms(bench, arms, count, err);
    free(arms);
    for (size_t arm = 0; status == DYNO_OK && index == 0 && arm < bench->options->arm_count; arm++)
        if (!arm_is_in_start(bench, index, arm) && has_new_key(bench, index, arm))
            status = dyno_proof_names(bench, arm, err);
    return status;
}

static enum dyno_status warm_up(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    int arms = dyno_layout_arms(&bench->layout, index, (int)bench->options->arm_count);
    bench->warmup_executions = dyno_rank_warmup(bench->options, arms);
    if (bench->warmup_executions == 0)
        return DYNO_OK;
    for (size_t arm = 0; status == DYNO_OK && arm < bench->options->arm_count; arm++)
        if (arm_is_in_start(bench, index, arm))
            status = dyno_trial_warm_up(bench, arm, err);
    return status;
}

static void store_state(struct dyno_bench *bench, const struct dyno_store_start_state *state)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_store_start_update(bench->store, bench->start_id, state, &err) != DYNO_OK)
        dyno_log(bench->options->log, DYNO_LOG_WARNING, "%s", err.message);
}

static enum dyno_status add_start(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    int arm = bench->layout.starts[index].arm;
    return dyno_store_start_add(bench->store, bench->experiment_id, bench->starts_made++,
                                arm < 0 ? 0 : bench->arm_ids[arm], &bench->start_id, err);
}

static double since_ms(int64_t begin_ns)
{
    return (double)(dyno_now_ns() - begin_ns) / 1e6;
}

static void fill_from_server(const struct dyno_bench *bench, struct dyno_store_start_state *state)
{
    struct dyno_spark_info info = {0};
    state->app_id = bench->app_id ? bench->app_id : "";
    if (bench->server == NULL)
        return;
    dyno_spark_server_info(bench->server, &info);
    state->spark_version = info.version;
    state->ready_ms = (double)info.ready_ns / 1e6;
}

enum dyno_status dyno_start_open(struct dyno_bench *bench, int index, struct dyno_err *err)
{
    struct dyno_store_start_state state = {.state = "running",
                                           .reason = "",
                                           .app_id = "",
                                           .spark_version = "",
                                           .ready_ms = NAN,
                                           .reach_ms = NAN,
                                           .proof_ms = NAN,
                                           .attach_ms = NAN,
                                           .warmup_ms = NAN};
    enum dyno_status status = add_start(bench, index, err);
    if (status != DYNO_OK)
        return status;
    int64_t begin_ns = dyno_now_ns();
    status = dyno_start_reach(bench, index, err);
    state.reach_ms = since_ms(begin_ns);
    fill_from_server(bench, &state);
    begin_ns = dyno_now_ns();
    if (status == DYNO_OK)
        status = dyno_facts_store_server(bench, err);
    if (status == DYNO_OK)
        status = prove_arms(bench, index, err);
    state.proof_ms = since_ms(begin_ns);
    begin_ns = dyno_now_ns();
    if (status == DYNO_OK)
        status = dyno_dataset_attach(bench, err);
    state.attach_ms = since_ms(begin_ns);
    store_state(bench, &state);
    begin_ns = dyno_now_ns();
    if (status == DYNO_OK)
        status = warm_up(bench, index, err);
    state.warmup_ms = since_ms(begin_ns);
    store_state(bench, &state);
    if (status != DYNO_OK)
        dyno_start_close(bench, err == NULL ? "failed" : err->message);
    return status;
}

bool dyno_start_is_alive(struct dyno_bench *bench)
{
    if (bench->layout_start < 0)
        return false;
    return bench->options->managed == NULL ||
           (bench->server != NULL && dyno_spark_server_is_alive(bench->server));
}

void dyno_start_close(struct dyno_bench *bench, const char *reason)
{
    struct dyno_store_start_state state = {.state = reason ? "failed" : "stopped",
                                           .reason = reason ? reason : "",
                                           .app_id = NULL,
                                           .spark_version = NULL,
                                           .ready_ms = NAN,
                                           .reach_ms = NAN,
                                           .proof_ms = NAN,
                                           .attach_ms = NAN,
                                           .warmup_ms = NAN};
    if (bench->store != NULL && bench->layout_start >= 0)
        store_state(bench, &state);
    dyno_rest_close(bench->rest);
    bench->rest = NULL;
    if (bench->server != NULL) {
        dyno_bench_progress(bench, "stopping Spark", 0, 0);
        dyno_spark_server_stop(bench->server);
        /* Once more, so that its end is that of the server. */
        if (bench->store != NULL && bench->layout_start >= 0)
            store_state(bench, &state);
    }
    bench->server = NULL;
    forget_target(bench);
    free(bench->rest_url);
    free(bench->app_id);
    free(bench->log_path);
    bench->log_path = NULL;
    bench->rest_url = NULL;
    bench->app_id = NULL;
    bench->layout_start = -1;
}
