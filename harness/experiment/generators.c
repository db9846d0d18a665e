#include "experiment/generators.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "experiment/child.h"
#include "experiment/salvage.h"
#include "load/crash.h"
#include "load/merge.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_PATIENCE_NS (120 * DYNO_NS_PER_S)
#define END_PATIENCE_NS     (30 * DYNO_NS_PER_S)
/* What a generator gets to end by itself after the second stop. */
#define HASTE_NS (8 * DYNO_NS_PER_S)
#define POLL_NS  (50 * DYNO_NS_PER_MS)
/* From naming the begin to the begin: every session wakes up and looks at it. */
#define LEAD_NS             (50 * DYNO_NS_PER_MS)
#define LEAD_PER_SESSION_NS (10 * DYNO_NS_PER_US)

struct generator {
    char *path; /* of its trial file */
    char *log_path;
    char share[32]; /* "2/3" */
    pid_t pid;
    bool is_running;
    int restarts;
    bool was_killed;
    struct dyno_trial_file *file; /* NULL: none to be seen yet */
};

struct fleet {
    struct dyno_bench *bench;
    const struct dyno_trial_plan *plan;
    const struct dyno_generators_watch *watch;
    struct dyno_generated *out;
    char *plan_path;
    struct generator *all;
    size_t count;
    int64_t deadline_ns;
    int signals_sent;
    bool has_epoch;
    bool has_go;
    bool is_called_off;
};

/* Longest that a trial may take, from the go on, if everything in it runs into its own limit. */
static int64_t trial_limit_ns(const struct dyno_trial_plan *plan)
{
    const struct dyno_load_shape *load = &plan->load;
    int64_t limit = CONNECT_PATIENCE_NS + load->drain_ns + load->timeout_ns + END_PATIENCE_NS;
    if (plan->is_warmup)
        return limit +
               dyno_load_shape_warmup_most(load) * (int64_t)plan->query_count * load->timeout_ns;
    return limit + load->trial_warmup_ns + load->measure_ns;
}

static enum dyno_status start_one(struct fleet *fleet, struct generator *g, bool is_resumed,
                                  struct dyno_err *err)
{
    const char *argv[12] = {fleet->bench->options->self_path, "generate"};
    size_t n = 2;
    if (fleet->count > 1) {
        argv[n++] = "--share";
        argv[n++] = g->share;
        argv[n++] = "--await-go";
    }
    if (is_resumed)
        argv[n++] = "--resume";
    argv[n++] = fleet->plan_path;
    argv[n++] = g->path;
    enum dyno_status status = dyno_child_spawn(argv, g->log_path, &g->pid, err);
    g->is_running = status == DYNO_OK;
    return status;
}

static void look_for_file(struct generator *g)
{
    if (g->file == NULL && dyno_file_exists(g->path) &&
        dyno_trial_file_edit(g->path, &g->file, NULL) != DYNO_OK)
        g->file = NULL;
}

static uint32_t state_of(const struct generator *g)
{
    if (g->file == NULL)
        return DYNO_TRIAL_STARTING;
    return atomic_load(&dyno_trial_file_header(g->file)->state);
}

static bool is_over(const struct generator *g)
{
    uint32_t state = state_of(g);
    return state == DYNO_TRIAL_FINISHED || state == DYNO_TRIAL_FAILED;
}

/* The last line that the process printed, without the program's name. */
static void keep_last_words(const struct generator *g, struct dyno_generated *out)
{
    static const char name[] = "sparkdyno: ";
    char *tail = dyno_file_tail(g->log_path, 4096);
    size_t len = strlen(tail);
    while (len > 0 && tail[len - 1] == '\n')
        tail[--len] = '\0';
    const char *newline = strrchr(tail, '\n');
    const char *line = newline == NULL ? tail : newline + 1;
    if (strncmp(line, name, sizeof name - 1) == 0)
        line += sizeof name - 1;
    if (out->last_words[0] == '\0')
        (void)snprintf(out->last_words, sizeof out->last_words, "%s", line);
    free(tail);
}

