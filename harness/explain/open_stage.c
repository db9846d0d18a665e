#include "explain/open_stage.h"

#include "explain/task_chain.h"

#include <stdlib.h>
#include <string.h>

struct open_stage {
    int64_t id, job;
    struct dyno_trace *trace; /* borrowed */
    int64_t parents[DYNO_TRACE_PARENTS];
    int parent_count;
    struct dyno_vec tasks;       /* struct dyno_task, of all attempts */
    struct dyno_stage_cost cost; /* of the attempt that runs: sums so far */
    int64_t completed_attempts;
    bool has_cost;
    bool is_folded; /* not all of its tasks are kept */
};

void dyno_open_stages_init(struct dyno_open_stages *stages)
{
    *stages = (struct dyno_open_stages){.tasks = 0};
    dyno_vec_init(&stages->items, sizeof(struct open_stage));
}

void dyno_open_stages_deinit(struct dyno_open_stages *stages)
{
    for (size_t i = 0; i < stages->items.len; i++)
        dyno_vec_deinit(&((struct open_stage *)dyno_vec_at(&stages->items, i))->tasks);
    dyno_vec_deinit(&stages->items);
}

static struct open_stage *find(const struct dyno_open_stages *stages, int64_t id)
{
    for (size_t i = stages->items.len; i > 0; i--) {
        struct open_stage *stage = dyno_vec_at(&stages->items, i - 1);
        if (stage->id == id)
            return stage;
    }
    return NULL;
}

static void read_parents(struct open_stage *stage, struct dyno_span parents)
{
    struct dyno_scan scan = {parents.at, parents.at + parents.len, false};
    stage->parent_count = -1;
    if (parents.at == NULL || !dyno_scan_enter(&scan, '['))
        return;
    int count = 0;
    while (dyno_scan_more(&scan, ']')) {
        int64_t id = -1;
        if (count == DYNO_TRACE_PARENTS || !dyno_scan_i64(&scan, &id))
            return;
        stage->parents[count++] = id;
    }
    stage->parent_count = scan.is_broken ? -1 : count;
}

void dyno_open_stages_add(struct dyno_open_stages *stages, struct dyno_trace *trace,
                          const struct dyno_event_job *job)
{
    struct dyno_scan scan = {job->stages.at, job->stages.at + job->stages.len, false};
    if (job->stages.at == NULL || !dyno_scan_enter(&scan, '['))
        return;
    while (dyno_scan_more(&scan, ']')) {
        struct dyno_event_stage info;
        if (!dyno_event_read_stage(&scan, &info))
            return;
        if (info.id < 0 || find(stages, info.id) != NULL)
            continue;
        struct open_stage stage = {.id = info.id, .job = job->id, .trace = trace};
        dyno_vec_init(&stage.tasks, sizeof(struct dyno_task));
        read_parents(&stage, info.parents);
        dyno_vec_push(&stages->items, &stage);
    }
}

static void begin_attempt(struct open_stage *stage, int64_t attempt)
{
    dyno_stage_cost_init(&stage->cost, stage->id, attempt);
    stage->cost.job = stage->job;
    stage->cost.parent_count = stage->parent_count;
    memcpy(stage->cost.parents, stage->parents, sizeof stage->parents);
    stage->has_cost = true;
}

/* Tasks of a stage that failed are killed, and end, after it. */
static void add_late(struct open_stage *stage, const struct dyno_event_task *task)
{
    struct dyno_task ignored;
    for (size_t i = stage->trace->stages.len; i > 0; i--) {
        struct dyno_stage_cost *cost = dyno_vec_at(&stage->trace->stages, i - 1);
        if (cost->id == stage->id && cost->attempt == task->attempt) {
            dyno_task_read(task, cost, &ignored);
            return;
        }
    }
}

