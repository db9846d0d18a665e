#include "cli/bench_options.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/units.h"
#include "decide/statistic.h"
#include "experiment/capacity.h"
#include "target/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOT_SAID     (-1)
#define DEFAULT_PORT 10000

void cli_bench_options_defaults(struct cli_bench_options *options)
{
    *options = (struct cli_bench_options){.seed = NOT_SAID,
                                          .margin = 0.05,
                                          .detect = 0.10,
                                          .slo = "p95 < 2s, errors < 0.1 %",
                                          .session_list = "1,2,4,8",
                                          .restarts = 3,
                                          .max_window_ns = 300 * DYNO_NS_PER_S,
                                          .precision = 0.1,
                                          .scale = 1,
                                          .speed = 1,
                                          .rate = NOT_SAID,
                                          .sessions = NOT_SAID,
                                          .think_ns = NOT_SAID,
                                          .visit = NOT_SAID,
                                          .warmup_max = NOT_SAID,
                                          .warmup = NOT_SAID,
                                          .trial_warmup_ns = NOT_SAID,
                                          .measure_ns = NOT_SAID,
                                          .timeout_ns = NOT_SAID,
                                          .drain_ns = NOT_SAID,
                                          .target = "odbc",
                                          .auth = NULL,
                                          .port = NOT_SAID,
                                          .fetch_rows = 10000,
                                          .kind = "local",
                                          .base = "default",
                                          .metric = "mean",
                                          .default_runs = NOT_SAID,
                                          .driver_memory = "1g",
                                          .cores = 0,
                                          .workers = 2,
                                          .generators = 1,
                                          .generator_restarts = 1,
                                          .db = "results/sparkdyno.db",
                                          .cache_dir = ".cache",
                                          .on_failure = "continue"};
}

static void take_i64(int64_t said, int64_t *place)
{
    if (said != NOT_SAID)
        *place = said;
}

static enum dyno_status parse_arrival(const char *name, struct dyno_load_shape *load,
                                      struct dyno_err *err)
{
    enum dyno_arrival arrival = load->arrival;
    enum dyno_status status = dyno_arrival_parse(name, &arrival, err);
    if (status == DYNO_OK && arrival != load->arrival &&
        (arrival == DYNO_ARRIVAL_REPLAY || load->arrival == DYNO_ARRIVAL_REPLAY))
        return dyno_err_set(err, DYNO_EINPUT,
                            "--arrival %s: a replay is asked for by --replay FILE, and is no other "
                            "kind of arrival",
                            name);
    load->arrival = arrival;
    return status;
}

static enum dyno_status fill_load(struct cli_bench *bench, const struct cli_bench_options *o,
                                  struct dyno_err *err)
{
    struct dyno_load_shape *load = &bench->experiment.load;
    enum dyno_status status = DYNO_OK;
    if (o->replay != NULL)
        status = dyno_workload_replay(&bench->workload, o->replay, o->speed, err);
    if (status != DYNO_OK)
        return status;
    *load = bench->workload.load;
    if (load->arrival == DYNO_ARRIVAL_REPLAY && o->sessions != NOT_SAID)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--sessions does not go with a replay: its trace has %lld",
                            (long long)load->sessions);
    if (o->arrival != NULL)
        status = parse_arrival(o->arrival, load, err);
    if (o->rate > 0) {
        load->rate_per_s = o->rate;
        load->step_count = 0;
    }
    if (status == DYNO_OK && o->think_kind != NULL)
        status = dyno_think_parse(o->think_kind, &load->think_kind, err);
    if (status == DYNO_OK && o->steps != NULL)
        status = dyno_load_steps_parse(o->steps, load, err);
    if (status == DYNO_OK && o->burst != NULL)
        status = dyno_load_burst_parse(o->burst, load, err);
    load->is_pinned = load->is_pinned || o->is_pinned;
    take_i64(o->visit, &load->visit);
    take_i64(o->warmup_max, &load->warmup_max);
    take_i64(o->sessions, &load->sessions);
    take_i64(o->think_ns, &load->think_ns);
    take_i64(o->warmup, &load->warmup_executions);
    take_i64(o->trial_warmup_ns, &load->trial_warmup_ns);
    take_i64(o->measure_ns, &load->measure_ns);
    take_i64(o->timeout_ns, &load->timeout_ns);
    take_i64(o->drain_ns, &load->drain_ns);
    if (status == DYNO_OK)
        status = dyno_load_shape_check(load, err);
    return status;
}

