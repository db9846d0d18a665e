/* Against the Java and Python implementations and their own test files; see tests/data/README.md. */
#include "base/file.h"
#include "stats/histogram.h"
#include "stats/histogram_code.h"
#include "stats/histogram_log.h"
#include "stats/vectors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_RANGE                                                                                 \
    {                                                                                              \
        .lowest = 1, .highest = INT64_C(3600000000), .digits = 3                                   \
    }

static void start(struct dyno_histogram *h, struct dyno_histogram_range range)
{
    assert_int_equal(dyno_histogram_init(h, &range, NULL), DYNO_OK);
}

static char *slurp(const char *name, size_t *len)
{
    char *text = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/hdr/%s", DYNO_TEST_DATA, name);
    if (dyno_file_read(path, (size_t)1 << 20, &text, len, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return text;
}

static void test_ranges_have_the_published_number_of_buckets(void **state)
{
    (void)state;
    const struct {
        struct dyno_histogram_range range;
        int32_t counts_len;
    } cases[] = {{HOUR_RANGE, 23552},
                 {{1, INT64_C(86400000000), 3}, 28672},
                 {DYNO_HISTOGRAM_NS, 38912},
                 {{1, 2, 1}, 32}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_histogram h;
        start(&h, cases[i].range);
        assert_int_equal(h.counts_len, cases[i].counts_len);
        dyno_histogram_deinit(&h);
    }
}

static void test_impossible_ranges_are_refused(void **state)
{
    (void)state;
    const struct dyno_histogram_range cases[] = {{0, 100, 3},  {1, 1, 3},
                                                 {1, 100, 0},  {1, 100, 6},
                                                 {-1, 100, 2}, {INT64_MAX / 2, INT64_MAX, 5}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_histogram h;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_histogram_init(&h, &cases[i], &err), DYNO_EINPUT);
        assert_true(err.message[0] != '\0');
    }
}

/* Every value lies in the bucket that it is put into, at most 1 part in 1000 wide, and buckets join. */
static void test_buckets_cover_the_range_without_a_gap(void **state)
{
    (void)state;
    struct dyno_histogram h;
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    start(&h, range);
    for (int32_t i = 0; i + 1 < h.counts_len; i++) {
        int64_t low = dyno_histogram_bucket_low(&h, i);
        int64_t high = dyno_histogram_bucket_high(&h, i);
        assert_int_equal(dyno_histogram_index(&h, low), i);
        assert_int_equal(dyno_histogram_index(&h, high), i);
        assert_int_equal(dyno_histogram_bucket_low(&h, i + 1), high + 1);
        assert_true((high - low) * 1000 <= low || high == low);
    }
    assert_true(dyno_histogram_bucket_high(&h, h.counts_len - 1) >= range.highest);
    dyno_histogram_deinit(&h);
}

static void test_rank_is_the_ceiling_and_ends_are_exact(void **state)
{
    (void)state;
    struct dyno_histogram h;
    const struct dyno_histogram_range range = HOUR_RANGE;
    start(&h, range);
    assert_int_equal(dyno_histogram_quantile(&h, 0.5), 0);
    for (int i = 1; i <= 10; i++)
        dyno_histogram_record(&h, 1000 * i, 1);
    const struct {
        double p;
        int64_t value;
    } cases[] = {{0.0, 1000},   {0.1, 1000},  {0.5, 5003},  {0.9, 9007},  {0.91, 10000},
                 {0.95, 10000}, {1.0, 10000}, {2.0, 10000}, {-1.0, 1000}, {(double)NAN, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(dyno_histogram_quantile(&h, cases[i].p), cases[i].value);
    assert_near(dyno_histogram_mean(&h), 5501.8, 1e-9);
    assert_near(dyno_histogram_deviation(&h), 2873.534715, 1e-6);
    dyno_histogram_clear(&h);
    for (int i = 1; i <= 100; i++)
        dyno_histogram_record(&h, i, 1);
    for (int i = 1; i <= 100; i++) /* no rounding makes 7 of 0.07 * 100 into 8 */
        assert_int_equal(dyno_histogram_quantile(&h, i / 100.0), i);
    dyno_histogram_deinit(&h);
}

static void test_what_does_not_fit_is_counted(void **state)
{
    (void)state;
    struct dyno_histogram h;
    const struct dyno_histogram_range range = {1, 1000, 2};
    start(&h, range);
    dyno_histogram_record(&h, -1, 2);
    dyno_histogram_record(&h, 1000000, 3);
    dyno_histogram_record(&h, 0, 1);
    assert_int_equal(h.overflow, 5);
    assert_int_equal(h.total, 1);
    assert_int_equal(h.min, 0);
    dyno_histogram_deinit(&h);
}

static int64_t next_value(uint64_t *x)
{
    *x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*x >> 24);
}

/* However the values are split, the sum is the same histogram. */
static void test_merged_parts_equal_the_whole(void **state)
{
    (void)state;
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram whole;
    struct dyno_histogram parts[3];
    struct dyno_histogram sum;
    uint64_t x = 7;
    start(&whole, range);
    start(&sum, range);
    for (int i = 0; i < 3; i++)
        start(&parts[i], range);
    for (int i = 0; i < 3000; i++) {
        int64_t value = next_value(&x) >> (i % 30);
        dyno_histogram_record(&whole, value, 1);
        dyno_histogram_record(&parts[i % 3], value, 1);
    }
    for (int i = 0; i < 3; i++)
        dyno_histogram_add(&sum, &parts[i]);
    assert_int_equal(sum.total, whole.total);
    assert_int_equal(sum.min, whole.min);
    assert_int_equal(sum.max, whole.max);
    for (int32_t i = 0; i < whole.counts_len; i++)
        assert_int_equal(dyno_histogram_count_at(&sum, i), dyno_histogram_count_at(&whole, i));
    for (int i = 0; i < 3; i++)
        dyno_histogram_deinit(&parts[i]);
    dyno_histogram_deinit(&sum);
    dyno_histogram_deinit(&whole);
}

static void assert_equal_buckets(const struct dyno_histogram *a, const struct dyno_histogram *b)
{
    assert_int_equal(a->total, b->total);
    assert_int_equal(a->counts_len, b->counts_len);
    for (int32_t i = 0; i < a->counts_len; i++)
        assert_int_equal(dyno_histogram_count_at(a, i), dyno_histogram_count_at(b, i));
}

static void assert_survives_a_round_trip(const struct dyno_histogram *h)
{
    struct dyno_str text;
    struct dyno_histogram back;
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_str_init(&text, (size_t)1 << 20);
    assert_int_equal(dyno_histogram_encode_text(h, &text, &err), DYNO_OK);
    assert_memory_equal(dyno_str_text(&text), "HISTF", 5);
    assert_int_equal(dyno_histogram_decode_text(dyno_str_text(&text), text.len, &back, &err),
                     DYNO_OK);
    assert_equal_buckets(h, &back);
    assert_int_equal(back.max, dyno_histogram_high(h));
    dyno_histogram_deinit(&back);
    dyno_str_deinit(&text);
}

/* One line of python.txt. */
static void check_python_line(char *line)
{
    char *rest = NULL;
    char *name = strtok_r(line, " ", &rest);
    long long numbers[4];
    for (int i = 0; i < 4; i++)
        numbers[i] = strtoll(strtok_r(NULL, " ", &rest), NULL, 10);
    double mean = strtod(strtok_r(NULL, " ", &rest), NULL);
    double deviation = strtod(strtok_r(NULL, " ", &rest), NULL);
    const char *code = strtok_r(NULL, " ", &rest);
    struct dyno_histogram h;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_histogram_decode_text(code, strlen(code), &h, &err) != DYNO_OK)
        fail_msg("%s: %s", name, err.message);
    assert_int_equal(h.range.lowest, numbers[0]);
    assert_int_equal(h.range.highest, numbers[1]);
    assert_int_equal(h.range.digits, numbers[2]);
    assert_int_equal(h.total, numbers[3]);
    assert_near(dyno_histogram_mean(&h), mean, 1e-9 * (mean + 1e3));
    assert_near(dyno_histogram_deviation(&h), deviation, 1e-9 * (deviation + 1e3));
    int64_t seen = 0;
    for (char *pair = strtok_r(NULL, " ", &rest); pair != NULL; pair = strtok_r(NULL, " ", &rest)) {
        char *colon = NULL;
        int64_t value = strtoll(pair, &colon, 10);
        int64_t count = strtoll(colon + 1, NULL, 10);
        assert_int_equal(dyno_histogram_count_at(&h, dyno_histogram_index(&h, value)), count);
        seen += count;
    }
    assert_int_equal(seen, h.total);
    assert_survives_a_round_trip(&h);
    dyno_histogram_deinit(&h);
}

static void test_what_python_wrote_is_read(void **state)
{
    (void)state;
    size_t len = 0;
    size_t lines = 0;
    char *rest = NULL;
    char *text = slurp("python.txt", &len);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        check_python_line(line);
        lines++;
    }
    assert_int_equal(lines, 6);
    free(text);
}