void dyno_open_stages_task(struct dyno_open_stages *stages, const struct dyno_event_task *task)
{
    struct open_stage *stage = find(stages, task->stage);
    struct dyno_task kept;
    if (stage == NULL)
        return;
    if (task->attempt < stage->completed_attempts) {
        add_late(stage, task);
        return;
    }
    if (!stage->has_cost || stage->cost.attempt != task->attempt)
        begin_attempt(stage, task->attempt);
    dyno_task_read(task, &stage->cost, &kept);
    if (task->launch_ms < 0 || task->finish_ms < task->launch_ms)
        return;
    if (stages->tasks >= DYNO_OPEN_TASKS_MAX) {
        stage->is_folded = true;
        stages->folded_tasks++;
        return;
    }
    dyno_vec_push(&stage->tasks, &kept);
    stages->tasks++;
}

static void drop_tasks(struct dyno_open_stages *stages, struct open_stage *stage)
{
    stages->tasks -= (int64_t)stage->tasks.len;
    dyno_vec_deinit(&stage->tasks);
    dyno_vec_init(&stage->tasks, sizeof(struct dyno_task));
    stage->has_cost = false;
    stage->is_folded = false;
}

/* The tasks of this attempt to the front; how many there are. */
static size_t gather(struct open_stage *stage, int64_t attempt)
{
    struct dyno_task *tasks = stage->tasks.items;
    size_t count = 0;
    for (size_t i = 0; i < stage->tasks.len; i++)
        if (tasks[i].attempt == attempt)
            tasks[count++] = tasks[i];
    return count;
}

static void hand_over(struct dyno_open_stages *stages, struct open_stage *stage)
{
    size_t count = gather(stage, stage->cost.attempt);
    bool is_folded = stage->is_folded;
    dyno_task_chain(&stage->cost, stage->tasks.items, is_folded ? 0 : count);
    if (!stage->cost.is_path_exact)
        dyno_task_shares(&stage->cost);
    dyno_vec_push(&stage->trace->stages, &stage->cost);
    drop_tasks(stages, stage);
}

int64_t dyno_open_stages_complete(struct dyno_open_stages *stages,
                                  const struct dyno_event_stage *event)
{
    struct open_stage *stage = find(stages, event->id);
    if (stage == NULL)
        return 0;
    if (!stage->has_cost || stage->cost.attempt != event->attempt)
        begin_attempt(stage, event->attempt);
    stage->cost.submit_ms = event->submit_ms;
    stage->cost.complete_ms = event->complete_ms;
    int64_t ended = stage->cost.tasks - stage->cost.failed_tasks - stage->cost.killed_tasks;
    hand_over(stages, stage);
    stage->completed_attempts = event->attempt + 1;
    return event->failure.at == NULL && ended < event->tasks ? event->tasks - ended : 0;
}

int64_t dyno_open_stages_end_job(struct dyno_open_stages *stages, int64_t job)
{
    int64_t skipped = 0;
    for (size_t i = 0; i < stages->items.len; i++) {
        struct open_stage *stage = dyno_vec_at(&stages->items, i);
        if (stage->job != job)
            continue;
        skipped += stage->completed_attempts == 0 && !stage->has_cost ? 1 : 0;
        if (!stage->has_cost)
            continue;
        stages->missing_stages++;
        stage->completed_attempts = stage->cost.attempt + 1;
        hand_over(stages, stage);
    }
    return skipped;
}

void dyno_open_stages_move(struct dyno_open_stages *stages, const struct dyno_trace *from,
                           struct dyno_trace *into)
{
    for (size_t i = 0; i < stages->items.len; i++) {
        struct open_stage *stage = dyno_vec_at(&stages->items, i);
        if (stage->trace == from)
            stage->trace = into;
    }
}

void dyno_open_stages_forget(struct dyno_open_stages *stages, const struct dyno_trace *trace)
{
    struct open_stage *items = stages->items.items;
    size_t kept = 0;
    for (size_t i = 0; i < stages->items.len; i++) {
        if (items[i].trace != trace) {
            items[kept++] = items[i];
            continue;
        }
        drop_tasks(stages, &items[i]);
    }
    stages->items.len = kept;
}
