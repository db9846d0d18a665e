#include "load/generator.h"

#include "base/alloc.h"
#include "load/machine.h"
#include "load/monitor.h"
#include "load/run.h"
#include "load/schedule.h"
#include "load/session.h"
#include "load/setup.h"
#include "load/steady.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SESSION_STACK       ((size_t)512 * 1024)
#define TICK_NS             (10 * DYNO_NS_PER_MS)
#define SLOW_TICK_NS        (50 * DYNO_NS_PER_MS)
#define FAST_CLAIMS         UINT64_C(1000)
#define POLL_NS             (50 * DYNO_NS_PER_MS)
#define CONNECT_PATIENCE_NS (110 * DYNO_NS_PER_S)
#define CANCEL_PATIENCE_NS  (5 * DYNO_NS_PER_S)
/* A session that is this long past its time limit, though it was cancelled, does not come back. */
#define STUCK_AFTER_NS    (30 * DYNO_NS_PER_S)
#define GO_POLL_NS        (5 * DYNO_NS_PER_MS)
#define CLOSE_PATIENCE_NS (4 * DYNO_NS_PER_S)
/* From the go to the epoch: time for the sessions to wake up. */
#define LEAD_NS             (5 * DYNO_NS_PER_MS)
#define LEAD_PER_SESSION_NS (10 * DYNO_NS_PER_US)
/* Slots of a closed loop that are kept ready ahead of the claims: what is claimed in a tick at 10 million/s,
 * or in a slow one, of which it was seen that the loop is not fast, at 2 million/s. */
#define RESERVE_AHEAD UINT64_C(100000)

/* What only the main thread knows. */
struct conductor {
    struct dyno_run *run;
    const struct dyno_generator_options *options;
    struct dyno_session *sessions;
    size_t session_count;
    size_t thread_count; /**< sessions whose thread was started */
    int stop_seen;
    int64_t drain_end_ns; /**< running statements are cut from here on */
    uint64_t reserved;
    uint64_t claimed_seen;
    struct dyno_monitor monitor;
    uint64_t look_at; /**< a warm-up until steady: statements done at which it is looked at next */
    struct dyno_steady *steady; /**< scratch for that */
};

static int asked_to_stop(const struct conductor *c)
{
    return c->options->stop == NULL ? 0 : atomic_load(c->options->stop);
}

static void set_state(struct conductor *c, enum dyno_trial_state state)
{
    atomic_store_explicit(&c->run->header->state, (uint32_t)state, memory_order_release);
}

static struct dyno_session *make_sessions(struct dyno_run *run, size_t count)
{
    struct dyno_session *sessions = dyno_xcalloc(count, sizeof *sessions);
    char *crash_stacks = dyno_xcalloc(count, DYNO_CRASH_STACK_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct dyno_session *session = &sessions[i];
        session->run = run;
        session->number = (uint32_t)i * run->shares + run->share;
        session->own_next = run->first_of == NULL ? 0 : run->first_of[i];
        dyno_rng_init(&session->rng, run->plan->seed, DYNO_STREAM_SESSIONS + session->number);
        dyno_rng_init(&session->thinking, run->plan->seed, DYNO_STREAM_THINKING + session->number);
        dyno_statement_text_init(&session->text, run->plan);
        session->crash_stack = crash_stacks + i * DYNO_CRASH_STACK_BYTES;
        session->mark = dyno_trial_file_mark(run->file, (uint32_t)i);
        session->seat = (struct dyno_crash_seat){
            .header = run->header, .mark = session->mark, .session = session->number};
        dyno_watch_init(&session->watch, run->ops, &session->conn, &session->seat);
    }
    return sessions;
}

static void free_sessions(struct dyno_session *sessions, size_t count)
{
    if (count > 0)
        free(sessions[0].crash_stack);
    for (size_t i = 0; i < count; i++) {
        dyno_statement_text_deinit(&sessions[i].text);
        dyno_watch_deinit(&sessions[i].watch);
    }
    free(sessions);
}

