/** The server's own numbers from whichever of its endpoints tells them: JSON and REST first, Prometheus else. */
#ifndef DYNO_COLLECT_METRICS_H
#define DYNO_COLLECT_METRICS_H

#include "base/str.h"
#include "collect/feed.h"
#include "collect/gauges.h"

#include <stdbool.h>

/** What was found out about a server; starts as zeros. */
struct dyno_metrics {
    bool has_bus_by_text;       /**< /metrics/json/ is closed, /metrics/prometheus/ is open */
    bool has_executors_by_text; /**< the same of /executors and /metrics/executors/prometheus */
    bool was_bus_searched, were_executors_searched; /**< the stand-in is looked for once */
};

/** The bus; everything NAN if nobody tells. */
void dyno_metrics_bus(struct dyno_metrics *metrics, struct dyno_feed *feed, struct dyno_bus *out);

/** The rows of /executors; the caller frees. NULL if nobody tells. */
cJSON *dyno_metrics_executors(struct dyno_metrics *metrics, struct dyno_feed *feed);

/** Read what is told by both kinds of endpoints once from each, and write into `out` where they differ, ""
 *  if nowhere. What only one of them tells is not compared. */
void dyno_metrics_reconcile(struct dyno_metrics *metrics, struct dyno_feed *feed,
                            struct dyno_str *out);

#endif
