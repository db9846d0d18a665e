/**
 * A results file filled by hand: a finished compare (or run) whose every number is drawn from a fixed
 * seed with arithmetic that is the same on every machine.
 */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include "report/model.h"
#include "report/report.h"

#include <stdbool.h>
#include <stdint.h>

struct fixture_shape {
    int arms; /**< 2: compare, 1: run */
    int blocks;
    int starts;
    int queries;
    int statements; /**< of each trial */
    int warmup_executions;
    bool is_hostile; /**< every text field holds a hostile string */
    bool has_verdict;
    int bad_trial; /**< index of a measured trial that fails a fatal gate; -1: none */
};

#define FIXTURE_COMPARE                                                                            \
    {                                                                                              \
        .arms = 2, .blocks = 8, .starts = 2, .queries = 3, .statements = 96,                       \
        .warmup_executions = 40, .is_hostile = false, .has_verdict = true, .bad_trial = 9          \
    }

struct fixture {
    char dir[64];
    char path[96];
    struct dyno_store *store;
    int64_t id;
};

/** Make the file in a new folder and open it; fails the test if that does not work. */
void fixture_open(struct fixture *fixture, const struct fixture_shape *shape);

/** Close it and remove the folder. */
void fixture_close(struct fixture *fixture);

/** The model of the fixture's experiment; the caller frees it. */
struct dyno_report_model *fixture_model(const struct fixture *fixture);

/** The HTML report of a model; the caller frees it. */
char *fixture_html_of(const struct dyno_report_model *model);

/** The HTML report of a fixture of this shape; the caller frees it. */
char *fixture_html(const struct fixture_shape *shape);

/** Run one SQL text against the file. */
void fixture_exec(const struct fixture *fixture, const char *sql);

/** The stored sums of all trials once more, after statements were changed by hand. */
void fixture_sum_up(const struct fixture *fixture);

/** From that statement of each trial on, each was cancelled by us after half a minute. */
void fixture_cut_off(const struct fixture *fixture, int seq);

/** The hostile strings, ended with NULL. */
extern const char *const fixture_hostile[];

#endif
