/* What comes with the project in workloads/: reads, states its checksums, and is the same on every run. */
#include "base/alloc.h"
#include "base/file.h"
#include "plan/plan_test.h"
#include "plan/workload.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKLOADS DYNO_SOURCE_DIR "/workloads"

static const char *const names[] = {"broadcast-join", "caching", "retail", "skewed-groupby"};

static struct dyno_workload read_one(const char *name, double scale)
{
    const char *const dirs[] = {WORKLOADS, NULL};
    struct dyno_workload w = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_workload_read(name, dirs, scale, &w, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return w;
}

static void test_content_states_checksums_at_three_scales(void **state)
{
    (void)state;
    static const double scales[] = {0.01, 0.1, 1};
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        for (size_t s = 0; s < COUNT_OF(scales); s++) {
            struct dyno_workload w = read_one(names[n], scales[s]);
            assert_string_equal(w.name, names[n]);
            assert_true(w.table_count > 0 && w.query_count > 1);
            assert_true(strlen(w.description) > 20);
            for (size_t t = 0; t < w.table_count; t++)
                if (w.tables[t].checksum == NULL)
                    fail_msg("%s: table %s has no checksum at scale %g", names[n], w.tables[t].name,
                             scales[s]);
            dyno_workload_deinit(&w);
        }
    }
}

/* A literal in the view keeps Spark from sharing one cache among views of the same lines. */
static void test_content_gives_every_cached_view_its_own_literal(void **state)
{
    (void)state;
    struct dyno_workload w = read_one("caching", 1);
    assert_int_equal(w.cache_count, 6);
    for (size_t i = 0; i < w.cache_count; i++) {
        char *literal = dyno_xasprintf("'%s' AS cache_level", w.caches[i].level);
        bool is_there = false;
        for (size_t v = 0; v < w.view_count; v++)
            is_there = is_there || (strcmp(w.views[v].name, w.caches[i].table) == 0 &&
                                    strstr(w.views[v].sql, literal) != NULL);
        assert_true(is_there);
        free(literal);
    }
    dyno_workload_deinit(&w);
}

/* The text in lower case without blanks and comments, so that "rand (" is found too. */
static char *squeeze(const char *text)
{
    char *out = dyno_xcalloc(strlen(text) + 1, 1);
    size_t len = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] == '-' && p[1] == '-')
            p += strcspn(p, "\n");
        if (*p == '\0')
            break;
        if (!isspace((unsigned char)*p))
            out[len++] = (char)tolower((unsigned char)*p);
    }
    return out;
}

static void check_sql(const char *path)
{
    static const char *const banned[] = {"rand(",
                                         "random(",
                                         "randn(",
                                         "uuid(",
                                         "shuffle(",
                                         "sample(",
                                         "now(",
                                         "current_",
                                         "localtime",
                                         "curdate(",
                                         "getdate(",
                                         "unix_timestamp()",
                                         "input_file",
                                         "spark_partition_id",
                                         "monotonically_increasing_id"};
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_read(path, 1 << 20, &text, &len, NULL), DYNO_OK);
    char *squeezed = squeeze(text);
    for (size_t i = 0; i < COUNT_OF(banned); i++)
        if (strstr(squeezed, banned[i]) != NULL)
            fail_msg("%s: '%s' gives other rows on another run", path, banned[i]);
    free(squeezed);
    free(text);
}

static size_t check_folder(const char *path)
{
    char **entries = NULL;
    size_t count = 0;
    size_t files = 0;
    assert_int_equal(dyno_dir_list(path, &entries, &count, NULL), DYNO_OK);
    for (size_t i = 0; i < count; i++) {
        char *entry = dyno_path_join(path, entries[i]);
        const char *dot = strrchr(entries[i], '.');
        if (dyno_dir_exists(entry)) {
            files += check_folder(entry);
        } else if (dot != NULL && strcmp(dot, ".sql") == 0) {
            check_sql(entry);
            files++;
        }
        free(entry);
        free(entries[i]);
    }
    free(entries);
    return files;
}

static void test_content_uses_nothing_that_changes_between_runs(void **state)
{
    (void)state;
    assert_true(check_folder(WORKLOADS) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_states_checksums_at_three_scales),
        cmocka_unit_test(test_content_gives_every_cached_view_its_own_literal),
        cmocka_unit_test(test_content_uses_nothing_that_changes_between_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
