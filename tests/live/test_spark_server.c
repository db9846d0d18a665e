#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "spark/borrowed_setting.h"
#include "spark/install.h"
#include "spark/lease.h"
#include "spark/ports.h"
#include "spark/proc.h"
#include "spark/rest.h"
#include "spark/server.h"
#include "target/target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The Spark under test, named on the command line, and a folder to work in. */
struct place {
    struct dyno_spark_install install;
    char root[64];
};

static const char *spark_home;

static int set_up(void **state)
{
    struct place *place = dyno_xcalloc(1, sizeof *place);
    struct dyno_err err = DYNO_ERR_INIT;
    (void)strncat(place->root, "/tmp/sparkdyno-live-XXXXXX", sizeof place->root - 1);
    if (mkdtemp(place->root) == NULL || dyno_rest_global_init(&err) != DYNO_OK ||
        dyno_spark_install_find("/", spark_home, NULL, &place->install, &err) != DYNO_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    enum dyno_status status = dyno_dir_remove(place->root, NULL);
    dyno_spark_install_deinit(&place->install);
    free(place);
    return status == DYNO_OK ? 0 : -1;
}

static struct dyno_spark_options options_of(const struct place *place,
                                            const struct dyno_setting *settings, size_t count)
{
    return (struct dyno_spark_options){.install = &place->install,
                                       .work_root = place->root,
                                       .kind = DYNO_SPARK_LOCAL,
                                       .cores = 2,
                                       .driver_memory = "1g",
                                       .auth = "NOSASL",
                                       .settings = settings,
                                       .setting_count = count,
                                       .ready_timeout_ns = 150 * DYNO_NS_PER_S};
}

static struct dyno_spark_server *start(const struct dyno_spark_options *options)
{
    struct dyno_spark_server *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_spark_start(options, &server, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return server;
}

static size_t count_marked(const char *work_dir)
{
    pid_t *pids = NULL;
    char *mark = dyno_lease_mark(work_dir);
    size_t count = dyno_proc_find_marked(mark, &pids);
    free(mark);
    free(pids);
    return count;
}

static size_t count_folders(const struct place *place)
{
    char **names = NULL;
    size_t count = 0;
    size_t folders = 0;
    assert_int_equal(dyno_dir_list(place->root, &names, &count, NULL), DYNO_OK);
    for (size_t i = 0; i < count; i++) {
        char *path = dyno_path_join(place->root, names[i]);
        folders += dyno_dir_exists(path);
        free(path);
        free(names[i]);
    }
    free(names);
    return folders;
}

/* Members of a process group, zombies apart: those of the start script wait for whoever inherited them. */
static size_t count_group(pid_t leader)
{
    char **names = NULL;
    size_t count = 0;
    size_t members = 0;
    assert_int_equal(dyno_dir_list("/proc", &names, &count, NULL), DYNO_OK);
    for (size_t i = 0; i < count; i++) {
        char *path = dyno_xasprintf("/proc/%s/stat", names[i]);
        char *text = dyno_file_tail(path, 1024);
        const char *end = strrchr(text, ')');
        char process_state = 'Z';
        int group = 0;
        if (end != NULL && sscanf(end + 1, " %c %*d %d", &process_state, &group) == 2)
            members += group == leader && process_state != 'Z';
        free(text);
        free(path);
        free(names[i]);
    }
    free(names);
    return members;
}

static void stop_and_look(const struct place *place, struct dyno_spark_server *server)
{
    struct dyno_spark_info info;
    dyno_spark_server_info(server, &info);
    char *work_dir = dyno_xstrdup(info.work_dir);
    char *log_path = dyno_xstrdup(info.log_path);
    pid_t pid = info.pid;
    uint16_t port = info.thrift_port;
    dyno_spark_server_stop(server);
    assert_int_equal(count_marked(work_dir), 0);
    assert_int_equal(count_group(pid), 0);
    assert_true(dyno_port_is_free(port));
    assert_false(dyno_dir_exists(work_dir));
    assert_int_equal(count_folders(place), 0);
    assert_true(dyno_file_exists(log_path));
    free(work_dir);
    free(log_path);
}

static bool command_line_has(pid_t pid, const char *word)
{
    char *path = dyno_xasprintf("/proc/%ld/cmdline", (long)pid);
    char *text = NULL;
    size_t len = 0;
    bool found = false;
    assert_int_equal(dyno_file_read(path, 65536, &text, &len, NULL), DYNO_OK);
    for (size_t at = 0; at < len && !found; at += strlen(text + at) + 1)
        found = strcmp(text + at, word) == 0;
    free(text);
    free(path);
    return found;
}

static cJSON *get(struct dyno_rest *rest, const char *app_id, const char *what)
{
    cJSON *json = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_rest_get(rest, &json, &err, "/api/v1/applications/%s/%s", app_id, what) != DYNO_OK)
        fail_msg("%s", err.message);
    return json;
}

/* All statements of the proof in one session. */
static struct dyno_setting_proof *prove(const struct dyno_spark_info *info,
                                        const struct dyno_setting *settings, size_t count,
                                        const cJSON *environment)
{
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_HS2);
    char host[] = "127.0.0.1";
    char auth[] = "nosasl";
    char user[] = "test";
    const struct dyno_target_config config = {.kind = DYNO_TARGET_HS2,
                                              .host = host,
                                              .port = info->thrift_port,
                                              .auth = auth,
                                              .user = user,
                                              .fetch_rows = 1000};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_conn *conn = NULL;
    char **sql = NULL;
    size_t sql_count = 0;
    struct dyno_setting_proof *proofs = NULL;
    assert_int_equal(dyno_settings_statements(settings, count, &sql, &sql_count, NULL), DYNO_OK);
    if (ops->open(&config, 30 * DYNO_NS_PER_S, &conn, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    struct dyno_statement_outcome *outcomes = dyno_xcalloc(sql_count, sizeof *outcomes);
    for (size_t i = 0; i < sql_count; i++) {
        outcomes[i].status = ops->query(conn, sql[i], dyno_now_ns() + 60 * DYNO_NS_PER_S,
                                        &outcomes[i].result, &outcomes[i].err);
        free(sql[i]);
    }
    ops->close(conn);
    if (dyno_settings_judge(settings, count, outcomes, environment, &proofs, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < sql_count; i++)
        dyno_text_result_deinit(&outcomes[i].result);
    free(outcomes);
    free(sql);
    return proofs;
}

static const struct proof_row {
    const char *key;
    const char *value;
    bool is_known;
    bool is_applied;
    const char *word; /* of the complaint; NULL for none */
} proof_rows[] = {
    {"spark.sql.shuffle.partitions", "8", true, true, NULL},
    {"spark.sql.adaptive.enabled", "FALSE", true, true, NULL},
    {"spark.sql.adaptive.forceApply", "true", true, true, NULL},
    {"spark.sql.join.preferSortMergeJoin", "false", true, true, NULL},
    {"spark.sql.adaptive.coalescePartitions.initialPartitionNum", "64", true, true, NULL},
    {"spark.sql.session.timeZone", "Europe/Berlin", true, true, NULL},
    {"spark.sql.shuffle.partition", "8", false, false, "'spark.sql.shuffle.partitions'"},
    {"Spark.SQL.Shuffle.Partitions", "8", false, false, "'spark.sql.shuffle.partitions'"},
    {"spark.sql.autoBroadcastJoinThreshold", "ten", true, false, "Spark refuses 'ten'"},
    {"spark.sql.adaptive.optimizeSkewedJoin.enabled", "true", false, false, "now called"},
    {"spark.driver.memory", "700m", true, true, NULL},
    {"spark.driver.extraJavaOptions", "-XX:+UseSerialGC -Dmy.test=\"a b\"", true, true, NULL},
    {"spark.memory.fraction", "0.5", true, true, NULL},
    {"spark.default.parallelism", "3", true, true, NULL},
    {"spark.sql.ui.retainedExecutions", "50", true, true, NULL},
    {"spark.memory.fractoin", "0.4", false, false, "'spark.memory.fraction'"},
    {"spark.memory.storageFraction", "0.4", true, false, "without it"},
};
#define PROOF_COUNT (sizeof proof_rows / sizeof proof_rows[0])
/* The static ones that the server is started with. */
#define STATIC_FROM 10
#define STATIC_TO   16

static void check_proofs(const struct dyno_spark_info *info, const cJSON *environment)
{
    struct dyno_setting settings[PROOF_COUNT];
    for (size_t i = 0; i < PROOF_COUNT; i++)
        settings[i] = borrowed_setting(proof_rows[i].key, proof_rows[i].value);
    struct dyno_setting_proof *proofs = prove(info, settings, PROOF_COUNT, environment);
    for (size_t i = 0; i < PROOF_COUNT; i++) {
        const struct proof_row *row = &proof_rows[i];
        const char *complaint = proofs[i].complaint;
        bool is_right = row->word == NULL
                            ? complaint == NULL
                            : complaint != NULL && strstr(complaint, row->word) != NULL;
        if (proofs[i].is_known != row->is_known || proofs[i].is_applied != row->is_applied ||
            !is_right)
            fail_msg("'%s': known %d, applied %d, shown '%s': %s", row->key, proofs[i].is_known,
                     proofs[i].is_applied, proofs[i].applied == NULL ? "" : proofs[i].applied,
                     complaint == NULL ? "no complaint" : complaint);
    }
    dyno_setting_proofs_free(proofs, PROOF_COUNT);
}

static void test_local_server_serves_with_its_settings_and_stops(void **state)
{
    const struct place *place = *state;
    struct dyno_setting settings[STATIC_TO - STATIC_FROM];
    struct dyno_spark_info info;
    struct dyno_rest *rest = NULL;
    for (size_t i = STATIC_FROM; i < STATIC_TO; i++)
        settings[i - STATIC_FROM] = borrowed_setting(proof_rows[i].key, proof_rows[i].value);
    const struct dyno_spark_options options = options_of(place, settings, STATIC_TO - STATIC_FROM);
    struct dyno_spark_server *server = start(&options);
    dyno_spark_server_info(server, &info);
    print_message("ready after %.2f s\n", (double)info.ready_ns / 1e9);
    assert_true(dyno_spark_server_is_alive(server));
    assert_string_equal(info.version, place->install.version);
    assert_true(dyno_proc_owns_socket(info.pid, dyno_proc_listener(info.thrift_port)));
    assert_true(command_line_has(info.pid, "-Xmx700m"));
    assert_true(command_line_has(info.pid, "-XX:+UseSerialGC"));
    assert_true(command_line_has(info.pid, "-Dmy.test=a b"));
    assert_int_equal(dyno_rest_open(info.rest_url, 0, 0, &rest, NULL), DYNO_OK);
    cJSON *environment = get(rest, info.app_id, "environment");
    check_proofs(&info, environment);
    cJSON_Delete(environment);
    dyno_rest_close(rest);
    stop_and_look(place, server);
}

static void test_server_of_a_killed_owner_is_reaped(void **state)
{
    const struct place *place = *state;
    const struct dyno_spark_options options = options_of(place, NULL, 0);
    pid_t owner = fork();
    if (owner == 0) {
        struct dyno_spark_server *server = NULL;
        if (dyno_spark_start(&options, &server, NULL) == DYNO_OK)
            (void)raise(SIGKILL);
        _exit(1);
    }
    int end = 0;
    assert_int_equal(waitpid(owner, &end, 0), owner);
    assert_true(WIFSIGNALED(end));
    assert_int_equal(count_folders(place), 1);
    int64_t start_ns = dyno_now_ns();
    assert_int_equal(dyno_spark_reap(place->root, NULL), 1);
    print_message("reaped in %.2f s\n", (double)(dyno_now_ns() - start_ns) / 1e9);
    assert_int_equal(count_folders(place), 0);
}

static void assert_start_fails(const struct dyno_spark_options *options, double most_s,
                               const char *word)
{
    struct dyno_spark_server *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t start_ns = dyno_now_ns();
    assert_int_equal(dyno_spark_start(options, &server, &err), DYNO_EENV);
    double took_s = (double)(dyno_now_ns() - start_ns) / 1e9;
    if (strstr(err.message, word) == NULL || took_s > most_s)
        fail_msg("after %.1f s: '%s' does not say '%s'", took_s, err.message, word);
    assert_null(server);
}

static void test_start_that_cannot_work_fails_at_once(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *word;
    } rows[] = {
        {"spark.driver.extraJavaOptions", "-XX:+NoSuchThing",
         "Unrecognized VM option 'NoSuchThing'"},
        {"spark.driver.extraJavaOptions", "-Xmx1g", "set by spark.driver.memory, not by -Xmx"},
        {"spark.driver.memory", "900000g", "does not fit this machine"},
        {"spark.driver.memory", "900000g", "Could not reserve enough space"},
        {"spark.driver.memory", "100m", "System memory 104857600 must be at least"},
    };
    const struct place *place = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct dyno_setting setting = borrowed_setting(rows[i].key, rows[i].value);
        const struct dyno_spark_options options = options_of(place, &setting, 1);
        assert_start_fails(&options, 60, rows[i].word);
    }
    assert_int_equal(count_folders(place), 0);
}

static void test_port_in_use_is_told(void **state)
{
    const struct place *place = *state;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    char *port = dyno_xasprintf("%u", (unsigned)ntohs(address.sin_port));
    const struct dyno_setting setting = borrowed_setting("spark.ui.port", port);
    const struct dyno_spark_options options = options_of(place, &setting, 1);
    assert_start_fails(&options, 60, "taken by another process");
    close(fd);
    free(port);
}

static void test_start_can_be_cancelled(void **state)
{
    const struct place *place = *state;
    struct dyno_spark_options options = options_of(place, NULL, 0);
    struct dyno_spark_server *server = NULL;
    atomic_int stop = 1;
    options.stop = &stop;
    assert_int_equal(dyno_spark_start(&options, &server, NULL), DYNO_ECANCELLED);
    assert_int_equal(count_folders(place), 0);
}

static pid_t worker_of(const char *work_dir)
{
    char *path = dyno_path_join(work_dir, "lease.json");
    cJSON *lease = NULL;
    const cJSON *process = NULL;
    pid_t pid = -1;
    assert_int_equal(dyno_json_read(path, 65536, &lease, NULL), DYNO_OK);
    cJSON_ArrayForEach(process, cJSON_GetObjectItemCaseSensitive(lease, "processes"))
    {
        if (strcmp(dyno_json_string_or(process, "name", ""), "worker-1") == 0)
            pid = (pid_t)dyno_json_i64_or(process, "pid", -1);
    }
    cJSON_Delete(lease);
    free(path);
    return pid;
}

static void test_cluster_serves_notices_a_dead_worker_and_stops(void **state)
{
    const struct place *place = *state;
    const struct dyno_setting settings[] = {
        borrowed_setting("spark.executor.memory", "600m"),
        borrowed_setting("spark.executor.extraJavaOptions", "-XX:+UseSerialGC")};
    struct dyno_spark_options options = options_of(place, settings, 2);
    struct dyno_spark_info info;
    struct dyno_rest *rest = NULL;
    options.kind = DYNO_SPARK_CLUSTER;
    options.workers = 2;
    struct dyno_spark_server *server = start(&options);
    dyno_spark_server_info(server, &info);
    print_message("cluster ready after %.2f s\n", (double)info.ready_ns / 1e9);
    assert_int_equal(dyno_rest_open(info.rest_url, 0, 0, &rest, NULL), DYNO_OK);
    cJSON *executors = get(rest, info.app_id, "executors");
    assert_int_equal(cJSON_GetArraySize(executors), 3);
    cJSON_Delete(executors);
    dyno_rest_close(rest);
    assert_true(dyno_spark_server_is_alive(server));
    assert_int_equal(count_marked(info.work_dir), 6);
    pid_t worker = worker_of(info.work_dir);
    assert_true(worker > 1);
    assert_int_equal(kill(worker, SIGKILL), 0);
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    while (dyno_spark_server_is_alive(server) && dyno_now_ns() < deadline_ns)
        dyno_sleep_ns(10 * DYNO_NS_PER_MS);
    assert_false(dyno_spark_server_is_alive(server));
    stop_and_look(place, server);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest local[] = {
        IN_PLACE(test_local_server_serves_with_its_settings_and_stops),
        IN_PLACE(test_server_of_a_killed_owner_is_reaped),
        IN_PLACE(test_start_that_cannot_work_fails_at_once),
        IN_PLACE(test_port_in_use_is_told),
        IN_PLACE(test_start_can_be_cancelled),
    };
    const struct CMUnitTest cluster[] = {
        IN_PLACE(test_cluster_serves_notices_a_dead_worker_and_stops),
    };
    if (argc != 3)
        return 2;
    spark_home = argv[1];
    return strcmp(argv[2], "cluster") == 0 ? cmocka_run_group_tests(cluster, NULL, NULL)
                                           : cmocka_run_group_tests(local, NULL, NULL);
}
