#include "plan/replay.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

void dyno_replay_deinit(struct dyno_replay *replay)
{
    free(replay->entries);
    *replay = (struct dyno_replay){.entries = NULL};
}

cJSON *dyno_replay_to_json(const struct dyno_replay *replay)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *at = cJSON_AddArrayToObject(json, "at_ns");
    cJSON *session = cJSON_AddArrayToObject(json, "session");
    cJSON *query = cJSON_AddArrayToObject(json, "query");
    for (size_t i = 0; i < replay->count; i++) {
        /* Below 2^53, so that JSON holds them exactly. */
        cJSON_AddItemToArray(at, cJSON_CreateNumber((double)replay->entries[i].at_ns));
        cJSON_AddItemToArray(session, cJSON_CreateNumber(replay->entries[i].session));
        cJSON_AddItemToArray(query, cJSON_CreateNumber(replay->entries[i].query));
    }
    return json;
}

/* A whole number from 0 to below `end`. */
static bool is_whole(const cJSON *item, double end)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < end &&
           floor(item->valuedouble) == item->valuedouble;
}

enum dyno_status dyno_replay_from_json(const cJSON *json, size_t query_count, int64_t sessions,
                                       struct dyno_replay *out, struct dyno_err *err)
{
    const cJSON *arrays[3];
    static const char *const keys[] = {"at_ns", "session", "query"};
    for (size_t k = 0; k < 3; k++) {
        enum dyno_status status = dyno_json_array(json, keys[k], &arrays[k], err);
        if (status != DYNO_OK)
            return status;
    }
    size_t count = (size_t)cJSON_GetArraySize(arrays[0]);
    if (count > DYNO_REPLAY_MAX)
        return dyno_err_set(err, DYNO_EINPUT, "over %zu statements", DYNO_REPLAY_MAX);
    struct dyno_replay replay = {.entries = dyno_xcalloc(count + 1, sizeof *replay.entries)};
    const cJSON *at = arrays[0]->child;
    const cJSON *session = arrays[1]->child;
    const cJSON *query = arrays[2]->child;
    double before = 0;
    for (; at != NULL && session != NULL && query != NULL; replay.count++) {
        if (!is_whole(at, 0x1p53) || at->valuedouble < before ||
            !is_whole(session, (double)sessions) || !is_whole(query, (double)query_count))
            break;
        replay.entries[replay.count] =
            (struct dyno_replay_entry){.at_ns = (int64_t)at->valuedouble,
                                       .session = (uint32_t)session->valuedouble,
                                       .query = (uint32_t)query->valuedouble};
        before = at->valuedouble;
        at = at->next;
        session = session->next;
        query = query->next;
    }
    if (at != NULL || session != NULL || query != NULL) {
        size_t i = replay.count;
        dyno_replay_deinit(&replay);
        return dyno_err_set(err, DYNO_EINPUT,
                            "entry %zu: times must not fall, sessions and queries must be those of "
                            "the plan, and the three arrays be equally long",
                            i);
    }
    *out = replay;
    return DYNO_OK;
}