static enum dyno_status override_all(struct dyno_profile *profile, const struct cli_list *list,
                                     struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < list->count; i++)
        status = dyno_profile_override(profile, list->items[i], err);
    return status;
}

/* A profile that the command line changes is no longer the one of its file, and says so. */
static void rename_changed(struct dyno_profile *profile, size_t arm, const struct cli_list *own)
{
    static const char *const suffixes[2] = {"+base-conf", "+conf"};
    if (own->count == 0)
        return;
    char *name = dyno_xasprintf("%s%s", profile->name, suffixes[arm]);
    free(profile->name);
    profile->name = name;
}

static enum dyno_status read_profiles(struct cli_bench *bench, const struct cli_bench_options *o,
                                      const struct cli_words *words, bool is_aa,
                                      struct dyno_err *err)
{
    const struct cli_list *own[2] = {&o->base_conf, &o->candidate_conf};
    const char *const *dirs = (const char *const *)bench->places.profile_dirs;
    enum dyno_status status = DYNO_OK;
    size_t wanted = is_aa ? 2 : words->count > 1 ? words->count - 1 : 1;
    for (size_t i = 0; status == DYNO_OK && i < wanted && i < 2; i++) {
        size_t at = is_aa ? 1 : i + 1;
        const char *name = words->count > at ? words->items[at] : "default";
        status = dyno_profile_read(name, dirs, &bench->arms[i], err);
        if (status != DYNO_OK)
            break;
        bench->arm_count++;
        status = override_all(&bench->arms[i], &o->conf, err);
        if (status == DYNO_OK)
            status = override_all(&bench->arms[i], own[i], err);
        if (status == DYNO_OK)
            rename_changed(&bench->arms[i], i, own[i]);
    }
    return status;
}

static enum dyno_status check_arms_differ(const struct cli_bench *bench, struct dyno_err *err)
{
    const char **keys = NULL;
    if (bench->arm_count < 2)
        return DYNO_OK;
    size_t count = dyno_profile_diff(&bench->arms[0], &bench->arms[1], &keys);
    free(keys);
    if (count > 0)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT,
                        "profiles '%s' and '%s' set the same values: there is nothing to compare",
                        bench->arms[0].name, bench->arms[1].name);
}

static enum dyno_status read_password(struct cli_bench *bench, const char *path,
                                      struct dyno_err *err)
{
    char *text = NULL;
    size_t len = 0;
    if (path == NULL)
        return DYNO_OK;
    enum dyno_status status = dyno_file_read(path, 4096, &text, &len, err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "--password-file");
        return DYNO_EINPUT;
    }
    bench->password = dyno_xstrndup(text, strcspn(text, "\r\n"));
    free(text);
    return DYNO_OK;
}

/* An ODBC value in braces, with every closing brace doubled. */
static char *brace(const char *value)
{
    char *out = dyno_xcalloc(2 * strlen(value) + 3, 1);
    char *p = out;
    *p++ = '{';
    for (; *value != '\0'; value++) {
        if (*value == '}')
            *p++ = '}';
        *p++ = *value;
    }
    *p = '}';
    return out;
}

static void fill_connection(struct cli_bench *bench, const struct cli_bench_options *o)
{
    char *user = o->user ? brace(o->user) : NULL;
    char *password = bench->password ? brace(bench->password) : NULL;
    bench->connection =
        dyno_xasprintf("%s%s%s%s%s", o->connection, user ? ";UID=" : "", user ? user : "",
                       password ? ";PWD=" : "", password ? password : "");
    free(user);
    free(password);
}

