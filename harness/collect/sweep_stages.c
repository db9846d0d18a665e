#include "collect/sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Multiples of 0.05 only: Spark keeps those, and rescans all tasks for others. */
#define QUERY "?details=false&withSummaries=true&quantiles=0.0,0.25,0.5,0.75,0.95,1.0"

/* From so many stages on, one listing of all of them without summaries (25 to 70 ms per 1000 retained
 * ones, measured) pays for itself: it names those that were skipped, which are close to half under AQE. */
#define LISTING_PAYS_FROM 40
/* A summary costs 1.5 to 3 ms asked for alone and 0.6 ms in a listing of everything that Spark retains. */
#define BULK_SHARE 0.4

static bool is_skipped(const cJSON *stage)
{
    return strcmp(dyno_json_string_or(stage, "status", ""), "SKIPPED") == 0;
}

static bool is_over(const cJSON *document)
{
    static const char *const over[] = {"COMPLETE", "FAILED", "SUCCEEDED", "SKIPPED"};
    const char *status = dyno_json_string_or(document, "status", "");
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        if (strcmp(status, over[i]) == 0)
            return true;
    }
    return false;
}

static bool as_id(const cJSON *item, int64_t *out)
{
    double value = cJSON_GetNumberValue(item);
    if (!(value >= 0 && value < 9e15))
        return false;
    *out = (int64_t)value;
    return true;
}

static bool has_stage(const struct dyno_sweep *sweep, int64_t id)
{
    const struct dyno_shelf_item *item = dyno_shelf_find(&sweep->stages, id, 0);
    return item != NULL && is_over(item->json);
}

/* Everything that Spark lists, by number. */
struct listing {
    struct dyno_shelf stages;
    bool is_known;
    bool has_summaries;
};

static enum dyno_status list_stages(struct dyno_sweep *sweep, bool with_summaries,
                                    struct listing *listing, struct dyno_err *err)
{
    cJSON *list = NULL;
    cJSON *next = NULL;
    enum dyno_status status =
        with_summaries ? dyno_feed_get_app(sweep->feed, &list, err, "/stages" QUERY)
                       : dyno_feed_get_app(sweep->feed, &list, err, "/stages?details=false");
    if (status == DYNO_OK && cJSON_IsArray(list)) {
        dyno_shelf_deinit(&listing->stages);
        dyno_shelf_init(&listing->stages);
        listing->is_known = true;
        listing->has_summaries = with_summaries;
        for (cJSON *stage = list->child == NULL ? NULL : list->child->prev; stage != NULL;
             stage = next) {
            int64_t id = dyno_json_i64_or(stage, "stageId", -1);
            int64_t attempt = dyno_json_i64_or(stage, "attemptId", 0);
            next = stage == list->child ? NULL : stage->prev;
            (void)cJSON_DetachItemViaPointer(list, stage);
            dyno_shelf_put(&listing->stages, id, attempt, stage);
        }
    }
    cJSON_Delete(list);
    /* Too much to be listed at once: each stage is asked for alone, which always works. */
    return status == DYNO_ELIMIT ? DYNO_OK : status;
}

/* What became of the stages of one job. */
struct tally {
    int64_t skipped; /* said to be skipped, or not listed any more */
    bool is_whole;   /* none of them runs */
};

/* Takes `stage` over. */
static void keep_attempt(struct dyno_sweep *sweep, cJSON *stage, int64_t id, struct tally *tally)
{
    if (!is_over(stage))
        tally->is_whole = false;
    int64_t attempt = dyno_json_i64_or(stage, "attemptId", 0);
    dyno_shape_trim(DYNO_SHAPE_STAGE, stage, &sweep->odd);
    dyno_shelf_put(&sweep->stages, id, attempt, stage);
}

static enum dyno_status ask_for_stage(struct dyno_sweep *sweep, int64_t id, struct tally *tally,
                                      struct dyno_err *err)
{
    cJSON *list = NULL;
    cJSON *next = NULL;
    bool was_skipped = false;
    enum dyno_status status =
        dyno_feed_get_app(sweep->feed, &list, err, "/stages/%" PRId64 QUERY, id);
    for (cJSON *stage = cJSON_IsArray(list) ? list->child : NULL; stage != NULL; stage = next) {
        next = stage->next;
        if (dyno_json_i64_or(stage, "stageId", -1) != id)
            continue;
        if (is_skipped(stage)) {
            was_skipped = true;
            continue;
        }
        keep_attempt(sweep, cJSON_DetachItemViaPointer(list, stage), id, tally);
    }
    cJSON_Delete(list);
    tally->skipped += was_skipped || status == DYNO_ENOTFOUND ? 1 : 0;
    return status == DYNO_ENOTFOUND ? DYNO_OK : status;
}

