#include "explain/rule.h"

#include "base/alloc.h"
#include "base/shell.h"
#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB               (1024.0 * 1024.0)
#define GIB               (1024.0 * MIB)
#define NOTE              ((double)INFINITY)

#define COMMAND_MAX_BYTES ((size_t)64 * 1024)

static const struct dyno_rule rules[] = {
    {"data_skew", "data skew", "x", 2, 5,
     "the largest task of a stage read so many times the median, and ran as much longer",
     "salt the hot key, or split it off; for a join let AQE split partitions of this size",
     "aqe-skew-join",
     "spark.sql.adaptive.enabled=true "
     "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes=4m",
     NULL, dyno_rule_data_skew},
    {"straggler", "stragglers", "x", 2, 5,
     "the slowest task of a stage ran so many times the median, on no more data",
     "look at the executor it ran on: its host, its disk, its garbage collection; on a cluster let "
     "slow tasks run twice",
     "speculation", "spark.speculation=true", NULL, dyno_rule_straggler},
    {"small_partitions", "partitions too small", "x", 10, 50,
     "tasks for each core in a stage of tiny tasks",
     "fewer shuffle partitions, or AQE, which joins small ones", "shuffle-partitions-few",
     "spark.sql.shuffle.partitions=8", "spark.sql.adaptive.enabled=true",
     dyno_rule_small_partitions},
    {"empty_partitions", "empty partitions", "%", 20, 50, "tasks of a stage that read no row",
     "fewer shuffle partitions, or AQE, which drops empty ones", "shuffle-partitions-few",
     "spark.sql.shuffle.partitions=8", "spark.sql.adaptive.enabled=true",
     dyno_rule_empty_partitions},
    {"large_partitions", "partitions too large", "bytes", GIB, 5 * GIB, "read by one task",
     "more partitions; files that cannot be split (gzip) must be written smaller",
     "shuffle-partitions-many",
     "spark.sql.shuffle.partitions=1000 spark.sql.files.maxPartitionBytes=64m",
     "spark.sql.shuffle.partitions=4000 spark.sql.files.maxPartitionBytes=16m",
     dyno_rule_large_partitions},
    {"spill", "spill", "bytes", MIB, GIB, "spilled to disk by one statement",
     "more memory for execution, or more and smaller partitions", "memory-fraction-high",
     "spark.memory.fraction=0.8", "spark.driver.memory=4g", dyno_rule_spill},
    {"gc", "garbage collection", "%", 10, 25, "of the tasks' run time went to garbage collection",
     "a larger heap, or fewer tasks at once", "heap-large", "spark.driver.memory=4g",
     "spark.driver.memory=8g", dyno_rule_gc},
    {"low_cpu", "low CPU use", "%", 50, 75, "of the tasks' run time was no CPU time",
     "tasks wait: for a core that something else uses, for the disk, for locks; give the server "
     "cores of its own, or read with more tasks at once",
     NULL, "spark.sql.files.maxPartitionBytes=32m", "spark.sql.files.maxPartitionBytes=8m",
     dyno_rule_low_cpu},
    {"scheduling_delay", "scheduling delay dominates", "%", 25, 50,
     "of the response time went to waiting for cores, launching tasks and reading their code",
     "fewer and larger tasks; with many sessions more cores", "shuffle-partitions-few",
     "spark.sql.shuffle.partitions=8", "spark.sql.adaptive.enabled=true", dyno_rule_scheduling},
    {"shuffle_write", "shuffle write time", "%", 25, 50,
     "of the tasks' run time went to writing shuffle files",
     "less to shuffle (filter and aggregate before), or larger write buffers", NULL,
     "spark.shuffle.file.buffer=1m", "spark.shuffle.file.buffer=4m", dyno_rule_shuffle_write},
    {"broadcast_missed", "broadcast missed", "x", 10, 100,
     "one side of a sort-merge join is so many times smaller than the other, and under 100 MiB",
     "broadcast the small side: a hint, or a higher threshold", "broadcast-large",
     "spark.sql.autoBroadcastJoinThreshold=100m", "spark.sql.autoBroadcastJoinThreshold=500m",
     dyno_rule_broadcast_missed},
    {"broadcast_large", "broadcast too large", "bytes", 100 * MIB, GIB,
     "broadcast by one statement",
     "a lower threshold: the table is collected to the driver and copied to every executor",
     "broadcast-off", "spark.sql.autoBroadcastJoinThreshold=-1",
     "spark.sql.optimizer.disableHints=true", dyno_rule_broadcast_large},
    {"driver_results", "too much collected to the driver", "bytes", 64 * MIB, 512 * MIB,
     "results of tasks that the driver held at once",
     "ask for fewer rows, or collect partition by partition", NULL,
     "spark.sql.thriftServer.incrementalCollect=true", NULL, dyno_rule_driver_results},
    {"failed_tasks", "failed tasks", "%", 5, 20, "of the tasks failed and ran again, or in vain",
     "read the server's log for the cause; lost executors often want more memory", "heap-large",
     "spark.driver.memory=4g", "spark.driver.memory=8g", dyno_rule_failed_tasks},
    {"plan_changed", "AQE changed the plan", "changes", 0, NOTE,
     "rules of AQE that changed the plan while it ran", "measure what they are worth", "aqe-off",
     "spark.sql.adaptive.enabled=false", NULL, dyno_rule_plan_changed},
    {"cache_unused", "cache not used", "bytes", 0, NOTE, "held by cached tables that no plan reads",
     "uncache them, or query them under the name and with the columns that were cached",
     "storage-fraction-low", "spark.memory.storageFraction=0.1",
     "spark.memory.storageFraction=0.05", NULL},
    {"memory", "memory nearly full", "%", 85, 95,
     "of the memory for execution and storage was in use at the peak",
     "a larger heap, or a larger part of it for Spark", "heap-large", "spark.driver.memory=4g",
     "spark.driver.memory=8g", NULL},
    {"server_gc", "the server collects garbage", "%", 10, 25,
     "of the window's time went to garbage collection in the server",
     "a larger heap, or another collector", "gc-parallel", "spark.driver.memory=4g",
     "spark.driver.memory=8g", NULL},
};
#define RULES (sizeof rules / sizeof rules[0])