static enum dyno_status check_rest_url(const char *url, struct dyno_err *err)
{
    if (url == NULL || strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT,
                        "--rest-url: '%s' begins neither with http:// nor with https://", url);
}

/* Said before the load, not after it. */
static enum dyno_status check_html(const char *path, struct dyno_err *err)
{
    if (path == NULL)
        return DYNO_OK;
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? dyno_xstrdup(".")
                   : slash == path ? dyno_xstrdup("/")
                                   : dyno_xstrndup(path, (size_t)(slash - path));
    enum dyno_status status = DYNO_OK;
    if (dyno_dir_exists(path))
        status = dyno_err_set(err, DYNO_EINPUT, "--html: '%s' is a folder", path);
    else if (access(folder, W_OK | X_OK) != 0)
        status = dyno_err_set(err, DYNO_EINPUT, "--html: the folder '%s' cannot be written: %s",
                              folder, strerror(errno));
    free(folder);
    return status;
}

static enum dyno_status fill_target(struct cli_bench *bench, const struct cli_bench_options *o,
                                    struct dyno_err *err)
{
    struct dyno_target_config *target = &bench->experiment.target;
    enum dyno_status status = dyno_target_kind_parse(o->target, &target->kind, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "--target");
    if (o->connection != NULL && target->kind == DYNO_TARGET_NULL)
        return dyno_err_set(err, DYNO_EINPUT, "--connection goes with --target odbc or hs2");
    if (o->connection != NULL && target->kind == DYNO_TARGET_HS2 &&
        (o->host != NULL || o->auth != NULL))
        return dyno_err_set(err, DYNO_EINPUT,
                            "--host and --auth do not go with --connection, which says both");
    if (o->host != NULL && target->kind != DYNO_TARGET_HS2)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--host goes with --target hs2; for odbc use --connection");
    if (o->port != NOT_SAID && o->host == NULL)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--port goes with --host: name the server, or leave it out for a "
                            "managed one");
    status = check_rest_url(o->rest_url, err);
    if (status != DYNO_OK)
        return status;
    if (o->auth != NULL && strcmp(o->auth, "nosasl") != 0 && strcmp(o->auth, "plain") != 0)
        return dyno_err_set(err, DYNO_EINPUT, "--auth: '%s' is neither nosasl nor plain", o->auth);
    status = read_password(bench, o->password_file, err);
    if (status != DYNO_OK)
        return status;
    if (o->connection != NULL)
        fill_connection(bench, o);
    target->connection = bench->connection;
    target->fetch_rows = o->fetch_rows;
    target->null_service_ns = o->null_service_ns;
    target->port = (uint16_t)(o->port == NOT_SAID ? DEFAULT_PORT : o->port);
    /* The experiment only reads these. */
    union {
        const char *in;
        char *out;
    } host = {o->host}, user = {o->user}, schema = {o->schema},
      auth = {o->auth ? o->auth : "plain"};
    target->host = host.out;
    target->user = user.out;
    target->schema = schema.out;
    target->auth = auth.out;
    target->password = bench->password;
    if (dyno_target_config_check(target, err) != DYNO_OK)
        return dyno_err_prepend(err, "--connection");
    return DYNO_OK;
}

static bool is_external(const struct cli_bench_options *o)
{
    return o->connection != NULL || o->host != NULL || strcmp(o->target, "null") == 0;
}

