#include "cli/write_plan.h"

#include "base/clock.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "spark/rest.h"

#include <inttypes.h>
#include <stdio.h>

/* Shown as an example: that many shares, and so much time to start them. */
#define SHARES_SHOWN     3
#define TIME_TO_BEGIN_MS (INT64_C(5) * 60 * 1000)

enum dyno_status cli_write_plan_check(struct cli_bench *bench,
                                      const struct cli_bench_options *options, struct dyno_err *err)
{
    struct dyno_experiment_options *e = &bench->experiment;
    const char *wrong = NULL;
    if (e->managed != NULL)
        wrong = "a managed server ends with the command that started it: name one that stays by "
                "--connection or --host";
    else if (e->blocks > 1)
        wrong = "a plan is one trial: leave --trials out, and write a plan for each";
    else if (e->generators > 1)
        wrong = "--generators is for one machine; here each 'generate --share K/N' is one";
    else if (options->warmup > 0 || options->warmup_max > 0)
        wrong = "--warmup and --warmup-max do not go with it: no load is started here; "
                "--trial-warmup is part of the trial";
    else if (options->is_dry_run || options->html != NULL || options->wants_json)
        wrong = "--dry-run, --html and --json do not go with it: there is no result yet";
    if (wrong != NULL)
        return dyno_err_set(err, DYNO_EINPUT, "--write-plan: %s", wrong);
    e->load.warmup_executions = 0;
    e->load.warmup_max = 0;
    return DYNO_OK;
}

static void say_next(const struct cli_bench_options *options)
{
    char when[32];
    const char *plan = options->write_plan;
    dyno_wall_format((dyno_wall_ms() + TIME_TO_BEGIN_MS) / 60000 * 60000, when, sizeof when);
    (void)printf(
        "\nNext, each on a machine that has '%s' (here %d of them), before a time that all agree on:\n",
        plan, SHARES_SHOWN);
    for (int i = 1; i <= SHARES_SHOWN; i++)
        (void)printf("  sparkdyno generate --share %d/%d --start-at %.19sZ %s %d.records\n", i,
                     SHARES_SHOWN, when, plan, i);
    (void)printf(
        "Then, where all of their files are:\n  sparkdyno generate --merge --plan %s --db %s trial.records",
        plan, options->db);
    for (int i = 1; i <= SHARES_SHOWN; i++)
        (void)printf(" %d.records", i);
    (void)printf("\n");
}

int cli_write_plan(struct cli_bench *bench, const struct cli_bench_options *options,
                   struct cli_terminal *terminal)
{
    static struct cli_signals signals;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_log log = cli_terminal_log(terminal);
    struct dyno_experiment_options *e = &bench->experiment;
    enum dyno_status status = cli_signals_start(&signals, &err);
    e->log = &log;
    e->stop = &signals.stop;
    e->on_progress = cli_terminal_progress;
    e->progress_ctx = terminal;
    if (status == DYNO_OK)
        status = dyno_rest_global_init(&err);
    if (status == DYNO_OK)
        status = dyno_experiment_hand_out(e, options->write_plan, &err);
    cli_terminal_end_line(terminal);
    if (status != DYNO_OK) {
        cli_terminal_error(terminal, "%s", err.message);
        return cli_exit_of(status);
    }
    (void)printf("%s: one trial of %s under %s, %" PRId64 " sessions, seed %" PRIu64
                 "; it holds what is needed to log in: keep it private\n",
                 options->write_plan, e->workload->name, e->arms[0].name, e->load.sessions,
                 e->seed);
    say_next(options);
    return cli_output_close();
}