/* An end by signal is a crash, and so is one by exit() in the middle of the load or inside a call. */
static bool has_crashed(const struct generator *g, const struct dyno_exit *exit)
{
    if (exit->signal != 0)
        return true;
    if (g->file == NULL)
        return false;
    bool is_noted = atomic_load(&dyno_trial_file_header(g->file)->crash.is_there) != 0;
    return is_noted || (!is_over(g) && state_of(g) >= DYNO_TRIAL_CONNECTED);
}

/* Is there load left to be offered by another one? Not where the go was given to a process that had not begun with it:
 * the next one would wait for a go of its own. */
static bool is_worth_a_restart(const struct fleet *fleet, const struct generator *g)
{
    const struct dyno_trial_header *header = dyno_trial_file_header(g->file);
    if (fleet->plan->is_warmup || fleet->is_called_off || dyno_bench_is_stopped(fleet->bench) ||
        g->restarts >= fleet->bench->options->generator_restarts || is_over(g) ||
        (fleet->has_go && header->epoch_monotonic_ns == 0))
        return false;
    return header->epoch_monotonic_ns == 0 ||
           dyno_now_ns() < header->epoch_monotonic_ns + header->measure_end_ns;
}

static enum dyno_status settle_crash(struct fleet *fleet, struct generator *g,
                                     const struct dyno_exit *exit, struct dyno_err *err)
{
    struct dyno_generated *out = fleet->out;
    char text[sizeof out->crash];
    out->crashes++;
    (void)dyno_crash_tell(g->file, fleet->plan, exit->signal, exit->code, text, sizeof text);
    if (out->crash[0] == '\0')
        (void)snprintf(out->crash, sizeof out->crash, "%s", text);
    dyno_log(fleet->bench->options->log, DYNO_LOG_WARNING, "%s", text);
    if (g->file == NULL) {
        out->has_gap = true;
        return DYNO_OK;
    }
    bool is_resumable = dyno_trial_file_header(g->file)->epoch_monotonic_ns != 0;
    dyno_trial_file_settle(g->file, dyno_now_ns(), text);
    if (!is_worth_a_restart(fleet, g)) {
        out->has_gap = out->has_gap || !is_over(g);
        return DYNO_OK;
    }
    g->restarts++;
    fleet->deadline_ns += CONNECT_PATIENCE_NS;
    if (!is_resumable) { /* it begins anew, with a file of its own */
        dyno_trial_file_close(g->file);
        g->file = NULL;
        (void)remove(g->path);
    }
    return start_one(fleet, g, is_resumable, err);
}

/* One that came to its end has counted them; of one that we killed before, every session that was in a call. */
static int64_t stuck_sessions(const struct generator *g)
{
    if (g->file == NULL)
        return 0;
    return g->was_killed && !is_over(g) ? (int64_t)dyno_trial_file_calls(g->file, NULL)
                                        : dyno_trial_file_header(g->file)->stuck;
}

static enum dyno_status bury(struct fleet *fleet, struct generator *g, const struct dyno_exit *exit,
                             struct dyno_err *err)
{
    struct dyno_generated *out = fleet->out;
    g->is_running = false;
    look_for_file(g);
    if (!g->was_killed && has_crashed(g, exit)) {
        enum dyno_status status = settle_crash(fleet, g, exit, err);
        if (status != DYNO_OK || g->is_running)
            return status;
    }
    out->stuck += stuck_sessions(g);
    keep_last_words(g, out);
    if (out->signal == 0)
        out->signal = exit->signal;
    if (out->exit_code == 0)
        out->exit_code = exit->code;
    return DYNO_OK;
}

