/** Findings: which rules which queries of a trial break, by how much, in how many of their statements. */
#ifndef DYNO_EXPLAIN_FINDING_H
#define DYNO_EXPLAIN_FINDING_H

#include "explain/rule.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/** In place of a query: all of them, or the server. */
#define DYNO_FINDING_ALL (-1)

struct dyno_findings;

/** For queries 0 to query_count - 1; with 0 of them all statements count together. */
struct dyno_findings *dyno_findings_new(size_t query_count);
void dyno_findings_free(struct dyno_findings *findings);

/** Hold one statement against all rules. `seq` names it as evidence. */
void dyno_findings_see(struct dyno_findings *findings, int64_t query, int64_t seq,
                       const struct dyno_rule_case *c);

/** A value that was measured elsewhere; NAN is none. */
void dyno_findings_add(struct dyno_findings *findings, const struct dyno_rule *rule, int64_t query,
                       int64_t seq, const struct dyno_rule_value *value);

/**
 * What is over its threshold in at least a tenth of the statements that the rule applies to, severe ones
 * first. The value is the median of those over it; the evidence that of the largest. Commands are for this
 * place (NULL: none). The caller frees the array by dyno_findings_list_free.
 */
struct dyno_store_finding *dyno_findings_list(const struct dyno_findings *findings,
                                              const struct dyno_rule_place *place,
                                              size_t *count_out);
void dyno_findings_list_free(struct dyno_store_finding *list, size_t count);

#endif
