/** The model as a cJSON document, for the JSON report and for the data inside the HTML one. */
#ifndef DYNO_REPORT_JSON_H
#define DYNO_REPORT_JSON_H

#include "base/json.h"
#include "report/model.h"

#include <stdbool.h>

#define DYNO_REPORT_SCHEMA_VERSION 1

/** The caller deletes it. Without `has_long_texts` plans and SQL are left out. */
cJSON *dyno_report_json_document(const struct dyno_report_model *model, bool has_long_texts);

/* Parts of the document; each returns a list or an object that the caller attaches. */
cJSON *dyno_report_json_arms(const struct dyno_report_model *model);
cJSON *dyno_report_json_trials(const struct dyno_report_model *model);
cJSON *dyno_report_json_gates(const struct dyno_report_model *model);
cJSON *dyno_report_json_settings(const struct dyno_report_model *model);
cJSON *dyno_report_json_rank(const struct dyno_report_model *model);
cJSON *dyno_report_json_starts(const struct dyno_report_model *model);
cJSON *dyno_report_json_summary(const struct dyno_report_summary *summary);

#endif
