#include "spark/launch.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "spark/java.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SERVER_CLASS         "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
#define MAX_PROPERTIES_BYTES ((size_t)1024 * 1024)

extern const unsigned char dyno_spark_log4j2[];
extern const size_t dyno_spark_log4j2_len;

const char *dyno_launch_profile_value(const struct dyno_spark_options *options, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < options->setting_count; i++)
        if (strcmp(options->settings[i].key, key) == 0)
            value = options->settings[i].value;
    return value;
}

/* Settings of executors: in local mode there is only the driver. */
static bool is_for_executors(const char *key)
{
    static const char *const keys[] = {"spark.executor.memory",
                                       "spark.executor.cores",
                                       "spark.executor.instances",
                                       "spark.executor.memoryOverhead",
                                       "spark.cores.max",
                                       "spark.executor.memoryOverheadFactor",
                                       "spark.executor.defaultJavaOptions",
                                       "spark.executor.extraJavaOptions",
                                       "spark.executor.extraClassPath",
                                       "spark.dynamicAllocation.enabled"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void warn_without_effect(const struct dyno_spark_options *options,
                                const struct dyno_setting *setting)
{
    if (strncmp(setting->key, "spark.", 6) != 0)
        dyno_log(options->log, DYNO_LOG_WARNING,
                 "'%s' does not start with 'spark.': Spark drops it", setting->key);
    else if (options->kind == DYNO_SPARK_LOCAL && is_for_executors(setting->key))
        dyno_log(options->log, DYNO_LOG_WARNING,
                 "'%s' has no effect in local mode, where the driver does all work: use "
                 "spark.driver.* or a cluster",
                 setting->key);
}

static enum dyno_status check_java_options(const struct dyno_spark_options *options,
                                           struct dyno_err *err)
{
    static const char *const keys[] = {
        "spark.driver.defaultJavaOptions", "spark.driver.extraJavaOptions",
        "spark.executor.defaultJavaOptions", "spark.executor.extraJavaOptions"};
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && status == DYNO_OK; i++) {
        const char *value = dyno_launch_profile_value(options, keys[i]);
        if (value != NULL)
            status = dyno_java_check_options(options->install->java, keys[i], value, err);
    }
    return status;
}

enum dyno_status dyno_launch_check(const struct dyno_spark_options *options, struct dyno_err *err)
{
    const char *ui = dyno_launch_profile_value(options, "spark.ui.enabled");
    const char *port = dyno_launch_profile_value(options, "spark.ui.port");
    for (size_t i = 0; i < options->setting_count; i++)
        warn_without_effect(options, &options->settings[i]);
    if (ui != NULL && strcasecmp(ui, "false") == 0)
        return dyno_err_set(
            err, DYNO_EINPUT,
            "'spark.ui.enabled' is false: without it nothing can be read from Spark, leave "
            "it out of the profile");
    if (port != NULL && (strtol(port, NULL, 10) < 1 || strtol(port, NULL, 10) > 65535))
        return dyno_err_set(
            err, DYNO_EINPUT,
            "'spark.ui.port' is '%s': leave it out of the profile, a free one is chosen", port);
    if (strpbrk(options->work_root, ",;\"\\\n\r") != NULL || options->work_root[0] != '/')
        return dyno_err_set(
            err, DYNO_EINPUT,
            "'%s' is no folder for Spark to work in: it must be an absolute path without "
            "comma, semicolon, quote and backslash",
            options->work_root);
    const char *log_dir = dyno_launch_profile_value(options, "spark.eventLog.dir");
    if (options->has_event_log && log_dir != NULL)
        return dyno_err_set(err, DYNO_EINPUT,
                            "'spark.eventLog.dir' is '%s': leave it out of the profile, the event "
                            "log that is asked for has a folder of its own",
                            log_dir);
    return check_java_options(options, err);
}

static void add(struct dyno_vec *list, const struct dyno_launch *launch, const char *key,
                char *value)
{
    struct dyno_setting setting = {.key = NULL, .value = value};
    if (value == NULL || dyno_launch_profile_value(launch->options, key) != NULL) {
        free(value);
        return;
    }
    setting.key = dyno_xstrdup(key);
    dyno_vec_push(list, &setting);
}

static void add_fixed(struct dyno_vec *list, const struct dyno_launch *launch)
{
    static const struct {
        const char *key;
        const char *value;
    } fixed[] = {
        {"spark.app.name", "sparkdyno"},
        {"spark.driver.host", "127.0.0.1"},
        /* A taken port ends the start instead of silently moving on to the next. */
        {"spark.port.maxRetries", "0"},
        /* Rows of REST that a poll each second must still find: the defaults (1000) are five seconds of
         * trivial statements. More than this costs heap that a small driver does not have, since each
         * stage keeps its tasks and each execution its plan. */
        {"spark.ui.retainedJobs", "3000"},
        {"spark.ui.retainedStages", "3000"},
        {"spark.sql.ui.retainedExecutions", "3000"},
        {"spark.ui.showConsoleProgress", "false"},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        add(list, launch, fixed[i].key, dyno_xstrdup(fixed[i].value));
}

/* Plain and in one file: the cheapest for the server, and it can be read on from where one stopped. */
static void add_event_log(struct dyno_vec *list, const struct dyno_launch *launch)
{
    if (!launch->options->has_event_log) {
        add(list, launch, "spark.eventLog.enabled", dyno_xstrdup("false"));
        return;
    }
    add(list, launch, "spark.eventLog.enabled", dyno_xstrdup("true"));
    add(list, launch, "spark.eventLog.dir",
        dyno_xasprintf("file:%s/" DYNO_SPARK_EVENT_LOGS, launch->work_dir));
    add(list, launch, "spark.eventLog.compress", dyno_xstrdup("false"));
    add(list, launch, "spark.eventLog.rolling.enabled", dyno_xstrdup("false"));
}

static void add_cluster(struct dyno_vec *list, const struct dyno_launch *launch)
{
    const struct dyno_spark_options *o = launch->options;
    if (o->kind != DYNO_SPARK_CLUSTER)
        return;
    add(list, launch, "spark.cores.max", dyno_xasprintf("%d", o->cores));
    add(list, launch, "spark.executor.memory", dyno_xstrdup("1g"));
    add(list, launch, "spark.executor.defaultJavaOptions",
        dyno_launch_java_options(launch->work_dir));
}

void dyno_launch_add_settings(struct dyno_launch *launch)
{
    const struct dyno_spark_options *o = launch->options;
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_setting);
    const char *unique = strrchr(launch->work_dir, '/') + 1;
    const char *port = dyno_launch_profile_value(o, "spark.ui.port");
    if (port != NULL)
        launch->ui_port = (uint16_t)strtol(port, NULL, 10);
    add(&list, launch, "spark.master", dyno_xstrdup(launch->master));
    add(&list, launch, "spark.driver.memory", dyno_xstrdup(o->driver_memory));
    add(&list, launch, "spark.ui.port", dyno_xasprintf("%u", (unsigned)launch->ui_port));
    add(&list, launch, "spark.local.dir", dyno_path_join(launch->work_dir, "local"));
    add(&list, launch, "spark.sql.warehouse.dir", dyno_path_join(launch->work_dir, "warehouse"));
    add(&list, launch, "spark.hadoop.javax.jdo.option.ConnectionURL",
        dyno_xasprintf("jdbc:derby:memory:%s;create=true", unique));
    add_fixed(&list, launch);
    add_event_log(&list, launch);
    add_cluster(&list, launch);
    launch->added = dyno_vec_take(&list, &launch->added_count);
}

void dyno_launch_deinit(struct dyno_launch *launch)
{
    for (size_t i = 0; i < launch->added_count; i++) {
        free(launch->added[i].key);
        free(launch->added[i].value);
    }
    free(launch->added);
    launch->added = NULL;
    launch->added_count = 0;
}

static void append_escaped(struct dyno_str *out, const char *text, bool is_key)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        char c = text[i];
        if (c == '\n' || c == '\r' || c == '\t') {
            dyno_str_append(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
            continue;
        }
        bool is_special =
            c == '\\' || (is_key && strchr(" =:#!", c) != NULL) || (i == 0 && c == ' ');
        if (is_special)
            dyno_str_append_char(out, '\\');
        dyno_str_append_char(out, c);
    }
}

