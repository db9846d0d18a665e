#include "base/file.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_folder(void **state)
{
    char name[] = "/tmp/dyno-file-XXXXXX";
    if (mkdtemp(name) == NULL)
        return -1;
    *state = strdup(name);
    return 0;
}

static int drop_folder(void **state)
{
    int failed = dyno_dir_remove(*state, NULL) != DYNO_OK;
    free(*state);
    return failed;
}

static void test_file_reads_back_what_was_written(void **state)
{
    char *path = dyno_path_join(*state, "a");
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_write(path, "one\0two", 7, NULL), DYNO_OK);
    assert_int_equal(dyno_file_read(path, 100, &text, &len, NULL), DYNO_OK);
    assert_int_equal(len, 7);
    assert_memory_equal(text, "one\0two", 8);
    free(text);
    free(path);
}

static void test_file_refuses_more_than_its_limit(void **state)
{
    struct dyno_err err = DYNO_ERR_INIT;
    char *path = dyno_path_join(*state, "a");
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_write(path, "12345", 5, NULL), DYNO_OK);
    assert_int_equal(dyno_file_read(path, 4, &text, &len, &err), DYNO_ELIMIT);
    assert_null(text);
    assert_non_null(strstr(err.message, "5 bytes"));
    free(path);
}

/* What does not tell its size must not be cut in silence. */
static void test_file_refuses_an_endless_one(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_read("/dev/zero", 1000, &text, &len, &err), DYNO_ELIMIT);
    assert_null(text);
    assert_non_null(strstr(err.message, "over 1000 bytes"));
}

static void test_file_tells_missing_from_unreadable(void **state)
{
    char *text = NULL;
    size_t len = 0;
    char *missing = dyno_path_join(*state, "missing");
    assert_int_equal(dyno_file_read(missing, 10, &text, &len, NULL), DYNO_ENOTFOUND);
    assert_int_equal(dyno_file_read(*state, 10, &text, &len, NULL), DYNO_EIO);
    assert_int_equal(dyno_file_write(*state, "x", 1, NULL), DYNO_EIO);
    free(missing);
}

static void test_file_reads_proc(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_read("/proc/self/stat", 4096, &text, &len, NULL), DYNO_OK);
    assert_true(len > 10);
    free(text);
}

static void test_file_tail_starts_at_a_line(void **state)
{
    char *path = dyno_path_join(*state, "log");
    assert_int_equal(dyno_file_write(path, "first\nsecond\nthird\n", 19, NULL), DYNO_OK);
    char *tail = dyno_file_tail(path, 9);
    assert_string_equal(tail, "third\n");
    free(tail);
    tail = dyno_file_tail(path, 100);
    assert_string_equal(tail, "first\nsecond\nthird\n");
    free(tail);
    tail = dyno_file_tail("/nowhere/at/all", 100);
    assert_string_equal(tail, "");
    free(tail);
    free(path);
}

static void test_dir_makes_lists_and_removes(void **state)
{
    char **names = NULL;
    size_t count = 0;
    char *deep = dyno_path_join(*state, "x/y/z");
    char *top = dyno_path_join(*state, "x");
    char *file = dyno_path_join(top, "a");
    assert_int_equal(dyno_dir_make(deep, NULL), DYNO_OK);
    assert_int_equal(dyno_dir_make(deep, NULL), DYNO_OK);
    assert_int_equal(dyno_file_write(file, "", 0, NULL), DYNO_OK);
    assert_int_equal(dyno_dir_list(top, &names, &count, NULL), DYNO_OK);
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "y");
    assert_int_equal(dyno_dir_make(file, NULL), DYNO_EIO);
    assert_int_equal(dyno_dir_remove(top, NULL), DYNO_OK);
    assert_false(dyno_dir_exists(top));
    assert_int_equal(dyno_dir_remove(top, NULL), DYNO_OK);
    free(names[0]);
    free(names[1]);
    free(names);
    free(deep);
    free(top);
    free(file);
}

static void test_dir_remove_does_not_follow_links(void **state)
{
    char *kept = dyno_path_join(*state, "kept");
    char *dir = dyno_path_join(*state, "dir");
    char *link = dyno_path_join(dir, "link");
    assert_int_equal(dyno_dir_make(kept, NULL), DYNO_OK);
    assert_int_equal(dyno_dir_make(dir, NULL), DYNO_OK);
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(dyno_dir_remove(dir, NULL), DYNO_OK);
    assert_true(dyno_dir_exists(kept));
    free(kept);
    free(dir);
    free(link);
}

static void test_path_joins(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"a", "/b", "/b"}, {"", "b", "b"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = dyno_path_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file_reads_back_what_was_written, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(test_file_refuses_more_than_its_limit, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(test_file_tells_missing_from_unreadable, make_folder,
                                        drop_folder),
        cmocka_unit_test(test_file_refuses_an_endless_one),
        cmocka_unit_test(test_file_reads_proc),
        cmocka_unit_test_setup_teardown(test_file_tail_starts_at_a_line, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_dir_makes_lists_and_removes, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_dir_remove_does_not_follow_links, make_folder,
                                        drop_folder),
        cmocka_unit_test(test_path_joins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
