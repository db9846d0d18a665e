/**
 * What the verb `explain` prints: the account of a set of statements, findings, and single statements
 * with their stages. Filled from the results file here, or from an event log by whoever read it; all
 * texts are clean (report/clean.h) and owned.
 */
#ifndef DYNO_REPORT_EXPLANATION_H
#define DYNO_REPORT_EXPLANATION_H

#include "base/status.h"
#include "base/str.h"
#include "report/report.h"
#include "report/why.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One statement. */
struct dyno_explained {
    char *id;     /**< TRIAL:SEQ; of a log the execution or the operation */
    char *what;   /**< "daily_sales, default, block 1" */
    char *sql;    /**< "" if not known */
    char *source; /**< "rest", "eventlog", "none" */
    int64_t total_ns;
    int64_t part_ns[DYNO_PARTS];
    struct dyno_store_stage *stages; /**< in the order of time */
    size_t stage_count;
    char *findings; /**< titles, "" if there are none */
};

struct dyno_explanation {
    char *title;
    char *notes; /**< what is missing, "" if nothing is */
    struct dyno_report_account account;
    struct dyno_report_finding *findings;
    size_t finding_count;
    struct dyno_explained *statements; /**< slowest first */
    size_t statement_count;
};

struct dyno_explanation_choice {
    int64_t slowest;       /**< how many of the slowest statements */
    const char *statement; /**< "TRIAL:SEQ", or "SEQ" of the only trial; NULL: the slowest */
};

/** From the results file; the caller frees. DYNO_ENOTFOUND for a statement that is not there, DYNO_EINPUT
 *  for one that makes no sense. */
enum dyno_status dyno_explanation_read(struct dyno_store *store, int64_t experiment_id,
                                       const struct dyno_explanation_choice *choice,
                                       struct dyno_explanation **out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_explanation_free(struct dyno_explanation *explanation);

/** For a terminal: no limit of lines, since it was asked for in detail. */
void dyno_explanation_text(const struct dyno_explanation *explanation,
                           const struct dyno_report_text_options *options, struct dyno_str *out);

/** One JSON document with schema_version. */
enum dyno_status dyno_explanation_json(const struct dyno_explanation *explanation,
                                       struct dyno_str *out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
