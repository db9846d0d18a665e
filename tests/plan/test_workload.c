#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "plan/plan_test.h"
#include "plan/workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/dyno_workload_XXXXXX";

static void put(const char *name, const char *bytes, size_t len)
{
    char *path = dyno_path_join(dir, name);
    assert_int_equal(dyno_file_write(path, bytes, len, NULL), DYNO_OK);
    free(path);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return 1;
    char *data = dyno_path_join(dir, "data");
    enum dyno_status status = dyno_dir_make(data, NULL);
    free(data);
    put_text("q.sql", "SELECT 1;\n");
    put_text("two.sql", "SELECT 1;\nSELECT 2");
    put_text("var.sql", "SELECT\n  ${rows}");
    put_text("empty.sql", "-- nothing\n");
    put_text("drop.sql", "DROP TABLE t");
    put_text("odd.sql", "SELECT ${row}");
    put("binary.sql", "SELECT \0", 8);
    put_text("data/t.sql", "SELECT id FROM range(0, ${rows}, 1, ${partitions})");
    put_text("data/v.sql", "SELECT '${scale}' AS s, id FROM t");
    return status != DYNO_OK;
}

static int drop_dir(void **state)
{
    (void)state;
    return dyno_dir_remove(dir, NULL) != DYNO_OK;
}

static const char whole[] = "name: demo-1\n"
                            "description: all that there is\n"
                            "tables:\n"
                            "  - name: t\n"
                            "    sql: data/t.sql\n"
                            "    rows: 1001\n"
                            "    checksums: {\"0.1\": \"-17\", \"1\": 42}\n"
                            "  - {name: d, sql: data/t.sql, rows: 7, fixed: true, partitions: 1}\n"
                            "views:\n"
                            "  - {name: v, sql: data/v.sql}\n"
                            "caches:\n"
                            "  - {table: v, level: MEMORY_ONLY}\n"
                            "queries:\n"
                            "  - {name: q-1, sql: q.sql, weight: 2.5, max_rows: 10}\n"
                            "  - {name: q_2, sql: q.sql}\n"
                            "load:\n"
                            "  arrival: constant\n"
                            "  rate: 2\n"
                            "  rates: {\"0.1\": 8}\n"
                            "  sessions: 3\n"
                            "  think: 10ms\n"
                            "  warmup: 5\n"
                            "  measure: 1m\n"
                            "  timeout: 9s\n";

