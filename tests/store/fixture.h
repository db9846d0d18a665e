/** A results file in a temporary folder, with experiments made of few lines. For store/ and decide/. */
#ifndef DYNO_TESTS_STORE_FIXTURE_H
#define DYNO_TESTS_STORE_FIXTURE_H

/* cmocka.h needs these three before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "store/store.h"

struct fixture {
    char folder[64];
    char path[96];
    struct dyno_store *store; /**< NULL until fixture_open */
};

/** Temporary folder; the file is named but not made. Freed by fixture_teardown (cmocka shapes). */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/** Open for writing; fails the test if that fails. */
struct dyno_store *fixture_open(struct fixture *fixture);

/** A running experiment. */
int64_t fixture_experiment(struct dyno_store *store, const char *name);

/** Experiment with two arms, two queries, one start; the ids are 1-based per file. */
struct fixture_compare {
    int64_t experiment;
    int64_t arms[2];
    int64_t start;
};
struct fixture_compare fixture_compare(struct dyno_store *store);

/** `count` finished records of queries 0 and 1 in turn. The caller frees them. */
struct dyno_store_record *fixture_records(size_t count);

/** A complete, valid, measured trial over those records. */
struct dyno_store_trial fixture_trial(const struct fixture_compare *ids, int block, int arm,
                                      const struct dyno_store_record *records, size_t count);

/** First cell of the first row of a SELECT; fails the test if there is none. */
int64_t fixture_number(struct dyno_store *store, const char *sql);

/** First cell as text into `out` of 512 bytes. */
void fixture_text(struct dyno_store *store, const char *sql, char out[512]);

#endif
