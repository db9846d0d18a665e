#include "base/alloc.h"
#include "base/file.h"
#include "spark/borrowed_setting.h"
#include "spark/cluster.h"
#include "spark/launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dyno_spark_install install;

static struct dyno_spark_options options_of(const struct dyno_setting *settings, size_t count)
{
    return (struct dyno_spark_options){.install = &install,
                                       .work_root = "/tmp/w",
                                       .kind = DYNO_SPARK_LOCAL,
                                       .cores = 2,
                                       .driver_memory = "2g",
                                       .auth = "NOSASL",
                                       .settings = settings,
                                       .setting_count = count};
}

static struct dyno_launch launch_of(const struct dyno_spark_options *options)
{
    struct dyno_launch launch = {.options = options,
                                 .work_dir = "/tmp/w/spark-abc",
                                 .master = "local[2]",
                                 .thrift_port = 20001,
                                 .ui_port = 20002};
    dyno_launch_add_settings(&launch);
    return launch;
}

static const char *added(const struct dyno_launch *launch, const char *key)
{
    for (size_t i = 0; i < launch->added_count; i++)
        if (strcmp(launch->added[i].key, key) == 0)
            return launch->added[i].value;
    return NULL;
}

static void test_our_settings_are_added(void **state)
{
    const struct dyno_spark_options options = options_of(NULL, 0);
    struct dyno_launch launch = launch_of(&options);
    (void)state;
    assert_string_equal(added(&launch, "spark.master"), "local[2]");
    assert_string_equal(added(&launch, "spark.driver.memory"), "2g");
    assert_string_equal(added(&launch, "spark.ui.port"), "20002");
    assert_string_equal(added(&launch, "spark.local.dir"), "/tmp/w/spark-abc/local");
    assert_string_equal(added(&launch, "spark.hadoop.javax.jdo.option.ConnectionURL"),
                        "jdbc:derby:memory:spark-abc;create=true");
    assert_string_equal(added(&launch, "spark.eventLog.enabled"), "false");
    assert_null(added(&launch, "spark.cores.max"));
    dyno_launch_deinit(&launch);
}

static void test_profile_wins_over_our_settings(void **state)
{
    const struct dyno_setting settings[] = {borrowed_setting("spark.driver.memory", "512m"),
                                            borrowed_setting("spark.ui.port", "20777"),
                                            borrowed_setting("spark.eventLog.enabled", "true"),
                                            borrowed_setting("spark.ui.retainedJobs", "7")};
    const struct dyno_spark_options options = options_of(settings, 4);
    struct dyno_launch launch = launch_of(&options);
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_null(added(&launch, settings[i].key));
    assert_int_equal(launch.ui_port, 20777);
    char *text = dyno_launch_properties(&launch);
    assert_non_null(strstr(text, "spark.driver.memory=512m\n"));
    assert_null(strstr(text, "spark.driver.memory=2g"));
    free(text);
    dyno_launch_deinit(&launch);
}

static void test_last_value_of_a_key_counts(void **state)
{
    const struct dyno_setting settings[] = {borrowed_setting("spark.a", "1"),
                                            borrowed_setting("spark.a", "2")};
    const struct dyno_spark_options options = options_of(settings, 2);
    (void)state;
    assert_string_equal(dyno_launch_profile_value(&options, "spark.a"), "2");
    assert_null(dyno_launch_profile_value(&options, "spark.b"));
}

