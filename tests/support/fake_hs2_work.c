#include "support/fake_hs2_work.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "support/fake_hs2_effect.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum dyno_status fake_work_init(struct fake_work *work, const struct dyno_fake_hs2_options *options,
                                struct dyno_err *err)
{
    *work = (struct fake_work){
        .started_ns = options->base_ns != 0 ? options->base_ns : dyno_now_ns(),
        .long_poll_ns = options->long_poll_ns > 0 ? options->long_poll_ns : 5 * DYNO_NS_PER_S,
        .fail_every = options->fail_every,
        .freeze_count = options->freeze_count,
        .slot_count = options->slots,
    };
    pthread_mutex_init(&work->lock, NULL);
    pthread_condattr_init(&work->clock);
    pthread_condattr_setclock(&work->clock, CLOCK_MONOTONIC);
    pthread_cond_init(&work->stopping, &work->clock);
    fake_service_init(&work->service, options);
    work->freezes = dyno_xcalloc(options->freeze_count + 1, sizeof *work->freezes);
    for (size_t i = 0; i < options->freeze_count; i++) {
        work->freezes[i] = options->freezes[i];
        work->freezes[i].at_ns += work->started_ns;
    }
    work->effects = dyno_xcalloc(options->effect_count + 1, sizeof *work->effects);
    for (size_t i = 0; i < options->effect_count; i++) {
        enum dyno_status status = fake_effect_parse(options->effects[i], &work->effects[i], err);
        work->effect_count++;
        if (status != DYNO_OK)
            return status;
    }
    work->slot_free_ns = dyno_xcalloc(options->slots + 1, sizeof *work->slot_free_ns);
    if (options->log_path != NULL) {
        work->log = fopen(options->log_path, "w");
        if (work->log == NULL)
            return dyno_err_set(err, DYNO_EIO, "opening '%s' failed", options->log_path);
    }
    return DYNO_OK;
}

void fake_work_deinit(struct fake_work *work)
{
    if (work->log != NULL)
        (void)fclose(work->log);
    for (size_t i = 0; i < work->effect_count; i++)
        fake_effect_deinit(&work->effects[i]);
    free(work->effects);
    free(work->slot_free_ns);
    free(work->freezes);
    pthread_cond_destroy(&work->stopping);
    pthread_condattr_destroy(&work->clock);
    pthread_mutex_destroy(&work->lock);
}

void fake_work_stop(struct fake_work *work)
{
    pthread_mutex_lock(&work->lock);
    work->is_stopping = true;
    pthread_cond_broadcast(&work->stopping);
    for (size_t i = 0; i < FAKE_BUCKETS; i++)
        for (struct fake_operation *o = work->table[i]; o != NULL; o = o->next)
            pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&work->lock);
}

/*
 * Work is scheduled in run time: monotonic time that stands still while the server is frozen. So a
 * freeze prolongs what runs, and what queues, by exactly its length.
 */
static int64_t run_of_wall(const struct fake_work *work, int64_t wall_ns)
{
    int64_t frozen = 0;
    for (size_t i = 0; i < work->freeze_count; i++) {
        int64_t inside = wall_ns - work->freezes[i].at_ns;
        if (inside > 0)
            frozen += inside < work->freezes[i].for_ns ? inside : work->freezes[i].for_ns;
    }
    return wall_ns - frozen;
}

static int64_t wall_of_run(const struct fake_work *work, int64_t run_ns)
{
    int64_t wall = run_ns;
    for (size_t i = 0; i < work->freeze_count; i++)
        if (wall > work->freezes[i].at_ns)
            wall += work->freezes[i].for_ns;
    return wall;
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / DYNO_NS_PER_S),
                             .tv_nsec = (long)(ns % DYNO_NS_PER_S)};
}

/* When the freeze that holds at `now` ends; `now` if there is none. */
static int64_t thaw_ns(const struct fake_work *work, int64_t now)
{
    for (size_t i = 0; i < work->freeze_count; i++) {
        int64_t end = work->freezes[i].at_ns + work->freezes[i].for_ns;
        if (now >= work->freezes[i].at_ns && now < end)
            return end;
    }
    return now;
}

