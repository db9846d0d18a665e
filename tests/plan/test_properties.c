#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/rng.h"
#include "base/str.h"
#include "plan/plan_test.h"
#include "plan/properties.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct dyno_properties parse(const char *text)
{
    struct dyno_properties out = {.items = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_properties_parse(text, strlen(text), "f", &out, &err) != DYNO_OK)
        fail_msg("%s: %s", text, err.message);
    return out;
}

static void test_properties_read_every_separator(void **state)
{
    (void)state;
    static const char *const lines[] = {"k v",        "k=v",           "k:v",      "k = v",
                                        "  k\tv",     "k  :  v",       "k\f=\fv ", "k\\\n=v",
                                        "k\\\r\n  v", "k=\\\n\n#\nk=v"};
    for (size_t i = 0; i < COUNT_OF(lines) - 1; i++) {
        struct dyno_properties p = parse(lines[i]);
        assert_int_equal(p.count, 1);
        assert_string_equal(p.items[0].key, i == 8 ? "kv" : "k");
        assert_string_equal(p.items[0].value, i == 8 ? "" : "v");
        dyno_properties_deinit(&p);
    }
    struct dyno_properties p = parse(lines[9]);
    assert_int_equal(p.count, 2);
    dyno_properties_deinit(&p);
}

static void test_properties_keep_only_the_first_separator(void **state)
{
    (void)state;
    struct dyno_properties p = parse("spark.driver.extraJavaOptions -Da=b -Dc:d\nx : = y");
    assert_int_equal(p.count, 2);
    assert_string_equal(p.items[0].value, "-Da=b -Dc:d");
    assert_string_equal(p.items[1].value, "= y");
    dyno_properties_deinit(&p);
}

static void test_properties_resolve_escapes(void **state)
{
    (void)state;
    struct dyno_properties p = parse("a\\=b\\ c \\u00e9\\uD83D\\uDE00\\t\\q\\\\");
    assert_string_equal(p.items[0].key, "a=b c");
    assert_string_equal(p.items[0].value, "\xc3\xa9\xf0\x9f\x98\x80\tq\\");
    dyno_properties_deinit(&p);
}

static void test_properties_trim_as_spark_does(void **state)
{
    (void)state;
    struct dyno_properties p = parse("k = v \t\f \nn = \\n x \\n");
    assert_string_equal(p.items[0].value, "v");
    assert_string_equal(p.items[1].value, "\n x \n");
    dyno_properties_deinit(&p);
}

static void test_properties_know_places_and_the_comment(void **state)
{
    (void)state;
    struct dyno_properties p = parse("\r\n ! first \n# second\r  k\xc3\xa9 = \\\n    v\nx y");
    assert_string_equal(p.comment, "first");
    assert_int_equal(p.items[0].line, 4);
    assert_int_equal(p.items[0].column, 3);
    assert_int_equal(p.items[0].value_line, 5);
    assert_int_equal(p.items[0].value_column, 5);
    assert_int_equal(p.items[1].line, 6);
    assert_int_equal(p.items[1].value_column, 3);
    dyno_properties_deinit(&p);
    p = parse("");
    assert_string_equal(p.comment, "");
    assert_int_equal(p.count, 0);
    dyno_properties_deinit(&p);
}

static void test_properties_refuse_what_is_not_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *text;
    } cases[] = {
        {"a b\nc \0d", 8, "f:2:3: a NUL byte"},
        {"a \x01", 3, "f:1:3: a control character"},
        {"\xff\xfe", 2, "f:1:1: not UTF-8"},
        {"\xc3\xa9 \xc3", 4, "f:1:3: not UTF-8"},
        {"k \xed\xa0\x80", 5, "f:1:3: not UTF-8"},
        {"k \xc0\xaf", 4, "f:1:3: not UTF-8"},
        {"k \xf5\x80\x80\x80", 6, "f:1:3: not UTF-8"},
        {"a b\n k \\u00g0", 13, "f:2:4: '\\u' needs four"},
        {"k \\u12", 6, "f:1:3: '\\u' needs four"},
        {"k x\\u0000", 9, "f:1:4: a NUL character"},
        {"k \\ud83d", 8, "f:1:3: half of a surrogate"},
        {"k \\ude00\\ud83d", 14, "f:1:3: half of a surrogate"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_properties p = {.items = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_properties_parse(cases[i].bytes, cases[i].len, "f", &p, &err),
                         DYNO_EINPUT);
        if (strncmp(err.message, cases[i].text, strlen(cases[i].text)) != 0)
            fail_msg("'%s' is not '%s'", err.message, cases[i].text);
        assert_null(p.items);
    }
}

static void test_properties_of_a_megabyte_take_no_time(void **state)
{
    (void)state;
    size_t len = 1048576;
    char *text = dyno_xcalloc(len + 1, 1);
    struct dyno_properties p = {.items = NULL};
    for (size_t i = 0; i < len; i++)
        text[i] = i % 4 == 0 ? 'k' : i % 4 == 1 ? ' ' : i % 4 == 2 ? 'v' : '\n';
    int64_t start_ns = dyno_now_ns();
    assert_int_equal(dyno_properties_parse(text, len, "f", &p, NULL), DYNO_OK);
    assert_true(dyno_now_ns() - start_ns < 5 * DYNO_NS_PER_S);
    assert_int_equal(p.count, len / 4);
    dyno_properties_deinit(&p);
    free(text);
}

/* The differential test: random files of the characters that matter, read by both, compared as
 * "key=value" lines with every byte in hexadecimal. */

#define FILE_COUNT 2000

