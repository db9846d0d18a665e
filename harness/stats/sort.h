/** Sorting numbers: by a radix of their bits, so that a million of them cost milliseconds. */
#ifndef DYNO_STATS_SORT_H
#define DYNO_STATS_SORT_H

#include <stddef.h>

/** Ascending, NaN last. In place; over a few hundred values with as much memory besides. */
void dyno_sort_f64(double *values, size_t count);

#endif
