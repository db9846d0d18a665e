/**
 * Reports: one model, several writers. The model holds every number that is shown, in the order in which
 * it is shown; writers only format. Same database, same bytes.
 */
#ifndef DYNO_REPORT_REPORT_H
#define DYNO_REPORT_REPORT_H

#include "base/status.h"
#include "base/str.h"
#include "store/store.h"

#include <stdbool.h>

struct dyno_report_model;

/** Read one experiment; the caller frees `*out`. DYNO_ENOTFOUND if there is none with this id, DYNO_EIO. */
enum dyno_status dyno_report_model_load(struct dyno_store *store, int64_t experiment_id,
                                        struct dyno_report_model **out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_report_model_free(struct dyno_report_model *model);

struct dyno_report_text_options {
    bool has_color;
    bool has_utf8; /**< else ASCII marks */
    int width;     /**< columns, 80 */
};

/** Terminal text, at most 40 lines. */
enum dyno_status dyno_report_text(const struct dyno_report_model *model,
                                  const struct dyno_report_text_options *options,
                                  struct dyno_str *out, struct dyno_err *err) DYNO_MUST_CHECK;

/** One JSON document with schema_version; docs/report.schema.json describes it. */
enum dyno_status dyno_report_json(const struct dyno_report_model *model, struct dyno_str *out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** One HTML file: no network, strict content security policy, readable without JavaScript. */
enum dyno_status dyno_report_html(const struct dyno_report_model *model, struct dyno_str *out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Table of all experiments for `list`, newest first. */
enum dyno_status dyno_report_list_text(struct dyno_store *store, struct dyno_str *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_list_json(struct dyno_store *store, struct dyno_str *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** For RESULT: verdict and exit code of the experiment. */
const char *dyno_report_verdict(const struct dyno_report_model *model);
int dyno_report_exit_code(const struct dyno_report_model *model);

#endif