static enum dyno_status start_threads(struct conductor *c, struct dyno_err *err)
{
    pthread_attr_t attr;
    int failure = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, SESSION_STACK);
    while (failure == 0 && c->thread_count < c->session_count) {
        struct dyno_session *session = &c->sessions[c->thread_count];
        failure = pthread_create(&session->thread, &attr, dyno_session_main, session);
        c->thread_count += failure == 0;
    }
    pthread_attr_destroy(&attr);
    if (failure != 0)
        return dyno_err_set(
            err, DYNO_EENV,
            "cannot start the thread of session %zu of %zu: %s (limit of processes?)",
            c->thread_count, c->session_count, strerror(failure));
    return DYNO_OK;
}

/* Wait for all sessions at a step, looking at the stop flag. */
static enum dyno_status await_step(struct conductor *c, enum dyno_gate_step step,
                                   struct dyno_err *err)
{
    struct dyno_gate *gate = &c->run->gate;
    int64_t give_up_ns = dyno_now_ns() + CONNECT_PATIENCE_NS;
    while (!dyno_gate_await(gate, step, c->session_count, dyno_now_ns() + POLL_NS)) {
        if (dyno_gate_is_called_off(gate)) {
            pthread_mutex_lock(&c->run->error_lock);
            if (err != NULL)
                *err = c->run->failure;
            enum dyno_status status = c->run->failure.status;
            pthread_mutex_unlock(&c->run->error_lock);
            return status;
        }
        if (asked_to_stop(c) != 0)
            return dyno_err_set(err, DYNO_ECANCELLED, "stopped before load began");
        if (dyno_now_ns() > give_up_ns)
            return dyno_err_set(err, DYNO_ETIMEOUT, "the %zu sessions did not connect within %d s",
                                c->session_count, (int)(CONNECT_PATIENCE_NS / DYNO_NS_PER_S));
    }
    return DYNO_OK;
}

static void describe_target(struct conductor *c)
{
    struct dyno_trial_header *header = c->run->header;
    const struct dyno_target_info *info = &c->sessions[0].info;
    (void)snprintf(header->driver, sizeof header->driver, "%s", info->driver);
    (void)snprintf(header->driver_manager, sizeof header->driver_manager, "%s",
                   info->driver_manager);
    (void)snprintf(header->server, sizeof header->server, "%s", info->server);
    (void)snprintf(header->server_version, sizeof header->server_version, "%s",
                   info->server_version);
    header->threading_level = info->threading_level;
    header->is_pooled = info->is_pooled;
    header->is_traced = info->is_traced;
    for (size_t i = 0; i < c->session_count; i++)
        if (c->sessions[i].connect_ns > header->connect_ns)
            header->connect_ns = c->sessions[i].connect_ns;
}

static enum dyno_status connect_sessions(struct conductor *c, struct dyno_err *err)
{
    enum dyno_status status = start_threads(c, err);
    if (status == DYNO_OK)
        status = await_step(c, DYNO_GATE_UP, err);
    if (status != DYNO_OK)
        return status;
    dyno_gate_open(&c->run->gate, DYNO_GATE_UP);
    status = await_step(c, DYNO_GATE_CONNECTED, err);
    if (status != DYNO_OK)
        return status;
    describe_target(c);
    set_state(c, DYNO_TRIAL_CONNECTED);
    return DYNO_OK;
}

/* Until the parent has named the epoch, which it does once the last of its generators is connected. */
static enum dyno_status await_go(struct conductor *c, struct dyno_err *err)
{
    int64_t give_up_ns = dyno_now_ns() + 2 * CONNECT_PATIENCE_NS;
    while (atomic_load_explicit(&c->run->header->go_ns, memory_order_acquire) == 0) {
        if (asked_to_stop(c) != 0)
            return dyno_err_set(err, DYNO_ECANCELLED, "stopped before load began");
        if (dyno_now_ns() > give_up_ns)
            return dyno_err_set(err, DYNO_ETIMEOUT, "the other generators did not connect in time");
        dyno_sleep_ns(GO_POLL_NS);
    }
    return DYNO_OK;
}