static void random_file(struct dyno_rng *rng, struct dyno_str *out)
{
    static const char *const pieces[] = {"a",        "b",    "k.x",     " ",    "\t",
                                         "\f",       "=",    ":",       "\\",   "\\",
                                         "\n",       "\n",   "\r",      "\r\n", "#",
                                         "!",        "\\n",  "\\u00e9", "v",    "\\\n",
                                         "\xc3\xa9", "\\\\", "#c",      "\\t",  "x\\uD83D\\uDE00"};
    size_t count = 1 + dyno_rng_below(rng, 24);
    for (size_t i = 0; i < count; i++)
        dyno_str_append(out, pieces[dyno_rng_below(rng, COUNT_OF(pieces))]);
}

static void append_hex(struct dyno_str *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        dyno_str_appendf(out, "%02x", *p);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line for the file: "name: key=value key=value", sorted; the last of equal keys counts. */
static void describe(struct dyno_str *out, const struct dyno_properties *p)
{
    char **parts = dyno_xcalloc(p->count + 1, sizeof *parts);
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool is_last = true;
        for (size_t k = i + 1; k < p->count; k++)
            is_last = is_last && strcmp(p->items[i].key, p->items[k].key) != 0;
        if (!is_last)
            continue;
        struct dyno_str part;
        dyno_str_init(&part, 1 << 20);
        append_hex(&part, p->items[i].key);
        dyno_str_append_char(&part, '=');
        append_hex(&part, p->items[i].value);
        parts[count++] = dyno_str_take(&part);
    }
    qsort(parts, count, sizeof *parts, compare_lines);
    for (size_t i = 0; i < count; i++) {
        dyno_str_appendf(out, "%s%s", i > 0 ? " " : "", parts[i]);
        free(parts[i]);
    }
    dyno_str_append_char(out, '\n');
    free(parts);
}

/* A file that Java refuses (a broken \u) must be refused here as well. */
static void describe_file(struct dyno_str *out, const struct dyno_str *file)
{
    struct dyno_properties p = {.items = NULL};
    if (dyno_properties_parse(dyno_str_text(file), file->len, "f", &p, NULL) != DYNO_OK) {
        dyno_str_append(out, "refused\n");
        return;
    }
    describe(out, &p);
    dyno_properties_deinit(&p);
}

/* Files go over in one file, each ended with the byte 0x1e, which no piece holds. */
static char *run_java(const char *dir, const struct dyno_str *files)
{
    char *input = dyno_path_join(dir, "files");
    char *output = dyno_path_join(dir, "java.out");
    static const char program[] = DYNO_SOURCE_DIR "/tests/plan/Reference.java";
    const char *const argv[] = {"java", "-Xshare:auto", program, input, NULL};
    const struct dyno_spawn_options options = {.argv = argv, .stdout_path = output};
    pid_t pid = 0;
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_write(input, dyno_str_text(files), files->len, NULL), DYNO_OK);
    assert_int_equal(dyno_process_spawn(&options, &pid, NULL), DYNO_OK);
    struct dyno_exit end = dyno_process_wait(pid, dyno_now_ns() + 100 * DYNO_NS_PER_S);
    if (end.is_running)
        (void)dyno_process_stop_group(pid, 0);
    assert_int_equal(dyno_file_read(output, 1 << 24, &text, &len, NULL), DYNO_OK);
    if (end.is_running || end.code != 0)
        fail_msg("java: %s", text);
    free(input);
    free(output);
    return text;
}

static void fail_at_first_difference(const char *ours, const char *java)
{
    size_t line = 0;
    size_t i = 0;
    for (; ours[i] != '\0' && ours[i] == java[i]; i++)
        line += ours[i] == '\n';
    while (i > 0 && ours[i - 1] != '\n')
        i--;
    fail_msg("file %zu: ours '%.*s', Java's '%.*s'", line, (int)strcspn(ours + i, "\n"), ours + i,
             (int)strcspn(java + i, "\n"), java + i);
}

static void test_properties_read_as_java_does(void **state)
{
    (void)state;
    char dir[] = "/tmp/dyno_properties_XXXXXX";
    struct dyno_rng rng;
    struct dyno_str files;
    struct dyno_str ours;
    char *java_path = dyno_process_find("java");
    if (java_path == NULL)
        skip();
    free(java_path);
    assert_non_null(mkdtemp(dir));
    dyno_rng_init(&rng, 26, 0);
    dyno_str_init(&files, 1 << 24);
    dyno_str_init(&ours, 1 << 24);
    for (int i = 0; i < FILE_COUNT; i++) {
        struct dyno_str file;
        dyno_str_init(&file, 1 << 16);
        random_file(&rng, &file);
        describe_file(&ours, &file);
        dyno_str_append_n(&files, dyno_str_text(&file), file.len);
        dyno_str_append_char(&files, '\x1e');
        dyno_str_deinit(&file);
    }
    char *java = run_java(dir, &files);
    if (strcmp(java, dyno_str_text(&ours)) != 0)
        fail_at_first_difference(dyno_str_text(&ours), java);
    free(java);
    dyno_str_deinit(&files);
    dyno_str_deinit(&ours);
    assert_int_equal(dyno_dir_remove(dir, NULL), DYNO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties_read_every_separator),
        cmocka_unit_test(test_properties_keep_only_the_first_separator),
        cmocka_unit_test(test_properties_resolve_escapes),
        cmocka_unit_test(test_properties_trim_as_spark_does),
        cmocka_unit_test(test_properties_know_places_and_the_comment),
        cmocka_unit_test(test_properties_refuse_what_is_not_text),
        cmocka_unit_test(test_properties_of_a_megabyte_take_no_time),
        cmocka_unit_test(test_properties_read_as_java_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