static void test_properties_are_escaped(void **state)
{
    const struct dyno_setting settings[] = {
        borrowed_setting("spark.a b:c=d#e!f", "x"), borrowed_setting("spark.path", "C:\\dir\\new"),
        borrowed_setting("spark.lead", "  two"), borrowed_setting("spark.lines", "a\nspark.evil=1"),
        borrowed_setting("spark.opts", "-Da=b #c !d = : e")};
    const struct dyno_spark_options options = options_of(settings, 5);
    struct dyno_launch launch = launch_of(&options);
    char *text = dyno_launch_properties(&launch);
    (void)state;
    assert_non_null(strstr(text, "\nspark.a\\ b\\:c\\=d\\#e\\!f=x\n"));
    assert_non_null(strstr(text, "\nspark.path=C:\\\\dir\\\\new\n"));
    assert_non_null(strstr(text, "\nspark.lead=\\  two\n"));
    assert_non_null(strstr(text, "\nspark.lines=a\\nspark.evil=1\n"));
    assert_non_null(strstr(text, "\nspark.opts=-Da=b #c !d = : e\n"));
    assert_null(strstr(text, "\nspark.evil"));
    free(text);
    dyno_launch_deinit(&launch);
}

static bool has_argument(char **argv, const char *text)
{
    for (size_t i = 0; argv[i] != NULL; i++)
        if (strcmp(argv[i], text) == 0)
            return true;
    return false;
}

static void test_arguments_bind_to_loopback_and_own_folders(void **state)
{
    const struct dyno_spark_options options = options_of(NULL, 0);
    struct dyno_launch launch = launch_of(&options);
    char **argv = dyno_launch_arguments(&launch);
    (void)state;
    assert_string_equal(argv[0], "/opt/spark/bin/spark-submit");
    assert_true(has_argument(argv, "/tmp/w/spark-abc/spark.properties"));
    assert_true(has_argument(argv, "hive.server2.thrift.port=20001"));
    assert_true(has_argument(argv, "hive.server2.thrift.bind.host=127.0.0.1"));
    assert_true(has_argument(argv, "hive.server2.authentication=NOSASL"));
    assert_true(has_argument(
        argv, "hive.server2.logging.operation.log.location=/tmp/w/spark-abc/operation-logs"));
    dyno_launch_strings_free(argv);
    dyno_launch_deinit(&launch);
}

static void test_environment_points_into_the_work_folder(void **state)
{
    char **env = dyno_launch_environment(&install, "/tmp/w/spark-abc");
    (void)state;
    assert_true(has_argument(env, "SPARK_HOME=/opt/spark"));
    assert_true(has_argument(env, "SPARK_CONF_DIR=/tmp/w/spark-abc/conf"));
    assert_true(has_argument(env, "SPARK_LOCAL_IP=127.0.0.1"));
    dyno_launch_strings_free(env);
    dyno_launch_strings_free(NULL);
}

static void test_profiles_that_leave_nothing_to_measure_are_refused(void **state)
{
    static const struct {
        const char *key;
        const char *value;
    } rows[] = {{"spark.ui.enabled", "False"}, {"spark.ui.port", "0"}, {"spark.ui.port", "x"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct dyno_setting setting = borrowed_setting(rows[i].key, rows[i].value);
        const struct dyno_spark_options options = options_of(&setting, 1);
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_launch_check(&options, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, rows[i].key));
    }
}

static void test_work_folders_that_spark_would_split_are_refused(void **state)
{
    static const char *const roots[] = {"relative", "/tmp/a,b", "/tmp/a;b", "/tmp/a\"b",
                                        "/tmp/a\nb"};
    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        struct dyno_spark_options options = options_of(NULL, 0);
        options.work_root = roots[i];
        assert_int_equal(dyno_launch_check(&options, NULL), DYNO_EINPUT);
    }
}

static void count_warning(void *ctx, enum dyno_log_level level, const char *text)
{
    (void)text;
    *(int *)ctx += level == DYNO_LOG_WARNING;
}