/* Everybody is connected: name the begin. Somebody is gone before it: there will be none. */
static void give_go(struct fleet *fleet)
{
    size_t connected = 0;
    size_t gone = 0;
    if (fleet->count == 1 || fleet->has_go || fleet->is_called_off)
        return;
    for (size_t i = 0; i < fleet->count; i++) {
        connected += state_of(&fleet->all[i]) == DYNO_TRIAL_CONNECTED && fleet->all[i].is_running;
        gone += !fleet->all[i].is_running;
    }
    if (gone > 0) {
        fleet->is_called_off = true;
        for (size_t i = 0; i < fleet->count; i++)
            if (fleet->all[i].is_running)
                dyno_process_signal_group(fleet->all[i].pid, SIGTERM);
    }
    if (connected < fleet->count)
        return;
    int64_t go_ns = dyno_now_ns() + LEAD_NS + LEAD_PER_SESSION_NS * fleet->plan->load.sessions;
    for (size_t i = 0; i < fleet->count; i++)
        atomic_store_explicit(&dyno_trial_file_header(fleet->all[i].file)->go_ns, go_ns,
                              memory_order_release);
    fleet->has_go = true;
}

/* A stop goes on to the generators: SIGTERM once for each step of it. From then on they have less time: a
 * driver that does not return would otherwise keep the user waiting for the whole trial. */
static void pass_stop_on(struct fleet *fleet)
{
    struct dyno_bench *bench = fleet->bench;
    int asked = bench->options->stop == NULL ? 0 : atomic_load(bench->options->stop);
    int64_t patience_ns = asked > 1 ? HASTE_NS : bench->options->load.drain_ns + END_PATIENCE_NS;
    if (asked > 2)
        asked = 2;
    if (fleet->signals_sent == asked)
        return;
    for (; fleet->signals_sent < asked; fleet->signals_sent++)
        for (size_t i = 0; i < fleet->count; i++)
            if (fleet->all[i].is_running)
                dyno_process_signal_group(fleet->all[i].pid, SIGTERM);
    int64_t sooner_ns = dyno_now_ns() + patience_ns;
    fleet->deadline_ns = sooner_ns < fleet->deadline_ns ? sooner_ns : fleet->deadline_ns;
}

static void show_progress(struct fleet *fleet)
{
    int64_t done = 0;
    int64_t errors = 0;
    for (size_t i = 0; i < fleet->count; i++) {
        struct generator *g = &fleet->all[i];
        look_for_file(g);
        if (g->file == NULL)
            continue;
        struct dyno_trial_header *header = dyno_trial_file_header(g->file);
        uint32_t state = state_of(g);
        if (!fleet->has_epoch && state >= DYNO_TRIAL_WARMING && header->epoch_monotonic_ns != 0) {
            fleet->has_epoch = true;
            if (fleet->watch->on_epoch != NULL)
                fleet->watch->on_epoch(fleet->watch->ctx, header->epoch_monotonic_ns);
        }
        done += (int64_t)atomic_load(&header->done);
        errors += (int64_t)atomic_load(&header->errors);
    }
    dyno_bench_progress(fleet->bench, fleet->watch->stage, done, errors);
}

/* One look at all; false once nobody runs any more. */
static bool look(struct fleet *fleet, enum dyno_status *status, struct dyno_err *err)
{
    bool runs_any = false;
    int64_t until_ns = dyno_now_ns() + POLL_NS;
    for (size_t i = 0; i < fleet->count; i++) {
        struct generator *g = &fleet->all[i];
        if (!g->is_running)
            continue;
        /* The first that runs is waited for, so that the end of the only one is seen at once. */
        struct dyno_exit exit = dyno_process_wait(g->pid, runs_any ? 0 : until_ns);
        if (exit.is_running && dyno_now_ns() > fleet->deadline_ns) {
            fleet->out->was_killed = true;
            g->was_killed = true;
            exit = dyno_process_stop_group(g->pid, DYNO_NS_PER_S);
        }
        if (!exit.is_running && *status == DYNO_OK)
            *status = bury(fleet, g, &exit, err);
        runs_any = runs_any || g->is_running;
    }
    return runs_any;
}

