#include "collect/prometheus.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EXECUTORS 10000
#define ID_BYTES      128

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':';
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Behind the brace that closes the labels; NULL if the line ends before. A quoted value may hold braces. */
static const char *skip_labels(const char *at)
{
    bool is_quoted = false;
    for (; *at != '\0' && *at != '\n'; at++) {
        if (is_quoted && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            is_quoted = !is_quoted;
        else if (*at == '}' && !is_quoted)
            return at + 1;
    }
    return NULL;
}

static bool read_sample(const char *at, struct dyno_prom_sample *out)
{
    char *end = NULL;
    *out = (struct dyno_prom_sample){.name = at};
    while (is_name_char(*at))
        at++;
    out->name_len = (size_t)(at - out->name);
    if (out->name_len == 0)
        return false;
    if (*at == '{') {
        out->labels = at + 1;
        at = skip_labels(at + 1);
        if (at == NULL)
            return false;
        out->labels_len = (size_t)(at - 1 - out->labels);
    }
    if (*at != ' ' && *at != '\t')
        return false;
    at = skip_blanks(at);
    if (*at == '\n' || *at == '\0')
        return false;
    out->value = strtod(at, &end);
    return end > at && (*end == '\0' || isspace((unsigned char)*end));
}

bool dyno_prom_next(const char **at, struct dyno_prom_sample *out)
{
    while (**at != '\0') {
        const char *line = *at;
        const char *stop = strchr(line, '\n');
        *at = stop == NULL ? line + strlen(line) : stop + 1;
        if (*line != '\n' && *line != '#' && read_sample(line, out))
            return true;
    }
    return false;
}

/* The text between the quotes at `at`, with its escapes undone; returns what is behind the closing one. */
static const char *copy_quoted(const char *at, const char *end, char *out, size_t room)
{
    size_t len = 0;
    for (; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        if (len + 1 < room)
            out[len++] = *at;
    }
    if (room > 0)
        out[len] = '\0';
    return at < end ? at + 1 : end;
}

bool dyno_prom_label(const struct dyno_prom_sample *sample, const char *name, char *out,
                     size_t room)
{
    const char *end = sample->labels + sample->labels_len;
    for (const char *at = sample->labels; at != NULL && at < end;) {
        while (at < end && (*at == ',' || *at == ' '))
            at++;
        const char *key = at;
        while (at < end && *at != '=')
            at++;
        size_t key_len = (size_t)(at - key);
        if (end - at < 2 || at[1] != '"')
            return false;
        bool is_it = key_len == strlen(name) && strncmp(key, name, key_len) == 0;
        at = copy_quoted(at + 2, end, out, is_it ? room : 0);
        if (is_it)
            return true;
    }
    return false;
}

static bool name_ends_with(const struct dyno_prom_sample *sample, const char *end)
{
    size_t len = strlen(end);
    return sample->name_len >= len && strncmp(sample->name + sample->name_len - len, end, len) == 0;
}

static bool name_holds(const struct dyno_prom_sample *sample, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= sample->name_len; i++)
        if (strncmp(sample->name + i, part, len) == 0)
            return true;
    return false;
}

