#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/plural.h"
#include "cli/bench_options.h"
#include "cli/blocks_plan.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/version.h"
#include "cli/write_plan.h"
#include "spark/rest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct cli_verb cli_verb_compare = {
    .name = "compare",
    .arguments = "WORKLOAD BASE CANDIDATE",
    .summary = "is one profile better than another?",
    .description =
        "Runs blocks of trials, each arm once in a block, in an order drawn from the seed, and judges the\n"
        "ratio of response times per block against a margin: better, worse, equivalent, inconclusive or\n"
        "invalid. Profiles that differ in a setting of the server get a fresh server start for each trial;\n"
        "profiles that differ in session settings only share --starts server starts.\n"
        "Every setting is proved to be in effect before load starts.\n",
    .examples =
        "  sparkdyno compare retail default aqe-off\n"
        "  sparkdyno compare skewed-groupby default aqe-skew-join --blocks 20 --starts 5\n"
        "  sparkdyno compare retail default default --candidate-conf spark.sql.shuffle.partitions=8\n"
        "  sparkdyno compare retail default aqe-off --plan --detect 0.1\n"
        "  sparkdyno compare retail default aqe-off --dry-run\n",
    .options = cli_compare_options,
    .min_words = 3,
    .max_words = 3};

const struct cli_verb cli_verb_aa = {
    .name = "aa",
    .arguments = "WORKLOAD [PROFILE]",
    .summary = "a profile against itself: how much noise is there?",
    .description =
        "Runs blocks as compare does, with the same profile in both arms, through the whole of it. What is\n"
        "left is noise: it is stored for this workload, load, profile and environment. A later compare takes\n"
        "its floor as the least margin, and compare --plan takes its spread to say how many blocks it takes.\n"
        "A difference that is found here is a fault of the bench (exit 4).\n",
    .examples = "  sparkdyno aa retail\n"
                "  sparkdyno aa retail heap-large --fresh --blocks 8\n",
    .options = cli_aa_options,
    .min_words = 1,
    .max_words = 2};

const struct cli_verb cli_verb_capacity = {
    .name = "capacity",
    .arguments = "WORKLOAD [PROFILE]",
    .summary = "how much load fits under an objective?",
    .description =
        "Offers rising loads: a closed loop of sessions for the curve, and an open loop whose rate is widened\n"
        "and bisected until it no longer meets the objective. A rate is accepted by counting, at 95 % confidence,\n"
        "and proved again on fresh server starts beside the rejected one, in random order. The search begins\n"
        "at --rate. Answers with the rate for each core, the closed loop's scalability and a planning table.\n",
    .examples =
        "  sparkdyno capacity retail\n"
        "  sparkdyno capacity retail heap-large --slo 'p95 < 1.5s, errors < 0.1 %' --loads 1,2,4,8,16\n",
    .options = cli_capacity_options,
    .min_words = 1,
    .max_words = 2};

const struct cli_verb cli_verb_run = {
    .name = "run",
    .arguments = "WORKLOAD [PROFILE]",
    .summary = "load a server under one profile and measure what a client sees",
    .description =
        "Without a profile the defaults of the version are run. No verdict but valid or invalid.\n",
    .examples = "  sparkdyno run retail\n"
                "  sparkdyno run retail aqe-off --trials 3 --measure 2m --rate 2\n"
                "  sparkdyno run retail --connection 'DSN=prod' --rest-url http://spark:4040\n"
                "  sparkdyno run retail --target null --arrival closed --sessions 1\n"
                "  sparkdyno run retail --connection 'DSN=prod' --write-plan plan.json\n",
    .options = cli_run_options,
    .min_words = 1,
    .max_words = 2};

static int print_plan(const struct cli_bench *bench, struct cli_terminal *terminal, bool wants_json)
{
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_experiment_options *e = &bench->experiment;
    char *plan = dyno_experiment_plan_json(e, &err);
    if (plan == NULL) {
        cli_terminal_error(terminal, "%s", err.message);
        return cli_exit_of(err.status);
    }
    if (wants_json)
        (void)printf("%s\n", plan);
    else
        cli_output_plan(plan, stdout);
    free(plan);
    return cli_output_close();
}

