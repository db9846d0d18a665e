/** What explains an experiment's response times: where time went, and what Spark's numbers show. */
#ifndef DYNO_REPORT_WHY_H
#define DYNO_REPORT_WHY_H

#include "base/json.h"
#include "store/part.h"

#include <stddef.h>
#include <stdint.h>

/** Means per statement. */
struct dyno_report_account {
    int64_t statements; /**< 0: none is known */
    int64_t by_log;     /**< of them told by the event log */
    double total_ns;
    double part_ns[DYNO_PARTS];
};

/** A rule that the statements of one arm and query break. All texts are clean and owned. */
struct dyno_report_finding {
    char *rule, *severity, *title, *unit, *what;
    char *arm;   /**< name of its profile; "" if there is none */
    char *query; /**< "" : the server, or all */
    double value, threshold;
    int64_t trials;
    int64_t statements, judged; /**< over all trials */
    char *example; /**< TRIAL:SEQ of the worst one, for `explain`; "" if there is none */
    char *evidence, *advice, *command;
};

void dyno_report_findings_free(struct dyno_report_finding *findings, size_t count);

/** "5.3 x", "37 %", "1.2 MiB"; returns `out` (give it 32 bytes). */
char *dyno_report_finding_value(const struct dyno_report_finding *finding, double value, char *out,
                                size_t out_bytes);

/** The findings as a JSON list, and an account as an object. */
cJSON *dyno_report_json_findings(const struct dyno_report_finding *findings, size_t count);
cJSON *dyno_report_json_account(const struct dyno_report_account *account);

#endif