static struct dyno_workload read_whole(double scale)
{
    struct dyno_workload w = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    put_text("workload.yaml", whole);
    if (dyno_workload_read(dir, NULL, scale, &w, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return w;
}

static void test_workload_reads_every_key(void **state)
{
    (void)state;
    struct dyno_workload w = read_whole(1);
    assert_string_equal(w.name, "demo-1");
    assert_string_equal(w.description, "all that there is");
    assert_string_equal(w.dir, dir);
    assert_int_equal(w.table_count, 2);
    assert_int_equal(w.tables[0].rows, 1001);
    assert_string_equal(w.tables[0].sql, "SELECT id FROM range(0, 1001, 1, 4)");
    assert_string_equal(w.tables[0].checksum, "42");
    assert_int_equal(w.tables[0].checksum_count, 2);
    assert_string_equal(w.tables[1].sql, "SELECT id FROM range(0, 7, 1, 1)");
    assert_null(w.tables[1].checksum);
    assert_int_equal(w.view_count, 1);
    assert_string_equal(w.views[0].sql, "SELECT '1' AS s, id FROM t");
    assert_int_equal(w.cache_count, 1);
    assert_string_equal(w.caches[0].table, "v");
    assert_string_equal(w.caches[0].level, "MEMORY_ONLY");
    assert_int_equal(w.query_count, 2);
    assert_string_equal(w.queries[0].sql, "SELECT 1");
    assert_true(w.queries[0].weight == 2.5);
    assert_int_equal(w.queries[0].max_rows, 10);
    assert_true(w.queries[1].weight == 1);
    assert_int_equal(w.queries[1].max_rows, 100000);
    assert_int_equal(w.load.arrival, DYNO_ARRIVAL_CONSTANT);
    assert_true(w.load.rate_per_s == 2);
    assert_int_equal(w.load.sessions, 3);
    assert_int_equal(w.load.think_ns, 10 * DYNO_NS_PER_MS);
    assert_int_equal(w.load.warmup_executions, 5);
    assert_int_equal(w.load.measure_ns, 60 * DYNO_NS_PER_S);
    assert_int_equal(w.load.timeout_ns, 9 * DYNO_NS_PER_S);
    dyno_workload_deinit(&w);
}

static void test_workload_scales_rows_and_rate(void **state)
{
    (void)state;
    static const struct {
        double scale;
        int64_t rows;
        double rate;
        const char *checksum;
        const char *view;
    } cases[] = {
        {0.1, 100, 8, "-17", "SELECT '0.1' AS s, id FROM t"},
        {0.0001, 1, 2, NULL, "SELECT '0.0001' AS s, id FROM t"},
        {0.5, 501, 2, NULL, "SELECT '0.5' AS s, id FROM t"},
        {4, 4004, 0.5, NULL, "SELECT '4' AS s, id FROM t"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_workload w = read_whole(cases[i].scale);
        assert_int_equal(w.tables[0].rows, cases[i].rows);
        assert_int_equal(w.tables[1].rows, 7);
        assert_true(w.load.rate_per_s == cases[i].rate);
        assert_string_equal(w.views[0].sql, cases[i].view);
        if (cases[i].checksum == NULL)
            assert_null(w.tables[0].checksum);
        else
            assert_string_equal(w.tables[0].checksum, cases[i].checksum);
        dyno_workload_deinit(&w);
    }
}

static void test_workload_hash_covers_yaml_sql_and_scale(void **state)
{
    (void)state;
    struct dyno_workload a = read_whole(1);
    struct dyno_workload b = read_whole(1);
    struct dyno_workload c = read_whole(2);
    put_text("q.sql", "SELECT 2");
    struct dyno_workload d = read_whole(1);
    put_text("q.sql", "SELECT 1;\n");
    assert_int_equal(strlen(a.sha256), 64);
    assert_string_equal(a.sha256, b.sha256);
    assert_string_not_equal(a.sha256, c.sha256);
    assert_string_not_equal(a.sha256, d.sha256);
    dyno_workload_deinit(&a);
    dyno_workload_deinit(&b);
    dyno_workload_deinit(&c);
    dyno_workload_deinit(&d);
}

static void test_workload_has_defaults_for_what_is_not_said(void **state)
{
    (void)state;
    const struct dyno_load_shape defaults = DYNO_LOAD_SHAPE_INIT;
    struct dyno_workload w = {.name = NULL};
    put_text("workload.yaml", "name: x\nqueries: [{name: q, sql: q.sql}]\n");
    assert_int_equal(dyno_workload_read(dir, NULL, 1, &w, NULL), DYNO_OK);
    assert_string_equal(w.description, "");
    assert_int_equal(w.table_count, 0);
    assert_true(w.load.rate_per_s == defaults.rate_per_s);
    assert_int_equal(w.load.warmup_executions, defaults.warmup_executions);
    dyno_workload_deinit(&w);
}

static void test_workload_is_found_by_name_and_by_path(void **state)
{
    (void)state;
    char *parent = dyno_xstrndup(dir, (size_t)(strrchr(dir, '/') - dir));
    char *file = dyno_path_join(dir, "workload.yaml");
    const char *const dirs[] = {"/nonexistent", parent, NULL};
    const char *name = strrchr(dir, '/') + 1;
    struct dyno_workload w = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    put_text("workload.yaml", whole);
    assert_int_equal(dyno_workload_read(name, dirs, 1, &w, &err), DYNO_OK);
    dyno_workload_deinit(&w);
    assert_int_equal(dyno_workload_read(file, NULL, 1, &w, &err), DYNO_OK);
    assert_string_equal(w.dir, dir);
    dyno_workload_deinit(&w);
    char *near = dyno_xasprintf("%sx", name);
    assert_int_equal(dyno_workload_read(near, dirs, 1, &w, &err), DYNO_EINPUT);
    char *hint = dyno_xasprintf("did you mean '%s'?", name);
    assert_non_null(strstr(err.message, hint));
    assert_int_equal(dyno_workload_read("/nonexistent/", NULL, 1, &w, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "/nonexistent/"));
    assert_non_null(strstr(err.message, "workload.yaml:1:1: there is no such file"));
    free(hint);
    free(near);
    free(parent);
    free(file);
}

static void test_workload_refuses_an_impossible_scale(void **state)
{
    (void)state;
    static const double scales[] = {0, -1, 1001, NAN, INFINITY};
    for (size_t i = 0; i < COUNT_OF(scales); i++) {
        struct dyno_workload w = {.name = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_workload_read(dir, NULL, scales[i], &w, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, "a scale of"));
    }
}

#define Q     "queries: [{name: q, sql: q.sql}]\n"
#define HEAD  "name: x\n" Q
#define TABLE HEAD "tables:\n  - "
#define VIEW  HEAD "views:\n  - "
#define QUERY "name: x\nqueries:\n  - "
#define LOAD  HEAD "load:\n  "
#define CACHE HEAD "tables: [{name: t, sql: data/t.sql, rows: 1}]\ncaches:\n  - "

/* Where and what; "@name" instead of a place in workload.yaml: in that file. */
static const struct {
    const char *yaml;
    const char *text;
} bad_inputs[] = {
    {"", "1:1: the file is empty"},
    {"\x01\x02", "1:1: not UTF-8"},
    {"name: [x\n", "2:1: not valid YAML"},
    {"- a\n", "1:1: a workload must be a mapping of keys, not a list"},
    {"just text", "1:1: a workload must be a mapping of keys, not a single value"},
    {"name: x\n---\nname: y\n", "2:1: only one document"},
    {"name: &a x\n" Q, "1:7: anchors"},
    {"name: *a\n" Q, "1:7: aliases"},
    {"name: !!str x\n" Q, "1:7: tags"},
    {"name: x\nname: y\n", "2:1: key 'name' stands twice (first in line 1)"},
    {"nmae: x\n" Q, "1:1: unknown key 'nmae', did you mean 'name'?; allowed: name, description"},
    {Q, "1:1: key 'name' is missing"},
    {"name:\n" Q, "1:6: 'name' has no value"},
    {"name: ~\n" Q, "1:7: 'name' has no value"},
    {"name: [x]\n" Q, "1:7: 'name' must be a single value, not a list"},
    {"name: Retail Two\n" Q, "1:7: 'name': 'Retail Two' is not a name: lower-case letters"},
    {"name: ../x\n" Q, "1:7: 'name': '../x' is not a name"},
    {"name: x\n", "1:1: key 'queries' is missing"},
    {"name: x\nqueries: []\n", "2:10: 'queries' is empty"},
    {"name: x\nqueries: q.sql\n", "2:10: 'queries' must be a list, not a single value"},
    {QUERY "q.sql\n", "3:5: a query must be a mapping of keys, not a single value"},
    {QUERY "{name: q}\n", "3:5: key 'sql' is missing"},
    {QUERY "{sql: q.sql}\n", "3:5: key 'name' is missing"},
    {QUERY "{name: q, sql: none.sql}\n", "3:20: 'sql': there is no file"},
    {QUERY "{name: q, sql: q.sql, wieght: 1}\n",
     "3:27: unknown key 'wieght', did you mean 'weight'?"},
    {QUERY "{name: q, sql: q.sql, weight: 0}\n",
     "3:35: 'weight': a query of weight 0 would never run"},
    {QUERY "{name: q, sql: q.sql, weight: -1}\n", "3:35: 'weight': '-1' is not a number"},
    {QUERY "{name: q, sql: q.sql, weight: .nan}\n", "3:35: 'weight': '.nan' is not a number"},
    {QUERY "{name: q, sql: q.sql, weight: '2'}\n",
     "3:35: 'weight' must be a number, not quoted text"},
    {QUERY "{name: q, sql: q.sql, max_rows: 0}\n",
     "3:37: 'max_rows': '0' is not a whole number from 1"},
    {QUERY "{name: q, sql: q.sql, max_rows: 1e3}\n",
     "3:37: 'max_rows': '1e3' is not a whole number"},
    {QUERY "{name: q, sql: q.sql}\n  - {name: q, sql: q.sql}\n",
     "4:12: there is a query 'q' already"},
    {QUERY "{name: q, sql: two.sql}\n", "@two.sql:2:1: a second statement starts here"},
    {QUERY "{name: q, sql: var.sql}\n", "@var.sql:2:3: unknown ${rows}; nothing is filled in here"},
    {QUERY "{name: q, sql: empty.sql}\n", "@empty.sql:1:1: there is no statement in this file"},
    {QUERY "{name: q, sql: binary.sql}\n", "@binary.sql:1:8: a NUL byte"},
    {QUERY "{name: q, sql: data}\n", "3:20: 'sql': there is no file"},
    {TABLE "{name: t, sql: data/t.sql}\n", "4:5: key 'rows' is missing"},
    {TABLE "{name: T, sql: data/t.sql, rows: 1}\n",
     "4:12: 'name': 'T' is not a name: a lower-case letter"},
    {TABLE "{name: t-1, sql: data/t.sql, rows: 1}\n", "4:12: 'name': 't-1' is not a name"},
    {TABLE "{name: t, sql: data/t.sql, rows: 0}\n", "4:38: 'rows': '0' is not a whole number"},
    {TABLE "{name: t, sql: data/t.sql, rows: 99999999999999999999}\n", "4:38: 'rows': "},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, fixed: yes}\n",
     "4:48: 'fixed': 'yes' is neither true nor false"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, partitions: 0}\n",
     "4:53: 'partitions': '0' is not"},
    {TABLE "{name: t, sql: drop.sql, rows: 1}\n", "@drop.sql:1:1: a SELECT is needed here"},
    {TABLE "{name: t, sql: odd.sql, rows: 1}\n",
     "@odd.sql:1:8: unknown ${row}, did you mean ${rows}?"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1}\n  - {name: t, sql: data/t.sql, rows: 1}\n",
     "5:12: there is a table or view 't' already"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, checksums: 5}\n",
     "4:52: 'checksums' must be a mapping"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, checksums: {x: 5}}\n",
     "4:53: 'checksums': 'x' is not a scale"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, checksums: {1: abc}}\n",
     "4:56: 'checksums': 'abc' is not a checksum"},
    {TABLE "{name: t, sql: data/t.sql, rows: 1, checksums: {1: 5, 1.0: 6}}\n",
     "4:59: 'checksums': scale 1.0 stands twice"},
    {VIEW "{name: v, sql: var.sql}\n", "@var.sql:2:3: unknown ${rows}; known here: ${scale}"},
    {VIEW "{name: v}\n", "4:5: key 'sql' is missing"},
    {HEAD "views:\n", "3:7: 'views' must be a list"},
    {CACHE "{table: x, level: MEMORY_ONLY}\n",
     "5:13: 'table': this workload has no table or view 'x'"},
    {CACHE "{table: t, level: MEMORY}\n", "5:23: 'level': 'MEMORY' is not a storage level"},
    {CACHE "{table: t, level: MEMORY_ONLI}\n",
     "5:23: 'level': 'MEMORY_ONLI' is not a storage level, did you mean 'MEMORY_ONLY'?"},
    {CACHE "{table: t}\n", "5:5: key 'level' is missing"},
    {CACHE "{table: t, level: DISK_ONLY}\n  - {table: t, level: OFF_HEAP}\n",
     "6:13: 'table': 't' is cached twice"},
    {LOAD "arrival: poison\n",
     "4:12: 'arrival': 'poison' is not a kind of arrival, did you mean 'poisson'?"},
    {LOAD "rate: -1\n", "4:9: 'rate': '-1' is not a number from 0"},
    {LOAD "rate: 0\n", "4:3: a rate of 0 statements/s"},
    {LOAD "rates: {0.1: 0}\n", "4:16: 'rates': a rate must be over 0"},
    {LOAD "rates: [1]\n", "4:10: 'rates' must be a mapping"},
    {LOAD "sessions: 0\n", "4:13: 'sessions': '0' is not a whole number"},
    {LOAD "sessions: 30000\n", "4:3: 30000 sessions are not possible"},
    {LOAD "measure: 0s\n", "4:3: the measured window is empty"},
    {LOAD "measure: 1 minute\n", "4:12: 'measure': '1 minute' is not a duration"},
    {LOAD "timeout: -5s\n", "4:12: 'timeout': '-5s' is not a duration"},
    {LOAD "warmup: 30s\n", "4:11: 'warmup': '30s' is not a whole number"},
    {LOAD "steps: []\n", "4:10: "},
    {LOAD "steps:\n    - {rate: 5}\n", "5:7: key 'for' is missing"},
    {LOAD "steps:\n    - {rate: -5, for: 1s}\n", "5:14: 'rate': '-5' is not a number"},
    {LOAD "steps:\n    - {rate: 5, for: 1s}\n  measure: 2s\n", "4:3: the steps last 1 s"},
    {LOAD "burst: 2s\n", "4:10: 'burst': the burst '2s' is not ON/OFF"},
    {LOAD "think_kind: slow\n", "4:15: 'think_kind': 'slow' is not a kind"},
    {LOAD "arrival: partly_open\n  visit: 0\n", "5:10: 'visit': '0' is not a whole number"},
    {LOAD "arrival: replay\n", "4:3: arrival replay needs the key 'replay'"},
    {LOAD "replay: nowhere.csv\n", "4:11: 'replay': there is no file"},
    {LOAD "warmup_max: 5\n", "4:3: a warm-up of at least 30"},
    {LOAD "trial_warmup: 3s\n", "4:3: unknown key 'trial_warmup'"},
    {HEAD "load: 5\n", "3:7: 'load' must be a mapping of keys, not a single value"},
};