static enum dyno_status fill_managed(struct cli_bench *bench, const struct cli_bench_options *o,
                                     struct dyno_err *err)
{
    struct dyno_managed_options *m = &bench->managed;
    bool is_plain = o->auth != NULL && strcmp(o->auth, "plain") == 0;
    if (is_external(o) && o->has_event_log)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--event-log has a managed server write one; say where an external "
                            "one's is by --event-log-path");
    if (o->event_log_path != NULL && (!is_external(o) || o->rest_url == NULL))
        return dyno_err_set(err, DYNO_EINPUT,
                            "--event-log-path goes with --rest-url, which tells the application of "
                            "an external server");
    if (is_external(o))
        return DYNO_OK;
    if (strcmp(o->kind, "local") != 0 && strcmp(o->kind, "cluster") != 0)
        return dyno_err_set(err, DYNO_EINPUT, "--kind: '%s' is neither local nor cluster", o->kind);
    if (o->rest_url != NULL)
        return dyno_err_set(
            err, DYNO_EINPUT,
            "--rest-url goes with --connection or --host: a managed server is known");
    if (strcmp(o->target, "odbc") == 0 && bench->places.odbc_driver == NULL)
        return dyno_err_set(
            err, DYNO_EENV,
            "libsparkodbc.so was not found beside this program: build it, or name it by SPARKDYNO_ODBC_DRIVER");
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    m->kind = strcmp(o->kind, "local") == 0 ? DYNO_SPARK_LOCAL : DYNO_SPARK_CLUSTER;
    m->cores = o->cores > 0 ? (int)o->cores : (int)(cores > 0 ? cores : 1);
    m->workers = (int)o->workers;
    m->driver_memory = o->driver_memory;
    m->auth = is_plain ? "NONE" : "NOSASL";
    m->odbc_driver = bench->places.odbc_driver;
    m->has_event_log = o->has_event_log;
    bench->experiment.managed = m;
    return dyno_spark_install_find(bench->places.root, o->spark_home, o->spark_version, &m->install,
                                   err);
}

/* "p95,mean" becomes "response_p95,response_mean": the names under which the store keeps them. */
static enum dyno_status read_primary(struct cli_bench *bench, const char *list,
                                     struct dyno_err *err)
{
    struct dyno_str names;
    enum dyno_status status = DYNO_OK;
    if (list == NULL)
        return DYNO_OK;
    dyno_str_init(&names, 1024);
    while (status == DYNO_OK) {
        size_t len = strcspn(list, ",");
        char *word = dyno_xstrndup(list, len);
        enum dyno_metric metric = dyno_metric_of(word);
        if (metric == DYNO_METRIC_COUNT)
            status = dyno_err_set(err, DYNO_EINPUT,
                                  "--primary: '%s' is none of p50, p95, mean, suite", word);
        else
            dyno_str_appendf(&names, "%s%s", names.len > 0 ? "," : "", dyno_metric_name(metric));
        free(word);
        if (list[len] == '\0')
            break;
        list += len + 1;
    }
    bench->primary = dyno_str_take(&names);
    bench->experiment.primary = bench->primary;
    return status;
}

/* "1,2,4,8". */
static enum dyno_status read_sessions(struct cli_bench *bench, const char *list,
                                      struct dyno_err *err)
{
    struct dyno_capacity_options *capacity = &bench->capacity;
    char *copy = dyno_xstrdup(list);
    char *rest = NULL;
    enum dyno_status status = DYNO_OK;
    for (char *word = strtok_r(copy, ",", &rest); status == DYNO_OK && word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        if (capacity->session_count == CLI_SESSIONS_MAX)
            status = dyno_err_set(err, DYNO_EINPUT, "more than %d loads", CLI_SESSIONS_MAX);
        else
            status =
                dyno_parse_i64(word, 1, 20000, &bench->sessions[capacity->session_count++], err);
    }
    if (status == DYNO_OK && capacity->session_count == 0)
        status = dyno_err_set(err, DYNO_EINPUT, "no loads: write them as 1,2,4,8");
    free(copy);
    return status == DYNO_OK ? DYNO_OK : dyno_err_prepend(err, "--loads");
}

static enum dyno_status fill_capacity(struct cli_bench *bench, const struct cli_bench_options *o,
                                      struct dyno_err *err)
{
    struct dyno_capacity_options *capacity = &bench->capacity;
    struct dyno_experiment_options *e = &bench->experiment;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    capacity->slo_text = o->slo;
    capacity->sessions = bench->sessions;
    capacity->precision = o->precision;
    capacity->max_window_ns = o->max_window_ns;
    capacity->cores = o->cores > 0 ? (double)o->cores : (double)(online > 0 ? online : 1);
    e->capacity = capacity;
    e->blocks = (int)o->restarts;
    e->starts = (int)o->restarts;
    enum dyno_status status = dyno_slo_parse(o->slo, &capacity->slo, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "--slo");
    status = read_sessions(bench, o->session_list, err);
    return status == DYNO_OK ? dyno_capacity_check(e, err) : status;
}

