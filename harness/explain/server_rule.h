/** Rules about the server, from the counters of a trial. */
#ifndef DYNO_EXPLAIN_SERVER_RULE_H
#define DYNO_EXPLAIN_SERVER_RULE_H

#include "explain/finding.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

/** Hold a trial's counters against the rules of the server. `reads_cache` says whether any plan reads a cached table (true if no plan is known). */
void dyno_server_rules_see(struct dyno_findings *findings,
                           const struct dyno_store_counter *counters, size_t count,
                           bool reads_cache);

#endif
