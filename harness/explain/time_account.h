/** Where the response time of a statement went. */
#ifndef DYNO_EXPLAIN_TIME_ACCOUNT_H
#define DYNO_EXPLAIN_TIME_ACCOUNT_H

#include "explain/trace.h"

/** What the client saw, in ns since some epoch, and what wall time that epoch was. -1: did not come. */
struct dyno_moments {
    int64_t intended_ns, claim_ns, send_ns;
    int64_t exec_ns; /**< the result was ready */
    int64_t done_ns;
    int64_t epoch_wall_ms;
};

struct dyno_time_account {
    int64_t part_ns[DYNO_PARTS]; /**< add up to done - intended, exactly */
    int64_t total_ns;
};

/**
 * Split the time between intended and done. What Spark's clock says is held against the client's by the
 * wall clock, so both must run on synchronised hosts; a moment that lies outside of where it can be counts
 * as the nearest one that can. `trace` NULL: Spark tells nothing, and what lies between sent and ready is
 * unaccounted. A statement that did not end (done -1) has an empty account.
 */
void dyno_time_account(const struct dyno_trace *trace, const struct dyno_moments *moments,
                       struct dyno_time_account *out);

/** The same for a statement of which only Spark tells: from its operation's start to its end, or of its
 *  executions, or of its jobs. False if there are no times. */
bool dyno_time_account_alone(const struct dyno_trace *trace, struct dyno_time_account *out);

#endif