/* What is going to happen, and how long it takes: before anything starts. */
static void print_banner(const struct cli_bench *bench, const char *db,
                         const struct cli_terminal *terminal)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    int64_t minutes = (dyno_experiment_estimate_ns(e) + 59 * DYNO_NS_PER_S) / (60 * DYNO_NS_PER_S);
    if (terminal->verbosity < 0)
        return;
    cli_output_say_new_folder(db);
    (void)fprintf(stderr, "%s %s: %s%s%s, %d block%s, seed %" PRIu64 ", about %" PRId64 " min\n",
                  e->kind, e->workload->name, e->arms[0].name, e->arm_count > 1 ? " against " : "",
                  e->arm_count > 1 ? e->arms[1].name : "", e->blocks,
                  dyno_plural((long long)e->blocks), e->seed, minutes);
    if (e->arm_count > 1)
        cli_blocks_say_visible(bench, db, stderr);
}

static int present(const struct cli_bench_options *o, int64_t id, struct cli_terminal *terminal)
{
    struct cli_report_options options = {.db = o->db,
                                         .html = o->html,
                                         .wants_json = o->wants_json,
                                         .no_color = o->no_color,
                                         .writes_html = true};
    return cli_output_report(&options, id, terminal);
}

static int run_experiment(struct cli_bench *bench, const struct cli_bench_options *o,
                          struct cli_terminal *terminal)
{
    static struct cli_signals signals;
    struct dyno_experiment_result result = {0};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_log log = cli_terminal_log(terminal);
    enum dyno_status status = cli_signals_start(&signals, &err);
    bench->experiment.log = &log;
    bench->experiment.stop = &signals.stop;
    bench->experiment.on_progress = cli_terminal_progress;
    bench->experiment.progress_ctx = terminal;
    print_banner(bench, o->db, terminal);
    if (status == DYNO_OK)
        status = dyno_rest_global_init(&err);
    if (status == DYNO_OK)
        status = dyno_experiment_run(&bench->experiment, &result, &err);
    cli_terminal_end_line(terminal);
    int code = CLI_EXIT_OK;
    /* Without its end in the file, the report would say that it still runs. */
    if (result.experiment_id > 0 && result.was_finished)
        code = present(o, result.experiment_id, terminal);
    if (status != DYNO_OK) {
        cli_terminal_error(terminal, "%s", err.message);
        code = cli_exit_of(status);
    }
    int signal = atomic_load(&signals.last_signal);
    if (signal != 0)
        code = 128 + signal;
    cli_output_result_line(o->db, result.experiment_id, code);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}

static int bench_verb(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_bench_options options;
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct cli_bench bench;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    cli_bench_options_defaults(&options);
    enum dyno_status status = cli_options_parse(verb, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, options.is_quiet ? -1 : options.verbosity, options.no_color);
    memset(&bench, 0, sizeof bench);
    if (status == DYNO_OK && words.wants_help) {
        cli_options_help(verb, stdout);
        code = cli_output_close();
        goto done;
    }
    if (status == DYNO_OK)
        status = cli_bench_init(&bench, verb->name, &options, &words, &err);
    if (status == DYNO_OK && options.write_plan != NULL)
        status = cli_write_plan_check(&bench, &options, &err);
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
        goto done;
    }
    cli_command_init(&bench.command, verb->name, argc, argv);
    bench.experiment.command = bench.command.text;
    bench.experiment.words = (const char *const *)bench.command.words;
    bench.experiment.word_count = bench.command.count;
    bench.experiment.tool_version = CLI_VERSION;
    if (options.wants_plan)
        code = cli_blocks_plan(&bench, &options, &terminal);
    else if (options.write_plan != NULL)
        code = cli_write_plan(&bench, &options, &terminal);
    else if (options.is_dry_run)
        code = print_plan(&bench, &terminal, options.wants_json);
    else
        code = run_experiment(&bench, &options, &terminal);
done:
    cli_bench_deinit(&bench);
    cli_terminal_deinit(&terminal);
    return code;
}

int cli_run(int argc, char **argv)
{
    return bench_verb(&cli_verb_run, argc, argv);
}

int cli_compare(int argc, char **argv)
{
    return bench_verb(&cli_verb_compare, argc, argv);
}

int cli_aa(int argc, char **argv)
{
    return bench_verb(&cli_verb_aa, argc, argv);
}

int cli_capacity(int argc, char **argv)
{
    return bench_verb(&cli_verb_capacity, argc, argv);
}
