#include "experiment/child.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_STATEMENT_TIMEOUT_NS (900 * DYNO_NS_PER_S)
#define CONNECT_PATIENCE_NS         (120 * DYNO_NS_PER_S)
#define END_PATIENCE_NS             (30 * DYNO_NS_PER_S)
/* What a generator gets to end by itself after the second stop. */
#define HASTE_NS (8 * DYNO_NS_PER_S)
#define POLL_NS  (50 * DYNO_NS_PER_MS)

/* A cache folder that cannot be written is no fault of ours and not the results' loss. */
static enum dyno_status blame_cache(enum dyno_status status, struct dyno_err *err)
{
    struct dyno_err why = DYNO_ERR_INIT;
    if (status != DYNO_EIO)
        return status;
    if (err != NULL)
        why = *err;
    return dyno_err_set(err, DYNO_EENV, "%.1800s: make room, or choose another --cache-dir",
                        why.message);
}

static enum dyno_status spawn(struct dyno_bench *bench, const char *const *argv,
                              const char *log_path, pid_t *pid, struct dyno_err *err)
{
    struct dyno_spawn_options options = {
        .argv = argv, .stdout_path = log_path, .dies_with_parent = true};
    enum dyno_status status = dyno_process_spawn(&options, pid, err);
    (void)bench;
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "generator process");
    return DYNO_OK;
}

/* The first failed statement of a strict script as an error. */
static enum dyno_status first_failure(const struct dyno_script_answer *answer,
                                      char *const *statements, struct dyno_err *err)
{
    for (size_t i = 0; i < answer->outcome_count; i++) {
        const struct dyno_statement_outcome *outcome = &answer->outcomes[i];
        if (outcome->status == DYNO_OK)
            continue;
        if (err != NULL)
            *err = outcome->err;
        (void)dyno_err_prepend(err, "statement '%.200s'", statements[i]);
        return outcome->status;
    }
    return DYNO_OK;
}

static enum dyno_status wait_script(struct dyno_bench *bench, pid_t pid, int64_t deadline_ns,
                                    const char *log_path, struct dyno_err *err)
{
    struct dyno_exit exit = {.is_running = true};
    while (exit.is_running) {
        exit = dyno_process_wait(pid, dyno_now_ns() + 200 * DYNO_NS_PER_MS);
        bool is_stopped = dyno_bench_is_stopped(bench);
        if (!exit.is_running || (!is_stopped && dyno_now_ns() < deadline_ns))
            continue;
        (void)dyno_process_stop_group(pid, 2 * DYNO_NS_PER_S);
        if (is_stopped)
            return dyno_err_set(err, DYNO_ECANCELLED, "stopped");
        return dyno_err_set(err, DYNO_ETIMEOUT,
                            "the driver does not return from a call: its process was killed; try "
                            "the statement with another client, or another driver");
    }
    if (exit.signal == 0 && exit.code == 0)
        return DYNO_OK;
    char *tail = dyno_file_tail(log_path, 1000);
    enum dyno_status status =
        exit.signal != 0
            ? dyno_err_set(err, DYNO_EENV, "the driver crashed (signal %d) %s", exit.signal, tail)
            : dyno_err_set(err, DYNO_EENV, "the generator ended with exit code %d: %s", exit.code,
                           tail);
    free(tail);
    return status;
}

enum dyno_status dyno_child_script(struct dyno_bench *bench, char *const *statements, size_t count,
                                   bool is_strict, struct dyno_script_answer *answer,
                                   struct dyno_err *err)
{
    char *script_path = dyno_bench_scratch(bench, "script", "json");
    char *answer_path = dyno_bench_scratch(bench, "answer", "json");
    char *log_path = dyno_bench_scratch(bench, "script", "log");
    const char *argv[] = {
        bench->options->self_path, "generate", "--script", script_path, answer_path, NULL};
    struct dyno_script script = {.target = bench->target,
                                 .timeout_ns = SCRIPT_STATEMENT_TIMEOUT_NS,
                                 .keep_going = !is_strict,
                                 .statements = dyno_xcalloc(count, sizeof(char *)),
                                 .statement_count = count};
    int64_t limit_ns =
        CONNECT_PATIENCE_NS + END_PATIENCE_NS + (int64_t)count * SCRIPT_STATEMENT_TIMEOUT_NS;
    pid_t pid = 0;
    memset(answer, 0, sizeof *answer);
    for (size_t i = 0; i < count; i++)
        script.statements[i] = statements[i];
    enum dyno_status status = blame_cache(dyno_script_write(&script, script_path, err), err);
    if (status == DYNO_OK)
        status = spawn(bench, argv, log_path, &pid, err);
    if (status == DYNO_OK)
        status = wait_script(bench, pid, dyno_now_ns() + limit_ns, log_path, err);
    if (status == DYNO_OK)
        status = dyno_script_answer_read(answer_path, answer, err);
    if (status == DYNO_OK && answer->error.status != DYNO_OK) {
        if (err != NULL)
            *err = answer->error;
        status = answer->error.status;
    }
    if (status == DYNO_OK && is_strict)
        status = first_failure(answer, statements, err);
    free(script.statements);
    free(script_path);
    free(answer_path);
    free(log_path);
    return status;
}

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

