#include "spark/setting_names.h"

#include "base/alloc.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

extern const unsigned char dyno_spark_core_keys[];
extern const size_t dyno_spark_core_keys_len;

/* Names built with buildStaticConf in 3.5 and 4.1, and the four that the web pages of the Thrift and
 * Connect servers read at start. All without "spark.sql.". */
static const char *const static_sql[] = {
    "broadcastExchange.maxThreadThreshold",
    "cache.serializer",
    "catalogImplementation",
    "codegen.cache.maxEntries",
    "codegen.comments",
    "connect.ui.retainedSessions",
    "connect.ui.retainedStatements",
    "debug",
    "defaultUrlStreamHandlerFactory.enabled",
    "event.truncate.length",
    "extensions",
    "extensions.test.loadFromCp",
    "filesourceTableRelationCacheSize",
    "globalTempDatabase",
    "hive.metastore.barrierPrefixes",
    "hive.metastore.jars",
    "hive.metastore.jars.path",
    "hive.metastore.sharedPrefixes",
    "hive.metastore.version",
    "hive.thriftServer.singleSession",
    "hive.version",
    "legacy.sessionInitWithConfigDefaults",
    "metadataCacheTTLSeconds",
    "queryExecutionListeners",
    "resultQueryStage.maxThreadThreshold",
    "shuffleExchange.maxThreadThreshold",
    "sources.disabledJdbcConnProviderList",
    "sources.schemaStringLengthThreshold",
    "streaming.streamingQueryListeners",
    "streaming.ui.enabled",
    "streaming.ui.enabledCustomMetricList",
    "streaming.ui.retainedProgressUpdates",
    "streaming.ui.retainedQueries",
    "subquery.maxThreadThreshold",
    "thriftserver.ui.retainedSessions",
    "thriftserver.ui.retainedStatements",
    "ui.retainedExecutions",
    "warehouse.dir",
};

static const char *const unlisted[] = {
    "spark.app.name",
    "spark.default.parallelism",
    "spark.driver.defaultJavaOptions",
    "spark.executor.defaultJavaOptions",
    "spark.jars.excludes",
    "spark.jars.ivy",
    "spark.jars.packages",
    "spark.jars.repositories",
    "spark.local.dir",
    "spark.master",
    "spark.port.maxRetries",
    "spark.sql.connect.ui.retainedSessions",
    "spark.sql.connect.ui.retainedStatements",
    "spark.sql.thriftserver.ui.retainedSessions",
    "spark.sql.thriftserver.ui.retainedStatements",
    "spark.submit.deployMode",
};

static const char *const unlisted_prefixes[] = {
    "spark.driver.resource.",
    "spark.executor.resource.",
    "spark.executorEnv.",
    "spark.hadoop.",
    "spark.hive.",
    "spark.metrics.conf.",
    "spark.scheduler.listenerbus.eventqueue.",
    "spark.task.resource.",
};

struct renamed {
    const char *old_name;
    const char *new_name;
};

#define AQE "spark.sql.adaptive."

static const struct renamed renamed[] = {
    {AQE "minNumPostShufflePartitions", AQE "coalescePartitions.minPartitionSize"},
    {AQE "shuffle.minNumPostShufflePartitions", AQE "coalescePartitions.minPartitionSize"},
    {AQE "maxNumPostShufflePartitions", AQE "coalescePartitions.initialPartitionNum"},
    {AQE "shuffle.maxNumPostShufflePartitions", AQE "coalescePartitions.initialPartitionNum"},
    {AQE "reducePostShufflePartitions.enabled", AQE "coalescePartitions.enabled"},
    {AQE "shuffle.reducePostShufflePartitions", AQE "coalescePartitions.enabled"},
    {AQE "shuffle.reducePostShufflePartitions.enabled", AQE "coalescePartitions.enabled"},
    {AQE "shuffle.localShuffleReader.enabled", AQE "localShuffleReader.enabled"},
    {AQE "optimizedLocalShuffleReader.enabled", AQE "localShuffleReader.enabled"},
    {AQE "skewedJoinOptimization.enabled", AQE "skewJoin.enabled"},
    {AQE "optimizeSkewedJoin.enabled", AQE "skewJoin.enabled"},
    {AQE "skewedJoinOptimization.skewedPartitionFactor", AQE "skewJoin.skewedPartitionFactor"},
    {AQE "optimizeSkewedJoin.skewedPartitionFactor", AQE "skewJoin.skewedPartitionFactor"},
    {AQE "skewedJoinOptimization.skewedPartitionSizeThreshold",
     AQE "skewJoin.skewedPartitionThresholdInBytes"},
    {AQE "optimizeSkewedJoin.skewedPartitionSizeThreshold",
     AQE "skewJoin.skewedPartitionThresholdInBytes"},
    {AQE "shuffle.fetchShuffleBlocksInBatch", AQE "fetchShuffleBlocksInBatch"},
    {AQE "shuffle.fetchShuffleBlocksInBatch.enabled", AQE "fetchShuffleBlocksInBatch"},
};

static const struct renamed renamed_families[] = {
    {AQE "skewedJoinOptimization.", AQE "skewJoin.*"},
    {AQE "optimizeSkewedJoin.", AQE "skewJoin.*"},
};

static bool is_one_of(const char *key, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

static bool starts_with(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 && text[len] != '\0';
}

bool dyno_setting_is_static_sql(const char *key)
{
    static const char prefix[] = "spark.sql.";
    return starts_with(key, prefix) &&
           is_one_of(key + sizeof prefix - 1, static_sql, sizeof static_sql / sizeof static_sql[0]);
}

bool dyno_setting_is_unlisted(const char *key)
{
    if (is_one_of(key, unlisted, sizeof unlisted / sizeof unlisted[0]))
        return true;
    for (size_t i = 0; i < sizeof unlisted_prefixes / sizeof unlisted_prefixes[0]; i++)
        if (starts_with(key, unlisted_prefixes[i]))
            return true;
    return false;
}

bool dyno_setting_is_open_family(const char *key)
{
    return starts_with(key, "spark.sql.catalog.");
}

const char *dyno_setting_new_name(const char *key)
{
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (strcmp(key, renamed[i].old_name) == 0)
            return renamed[i].new_name;
    for (size_t i = 0; i < sizeof renamed_families / sizeof renamed_families[0]; i++)
        if (starts_with(key, renamed_families[i].old_name))
            return renamed_families[i].new_name;
    return NULL;
}

void dyno_setting_core_keys_load(struct dyno_setting_core_keys *out)
{
    union {
        const unsigned char *bytes;
        const char *text;
    } embedded = {.bytes = dyno_spark_core_keys};
    struct dyno_vec keys = DYNO_VEC_INIT(const char *);
    out->text = dyno_xstrndup(embedded.text, dyno_spark_core_keys_len);
    for (char *line = out->text; *line != '\0';) {
        char *next = line + strcspn(line, "\n");
        if (*next == '\n')
            *next++ = '\0';
        if (line[0] != '#' && line[0] != '\0')
            dyno_vec_push(&keys, &line);
        line = next;
    }
    out->keys = dyno_vec_take(&keys, &out->count);
}

void dyno_setting_core_keys_free(struct dyno_setting_core_keys *keys)
{
    free(keys->text);
    free(keys->keys);
    *keys = (struct dyno_setting_core_keys){.text = NULL};
}