void fake_work_thaw(struct fake_work *work)
{
    int64_t now = dyno_now_ns();
    int64_t end = thaw_ns(work, now);
    if (end == now)
        return;
    struct timespec at = timespec_of(end);
    pthread_mutex_lock(&work->lock);
    while (!work->is_stopping && dyno_now_ns() < end)
        (void)pthread_cond_timedwait(&work->stopping, &work->lock, &at);
    pthread_mutex_unlock(&work->lock);
}

/* Under the lock: arrival order is the order of the queue. */
static void schedule(struct fake_work *work, struct fake_operation *operation, int64_t service_ns)
{
    int64_t start_run = run_of_wall(work, operation->received_ns);
    size_t slot = 0;
    for (size_t i = 1; i < work->slot_count; i++)
        if (work->slot_free_ns[i] < work->slot_free_ns[slot])
            slot = i;
    if (work->slot_count > 0 && work->slot_free_ns[slot] > start_run)
        start_run = work->slot_free_ns[slot];
    operation->slot = slot;
    operation->slot_end_ns = start_run + service_ns;
    work->slot_free_ns[slot] = operation->slot_end_ns;
    operation->start_ns = wall_of_run(work, start_run);
    operation->end_ns = wall_of_run(work, operation->slot_end_ns);
}

static struct fake_operation *new_operation(struct fake_work *work, struct fake_result *result)
{
    struct fake_operation *operation = dyno_xcalloc(1, sizeof *operation);
    operation->result = *result;
    *result = (struct fake_result){.columns = NULL};
    operation->received_ns = dyno_now_ns();
    operation->start_ns = operation->received_ns;
    operation->end_ns = operation->received_ns;
    operation->limit_ns = INT64_MAX;
    pthread_cond_init(&operation->changed, &work->clock);
    return operation;
}

/* Under the lock. */
static void enter(struct fake_work *work, struct fake_operation *operation)
{
    operation->id = ++work->last_id;
    struct fake_operation **bucket = &work->table[operation->id % FAKE_BUCKETS];
    operation->next = *bucket;
    *bucket = operation;
}

struct fake_operation *fake_work_submit_take(struct fake_work *work, struct fake_meaning *meaning,
                                             char *text, int64_t timeout_s)
{
    struct fake_operation *operation = new_operation(work, &meaning->result);
    operation->text = text;
    operation->sqlstate = meaning->sqlstate;
    operation->error = meaning->error;
    if (timeout_s > 0)
        operation->limit_ns = operation->received_ns + timeout_s * DYNO_NS_PER_S;
    pthread_mutex_lock(&work->lock);
    enter(work, operation);
    work->statement_count++;
    if (work->fail_every > 0 && work->statement_count % work->fail_every == 0) {
        operation->sqlstate = "XX000";
        operation->error = "[INTERNAL_ERROR] the script says that this statement fails";
    }
    int64_t service_ns = meaning->service_ns;
    if (service_ns < 0)
        service_ns = fake_service_next_ns(&work->service, operation->received_ns - work->started_ns,
                                          meaning->factor);
    schedule(work, operation, service_ns);
    pthread_mutex_unlock(&work->lock);
    return operation;
}

double fake_work_factor(const struct fake_work *work, const struct fake_settings *settings)
{
    return exp(fake_effects_sum(work->effects, work->effect_count, settings));
}

uint64_t fake_work_next_id(struct fake_work *work)
{
    pthread_mutex_lock(&work->lock);
    uint64_t id = ++work->last_id;
    pthread_mutex_unlock(&work->lock);
    return id;
}

struct fake_operation *fake_work_submit_catalog_take(struct fake_work *work,
                                                     struct fake_result *result)
{
    struct fake_operation *operation = new_operation(work, result);
    pthread_mutex_lock(&work->lock);
    enter(work, operation);
    pthread_mutex_unlock(&work->lock);
    return operation;
}

/* Under the lock. */
static enum dyno_hs2_state state_at(const struct fake_operation *operation, int64_t now)
{
    if (operation->is_cancelled)
        return DYNO_HS2_STATE_CANCELED;
    int64_t end = operation->end_ns < operation->limit_ns ? operation->end_ns : operation->limit_ns;
    if (now < end)
        return now < operation->start_ns ? DYNO_HS2_STATE_PENDING : DYNO_HS2_STATE_RUNNING;
    if (operation->limit_ns < operation->end_ns)
        return DYNO_HS2_STATE_TIMEDOUT;
    return operation->error != NULL ? DYNO_HS2_STATE_ERROR : DYNO_HS2_STATE_FINISHED;
}