const struct dyno_rule *dyno_rules(size_t *count_out)
{
    *count_out = RULES;
    return rules;
}

const struct dyno_rule *dyno_rule_find(const char *name)
{
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static bool is_in_force(const struct dyno_rule_place *place, const char *pair, size_t len)
{
    bool is_found = false;
    size_t key = strcspn(pair, "=");
    char *value = dyno_xstrndup(pair + key + 1, len - key - 1);
    for (size_t i = 0; i < place->setting_count && !is_found; i++)
        is_found = strlen(place->settings[i].key) == key &&
                   strncmp(place->settings[i].key, pair, key) == 0 &&
                   dyno_setting_value_equal(place->settings[i].value, value);
    free(value);
    return is_found;
}

/* Append those of "K=V K=V" that are not in force; false if there are none. */
static bool append_confs(struct dyno_str *out, const struct dyno_rule_place *place,
                         const char *pairs)
{
    bool has_any = false;
    while (pairs != NULL && *pairs != '\0') {
        size_t len = strcspn(pairs, " ");
        if (!is_in_force(place, pairs, len)) {
            dyno_str_appendf(out, " --candidate-conf %.*s", (int)len, pairs);
            has_any = true;
        }
        pairs += len + strspn(pairs + len, " ");
    }
    return has_any;
}

char *dyno_rule_command(const struct dyno_rule *rule, const struct dyno_rule_place *place)
{
    struct dyno_str out;
    bool is_plain = strcmp(place->profile, "default") == 0 && !place->has_settings;
    bool by_profile = rule->profile != NULL && is_plain;
    const char *words[] = {"sparkdyno", "compare", place->workload, place->profile,
                           by_profile ? rule->profile : place->profile};
    dyno_str_init(&out, COMMAND_MAX_BYTES);
    dyno_shell_append_words(&out, words, sizeof words / sizeof words[0]);
    dyno_str_appendf(&out, "%s%s", place->options[0] != '\0' ? " " : "", place->options);
    if (!by_profile && !append_confs(&out, place, rule->conf) &&
        !append_confs(&out, place, rule->other))
        dyno_str_clear(&out);
    if (out.len > 0 && place->hidden[0] != '\0')
        dyno_str_appendf(&out, " # and, not shown here: %s", place->hidden);
    return dyno_str_take(&out);
}

void dyno_rule_tell(struct dyno_rule_value *out, double value, const char *fmt, ...)
{
    va_list args;
    out->value = value;
    va_start(args, fmt);
    (void)vsnprintf(out->evidence, sizeof out->evidence, fmt, args);
    va_end(args);
}

#define WORTH_SHARE 0.05

int dyno_rule_is_worth(const struct dyno_rule_case *c, const struct dyno_stage_cost *stage)
{
    double wall_ns = (double)(stage->complete_ms - stage->submit_ms) * 1e6;
    if (stage->submit_ms < 0 || stage->complete_ms < 0)
        return 0;
    return wall_ns >= WORTH_SHARE * (double)c->account->total_ns;
}
