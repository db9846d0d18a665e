/** The same statements as told by REST and by the event log. */
#ifndef DYNO_EXPLAIN_RECONCILE_H
#define DYNO_EXPLAIN_RECONCILE_H

#include "base/str.h"
#include "explain/trace.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/** What a trace adds up to. Its seq is the trace's. */
void dyno_trace_sum(const struct dyno_trace *trace, struct dyno_spark_statement *out);

struct dyno_reconciliation {
    int64_t both, rest_only, log_only;
    int64_t different; /**< of `both`: in jobs, stages, tasks, run time or bytes */
    char first[200];   /**< the first difference, "" if there is none */
};

/** Compare two lists that are sorted by seq. Times may differ by 1 %, since REST rounds some of them. */
void dyno_reconcile(const struct dyno_spark_statement *rest, size_t rest_count,
                    const struct dyno_spark_statement *log, size_t log_count,
                    struct dyno_reconciliation *out);

#endif
