/**
 * The result of a gate as test cases, for those who read such: JUnit XML and Markdown. Texts may hold anything; what
 * XML 1.0 cannot hold is dropped, and what would be markup is escaped.
 */
#ifndef DYNO_REPORT_CASES_H
#define DYNO_REPORT_CASES_H

#include "base/status.h"
#include "base/str.h"

#include <stddef.h>

enum dyno_report_case_state {
    DYNO_REPORT_CASE_PASSED,
    DYNO_REPORT_CASE_FAILED,  /**< a regression: failure */
    DYNO_REPORT_CASE_SKIPPED, /**< cannot be judged */
    DYNO_REPORT_CASE_ERROR    /**< not valid */
};

struct dyno_report_case {
    const char *query;          /**< NULL: all queries */
    const char *metric;         /**< "p95" */
    double base_ns, current_ns; /**< NAN: unknown */
    double ratio, ci95[2];      /**< current / base; NAN: none */
    enum dyno_report_case_state state;
    const char *message;
};

struct dyno_report_cases {
    const char *name;    /**< "retail under default against baseline main" */
    const char *verdict; /**< "passed", "regression", ... */
    const char *fault;   /**< why it is invalid; NULL */
    const struct dyno_report_case *items;
    size_t count;
};

/** One testsuite. DYNO_ELIMIT: larger than `out` may become. */
enum dyno_status dyno_report_junit(const struct dyno_report_cases *cases, struct dyno_str *out,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** A heading, a sentence, and a table of what did not pass, then of the rest; made for step summaries. */
enum dyno_status dyno_report_markdown(const struct dyno_report_cases *cases, struct dyno_str *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
