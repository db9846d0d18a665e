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

enum dyno_status dyno_child_blame_cache(enum dyno_status status, struct dyno_err *err)
{
    struct dyno_err why = DYNO_ERR_INIT;
    if (status != DYNO_EIO)
        return status;
    if (err != NULL)
        why = *err;
    return dyno_err_set(err, DYNO_EENV, "%.1800s: make room, or choose another --cache-dir",
                        why.message);
}

enum dyno_status dyno_child_spawn(const char *const *argv, const char *log_path, pid_t *pid,
                                  struct dyno_err *err)
{
    struct dyno_spawn_options options = {
        .argv = argv, .stdout_path = log_path, .dies_with_parent = true};
    enum dyno_status status = dyno_process_spawn(&options, pid, err);
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
    enum dyno_status status =
        dyno_child_blame_cache(dyno_script_write(&script, script_path, err), err);
    if (status == DYNO_OK)
        status = dyno_child_spawn(argv, log_path, &pid, err);
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