static void test_settings_without_effect_are_warned_of(void **state)
{
    const struct dyno_setting settings[] = {borrowed_setting("spark.executor.memory", "4g"),
                                            borrowed_setting("hive.exec.parallel", "true"),
                                            borrowed_setting("spark.memory.fraction", "0.7")};
    struct dyno_spark_options options = options_of(settings, 3);
    int warnings = 0;
    const struct dyno_log log = {.emit = count_warning, .ctx = &warnings};
    (void)state;
    options.log = &log;
    assert_int_equal(dyno_launch_check(&options, NULL), DYNO_OK);
    assert_int_equal(warnings, 2);
    options.kind = DYNO_SPARK_CLUSTER;
    assert_int_equal(dyno_launch_check(&options, NULL), DYNO_OK);
    assert_int_equal(warnings, 3);
}

static void test_cores_are_spread_over_workers(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers++) {
        int sum = 0;
        for (int i = 0; i < workers; i++)
            sum += dyno_cluster_worker_cores(7, workers, i);
        assert_int_equal(sum, 7);
    }
    assert_int_equal(dyno_cluster_worker_cores(7, 3, 0), 3);
    assert_int_equal(dyno_cluster_worker_cores(7, 3, 2), 2);
}

static void test_clusters_of_odd_size_are_refused(void **state)
{
    struct dyno_spark_options options = options_of(NULL, 0);
    (void)state;
    options.workers = 0;
    assert_int_equal(dyno_cluster_check(&options, NULL), DYNO_OK);
    options.kind = DYNO_SPARK_CLUSTER;
    assert_int_equal(dyno_cluster_check(&options, NULL), DYNO_EINPUT);
    options.workers = 3;
    assert_int_equal(dyno_cluster_check(&options, NULL), DYNO_EINPUT);
    options.workers = 2;
    assert_int_equal(dyno_cluster_check(&options, NULL), DYNO_OK);
    options.workers = options.cores = 65;
    assert_int_equal(dyno_cluster_check(&options, NULL), DYNO_EINPUT);
}

static void test_workers_hold_the_executors_of_the_profile(void **state)
{
    const struct dyno_setting settings[] = {borrowed_setting("spark.executor.memory", "2g"),
                                            borrowed_setting("spark.executor.cores", "1")};
    struct dyno_spark_options options = options_of(settings, 0);
    (void)state;
    options.kind = DYNO_SPARK_CLUSTER;
    options.cores = 4;
    options.workers = 2;
    assert_int_equal(dyno_cluster_worker_mib(&options), 1024 + 256);
    assert_int_equal(dyno_cluster_executors(&options), 2);
    options.setting_count = 1;
    assert_int_equal(dyno_cluster_worker_mib(&options), 2048 + 256);
    options.setting_count = 2;
    assert_int_equal(dyno_cluster_worker_mib(&options), 2 * 2048 + 256);
    assert_int_equal(dyno_cluster_executors(&options), 1);
    options.kind = DYNO_SPARK_LOCAL;
    assert_int_equal(dyno_cluster_executors(&options), 0);
}

static int set_up(void **state)
{
    (void)state;
    install = (struct dyno_spark_install){.home = dyno_xstrdup("/opt/spark"),
                                          .version = dyno_xstrdup("4.1.4"),
                                          .java = dyno_xstrdup("/usr/bin/java"),
                                          .java_major = 17};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dyno_spark_install_deinit(&install);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_our_settings_are_added),
        cmocka_unit_test(test_profile_wins_over_our_settings),
        cmocka_unit_test(test_last_value_of_a_key_counts),
        cmocka_unit_test(test_properties_are_escaped),
        cmocka_unit_test(test_arguments_bind_to_loopback_and_own_folders),
        cmocka_unit_test(test_environment_points_into_the_work_folder),
        cmocka_unit_test(test_profiles_that_leave_nothing_to_measure_are_refused),
        cmocka_unit_test(test_work_folders_that_spark_would_split_are_refused),
        cmocka_unit_test(test_settings_without_effect_are_warned_of),
        cmocka_unit_test(test_cores_are_spread_over_workers),
        cmocka_unit_test(test_clusters_of_odd_size_are_refused),
        cmocka_unit_test(test_workers_hold_the_executors_of_the_profile),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