/* A stop goes on to the generator: SIGTERM once for each step of it. Returns the instant at which it must
 * have ended: a driver that does not return would otherwise keep the user waiting for the whole trial. */
static int64_t pass_stop_on(struct dyno_bench *bench, pid_t pid, int *signals_sent,
                            int64_t deadline_ns)
{
    int asked = bench->options->stop == NULL ? 0 : atomic_load(bench->options->stop);
    int64_t patience_ns = asked > 1 ? HASTE_NS : bench->options->load.drain_ns + END_PATIENCE_NS;
    if (asked > 2)
        asked = 2;
    if (*signals_sent == asked)
        return deadline_ns;
    while (*signals_sent < asked) {
        dyno_process_signal_group(pid, SIGTERM);
        ++*signals_sent;
    }
    int64_t sooner_ns = dyno_now_ns() + patience_ns;
    return sooner_ns < deadline_ns ? sooner_ns : deadline_ns;
}

/* The last line that the process printed, without the program's name. */
static void keep_last_words(const char *log_path, char *out, size_t room)
{
    static const char name[] = "sparkdyno: ";
    char *tail = dyno_file_tail(log_path, 4096);
    size_t len = strlen(tail);
    while (len > 0 && tail[len - 1] == '\n')
        tail[--len] = '\0';
    const char *newline = strrchr(tail, '\n');
    const char *line = newline == NULL ? tail : newline + 1;
    if (strncmp(line, name, sizeof name - 1) == 0)
        line += sizeof name - 1;
    (void)snprintf(out, room, "%s", line);
    free(tail);
}

static void look_at_trial(struct dyno_bench *bench, const char *trial_path,
                          const struct dyno_child_watch *watch, struct dyno_child_trial *trial,
                          bool *has_epoch)
{
    if (trial->file == NULL && dyno_file_exists(trial_path) &&
        dyno_trial_file_open(trial_path, &trial->file, NULL) != DYNO_OK)
        trial->file = NULL;
    if (trial->file == NULL) {
        dyno_bench_progress(bench, watch->stage, 0, 0);
        return;
    }
    struct dyno_trial_header *header = dyno_trial_file_header(trial->file);
    if (!*has_epoch && atomic_load(&header->state) >= DYNO_TRIAL_WARMING) {
        *has_epoch = true;
        if (watch->on_epoch != NULL)
            watch->on_epoch(watch->ctx, header->epoch_monotonic_ns);
    }
    dyno_bench_progress(bench, watch->stage, (int64_t)atomic_load(&header->done),
                        (int64_t)atomic_load(&header->errors));
}

enum dyno_status dyno_child_run_trial(struct dyno_bench *bench, const struct dyno_trial_plan *plan,
                                      const struct dyno_child_watch *watch,
                                      struct dyno_child_trial *out, struct dyno_err *err)
{
    char *plan_path = dyno_bench_scratch(bench, "trial", "json");
    char *trial_path = dyno_bench_scratch(bench, "trial", "records");
    char *log_path = dyno_bench_scratch(bench, "trial", "log");
    const char *argv[] = {bench->options->self_path, "generate", plan_path, trial_path, NULL};
    int64_t deadline_ns = dyno_now_ns() + trial_limit_ns(plan);
    struct dyno_exit exit = {.is_running = true};
    int signals_sent = 0;
    bool has_epoch = false;
    pid_t pid = 0;
    memset(out, 0, sizeof *out);
    enum dyno_status status = blame_cache(dyno_trial_plan_write(plan, plan_path, err), err);
    if (status == DYNO_OK)
        status = spawn(bench, argv, log_path, &pid, err);
    while (status == DYNO_OK && exit.is_running) {
        exit = dyno_process_wait(pid, dyno_now_ns() + POLL_NS);
        look_at_trial(bench, trial_path, watch, out, &has_epoch);
        deadline_ns = pass_stop_on(bench, pid, &signals_sent, deadline_ns);
        if (exit.is_running && dyno_now_ns() > deadline_ns) {
            exit = dyno_process_stop_group(pid, DYNO_NS_PER_S);
            out->was_killed = true;
        }
    }
    out->signal = exit.signal;
    out->exit_code = exit.code;
    keep_last_words(log_path, out->last_words, sizeof out->last_words);
    free(plan_path);
    free(trial_path);
    free(log_path);
    return status;
}
