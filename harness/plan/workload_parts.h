/** The sections of workload.yaml, one function each. Private to plan/. */
#ifndef DYNO_PLAN_WORKLOAD_PARTS_H
#define DYNO_PLAN_WORKLOAD_PARTS_H

#include "plan/sql_text.h"
#include "plan/workload.h"
#include "plan/yaml_field.h"

/** What every section needs: the workload being built (scale and dir are set) and the reader. */
struct dyno_workload_builder {
    struct dyno_yaml_reader reader;
    struct dyno_workload *workload;
};

/* Each reads its section of the root mapping into the workload; failures stick in the reader. */
void dyno_workload_read_tables(struct dyno_workload_builder *b, const struct dyno_yaml *root);
void dyno_workload_read_views(struct dyno_workload_builder *b, const struct dyno_yaml *root);
/** After tables and views: a cache names one of them. */
void dyno_workload_read_caches(struct dyno_workload_builder *b, const struct dyno_yaml *root);
void dyno_workload_read_queries(struct dyno_workload_builder *b, const struct dyno_yaml *root);
void dyno_workload_read_load(struct dyno_workload_builder *b, const struct dyno_yaml *root);

/** The statement in the file that `item`'s key 'sql' names; the caller frees it. NULL if refused. */
char *dyno_workload_read_sql(struct dyno_workload_builder *b, const struct dyno_yaml *item,
                             const struct dyno_sql_rules *rules);

/** "0.1" as a scale: over 0, at most 1000. Otherwise refused at `entry`'s key; `key` names the map. */
double dyno_workload_scale_key(struct dyno_yaml_reader *r, const struct dyno_yaml *map,
                               size_t entry, const char *key);

#endif
