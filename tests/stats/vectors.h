/** Published samples; where they come from and how the expected values were made: tests/data/README.md. */
#ifndef DYNO_TESTS_STATS_VECTORS_H
#define DYNO_TESTS_STATS_VECTORS_H

/* cmocka.h needs these three before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Larger minus smaller plant, in eighths of an inch. */
static const double darwin[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
/* Wear of sole material B minus A. */
static const double shoes[] = {.8, .6, .3, -.1, 1.1, -.2, .3, .5, .5, .3};
/* Extra hours of sleep, drug 1 minus drug 2. */
static const double sleep_pairs[] = {-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4};

static inline void assert_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", got, tolerance, expected);
}

static inline void assert_nan(double got)
{
    if (!isnan(got))
        fail_msg("%.12g is not NaN", got);
}

#endif