static void append_settings(struct dyno_str *out, const struct dyno_setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        append_escaped(out, settings[i].key, true);
        dyno_str_append_char(out, '=');
        append_escaped(out, settings[i].value, false);
        dyno_str_append_char(out, '\n');
    }
}

char *dyno_launch_properties(const struct dyno_launch *launch)
{
    struct dyno_str out;
    dyno_str_init(&out, MAX_PROPERTIES_BYTES);
    append_settings(&out, launch->added, launch->added_count);
    append_settings(&out, launch->options->settings, launch->options->setting_count);
    return dyno_str_take(&out);
}

static enum dyno_status write_text(const char *folder, const char *name, const char *text,
                                   size_t len, struct dyno_err *err)
{
    char *path = dyno_path_join(folder, name);
    enum dyno_status status = dyno_file_write(path, text, len, err);
    free(path);
    return status;
}

enum dyno_status dyno_launch_make_folders(const char *work_dir, struct dyno_err *err)
{
    static const char *const folders[] = {"conf",           "local",   "tmp",
                                          "operation-logs", "scratch", DYNO_SPARK_EVENT_LOGS};
    enum dyno_status status = DYNO_OK;
    union {
        const unsigned char *bytes;
        const char *text;
    } log4j2 = {.bytes = dyno_spark_log4j2};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && status == DYNO_OK; i++) {
        char *folder = dyno_path_join(work_dir, folders[i]);
        status = dyno_dir_make(folder, err);
        free(folder);
    }
    if (status == DYNO_OK)
        status =
            write_text(work_dir, "conf/log4j2.properties", log4j2.text, dyno_spark_log4j2_len, err);
    return status;
}

