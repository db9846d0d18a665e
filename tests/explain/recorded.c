#include "explain/recorded.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON **read_list(const char *folder, const char *name, size_t *count_out)
{
    char path[512];
    cJSON *list = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)snprintf(path, sizeof path, "%s/%s/%s.json", DYNO_TEST_DATA, folder, name);
    if (dyno_json_read(path, 1 << 20, &list, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    cJSON **all = dyno_xcalloc((size_t)cJSON_GetArraySize(list), sizeof(cJSON *));
    *count_out = 0;
    while (cJSON_GetArraySize(list) > 0) {
        cJSON *item = cJSON_DetachItemFromArray(list, 0);
        if (strcmp(dyno_json_string_or(item, "status", ""), "SKIPPED") == 0)
            cJSON_Delete(item);
        else
            all[(*count_out)++] = item;
    }
    cJSON_Delete(list);
    return all;
}

void recorded_read_folder(const char *folder, struct dyno_collected *out)
{
    *out = (struct dyno_collected){.dropped_events = 0};
    out->jobs = read_list(folder, "jobs", &out->job_count);
    out->stages = read_list(folder, "stages", &out->stage_count);
    out->executions = read_list(folder, "sql", &out->execution_count);
}

void recorded_read(const char *version, struct dyno_collected *out)
{
    char folder[64];
    (void)snprintf(folder, sizeof folder, "rest/%s", version);
    recorded_read_folder(folder, out);
}
