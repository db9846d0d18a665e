/**
 * A fuzz target: with clang's libFuzzer (preset "fuzz") it looks for inputs by itself; without it,
 * replay.c runs it over the corpus in tests/data/fuzz and over seeded mutations of that.
 */
#ifndef DYNO_TEST_FUZZ_H
#define DYNO_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** What libFuzzer calls. Always 0; what is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/** End the process unless that holds. */
#define FUZZ_CHECK(claim)                                                                          \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