/* Does the listing say all there is about this stage? Without a finished task there is no summary. */
static bool is_enough(const struct listing *listing, const struct dyno_shelf_item *item)
{
    return listing->has_summaries ||
           (is_over(item->json) && dyno_json_i64_or(item->json, "numCompleteTasks", -1) == 0 &&
            dyno_shelf_find(&listing->stages, item->id, item->attempt + 1) == NULL);
}

static enum dyno_status read_stage(struct dyno_sweep *sweep, struct listing *listing, int64_t id,
                                   struct tally *tally, struct dyno_err *err)
{
    struct dyno_shelf_item *item = dyno_shelf_find(&listing->stages, id, 0);
    if (!listing->is_known)
        return ask_for_stage(sweep, id, tally, err);
    if (item == NULL || is_skipped(item->json)) {
        tally->skipped++;
        return DYNO_OK;
    }
    if (!is_enough(listing, item))
        return ask_for_stage(sweep, id, tally, err);
    for (int64_t attempt = 0; item != NULL && item->json != NULL;
         item = dyno_shelf_find(&listing->stages, id, ++attempt)) {
        keep_attempt(sweep, item->json, id, tally);
        item->json = NULL;
    }
    return DYNO_OK;
}

static bool is_due(const struct dyno_shelf_item *job, bool is_last)
{
    return !job->is_settled && (is_last || is_over(job->json));
}

/* A job is settled once it and its stages are over and read. */
static enum dyno_status read_job(struct dyno_sweep *sweep, struct listing *listing,
                                 struct dyno_shelf_item *job, bool is_last, struct dyno_err *err)
{
    const cJSON *item = NULL;
    struct tally tally = {.skipped = 0, .is_whole = is_over(job->json)};
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(job->json, "stageIds"))
    {
        int64_t id = -1;
        enum dyno_status status = DYNO_OK;
        if (as_id(item, &id) && !has_stage(sweep, id))
            status = read_stage(sweep, listing, id, &tally, err);
        if (status != DYNO_OK)
            return status;
    }
    int64_t lost = tally.skipped - dyno_json_i64_or(job->json, "numSkippedStages", 0);
    if (lost > 0 && (tally.is_whole || is_last))
        sweep->lost_stages += lost;
    job->is_settled = tally.is_whole;
    return DYNO_OK;
}

/* How many stages the jobs still wait for; of those in the listing that ran, once it is known. */
static int64_t count_wanted(const struct dyno_sweep *sweep, const struct listing *listing,
                            bool is_last)
{
    int64_t count = 0;
    for (size_t i = 0; i < sweep->jobs.items.len; i++) {
        const struct dyno_shelf_item *job = dyno_shelf_at(&sweep->jobs, i);
        const cJSON *item = NULL;
        if (!is_due(job, is_last))
            continue;
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(job->json, "stageIds"))
        {
            int64_t id = -1;
            if (!as_id(item, &id) || has_stage(sweep, id))
                continue;
            const struct dyno_shelf_item *listed = dyno_shelf_find(&listing->stages, id, 0);
            bool is_gone = listing->is_known && (listed == NULL || is_skipped(listed->json));
            count += is_gone ? 0 : 1;
        }
    }
    return count;
}

static enum dyno_status choose_listing(struct dyno_sweep *sweep, bool is_last,
                                       struct listing *listing, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    if (count_wanted(sweep, listing, is_last) < LISTING_PAYS_FROM)
        return DYNO_OK;
    status = list_stages(sweep, false, listing, err);
    if (status != DYNO_OK || !listing->is_known)
        return status;
    double wanted = (double)count_wanted(sweep, listing, is_last);
    if (wanted > BULK_SHARE * (double)listing->stages.items.len)
        status = list_stages(sweep, true, listing, err);
    return status;
}

enum dyno_status dyno_sweep_stages(struct dyno_sweep *sweep, bool is_last, struct dyno_err *err)
{
    struct listing listing = {.is_known = false};
    dyno_shelf_init(&listing.stages);
    enum dyno_status status = choose_listing(sweep, is_last, &listing, err);
    for (size_t i = 0; i < sweep->jobs.items.len && status == DYNO_OK; i++) {
        struct dyno_shelf_item *job = dyno_shelf_at(&sweep->jobs, i);
        if (is_due(job, is_last))
            status = read_job(sweep, &listing, job, is_last, err);
    }
    dyno_shelf_deinit(&listing.stages);
    return status;
}