/* The epoch: at once, at the agreed time, when the parent says, or as it was before a crash. */
static void set_epoch(struct conductor *c)
{
    struct dyno_run *run = c->run;
    struct dyno_trial_header *header = run->header;
    int64_t now_ns = dyno_run_now_ns(run);
    int64_t wall_ms = dyno_wall_ms();
    int64_t lead_ns = LEAD_NS + LEAD_PER_SESSION_NS * (int64_t)c->session_count;
    int64_t go_ns = atomic_load_explicit(&header->go_ns, memory_order_acquire);
    run->epoch_ns = header->epoch_monotonic_ns;
    if (c->options->is_resumed)
        return;
    /* Generators that share a trial agree on a time; each turns a wall time into its own clock's. */
    if (go_ns != 0 || c->options->start_wall_ms > 0) {
        int64_t agreed_ns =
            go_ns != 0 ? go_ns - now_ns : (c->options->start_wall_ms - wall_ms) * DYNO_NS_PER_MS;
        int64_t least_ns = go_ns != 0 ? 0 : lead_ns;
        header->late_ns = agreed_ns < least_ns ? least_ns - agreed_ns : 0;
        lead_ns = agreed_ns < least_ns ? least_ns : agreed_ns;
    }
    run->epoch_ns = now_ns + lead_ns;
    header->epoch_wall_ms = wall_ms + lead_ns / DYNO_NS_PER_MS;
    header->epoch_monotonic_ns = run->epoch_ns;
}

static void go(struct conductor *c)
{
    struct dyno_run *run = c->run;
    struct dyno_trial_header *header = run->header;
    const struct dyno_load_shape *load = &run->plan->load;
    set_epoch(c);
    dyno_machine_note(header);
    run->end_ns = INT64_MAX;
    c->drain_end_ns = INT64_MAX;
    if (!run->is_warmup) {
        header->measure_begin_ns = run->measure_begin_ns;
        header->measure_end_ns = run->measure_begin_ns + load->measure_ns;
        run->end_ns = run->epoch_ns + header->measure_end_ns;
        c->drain_end_ns = run->end_ns + load->drain_ns;
    }
    set_state(c, DYNO_TRIAL_WARMING);
    dyno_gate_open(&run->gate, DYNO_GATE_CONNECTED);
}

static void follow_stop(struct conductor *c, int64_t now_ns)
{
    int asked = asked_to_stop(c);
    if (asked <= c->stop_seen)
        return;
    c->stop_seen = asked;
    atomic_store(&c->run->header->was_interrupted, 1);
    atomic_store_explicit(&c->run->is_halted, 1, memory_order_release);
    int64_t patience_ns = asked >= 2 ? 0 : c->run->plan->load.drain_ns;
    if (now_ns + patience_ns < c->drain_end_ns)
        c->drain_end_ns = now_ns + patience_ns;
}

static void follow_phase(struct conductor *c, int64_t now_ns)
{
    const struct dyno_run *run = c->run;
    if (now_ns >= run->end_ns || dyno_run_is_halted(run))
        set_state(c, DYNO_TRIAL_DRAINING);
    else if (!run->is_warmup && now_ns >= run->epoch_ns + run->measure_begin_ns)
        set_state(c, DYNO_TRIAL_MEASURING);
}

/* A closed loop fills slots as fast as the server lets it: keep some ready, and notice the end. */
static void reserve_ahead(struct conductor *c)
{
    struct dyno_run *run = c->run;
    struct dyno_err failure = DYNO_ERR_INIT;
    enum dyno_status status = DYNO_OK;
    uint64_t claimed = atomic_load_explicit(&run->header->claimed, memory_order_relaxed);
    if (run->is_open_loop || run->is_warmup)
        return;
    if (claimed + RESERVE_AHEAD > c->reserved && c->reserved < run->capacity) {
        c->reserved = claimed + 2 * RESERVE_AHEAD;
        status = dyno_trial_file_reserve(run->file, c->reserved, &failure);
    } else if (claimed >= run->capacity) {
        status = dyno_err_set(&failure, DYNO_ELIMIT,
                              "the trial's %" PRIu64 " records are full: shorten the window",
                              run->capacity);
    }
    if (status != DYNO_OK)
        dyno_run_fail(run, &failure);
}

/* A warm-up with a floor and a ceiling ends once every query is steady. Looking costs as much as there
 * are records, so it is done each time a tenth more has been done. */
