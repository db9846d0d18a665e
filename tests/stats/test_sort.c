/* Against qsort, on both sides of the size from which the radix takes over. */
#include "base/rng.h"
#include "stats/sort.h"
#include "stats/vectors.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = 0;
    double y = 0;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Durations, differences around 0, extremes, and equal ones. */
static double draw(struct dyno_rng *rng, size_t i)
{
    static const double odd[] = {0.0, -0.0, DBL_MAX, -DBL_MAX, DBL_MIN, -DBL_MIN, 5e-324, -5e-324};
    double uniform = dyno_rng_uniform(rng);
    if (i % 11 == 0)
        return odd[(size_t)(uniform * 8)];
    if (i % 13 == 0)
        return uniform < 0.5 ? (double)INFINITY : -(double)INFINITY;
    return i % 3 == 0 ? floor(uniform * 1e9) : (uniform - 0.5) * pow(10, (double)(i % 40) - 20);
}

static void test_sort_is_that_of_qsort(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 100, 511, 512, 513, 4096, 100000};
    struct dyno_rng rng;
    (void)state;
    dyno_rng_init(&rng, 20261121, 0);
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        size_t count = counts[k];
        double *ours = calloc(count + 1, sizeof *ours);
        double *theirs = calloc(count + 1, sizeof *theirs);
        assert_non_null(ours);
        assert_non_null(theirs);
        for (size_t i = 0; i < count; i++)
            ours[i] = theirs[i] = draw(&rng, i);
        dyno_sort_f64(ours, count);
        qsort(theirs, count, sizeof *theirs, ascending);
        for (size_t i = 0; i < count; i++)
            if (!(ours[i] == theirs[i]))
                fail_msg("%zu of %zu: %.17g, not %.17g", i, count, ours[i], theirs[i]);
        free(ours);
        free(theirs);
    }
}

static void test_nan_comes_last(void **state)
{
    enum {
        COUNT = 3000
    };
    double *values = calloc(COUNT, sizeof *values);
    (void)state;
    assert_non_null(values);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % 3 == 0 ? (double)NAN : -(double)i;
    dyno_sort_f64(values, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(isnan(values[i]) != 0, i >= 2000);
        if (i > 0 && i < 2000)
            assert_true(values[i - 1] < values[i]);
    }
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_is_that_of_qsort),
        cmocka_unit_test(test_nan_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
