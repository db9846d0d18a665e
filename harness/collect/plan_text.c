#include "base/alloc.h"
#include "collect/collector.h"
#include "collect/feed.h"

#include <inttypes.h>
#include <stddef.h>

#define TIMEOUT_NS (INT64_C(10) * 1000000000)

enum dyno_status dyno_collect_plan_text(const char *rest_url, const char *app_id,
                                        int64_t execution_id, char **out, struct dyno_err *err)
{
    struct dyno_feed feed = {.rest = NULL};
    cJSON *doc = NULL;
    const char *plan = NULL;
    enum dyno_status status = dyno_feed_open(&feed, rest_url, app_id, TIMEOUT_NS, err);
    if (status == DYNO_OK)
        status = dyno_feed_get_app(
            &feed, &doc, err, "/sql/%" PRId64 "?details=false&planDescription=true", execution_id);
    if (status == DYNO_OK)
        status = dyno_json_string(doc, "planDescription", &plan, err);
    if (status == DYNO_OK)
        *out = dyno_xstrdup(plan);
    cJSON_Delete(doc);
    dyno_feed_close(&feed);
    return status;
}