static void follow_warm_up(struct conductor *c)
{
    const struct dyno_load_shape *load = &c->run->plan->load;
    uint64_t floor = (uint64_t)load->warmup_executions * c->run->plan->query_count;
    uint64_t done = atomic_load_explicit(&c->run->header->done, memory_order_relaxed);
    if (!c->run->is_warmup || load->warmup_max <= load->warmup_executions || done < floor ||
        done < c->look_at || dyno_run_is_halted(c->run))
        return;
    c->look_at = done + done / 10 + 1;
    if (dyno_steady_look(c->run->file, c->run->plan->query_count, c->steady))
        atomic_store_explicit(&c->run->is_halted, 1, memory_order_release);
}

/* Look at every session; true once all have ended. If the driver holds every one of them in spite of its
 * time limit and of being cancelled, nothing is to be hoped for any more. */
static bool look_at_sessions(struct conductor *c, int64_t now_ns)
{
    struct dyno_err failure = DYNO_ERR_INIT;
    bool have_all_ended = true;
    size_t stuck = 0;
    for (size_t i = 0; i < c->session_count; i++) {
        struct dyno_session *session = &c->sessions[i];
        dyno_watch_look(&session->watch, now_ns, now_ns >= c->drain_end_ns);
        if (!atomic_load_explicit(&session->has_ended, memory_order_acquire))
            have_all_ended = false;
        stuck += dyno_watch_is_stuck(&session->watch, now_ns, STUCK_AFTER_NS);
    }
    if (stuck == c->session_count && !dyno_run_is_halted(c->run)) {
        (void)dyno_err_set(&failure, DYNO_ETIMEOUT,
                           "the driver holds all %zu sessions in a call, %d s past the time limit, "
                           "and ignores cancels",
                           stuck, (int)(STUCK_AFTER_NS / DYNO_NS_PER_S));
        dyno_run_fail(c->run, &failure);
        c->drain_end_ns = now_ns < c->drain_end_ns ? now_ns : c->drain_end_ns;
    }
    return have_all_ended;
}

/* Each look wakes a core that the server may need: only a fast loop, which eats up its slots, is looked at often. */
static int64_t pause_ns(struct conductor *c)
{
    uint64_t claimed = atomic_load_explicit(&c->run->header->claimed, memory_order_relaxed);
    /* Before the first claims nobody knows yet. */
    bool is_fast = c->claimed_seen == 0 || claimed - c->claimed_seen > FAST_CLAIMS;
    c->claimed_seen = claimed;
    return is_fast ? TICK_NS : SLOW_TICK_NS;
}

/* From the go until all sessions have ended, or those that have not are past help. */
static void conduct(struct conductor *c)
{
    struct dyno_run *run = c->run;
    for (;;) {
        int64_t now_ns = dyno_run_now_ns(run);
        follow_stop(c, now_ns);
        follow_phase(c, now_ns);
        reserve_ahead(c);
        follow_warm_up(c);
        if (look_at_sessions(c, now_ns))
            return;
        if (c->drain_end_ns != INT64_MAX && now_ns > c->drain_end_ns + CANCEL_PATIENCE_NS)
            return;
        int64_t wake_ns = now_ns + pause_ns(c);
        int64_t measure_ns = run->epoch_ns + run->measure_begin_ns;
        if (!run->is_warmup && now_ns < measure_ns && measure_ns < wake_ns)
            wake_ns = measure_ns; /* the state follows the phase at once */
        run->clock->sleep_until_ns(run->clock->ctx, wake_ns);
    }
}

static int64_t ns_of(struct timeval t)
{
    return (int64_t)t.tv_sec * DYNO_NS_PER_S + (int64_t)t.tv_usec * DYNO_NS_PER_US;
}