enum dyno_status dyno_launch_write_properties(const struct dyno_launch *launch,
                                              struct dyno_err *err)
{
    char *text = dyno_launch_properties(launch);
    if (text == NULL)
        return dyno_err_set(err, DYNO_EINPUT, "the profile is larger than %zu bytes",
                            MAX_PROPERTIES_BYTES);
    enum dyno_status status =
        write_text(launch->work_dir, "spark.properties", text, strlen(text), err);
    free(text);
    return status;
}

static void push_string(struct dyno_vec *list, char *text)
{
    dyno_vec_push(list, &text);
}

static void push_hive(struct dyno_vec *list, const char *key, const char *value)
{
    push_string(list, dyno_xstrdup("--hiveconf"));
    push_string(list, dyno_xasprintf("%s=%s", key, value));
}

char **dyno_launch_arguments(const struct dyno_launch *launch)
{
    static const struct {
        const char *key;
        const char *folder;
    } places[] = {
        /* By default all servers of a user share one folder, and the first to stop removes it. */
        {"hive.server2.logging.operation.log.location", "operation-logs"},
        {"hive.exec.scratchdir", "scratch"},
        {"hive.exec.local.scratchdir", "scratch/local"},
        {"hive.downloaded.resources.dir", "scratch/resources"},
        {"hive.querylog.location", "scratch/log"},
    };
    struct dyno_vec list = DYNO_VEC_INIT(char *);
    char port[16];
    (void)snprintf(port, sizeof port, "%u", (unsigned)launch->thrift_port);
    push_string(&list, dyno_path_join(launch->options->install->home, "bin/spark-submit"));
    push_string(&list, dyno_xstrdup("--properties-file"));
    push_string(&list, dyno_path_join(launch->work_dir, "spark.properties"));
    push_string(&list, dyno_xstrdup("--class"));
    push_string(&list, dyno_xstrdup(SERVER_CLASS));
    push_hive(&list, "hive.server2.thrift.port", port);
    push_hive(&list, "hive.server2.thrift.bind.host", "127.0.0.1");
    push_hive(&list, "hive.server2.transport.mode", "binary");
    push_hive(&list, "hive.server2.authentication",
              launch->options->auth == NULL ? "NONE" : launch->options->auth);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *path = dyno_path_join(launch->work_dir, places[i].folder);
        push_hive(&list, places[i].key, path);
        free(path);
    }
    push_string(&list, NULL);
    return dyno_vec_take(&list, &(size_t){0});
}

char *dyno_launch_java_options(const char *work_dir)
{
    return dyno_xasprintf("\"-Djava.io.tmpdir=%s/tmp\" -XX:-UsePerfData", work_dir);
}

char **dyno_launch_environment(const struct dyno_spark_install *install, const char *work_dir)
{
    struct dyno_vec list = DYNO_VEC_INIT(char *);
    char *java_options = dyno_launch_java_options(work_dir);
    push_string(&list, dyno_xasprintf("SPARK_HOME=%s", install->home));
    push_string(&list, dyno_xasprintf("SPARK_CONF_DIR=%s/conf", work_dir));
    /* The launcher gives these to the Thrift server too, before the options of the profile. */
    push_string(&list, dyno_xasprintf("SPARK_DAEMON_JAVA_OPTS=%s", java_options));
    push_string(&list, dyno_xstrdup("SPARK_NO_DAEMONIZE=1"));
    push_string(&list, dyno_xstrdup("SPARK_LOCAL_IP=127.0.0.1"));
    push_string(&list, dyno_xstrdup("SPARK_CONNECT_MODE=0"));
    push_string(&list, NULL);
    free(java_options);
    return dyno_vec_take(&list, &(size_t){0});
}

void dyno_launch_strings_free(char **strings)
{
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
        free(strings[i]);
    free(strings);
}
