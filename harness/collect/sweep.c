#include "collect/sweep.h"

#include "base/alloc.h"
#include "collect/root.h"

#include <stdlib.h>
#include <string.h>

void dyno_sweep_init(struct dyno_sweep *sweep, struct dyno_feed *feed, const char *tag)
{
    *sweep = (struct dyno_sweep){
        .feed = feed, .last_id_before = -1, .stages_per_job = 1, .cursor = {0, -1, -1, false}};
    sweep->needle = dyno_xasprintf("sparkdyno %s:", tag);
    dyno_shelf_init(&sweep->jobs);
    dyno_shelf_init(&sweep->stages);
    dyno_shelf_init(&sweep->executions);
    dyno_vec_init(&sweep->seen_jobs, sizeof(int64_t));
}

void dyno_sweep_deinit(struct dyno_sweep *sweep)
{
    free(sweep->needle);
    dyno_shelf_deinit(&sweep->jobs);
    dyno_shelf_deinit(&sweep->stages);
    dyno_shelf_deinit(&sweep->executions);
    dyno_vec_deinit(&sweep->seen_jobs);
}

bool dyno_sweep_is_tagged(const struct dyno_sweep *sweep, const char *description)
{
    return description != NULL && strstr(description, sweep->needle) != NULL;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted without repeats. */
static void tidy_ids(struct dyno_vec *ids)
{
    int64_t *all = ids->items;
    size_t kept = 0;
    if (ids->len == 0)
        return;
    qsort(all, ids->len, sizeof *all, compare_ids);
    for (size_t i = 0; i < ids->len; i++) {
        if (kept == 0 || all[kept - 1] != all[i])
            all[kept++] = all[i];
    }
    ids->len = kept;
}

static bool has_id(const struct dyno_vec *ids, int64_t id)
{
    return ids->len > 0 && bsearch(&id, ids->items, ids->len, sizeof id, compare_ids) != NULL;
}

static void add_ids(struct dyno_vec *ids, const cJSON *object, const char *key)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        int64_t id = cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 9e15
                         ? (int64_t)item->valuedouble
                         : -1;
        if (id >= 0)
            dyno_vec_push(ids, &id);
    }
}

/* Job groups of the tagged jobs, ids of the jobs that tagged executions name, and root executions: all
 * lead to jobs that do not carry the tag themselves. */
struct leads {
    struct dyno_vec groups; /* const char *, borrowed from the shelf */
    struct dyno_vec job_ids;
    struct dyno_vec roots; /* int64_t, ids of executions */
};

static void add_id(struct dyno_vec *ids, int64_t id)
{
    if (id >= 0)
        dyno_vec_push(ids, &id);
}

static void find_leads(const struct dyno_sweep *sweep, struct leads *leads)
{
    dyno_vec_init(&leads->groups, sizeof(const char *));
    dyno_vec_init(&leads->job_ids, sizeof(int64_t));
    dyno_vec_init(&leads->roots, sizeof(int64_t));
    for (size_t i = 0; i < sweep->jobs.items.len; i++) {
        const cJSON *job = dyno_shelf_at(&sweep->jobs, i)->json;
        const char *group = dyno_json_string_or(job, "jobGroup", NULL);
        if (group != NULL && group[0] != '\0')
            dyno_vec_push(&leads->groups, &group);
        add_id(&leads->roots, dyno_root_of_job(job));
    }
    for (size_t i = 0; i < sweep->executions.items.len; i++) {
        const cJSON *execution = dyno_shelf_at(&sweep->executions, i)->json;
        add_id(&leads->roots, dyno_shelf_at(&sweep->executions, i)->id);
        add_ids(&leads->job_ids, execution, "runningJobIds");
        add_ids(&leads->job_ids, execution, "successJobIds");
        add_ids(&leads->job_ids, execution, "failedJobIds");
    }
    if (leads->groups.len > 0)
        qsort(leads->groups.items, leads->groups.len, sizeof(const char *), compare_texts);
    tidy_ids(&leads->job_ids);
    tidy_ids(&leads->roots);
}

static bool is_led_to(const struct leads *leads, const cJSON *job)
{
    const char *group = dyno_json_string_or(job, "jobGroup", NULL);
    if (has_id(&leads->job_ids, dyno_json_i64_or(job, "jobId", -1)) ||
        has_id(&leads->roots, dyno_root_of_job(job)))
        return true;
    return group != NULL && leads->groups.len > 0 &&
           bsearch(&group, leads->groups.items, leads->groups.len, sizeof group, compare_texts) !=
               NULL;
}

static void keep_job(struct dyno_sweep *sweep, cJSON *list, cJSON *job)
{
    int64_t id = dyno_json_i64_or(job, "jobId", -1);
    (void)cJSON_DetachItemViaPointer(list, job);
    dyno_shape_trim(DYNO_SHAPE_JOB, job, &sweep->odd);
    dyno_shelf_put(&sweep->jobs, id, 0, job);
}