static void test_workload_names_the_place_of_what_is_wrong(void **state)
{
    (void)state;
    assert_true(COUNT_OF(bad_inputs) >= 40);
    for (size_t i = 0; i < COUNT_OF(bad_inputs); i++) {
        struct dyno_workload w = {.name = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        const char *text = bad_inputs[i].text;
        char *expected = text[0] == '@' ? dyno_xasprintf("%s/%s", dir, text + 1)
                                        : dyno_xasprintf("%s/workload.yaml:%s", dir, text);
        put_text("workload.yaml", bad_inputs[i].yaml);
        enum dyno_status status = dyno_workload_read(dir, NULL, 1, &w, &err);
        if (status != DYNO_EINPUT || strncmp(err.message, expected, strlen(expected)) != 0)
            fail_msg("input %zu: '%s' is not '%s'", i, err.message, expected);
        assert_null(w.name);
        free(expected);
    }
}

static void test_workload_refuses_huge_files_at_once(void **state)
{
    (void)state;
    static const char *const names[] = {"workload.yaml", "huge.sql"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct dyno_workload w = {.name = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        char *path = dyno_path_join(dir, names[i]);
        put_text("workload.yaml", "name: x\nqueries: [{name: q, sql: huge.sql}]\n");
        put_text(names[i], i == 0 ? "" : "SELECT 1");
        assert_int_equal(truncate(path, 100L * 1000 * 1000), 0);
        int64_t start_ns = dyno_now_ns();
        assert_int_equal(dyno_workload_read(dir, NULL, 1, &w, &err), DYNO_EINPUT);
        assert_true(dyno_now_ns() - start_ns < 100 * DYNO_NS_PER_MS);
        assert_non_null(strstr(err.message, ":1:1: the file is too large, at most 1"));
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workload_reads_every_key),
        cmocka_unit_test(test_workload_scales_rows_and_rate),
        cmocka_unit_test(test_workload_hash_covers_yaml_sql_and_scale),
        cmocka_unit_test(test_workload_has_defaults_for_what_is_not_said),
        cmocka_unit_test(test_workload_is_found_by_name_and_by_path),
        cmocka_unit_test(test_workload_refuses_an_impossible_scale),
        cmocka_unit_test(test_workload_names_the_place_of_what_is_wrong),
        cmocka_unit_test(test_workload_refuses_huge_files_at_once),
    };
    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
