#include "collect/shape.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind {
    NUMBER,
    TEXT,
    NUMBERS,
    TEXTS,
    DISTRIBUTIONS
};

struct field {
    const char *name;
    enum kind kind;
    bool is_required;
};

static const struct field job_fields[] = {
    {"jobId", NUMBER, true},           {"description", TEXT, false},
    {"submissionTime", TEXT, false},   {"completionTime", TEXT, false},
    {"stageIds", NUMBERS, true},       {"jobGroup", TEXT, false},
    {"jobTags", TEXTS, false},         {"status", TEXT, true},
    {"numTasks", NUMBER, true},        {"numSkippedStages", NUMBER, true},
    {"numFailedTasks", NUMBER, false},
};

static const struct field execution_fields[] = {
    {"id", NUMBER, true},
    {"status", TEXT, true},
    {"description", TEXT, false},
    {"submissionTime", TEXT, false},
    {"duration", NUMBER, true},
    {"runningJobIds", NUMBERS, false},
    {"successJobIds", NUMBERS, false},
    {"failedJobIds", NUMBERS, false},
};

static const struct field stage_fields[] = {
    {"status", TEXT, true},
    {"stageId", NUMBER, true},
    {"attemptId", NUMBER, true},
    {"numTasks", NUMBER, true},
    {"numCompleteTasks", NUMBER, true},
    {"numFailedTasks", NUMBER, true},
    {"numKilledTasks", NUMBER, false},
    {"submissionTime", TEXT, false},
    {"firstTaskLaunchedTime", TEXT, false},
    {"completionTime", TEXT, false},
    {"failureReason", TEXT, false},
    {"executorDeserializeTime", NUMBER, true},
    {"executorRunTime", NUMBER, true},
    {"executorCpuTime", NUMBER, true},
    {"resultSize", NUMBER, false},
    {"jvmGcTime", NUMBER, true},
    {"resultSerializationTime", NUMBER, false},
    {"memoryBytesSpilled", NUMBER, true},
    {"diskBytesSpilled", NUMBER, true},
    {"peakExecutionMemory", NUMBER, true},
    {"inputBytes", NUMBER, true},
    {"inputRecords", NUMBER, true},
    {"outputBytes", NUMBER, true},
    {"shuffleFetchWaitTime", NUMBER, true},
    {"shuffleReadBytes", NUMBER, true},
    {"shuffleReadRecords", NUMBER, false},
    {"shuffleWriteBytes", NUMBER, true},
    {"shuffleWriteTime", NUMBER, false},
    {"taskMetricsDistributions", DISTRIBUTIONS, false},
};

static const struct field distribution_fields[] = {
    {"quantiles", NUMBERS, true},           {"duration", NUMBERS, true},
    {"schedulerDelay", NUMBERS, true},      {"peakExecutionMemory", NUMBERS, true},
    {"inputMetrics", DISTRIBUTIONS, false}, {"shuffleReadMetrics", DISTRIBUTIONS, false},
};

static const struct field input_fields[] = {
    {"bytesRead", NUMBERS, true},
    {"recordsRead", NUMBERS, true},
};

static const struct field shuffle_read_fields[] = {
    {"readBytes", NUMBERS, true},
    {"readRecords", NUMBERS, true},
};

struct table {
    const struct field *fields;
    size_t count;
};

#define TABLE(fields)                                                                              \
    {                                                                                              \
        fields, sizeof(fields) / sizeof((fields)[0])                                               \
    }

static const struct table tables[] = {
    [DYNO_SHAPE_JOB] = TABLE(job_fields),
    [DYNO_SHAPE_STAGE] = TABLE(stage_fields),
    [DYNO_SHAPE_EXECUTION] = TABLE(execution_fields),
};
static const struct table distributions = TABLE(distribution_fields);
static const struct table input_distributions = TABLE(input_fields);
static const struct table shuffle_read_distributions = TABLE(shuffle_read_fields);

static void note(struct dyno_oddities *odd, const char *name)
{
    if (odd->count++ == 0)
        (void)snprintf(odd->first, sizeof odd->first, "%s", name);
}

static bool are_all(const cJSON *list, cJSON_bool (*is_kind)(const cJSON *item))
{
    const cJSON *item = NULL;
    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach(item, list)
    {
        if (!is_kind(item))
            return false;
    }
    return true;
}

static bool is_of_kind(const cJSON *item, enum kind kind)
{
    switch (kind) {
    case NUMBER:
        return cJSON_IsNumber(item) && isfinite(item->valuedouble);
    case TEXT:
        return cJSON_IsString(item) != 0;
    case NUMBERS:
        return are_all(item, cJSON_IsNumber);
    case TEXTS:
        return are_all(item, cJSON_IsString);
    case DISTRIBUTIONS:
        return cJSON_IsObject(item) != 0;
    }
    return false;
}

static size_t index_of(const struct table *table, const char *name)
{
    size_t i = 0;
    while (i < table->count && strcmp(table->fields[i].name, name) != 0)
        i++;
    return i;
}

static void drop(cJSON *object, cJSON *item)
{
    cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
}

/* Remove what no one reads, what is repeated and what has another type. Nulls are as good as missing. */
static void keep_fields(const struct table *table, cJSON *object, struct dyno_oddities *odd)
{
    cJSON *next = NULL;
    for (cJSON *item = object->child; item != NULL; item = next) {
        next = item->next;
        size_t at = item->string == NULL ? table->count : index_of(table, item->string);
        bool is_ours =
            at < table->count && cJSON_GetObjectItemCaseSensitive(object, item->string) == item;
        if (is_ours && is_of_kind(item, table->fields[at].kind))
            continue;
        if (is_ours && !cJSON_IsNull(item) && !table->fields[at].is_required)
            note(odd, item->string);
        drop(object, item);
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].is_required &&
            cJSON_GetObjectItemCaseSensitive(object, table->fields[i].name) == NULL)
            note(odd, table->fields[i].name);
    }
}

static void keep_inner(const struct table *table, cJSON *object, const char *name,
                       struct dyno_oddities *odd)
{
    cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, name);
    if (inner != NULL)
        keep_fields(table, inner, odd);
}

void dyno_shape_trim(enum dyno_shape shape, cJSON *json, struct dyno_oddities *odd)
{
    if (!cJSON_IsObject(json)) {
        note(odd, "(entry)");
        return;
    }
    keep_fields(&tables[shape], json, odd);
    cJSON *inner = cJSON_GetObjectItemCaseSensitive(json, "taskMetricsDistributions");
    if (inner == NULL)
        return;
    keep_fields(&distributions, inner, odd);
    keep_inner(&input_distributions, inner, "inputMetrics", odd);
    keep_inner(&shuffle_read_distributions, inner, "shuffleReadMetrics", odd);
}
