/**
 * The history of a results file, made fit to be shown: series of experiments with the places where they changed. Texts
 * may hold anything; they are cleaned and escaped on their way out.
 */
#ifndef DYNO_REPORT_HISTORY_H
#define DYNO_REPORT_HISTORY_H

#include "base/json.h"
#include "base/status.h"
#include "base/str.h"
#include "report/markup.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_report_history_point {
    int64_t experiment;
    const char *created_utc;
    int64_t trials;
    double ns;
};

struct dyno_report_history_change {
    size_t at; /**< index of the first point of the new regime */
    double before_ns, after_ns;
    double p;
};

struct dyno_report_history_series {
    const char *workload, *profile;
    const char *metric; /**< "response_p50" ... */
    struct dyno_report_history_point *points;
    size_t point_count;
    struct dyno_report_history_change *changes; /**< oldest first */
    size_t change_count;
};

struct dyno_report_history {
    struct dyno_report_history_series *series;
    size_t count;
};

/** The series as the JSON document of `trend --json`; the caller deletes it. */
cJSON *dyno_report_history_json(const struct dyno_report_history *history);

/** One HTML file under the rules of the other reports: a chart and tables for each series of two and more points.
 *  DYNO_ELIMIT: larger than a report may be. */
enum dyno_status dyno_report_history_html(const struct dyno_report_history *history,
                                          struct dyno_str *out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/** The chart of one series: values in order, the mean of each regime, and the changes. */
void dyno_chart_history(struct dyno_markup *markup,
                        const struct dyno_report_history_series *series);

#endif
