#include "report/why.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dyno_report_findings_free(struct dyno_report_finding *findings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct dyno_report_finding *f = &findings[i];
        char *texts[] = {f->rule,  f->severity, f->title,    f->unit,   f->what,   f->arm,
                         f->query, f->example,  f->evidence, f->advice, f->command};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            free(texts[j]);
    }
    free(findings);
}

char *dyno_report_finding_value(const struct dyno_report_finding *finding, double value, char *out,
                                size_t out_bytes)
{
    if (strcmp(finding->unit, "bytes") == 0 && fabs(value) < 9e18)
        return dyno_format_bytes((int64_t)llround(value), out, out_bytes);
    (void)snprintf(out, out_bytes, "%.*f %.12s", value >= 10 || value == floor(value) ? 0 : 1,
                   value, finding->unit);
    return out;
}

cJSON *dyno_report_json_findings(const struct dyno_report_finding *findings, size_t count)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        const struct dyno_report_finding *f = &findings[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "rule", f->rule);
        dyno_json_add_string(object, "severity", f->severity);
        dyno_json_add_string(object, "title", f->title);
        dyno_json_add_string(object, "arm", f->arm);
        dyno_json_add_string(object, "query", f->query);
        dyno_json_add_f64(object, "value", f->value);
        dyno_json_add_f64(object, "threshold", f->threshold);
        dyno_json_add_string(object, "unit", f->unit);
        dyno_json_add_string(object, "what", f->what);
        dyno_json_add_i64(object, "trials", f->trials);
        dyno_json_add_i64(object, "statements", f->statements);
        dyno_json_add_i64(object, "judged", f->judged);
        dyno_json_add_string(object, "example", f->example);
        dyno_json_add_string(object, "evidence", f->evidence);
        dyno_json_add_string(object, "advice", f->advice);
        dyno_json_add_string(object, "command", f->command);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

cJSON *dyno_report_json_account(const struct dyno_report_account *account)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "statements", account->statements);
    dyno_json_add_i64(object, "by_event_log", account->by_log);
    dyno_json_add_f64(object, "response_ns", account->total_ns);
    cJSON *parts = cJSON_AddObjectToObject(object, "parts_ns");
    for (int i = 0; i < DYNO_PARTS; i++)
        dyno_json_add_f64(parts, dyno_part_name((enum dyno_part)i), account->part_ns[i]);
    return object;
}
