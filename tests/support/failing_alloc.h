/**
 * Allocations that fail on demand. A program that links this (LINKS failing_alloc) has these functions in
 * the place of malloc, calloc, realloc and strdup, in its own code and in static libraries. Shared
 * libraries keep the originals unless they are told (failing_alloc_join_libraries). Other threads than the
 * one that asks are spared.
 */
#ifndef DYNO_TEST_FAILING_ALLOC_H
#define DYNO_TEST_FAILING_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

/** Whose allocations count. */
enum failing_alloc_of {
    FAILING_ALLOC_OURS,
    FAILING_ALLOC_LIBRARIES
};

/** From here on `left` allocations of this thread work, and the next one fails; all later ones work. */
void failing_alloc_begin(enum failing_alloc_of of, int64_t left);

/** No more failures. Has there been one since _begin? */
bool failing_alloc_end(void);

/** Make OpenSSL and libcurl allocate here. To be called before anything else is done with either. */
bool failing_alloc_join_libraries(void);

#endif