/* One line of java.txt; its quantiles follow the same rule but for the exact largest value. */
static void check_java_line(char *line)
{
    char *rest = NULL;
    char *name = strtok_r(line, " ", &rest);
    int64_t total = strtoll(strtok_r(NULL, " ", &rest), NULL, 10);
    double mean = strtod(strtok_r(NULL, " ", &rest), NULL);
    double deviation = strtod(strtok_r(NULL, " ", &rest), NULL);
    const char *code = strtok_r(NULL, " ", &rest);
    struct dyno_histogram h;
    struct dyno_err err = DYNO_ERR_INIT;
    size_t quantiles = 0;
    if (dyno_histogram_decode_text(code, strlen(code), &h, &err) != DYNO_OK)
        fail_msg("%s: %s", name, err.message);
    assert_int_equal(h.total, total);
    assert_near(dyno_histogram_mean(&h), mean, 1e-9 * (mean + 1e3));
    assert_near(dyno_histogram_deviation(&h), deviation, 1e-9 * (deviation + 1e3));
    for (char *pair = strtok_r(NULL, " ", &rest); pair != NULL; pair = strtok_r(NULL, " ", &rest)) {
        char *equals = NULL;
        double p = strtod(pair, &equals) / 100.0;
        assert_int_equal(dyno_histogram_quantile(&h, p), strtoll(equals + 1, NULL, 10));
        quantiles++;
    }
    assert_int_equal(quantiles, 11);
    assert_survives_a_round_trip(&h);
    dyno_histogram_deinit(&h);
}