static void fleet_init(struct fleet *fleet)
{
    struct dyno_bench *bench = fleet->bench;
    int64_t wanted = bench->options->generators;
    if (wanted > fleet->plan->load.sessions) /* each has at least one */
        wanted = fleet->plan->load.sessions;
    fleet->count = wanted > 1 && !fleet->plan->is_warmup ? (size_t)wanted : 1;
    fleet->all = dyno_xcalloc(fleet->count, sizeof *fleet->all);
    fleet->plan_path = dyno_bench_scratch(bench, "trial", "json");
    for (size_t i = 0; i < fleet->count; i++) {
        struct generator *g = &fleet->all[i];
        g->path = dyno_bench_scratch(bench, "trial", "records");
        g->log_path = dyno_bench_scratch(bench, "trial", "log");
        (void)snprintf(g->share, sizeof g->share, "%zu/%zu", i + 1, fleet->count);
    }
    fleet->deadline_ns = dyno_now_ns() + trial_limit_ns(fleet->plan);
}

static void fleet_deinit(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        struct generator *g = &fleet->all[i];
        if (g->is_running)
            (void)dyno_process_stop_group(g->pid, DYNO_NS_PER_S);
        dyno_trial_file_close(g->file);
        free(g->path);
        free(g->log_path);
    }
    free(fleet->all);
    free(fleet->plan_path);
}

/* Should we be killed: where the files belong. */
static enum dyno_status leave_note(const struct fleet *fleet, struct dyno_err *err)
{
    const char **paths = dyno_xcalloc(fleet->count, sizeof *paths);
    for (size_t i = 0; i < fleet->count; i++)
        paths[i] = fleet->all[i].path;
    const struct dyno_salvage_files left = {
        .plan_path = fleet->plan_path, .paths = paths, .count = fleet->count};
    enum dyno_status status = dyno_child_blame_cache(
        dyno_salvage_note(fleet->bench, fleet->watch->place, &left, err), err);
    free(paths);
    return status;
}

/* One file of all shares that left one; what the others were to send is in it as not sent. */
static enum dyno_status put_together(struct fleet *fleet, struct dyno_err *err)
{
    struct dyno_generated *out = fleet->out;
    const struct dyno_merge_options options = {.plan = fleet->plan, .takes_unfinished = true};
    const char **paths = dyno_xcalloc(fleet->count, sizeof *paths);
    size_t count = 0;
    for (size_t i = 0; i < fleet->count; i++) {
        struct generator *g = &fleet->all[i];
        if (g->file != NULL && (fleet->count == 1 || dyno_file_exists(g->path)))
            paths[count++] = g->path;
    }
    enum dyno_status status = DYNO_OK;
    out->has_absent = count < fleet->count;
    if (count > 0 && fleet->count == 1) {
        out->file = fleet->all[0].file;
        fleet->all[0].file = NULL;
    } else if (count > 0) {
        char *merged = dyno_bench_scratch(fleet->bench, "trial", "records");
        status =
            dyno_child_blame_cache(dyno_trial_merge_with(paths, count, &options, merged, err), err);
        if (status == DYNO_OK)
            status = dyno_trial_file_open(merged, &out->file, err);
        free(merged);
    }
    free(paths);
    return status;
}

enum dyno_status dyno_generators_run(struct dyno_bench *bench, const struct dyno_trial_plan *plan,
                                     const struct dyno_generators_watch *watch,
                                     struct dyno_generated *out, struct dyno_err *err)
{
    struct fleet fleet = {.bench = bench, .plan = plan, .watch = watch, .out = out};
    memset(out, 0, sizeof *out);
    fleet_init(&fleet);
    enum dyno_status status =
        dyno_child_blame_cache(dyno_trial_plan_write(plan, fleet.plan_path, err), err);
    if (status == DYNO_OK)
        status = leave_note(&fleet, err);
    for (size_t i = 0; status == DYNO_OK && i < fleet.count; i++)
        status = start_one(&fleet, &fleet.all[i], false, err);
    while (status == DYNO_OK && look(&fleet, &status, err)) {
        show_progress(&fleet);
        give_go(&fleet);
        pass_stop_on(&fleet);
    }
    show_progress(&fleet); /* what happened within the last look */
    if (status == DYNO_OK)
        status = put_together(&fleet, err);
    fleet_deinit(&fleet);
    return status;
}