/* Spark lists the newest first: backwards, the shelf grows at its end. */
static cJSON *last_of(const cJSON *list)
{
    return cJSON_IsArray(list) && list->child != NULL ? list->child->prev : NULL;
}

static cJSON *before(const cJSON *list, const cJSON *item)
{
    return item == list->child ? NULL : item->prev;
}

static void keep_tagged(struct dyno_sweep *sweep, cJSON *list)
{
    cJSON *next = NULL;
    for (cJSON *job = last_of(list); job != NULL; job = next) {
        int64_t id = dyno_json_i64_or(job, "jobId", -1);
        next = before(list, job);
        if (id < 0)
            continue;
        dyno_vec_push(&sweep->seen_jobs, &id);
        if (dyno_sweep_is_tagged(sweep, dyno_json_string_or(job, "description", NULL)))
            keep_job(sweep, list, job);
    }
    tidy_ids(&sweep->seen_jobs);
}

/* Matched first and kept afterwards: the leads point into jobs that keeping may replace. */
static void keep_led_to(struct dyno_sweep *sweep, cJSON *list)
{
    struct dyno_vec matches = DYNO_VEC_INIT(cJSON *);
    struct leads leads;
    find_leads(sweep, &leads);
    for (cJSON *job = last_of(list); job != NULL; job = before(list, job)) {
        if (dyno_json_i64_or(job, "jobId", -1) >= 0 && is_led_to(&leads, job))
            dyno_vec_push(&matches, &job);
    }
    dyno_vec_deinit(&leads.groups);
    dyno_vec_deinit(&leads.job_ids);
    dyno_vec_deinit(&leads.roots);
    for (size_t i = 0; i < matches.len; i++)
        keep_job(sweep, list, *(cJSON **)dyno_vec_at(&matches, i));
    dyno_vec_deinit(&matches);
}

/* Stages are kept in as small a number as jobs, so their number per job says when to sweep. */
static void rate_stages(struct dyno_sweep *sweep, const cJSON *list)
{
    const cJSON *job = NULL;
    double jobs = 0;
    double stages = 0;
    cJSON_ArrayForEach(job, list)
    {
        jobs++;
        stages += cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(job, "stageIds"));
    }
    if (jobs > 0)
        sweep->stages_per_job = stages > jobs ? stages / jobs : 1;
}

static enum dyno_status sweep_jobs(struct dyno_sweep *sweep, struct dyno_err *err)
{
    cJSON *list = NULL;
    enum dyno_status status = dyno_feed_get_app(sweep->feed, &list, err, "/jobs");
    if (status == DYNO_OK && !cJSON_IsArray(list))
        status = dyno_err_set(err, DYNO_EPROTO, "Spark's '/jobs' is no list");
    if (status == DYNO_OK) {
        rate_stages(sweep, list);
        keep_tagged(sweep, list);
        keep_led_to(sweep, list);
    }
    cJSON_Delete(list);
    return status;
}

enum dyno_status dyno_sweep_run(struct dyno_sweep *sweep, bool is_last, struct dyno_err *err)
{
    struct dyno_err sql_err = DYNO_ERR_INIT;
    enum dyno_status sql_status = dyno_sweep_executions(sweep, is_last, &sql_err);
    enum dyno_status status = sweep_jobs(sweep, err);
    if (status == DYNO_OK)
        status = dyno_sweep_stages(sweep, is_last, err);
    if (status == DYNO_OK && sql_status != DYNO_OK) {
        status = sql_status;
        if (err != NULL)
            *err = sql_err;
    }
    return status;
}

int64_t dyno_sweep_next_job(const struct dyno_sweep *sweep)
{
    const int64_t *seen = sweep->seen_jobs.items;
    return sweep->seen_jobs.len > 0 ? seen[sweep->seen_jobs.len - 1] + 1 : 0;
}

int64_t dyno_sweep_lost_jobs(const struct dyno_sweep *sweep, int64_t first_id, int64_t end_id)
{
    const int64_t *seen = sweep->seen_jobs.items;
    size_t count = sweep->seen_jobs.len;
    int64_t found = 0;
    if (first_id < 0)
        first_id = sweep->jobs.items.len > 0 ? dyno_shelf_at(&sweep->jobs, 0)->id : 0;
    if (end_id < 0)
        end_id = dyno_sweep_next_job(sweep);
    for (size_t i = 0; i < count; i++)
        found += seen[i] >= first_id && seen[i] < end_id ? 1 : 0;
    return end_id > first_id ? end_id - first_id - found : 0;
}

int64_t dyno_sweep_running_jobs(const struct dyno_sweep *sweep, int64_t *first_out)
{
    int64_t count = 0;
    *first_out = -1;
    for (size_t i = 0; i < sweep->jobs.items.len; i++) {
        const struct dyno_shelf_item *job = dyno_shelf_at(&sweep->jobs, i);
        if (strcmp(dyno_json_string_or(job->json, "status", ""), "RUNNING") != 0)
            continue;
        *first_out = count++ == 0 ? job->id : *first_out;
    }
    return count;
}
