/* bench_report [STATEMENTS]: how long the report of a comparison of 20 trials with so many statements in all takes,
 * from the open results file to the page, and how large it is. */
#include "base/clock.h"
#include "report/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCKS 10
#define ARMS   2

static double seconds_since(int64_t begin_ns)
{
    return (double)(dyno_now_ns() - begin_ns) / (double)DYNO_NS_PER_S;
}

static size_t length_of(char *text)
{
    size_t len = strlen(text);
    free(text);
    return len;
}

static void measure(void **state)
{
    struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    struct dyno_str json;
    shape.blocks = BLOCKS;
    shape.queries = 20;
    shape.statements = *(int *)*state / (BLOCKS * ARMS);
    fixture_open(&fixture, &shape);
    int64_t begin_ns = dyno_now_ns();
    struct dyno_report_model *model = fixture_model(&fixture);
    double model_s = seconds_since(begin_ns);
    begin_ns = dyno_now_ns();
    size_t html_bytes = length_of(fixture_html_of(model));
    double html_s = seconds_since(begin_ns);
    dyno_str_init(&json, (size_t)256 << 20);
    begin_ns = dyno_now_ns();
    assert_int_equal(dyno_report_json(model, &json, NULL), DYNO_OK);
    (void)printf("%d statements: model %.2f s, HTML %.2f s and %.2f MB, JSON %.2f s and %.2f MB\n",
                 shape.statements * BLOCKS * ARMS, model_s, html_s, (double)html_bytes / 1e6,
                 seconds_since(begin_ns), (double)json.len / 1e6);
    dyno_str_deinit(&json);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    int statements = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000000;
    const struct CMUnitTest runs[] = {cmocka_unit_test_prestate(measure, &statements)};
    return statements >= BLOCKS * ARMS ? cmocka_run_group_tests(runs, NULL, NULL) : 2;
}
