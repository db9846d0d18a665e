#include "stats/sort.h"

#include "base/alloc.h"

#include <gsl/gsl_sort.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Below it the passes over all digits cost more than comparing. */
#define RADIX_FROM 512

#define DIGIT_BITS 11
#define DIGITS     (1U << DIGIT_BITS)
#define PASSES     6 /* 6 x 11 bits hold the 64 of a double */

/* Keys in whose unsigned order the numbers ascend: all bits of negative ones turned, the sign of the others. */
static uint64_t key_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> 63U) != 0 ? ~bits : bits | (UINT64_C(1) << 63U);
}

static double value_of(uint64_t key)
{
    uint64_t bits = (key >> 63U) != 0 ? key & ~(UINT64_C(1) << 63U) : ~key;
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, unsigned pass)
{
    return (size_t)(key >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* Turn counts by digit into places; 0 if all keys share the digit, and the pass may be left out. */
static int counts_to_places(size_t *counts, size_t count)
{
    size_t place = 0;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        size_t here = counts[digit];
        if (here == count)
            return 0;
        counts[digit] = place;
        place += here;
    }
    return 1;
}

static void radix_sort(double *values, size_t count)
{
    uint64_t *keys = dyno_xcalloc(count, sizeof *keys);
    uint64_t *other = dyno_xcalloc(count, sizeof *other);
    size_t(*counts)[DIGITS] = dyno_xcalloc(PASSES, sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        keys[i] = key_of(values[i]);
        for (unsigned pass = 0; pass < PASSES; pass++)
            counts[pass][digit_of(keys[i], pass)]++;
    }
    for (unsigned pass = 0; pass < PASSES; pass++) {
        if (!counts_to_places(counts[pass], count))
            continue;
        for (size_t i = 0; i < count; i++)
            other[counts[pass][digit_of(keys[i], pass)]++] = keys[i];
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = value_of(keys[i]);
    free(counts);
    free(other);
    free(keys);
}

void dyno_sort_f64(double *values, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        double value = values[i];
        values[i] = values[kept];
        values[kept++] = value;
    }
    if (kept < RADIX_FROM)
        gsl_sort(values, 1, kept);
    else
        radix_sort(values, kept);
}