static void test_what_java_wrote_is_read_with_the_same_quantiles(void **state)
{
    (void)state;
    size_t len = 0;
    size_t lines = 0;
    char *rest = NULL;
    char *text = slurp("java.txt", &len);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        check_java_line(line);
        lines++;
    }
    assert_int_equal(lines, 3);
    free(text);
}

/* The sum of the lines of a log between two instants since its start. */
struct adding {
    double from_s, to_s;
    const char *tag;
    size_t lines;
    struct dyno_histogram sum;
};

static void add_line(void *ctx, const struct dyno_histogram_log_line *line)
{
    struct adding *adding = ctx;
    if (line->start_s < adding->from_s || line->start_s > adding->to_s ||
        strcmp(line->tag, adding->tag) != 0)
        return;
    adding->lines++;
    dyno_histogram_add(&adding->sum, line->histogram);
}

static void check_log(const char *name, struct adding *adding, int64_t total, int64_t p999,
                      int64_t max)
{
    const struct dyno_histogram_range range = {1, INT64_C(3600000000000), 3};
    struct dyno_histogram_log_reader reader = {.path = name, .on_line = add_line, .ctx = adding};
    struct dyno_err err = DYNO_ERR_INIT;
    size_t len = 0;
    char *text = slurp(name, &len);
    start(&adding->sum, range);
    if (dyno_histogram_log_read(text, len, &reader, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_near(reader.start_s, 1441812279.474, 1e-6);
    assert_int_equal(adding->sum.total, total);
    /* The C implementation, which gave these figures, takes rank floor(p n + 0.5). */
    double rank = floor(0.999 * (double)total + 0.5);
    assert_int_equal(dyno_histogram_quantile(&adding->sum, (rank - 0.5) / (double)total), p999);
    assert_int_equal(dyno_histogram_high(&adding->sum), max);
    dyno_histogram_deinit(&adding->sum);
    free(text);
}

static void test_the_published_logs_give_the_published_figures(void **state)
{
    (void)state;
    struct adding all = {.from_s = 0, .to_s = 1e9, .tag = ""};
    struct adding early = {.from_s = 5, .to_s = 20, .tag = ""};
    struct adding late = {.from_s = 40, .to_s = 60, .tag = ""};
    struct adding tagged = {.from_s = 0, .to_s = 1e9, .tag = "A"};
    struct adding untagged = {.from_s = 0, .to_s = 1e9, .tag = ""};
    const char *v2 = "jHiccup-2.0.7S.logV2.hlog";
    check_log(v2, &all, 48761, 1745879039, 1796210687);
    assert_int_equal(all.lines, 62);
    check_log(v2, &early, 11664, 1536163839, 1544552447);
    assert_int_equal(early.lines, 15);
    check_log(v2, &late, 15830, 1779433471, 1796210687);
    assert_int_equal(late.lines, 20);
    check_log("tagged-Log.logV2.hlog", &tagged, 16145, 1536163839, 1544552447);
    check_log("tagged-Log.logV2.hlog", &untagged, 16145, 1536163839, 1544552447);
}

static void count_line(void *ctx, const struct dyno_histogram_log_line *line)
{
    struct adding *adding = ctx;
    adding->lines++;
    assert_string_equal(line->tag, "retail_q1.response");
    assert_near(line->start_s, 1441812280.474, 1e-9);
    assert_near(line->length_s, 1.0, 1e-9);
    assert_near(line->max, 0.025, 1e-9);
    assert_int_equal(line->histogram->total, 3);
}

static void test_a_log_of_ours_reads_back(void **state)
{
    (void)state;
    struct adding adding = {.lines = 0};
    struct dyno_histogram_log_reader reader = {.path = "x", .on_line = count_line, .ctx = &adding};
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram h;
    struct dyno_str text;
    start(&h, range);
    dyno_str_init(&text, (size_t)1 << 20);
    dyno_histogram_record(&h, 10, 2);
    dyno_histogram_record(&h, 25000, 1);
    const struct dyno_histogram_interval interval = {.tag = "retail,q1.response",
                                                     .start_wall_ms = 1441812280474,
                                                     .length_ms = 1000,
                                                     .histogram = &h};
    dyno_histogram_log_begin(&text, 1441812279474, "by a test");
    assert_int_equal(dyno_histogram_log_add(&text, &interval, NULL), DYNO_OK);
    assert_int_equal(dyno_histogram_log_read(dyno_str_text(&text), text.len, &reader, NULL),
                     DYNO_OK);
    assert_int_equal(adding.lines, 1);
    assert_near(reader.start_s, 1441812279.474, 1e-6);
    dyno_histogram_deinit(&h);
    dyno_str_deinit(&text);
}

static void test_damaged_lines_are_named(void **state)
{
    (void)state;
    const struct {
        const char *line;
        const char *says;
    } cases[] = {{"Tag=x", "nothing behind it"}, {"1,2,x,HISTF", "being numbers"},
                 {"1,2,3,HIST", "outer mark"},   {"1,2,3,", "no base64"},
                 {"1,2,3,????", "no base64"},    {"1,2,3,HISTFAAAACl4nJNpmSzMwMBgyAA=", "cut"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[200];
        struct adding adding = {.lines = 0};
        struct dyno_histogram_log_reader reader = {
            .path = "x.hlog", .on_line = count_line, .ctx = &adding};
        struct dyno_err err = DYNO_ERR_INIT;
        int len = snprintf(text, sizeof text, "# a comment\n%s\n", cases[i].line);
        assert_int_equal(dyno_histogram_log_read(text, (size_t)len, &reader, &err), DYNO_EPROTO);
        assert_non_null(strstr(err.message, "x.hlog:2: "));
        assert_non_null(strstr(err.message, cases[i].says));
    }
}

/* No byte of an encoding can be changed or cut so that reading it goes wrong in another way than by an
 * error or by other numbers. */
static void test_no_damage_to_the_bytes_does_harm(void **state)
{
    (void)state;
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram h;
    struct dyno_histogram back;
    struct dyno_str bytes;
    uint64_t x = 3;
    start(&h, range);
    dyno_str_init(&bytes, (size_t)1 << 20);
    for (int i = 0; i < 200; i++)
        dyno_histogram_record(&h, next_value(&x) >> (i % 30), 1 + i);
    assert_int_equal(dyno_histogram_encode(&h, &bytes, NULL), DYNO_OK);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(dyno_histogram_decode(bytes.data, len, &back, NULL), DYNO_EPROTO);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.data[at] = (char)(bytes.data[at] ^ 0x55);
        if (dyno_histogram_decode(bytes.data, bytes.len, &back, NULL) == DYNO_OK)
            dyno_histogram_deinit(&back);
        bytes.data[at] = (char)(bytes.data[at] ^ 0x55);
    }
    dyno_str_deinit(&bytes);
    dyno_histogram_deinit(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_have_the_published_number_of_buckets),
        cmocka_unit_test(test_impossible_ranges_are_refused),
        cmocka_unit_test(test_buckets_cover_the_range_without_a_gap),
        cmocka_unit_test(test_rank_is_the_ceiling_and_ends_are_exact),
        cmocka_unit_test(test_what_does_not_fit_is_counted),
        cmocka_unit_test(test_merged_parts_equal_the_whole),
        cmocka_unit_test(test_what_python_wrote_is_read),
        cmocka_unit_test(test_what_java_wrote_is_read_with_the_same_quantiles),
        cmocka_unit_test(test_the_published_logs_give_the_published_figures),
        cmocka_unit_test(test_a_log_of_ours_reads_back),
        cmocka_unit_test(test_damaged_lines_are_named),
        cmocka_unit_test(test_no_damage_to_the_bytes_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