static enum dyno_status fill_plan(struct cli_bench *bench, const char *kind,
                                  const struct cli_bench_options *o, struct dyno_err *err)
{
    struct dyno_experiment_options *e = &bench->experiment;
    bool is_compare = strcmp(kind, "compare") == 0 || strcmp(kind, "aa") == 0;
    e->kind = kind;
    e->workload = &bench->workload;
    e->arms = bench->arms;
    e->arm_count = bench->arm_count;
    e->blocks = o->blocks > 0 ? (int)o->blocks : is_compare ? 12 : 1;
    e->starts = o->starts > 0 ? (int)o->starts : is_compare ? 4 : 1;
    if (o->starts <= 0 && e->starts > e->blocks)
        e->starts = e->blocks;
    e->seed = o->seed == NOT_SAID ? dyno_rng_fresh_seed() : (uint64_t)o->seed;
    e->margin = o->margin;
    e->is_early_stop = o->is_early_stop;
    e->is_fresh = o->is_fresh;
    e->rest_url = o->rest_url;
    e->event_log_path = o->event_log_path;
    e->generators = (int)o->generators;
    e->generator_restarts = (int)o->generator_restarts;
    e->store_path = o->db;
    e->cache_dir = bench->cache_dir;
    e->self_path = bench->places.self;
    e->continue_on_failure = strcmp(o->on_failure, "continue") == 0;
    if (!e->continue_on_failure && strcmp(o->on_failure, "stop") != 0)
        return dyno_err_set(err, DYNO_EINPUT, "--on-failure: '%s' is neither continue nor stop",
                            o->on_failure);
    if (e->starts > e->blocks)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%d starts are more than %d blocks: each start needs one", e->starts,
                            e->blocks);
    return read_primary(bench, o->primary, err);
}

enum dyno_status cli_bench_init(struct cli_bench *bench, const char *kind,
                                const struct cli_bench_options *options,
                                const struct cli_words *words, struct dyno_err *err)
{
    memset(bench, 0, sizeof *bench);
    cli_places_init(&bench->places);
    bench->cache_dir = dyno_path_absolute(options->cache_dir);
    const char *const *dirs = (const char *const *)bench->places.workload_dirs;
    const char *workload = words->count > 0 ? words->items[0] : "retail";
    enum dyno_status status =
        dyno_workload_read(workload, dirs, options->scale, &bench->workload, err);
    if (status == DYNO_OK)
        status = read_profiles(bench, options, words, strcmp(kind, "aa") == 0, err);
    if (status == DYNO_OK && strcmp(kind, "compare") == 0)
        status = check_arms_differ(bench, err);
    if (status == DYNO_OK)
        status = fill_load(bench, options, err);
    if (status == DYNO_OK)
        status = check_html(options->html, err);
    if (status == DYNO_OK)
        status = fill_target(bench, options, err);
    if (status == DYNO_OK)
        status = fill_plan(bench, kind, options, err);
    if (status == DYNO_OK && strcmp(kind, "capacity") == 0)
        status = fill_capacity(bench, options, err);
    if (status == DYNO_OK)
        status = fill_managed(bench, options, err);
    return status;
}

void cli_bench_deinit(struct cli_bench *bench)
{
    dyno_workload_deinit(&bench->workload);
    for (size_t i = 0; i < bench->arm_count; i++)
        dyno_profile_deinit(&bench->arms[i]);
    if (bench->experiment.managed != NULL)
        dyno_spark_install_deinit(&bench->managed.install);
    cli_places_deinit(&bench->places);
    if (bench->password != NULL)
        explicit_bzero(bench->password, strlen(bench->password));
    free(bench->password);
    free(bench->connection);
    free(bench->cache_dir);
    cli_command_deinit(&bench->command);
    free(bench->primary);
}