static bool is_under_way(enum dyno_hs2_state state)
{
    return state == DYNO_HS2_STATE_PENDING || state == DYNO_HS2_STATE_RUNNING;
}

enum dyno_hs2_state fake_work_state(struct fake_work *work, struct fake_operation *operation,
                                    bool may_wait)
{
    pthread_mutex_lock(&work->lock);
    int64_t now = dyno_now_ns();
    int64_t give_up = now + work->long_poll_ns;
    enum dyno_hs2_state state = state_at(operation, now);
    while (may_wait && is_under_way(state) && now < give_up && !work->is_stopping) {
        int64_t until = operation->end_ns < give_up ? operation->end_ns : give_up;
        until = operation->limit_ns < until ? operation->limit_ns : until;
        struct timespec at = timespec_of(until);
        (void)pthread_cond_timedwait(&operation->changed, &work->lock, &at);
        now = dyno_now_ns();
        state = state_at(operation, now);
    }
    if (operation->told_ns == 0 && !is_under_way(state))
        operation->told_ns = now;
    pthread_mutex_unlock(&work->lock);
    return state;
}

bool fake_work_cancel(struct fake_work *work, uint64_t id)
{
    pthread_mutex_lock(&work->lock);
    struct fake_operation *operation = work->table[id % FAKE_BUCKETS];
    while (operation != NULL && operation->id != id)
        operation = operation->next;
    int64_t now = dyno_now_ns();
    if (operation != NULL && is_under_way(state_at(operation, now))) {
        operation->is_cancelled = true;
        operation->cancelled_ns = now;
        if (work->slot_free_ns[operation->slot] == operation->slot_end_ns)
            work->slot_free_ns[operation->slot] = run_of_wall(work, now);
        pthread_cond_broadcast(&operation->changed);
    }
    pthread_mutex_unlock(&work->lock);
    return operation != NULL;
}

/* Under the lock. What had not ended when it was forgotten ended then. */
static void log_truth(struct fake_work *work, const struct fake_operation *operation)
{
    static const char *const outcomes[] = {
        [DYNO_HS2_STATE_RUNNING] = "abandoned",  [DYNO_HS2_STATE_PENDING] = "abandoned",
        [DYNO_HS2_STATE_FINISHED] = "finished",  [DYNO_HS2_STATE_ERROR] = "failed",
        [DYNO_HS2_STATE_CANCELED] = "cancelled", [DYNO_HS2_STATE_TIMEDOUT] = "timed_out",
    };
    int64_t now = dyno_now_ns();
    enum dyno_hs2_state state = state_at(operation, now);
    int64_t end = operation->end_ns;
    if (operation->is_cancelled)
        end = operation->cancelled_ns;
    else if (state == DYNO_HS2_STATE_TIMEDOUT)
        end = operation->limit_ns;
    else if (is_under_way(state))
        end = now;
    (void)fprintf(
        work->log, "%lld\t%lld\t%lld\t%lld\t%lld\t%s\t", (long long)operation->received_ns,
        (long long)(operation->start_ns < end ? operation->start_ns : end), (long long)end,
        (long long)operation->told_ns, (long long)operation->fetched_ns, outcomes[state]);
    for (const char *c = operation->text; *c != '\0'; c++)
        (void)fputc((unsigned char)*c < ' ' ? ' ' : *c, work->log);
    (void)fputc('\n', work->log);
}

void fake_work_forget(struct fake_work *work, struct fake_operation *operation)
{
    pthread_mutex_lock(&work->lock);
    struct fake_operation **link = &work->table[operation->id % FAKE_BUCKETS];
    while (*link != operation)
        link = &(*link)->next;
    *link = operation->next;
    if (work->log != NULL && operation->text != NULL)
        log_truth(work, operation);
    pthread_mutex_unlock(&work->lock);
    pthread_cond_destroy(&operation->changed);
    fake_result_deinit(&operation->result);
    free(operation->text);
    free(operation);
}