/* Names begin with the application's id or a namespace, with underscores in place of what is no name. */
void dyno_prom_bus(const char *text, struct dyno_bus *out)
{
    const struct {
        const char *part; /* NULL: the end says all */
        const char *end;
        double *value;
    } wanted[] = {
        {"_driver_LiveListenerBus_queue_", "_numDroppedEvents_Count", &out->dropped_events},
        {"_driver_LiveListenerBus_queue_", "_size_Value", &out->queue_size},
        {NULL, "_driver_LiveListenerBus_numEventsPosted_Count", &out->events_posted},
        {NULL, "_driver_DAGScheduler_job_activeJobs_Value", &out->active_jobs},
        {NULL, "_driver_DAGScheduler_job_allJobs_Value", &out->all_jobs},
        {NULL, "_driver_DAGScheduler_stage_runningStages_Value", &out->running_stages},
        {NULL, "_driver_DAGScheduler_stage_waitingStages_Value", &out->waiting_stages},
    };
    struct dyno_prom_sample sample;
    *out = (struct dyno_bus){(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                             (double)NAN, (double)NAN, (double)NAN};
    while (dyno_prom_next(&text, &sample)) {
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            if (isfinite(sample.value) && name_ends_with(&sample, wanted[i].end) &&
                (wanted[i].part == NULL || name_holds(&sample, wanted[i].part)))
                *wanted[i].value =
                    isnan(*wanted[i].value) ? sample.value : *wanted[i].value + sample.value;
    }
}

#define MS_PER_S 1000.0

/* "metrics_executor_<name>" and what /executors calls it. */
static const struct column {
    const char *name;
    const char *group; /* member object that holds it there; NULL: the row itself */
    const char *member;
    double factor;
} columns[] = {
    {"activeTasks", NULL, "activeTasks", 1},
    {"completedTasks_total", NULL, "completedTasks", 1},
    {"failedTasks_total", NULL, "failedTasks", 1},
    {"memoryUsed_bytes", NULL, "memoryUsed", 1},
    {"maxMemory_bytes", NULL, "maxMemory", 1},
    {"diskUsed_bytes", NULL, "diskUsed", 1},
    {"totalInputBytes_bytes_total", NULL, "totalInputBytes", 1},
    {"totalShuffleRead_bytes_total", NULL, "totalShuffleRead", 1},
    {"totalShuffleWrite_bytes_total", NULL, "totalShuffleWrite", 1},
    {"totalGCTime_seconds_total", NULL, "totalGCTime", MS_PER_S},
    {"totalDuration_seconds_total", NULL, "totalDuration", MS_PER_S},
    {"MinorGCCount_total", "peakMemoryMetrics", "MinorGCCount", 1},
    {"MinorGCTime_seconds_total", "peakMemoryMetrics", "MinorGCTime", MS_PER_S},
    {"MajorGCCount_total", "peakMemoryMetrics", "MajorGCCount", 1},
    {"MajorGCTime_seconds_total", "peakMemoryMetrics", "MajorGCTime", MS_PER_S},
    {"JVMHeapMemory_bytes", "peakMemoryMetrics", "JVMHeapMemory", 1},
    {"JVMOffHeapMemory_bytes", "peakMemoryMetrics", "JVMOffHeapMemory", 1},
    {"OnHeapExecutionMemory_bytes", "peakMemoryMetrics", "OnHeapExecutionMemory", 1},
    {"OnHeapUnifiedMemory_bytes", "peakMemoryMetrics", "OnHeapUnifiedMemory", 1},
    {"OnHeapStorageMemory_bytes", "peakMemoryMetrics", "OnHeapStorageMemory", 1},
};

static const struct column *column_of(const struct dyno_prom_sample *sample)
{
    static const char lead[] = "metrics_executor_";
    size_t lead_len = sizeof lead - 1;
    if (sample->name_len <= lead_len || strncmp(sample->name, lead, lead_len) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        size_t len = strlen(columns[i].name);
        if (sample->name_len - lead_len == len &&
            strncmp(sample->name + lead_len, columns[i].name, len) == 0)
            return &columns[i];
    }
    return NULL;
}

/* The row of an executor; the lines of one follow each other. NULL if there are too many. */
static cJSON *row_of(cJSON *rows, cJSON *last, const char *id, int *count)
{
    cJSON *row = NULL;
    if (last != NULL && strcmp(dyno_json_string_or(last, "id", ""), id) == 0)
        return last;
    cJSON_ArrayForEach(row, rows)
    {
        if (strcmp(dyno_json_string_or(row, "id", ""), id) == 0)
            return row;
    }
    if (*count == MAX_EXECUTORS)
        return NULL;
    ++*count;
    row = cJSON_CreateObject();
    dyno_json_add_string(row, "id", id);
    (void)cJSON_AddItemToArray(rows, row);
    return row;
}

static void set_value(cJSON *row, const struct column *column, double value)
{
    cJSON *place = row;
    if (column->group != NULL) {
        place = cJSON_GetObjectItemCaseSensitive(row, column->group);
        if (place == NULL)
            place = cJSON_AddObjectToObject(row, column->group);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(place, column->member);
    dyno_json_add_f64(place, column->member, value);
}

cJSON *dyno_prom_executors(const char *text)
{
    struct dyno_prom_sample sample;
    cJSON *rows = cJSON_CreateArray();
    cJSON *row = NULL;
    int count = 0;
    while (dyno_prom_next(&text, &sample)) {
        char id[ID_BYTES];
        const struct column *column = column_of(&sample);
        if (column == NULL || !isfinite(sample.value) ||
            !dyno_prom_label(&sample, "executor_id", id, sizeof id))
            continue;
        row = row_of(rows, row, id, &count);
        if (row != NULL)
            set_value(row, column, round(sample.value * column->factor));
    }
    if (count > 0)
        return rows;
    cJSON_Delete(rows);
    return NULL;
}