static void sum_up(struct conductor *c)
{
    struct dyno_trial_header *header = c->run->header;
    struct rusage usage;
    uint64_t claimed = atomic_load(&header->claimed);
    if (claimed > c->run->capacity)
        atomic_store(&header->claimed, c->run->capacity);
    for (size_t i = 0; i < c->session_count; i++)
        header->reconnects += atomic_load(&c->sessions[i].reconnects);
    for (size_t i = 0; i < c->session_count; i++)
        header->stuck += dyno_watch_is_stuck(&c->sessions[i].watch, INT64_MAX, 0);
    for (size_t i = 0; i < c->session_count; i++) {
        int64_t cpu_ns = atomic_load(&c->sessions[i].cpu_ns);
        header->thread_cpu_ns = cpu_ns > header->thread_cpu_ns ? cpu_ns : header->thread_cpu_ns;
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        int64_t rss_bytes = (int64_t)usage.ru_maxrss * 1024;
        header->cpu_user_ns += ns_of(usage.ru_utime); /* beside that of one that crashed */
        header->cpu_system_ns += ns_of(usage.ru_stime);
        if (rss_bytes > header->max_rss_bytes)
            header->max_rss_bytes = rss_bytes;
    }
    header->cpu_ratio =
        dyno_machine_cpu_ratio(header->cpu_user_ns + header->cpu_system_ns, header->measure_end_ns);
}

/* Have all threads come to their end, cancels included? They are joined then. */
static bool join_all(struct conductor *c)
{
    int64_t give_up_ns = dyno_now_ns() + CLOSE_PATIENCE_NS;
    if (!dyno_gate_await(&c->run->gate, DYNO_GATE_GONE, c->thread_count, give_up_ns))
        return false;
    for (size_t i = 0; i < c->thread_count; i++) {
        struct dyno_session *session = &c->sessions[i];
        pthread_join(session->thread, NULL);
        while (!dyno_watch_is_quiet(&session->watch)) {
            if (dyno_now_ns() > give_up_ns)
                return false;
            dyno_sleep_ns(DYNO_NS_PER_MS);
        }
    }
    return true;
}

static void end_trial(struct conductor *c, enum dyno_status status, const struct dyno_err *failure)
{
    if (status != DYNO_OK) {
        dyno_run_fail(c->run, failure);
        atomic_store(&c->run->header->was_interrupted, asked_to_stop(c) != 0);
    }
    sum_up(c);
    set_state(c, status == DYNO_OK ? DYNO_TRIAL_FINISHED : DYNO_TRIAL_FAILED);
}

/* The failure that a session reported while load ran, if any. */
static enum dyno_status late_failure(struct dyno_run *run, struct dyno_err *out)
{
    pthread_mutex_lock(&run->error_lock);
    *out = run->failure;
    pthread_mutex_unlock(&run->error_lock);
    return out->status;
}

enum dyno_status dyno_generate_in(const struct dyno_generator_options *options,
                                  const struct dyno_generator_world *world, struct dyno_err *err)
{
    struct dyno_run *run = NULL;
    struct dyno_err failure = DYNO_ERR_INIT;
    enum dyno_status status = dyno_run_new(options, world, &run, err);
    if (status != DYNO_OK)
        return status;
    struct conductor c = {.run = run, .options = options, .session_count = run->session_count};
    c.sessions = make_sessions(run, c.session_count);
    c.steady = dyno_xcalloc(run->plan->query_count, sizeof *c.steady);
    status = connect_sessions(&c, &failure);
    if (status == DYNO_OK && options->awaits_go && !options->is_resumed)
        status = await_go(&c, &failure);
    if (status == DYNO_OK) {
        dyno_monitor_start(&c.monitor);
        go(&c);
        conduct(&c);
        dyno_monitor_end(&c.monitor, run->header);
        status = late_failure(run, &failure);
    }
    end_trial(&c, status, &failure);
    free(c.steady);
    if (status != DYNO_OK && err != NULL)
        *err = failure;
    if (!join_all(&c)) {
        /* They may still use all of it: the memory is left to the end of the process. */
        dyno_log(options->log, DYNO_LOG_WARNING,
                 "a driver does not return from a call: its session is left behind");
        if (options->has_left_threads != NULL)
            *options->has_left_threads = true;
        return status;
    }
    free_sessions(c.sessions, c.session_count);
    dyno_run_free(run);
    return status;
}

enum dyno_status dyno_generate(const struct dyno_generator_options *options, struct dyno_err *err)
{
    const struct dyno_generator_world world = {.clock = dyno_clock_real(),
                                               .ops = dyno_target_ops(options->plan->target.kind)};
    return dyno_generate_in(options, &world, err);
}
