#include "base/alloc.h"
#include "base/clock.h"
#include "base/plural.h"
#include "base/rng.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/rank_options.h"
#include "cli/rank_output.h"
#include "cli/verbs.h"
#include "cli/version.h"
#include "experiment/rank_best.h"
#include "spark/rest.h"
#include "store/rank.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONFIRM_BLOCKS 12
#define CONFIRM_STARTS 3
#define MINUTE_NS      (60 * DYNO_NS_PER_S)

const struct cli_verb cli_verb_rank = {
    .name = "rank",
    .arguments = "WORKLOAD FACTORS... | --resume ID",
    .summary = "which settings matter, by how much, and do any two interact?",
    .description =
        "FACTORS are files of settings with two levels each, by name (profiles/factors/) or path; together\n"
        "from 2 to 12 settings. Runs a fractional factorial design of them in few server starts: settings of\n"
        "a session change inside a start, the others from start to start, and each kind is judged by its own\n"
        "noise. Then the predicted best profile is written to a file and compared afresh with the base.\n",
    .examples = "  sparkdyno rank retail aqe\n"
                "  sparkdyno rank retail aqe partitioning --without open-cost --dry-run\n"
                "  sparkdyno rank retail memory gc --measure 30s\n"
                "  sparkdyno rank --resume 7\n"
                "  sparkdyno rank --resume 7 --fold aqe\n",
    .options = cli_rank_options,
    .min_words = 0,
    .max_words = 16};

/* A run of the verb while it goes on. */
struct ranking_run {
    struct cli_rank *rank;
    const struct cli_bench_options *options;
    struct cli_terminal *terminal;
    struct cli_signals *signals;
    int64_t id;
};

/* The comparison of the predicted best, `arms[1]`, with the base, `arms[0]`. */
static struct dyno_experiment_options confirm_options(const struct cli_rank *rank,
                                                      const struct cli_bench_options *o,
                                                      struct dyno_profile arms[2])
{
    struct dyno_experiment_options e = rank->bench.experiment;
    e.kind = "compare";
    e.primary = rank->options.metric;
    e.rank = NULL;
    e.arms = arms;
    e.arm_count = 2;
    e.blocks = o->confirm_blocks > 0 ? (int)o->confirm_blocks : CONFIRM_BLOCKS;
    e.starts = e.blocks < CONFIRM_STARTS ? e.blocks : CONFIRM_STARTS;
    /* Fresh arrivals: the ones that chose the profile must not judge it. */
    e.seed = dyno_mix64(e.seed) >> 11;
    return e;
}

/* How long the comparison takes at most: any row stands for the profile that is not known yet. */
static int64_t confirm_minutes(const struct cli_rank *rank, const struct cli_bench_options *o)
{
    struct dyno_profile arms[2] = {rank->rank.arms[0], rank->rank.arms[1]};
    struct dyno_experiment_options e = confirm_options(rank, o, arms);
    return o->no_confirm ? 0 : (dyno_experiment_estimate_ns(&e) + MINUTE_NS - 1) / MINUTE_NS;
}

static int print_plan(struct cli_rank *rank, const struct cli_bench_options *o,
                      struct cli_terminal *terminal)
{
    struct dyno_err err = DYNO_ERR_INIT;
    /* Also where text is wanted: it refuses what a run would refuse. */
    char *plan = dyno_experiment_plan_json(&rank->bench.experiment, &err);
    if (plan == NULL) {
        cli_terminal_error(terminal, "%s", err.message);
        return cli_exit_of(err.status);
    }
    if (o->wants_json)
        (void)printf("%s\n", plan);
    else
        cli_rank_output_plan(&rank->bench.experiment, confirm_minutes(rank, o), stdout);
    free(plan);
    return cli_output_close();
}

static void print_banner(const struct ranking_run *run)
{
    const struct dyno_experiment_options *e = &run->rank->bench.experiment;
    const struct dyno_rank *rank = &run->rank->rank;
    int64_t minutes = (dyno_experiment_estimate_ns(e) + MINUTE_NS - 1) / MINUTE_NS;
    int64_t confirm = confirm_minutes(run->rank, run->options);
    char after[96] = "";
    if (confirm > 0)
        (void)snprintf(after, sizeof after,
                       " and up to %" PRId64 " min to confirm what it predicts", confirm);
    if (run->terminal->verbosity < 0)
        return;
    cli_output_say_new_folder(run->options->db);
    (void)fprintf(stderr,
                  "rank %s: %zu factors, %d rows, %d replicate%s, seed %" PRIu64 ", about %" PRId64
                  " min%s%s\n",
                  e->workload->name, rank->factors->count, rank->design.run_count, rank->replicates,
                  dyno_plural((long long)rank->replicates), e->seed, minutes,
                  e->rank->resume_id > 0 ? ", some of it done," : "", after);
}

/* results/rank-7-best.conf, beside the results file. */
static char *profile_path(const struct ranking_run *run)
{
    const char *db = run->options->db;
    const char *slash = strrchr(db, '/');
    if (run->options->write_profile != NULL)
        return dyno_xstrdup(run->options->write_profile);
    return dyno_xasprintf("%.*s/rank-%" PRId64 "-best.conf", slash ? (int)(slash - db) : 1,
                          slash ? db : ".", run->id);
}

static enum dyno_status write_best(const struct ranking_run *run, const struct dyno_profile *best,
                                   const char *path, struct dyno_err *err)
{
    char *comment = dyno_xasprintf("Predicted to be best on %s by ranking %" PRId64
                                   ", at its load and in the ranges that it "
                                   "tried; what it did not find to matter is left alone.",
                                   run->rank->bench.workload.name, run->id);
    enum dyno_status status = dyno_rank_best_write(best, comment, path, err);
    free(comment);
    return status;
}

static enum dyno_status confirm(struct ranking_run *run, const struct dyno_profile *best,
                                int64_t *id_out, struct dyno_err *err)
{
    struct dyno_experiment_result result = {0};
    struct dyno_profile arms[2] = {run->rank->rank.arms[0], *best};
    struct dyno_experiment_options e = confirm_options(run->rank, run->options, arms);
    enum dyno_status status = dyno_experiment_run(&e, &result, err);
    *id_out = result.experiment_id;
    return status;
}

static enum dyno_status store_confirm(const struct ranking_run *run, int64_t confirm_id,
                                      const char *path, struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    enum dyno_status status = dyno_store_open(run->options->db, &store, err);
    if (status == DYNO_OK)
        status = dyno_store_ranking_confirm(store, run->id, confirm_id, path, err);
    dyno_store_close(store);
    return status;
}

static enum dyno_status read_best(const struct ranking_run *run, struct dyno_profile *best,
                                  bool *has_best, struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    enum dyno_status status = dyno_store_open_readonly(run->options->db, &store, err);
    if (status == DYNO_OK)
        status = dyno_rank_best_read(store, run->id, &run->rank->rank, best, has_best, err);
    dyno_store_close(store);
    return status;
}

/* Write the predicted best profile, and compare it with the base. */
static enum dyno_status follow_up(struct ranking_run *run, int64_t *confirm_id,
                                  struct dyno_err *err)
{
    struct dyno_profile best = {.name = NULL};
    bool has_best = false;
    enum dyno_status status = read_best(run, &best, &has_best, err);
    if (status != DYNO_OK || !has_best)
        return status;
    char *path = profile_path(run);
    status = write_best(run, &best, path, err);
    if (status == DYNO_OK)
        status = store_confirm(run, 0, path, err);
    if (status == DYNO_OK && !run->options->no_confirm) {
        status = confirm(run, &best, confirm_id, err);
        if (*confirm_id > 0 && status == DYNO_OK)
            status = store_confirm(run, *confirm_id, path, err);
    }
    dyno_profile_deinit(&best);
    free(path);
    return status;
}

/* A complaint of the server names a setting; the file that brought it in is named in front. */
static void place_complaint(const struct cli_rank *rank, struct dyno_err *err)
{
    const struct dyno_factor *factor =
        err->status == DYNO_EINPUT ? dyno_factors_named_in(&rank->factors, err->message) : NULL;
    if (factor != NULL && strncmp(err->message, factor->place, strlen(factor->place)) != 0)
        (void)dyno_err_prepend(err, "%s", factor->place);
}

static int present(const struct ranking_run *run, int64_t id, bool is_silent)
{
    const struct cli_bench_options *o = run->options;
    const struct cli_report_options options = {.db = o->db,
                                               .html = is_silent ? NULL : o->html,
                                               .wants_json = o->wants_json,
                                               .no_color = o->no_color,
                                               .writes_html = true,
                                               .is_silent = is_silent};
    return cli_output_report(&options, id, run->terminal);
}

/* The exit code of the whole: the ranking's own, or what the comparison says of its prediction. */
static int conclude(const struct ranking_run *run, int64_t confirm_id)
{
    int confirm_code = confirm_id > 0 ? present(run, confirm_id, true) : CLI_EXIT_OK;
    int code = run->id > 0 ? present(run, run->id, false) : CLI_EXIT_OK;
    return code != CLI_EXIT_OK ? code : confirm_code;
}

static int run_ranking(struct ranking_run *run)
{
    struct dyno_experiment_options *e = &run->rank->bench.experiment;
    struct dyno_experiment_result result = {0};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_log log = cli_terminal_log(run->terminal);
    int64_t confirm_id = 0;
    enum dyno_status status = cli_signals_start(run->signals, &err);
    e->log = &log;
    e->stop = &run->signals->stop;
    e->on_progress = cli_terminal_progress;
    e->progress_ctx = run->terminal;
    print_banner(run);
    if (status == DYNO_OK)
        status = dyno_rest_global_init(&err);
    if (status == DYNO_OK)
        status = dyno_experiment_run(e, &result, &err);
    run->id = result.experiment_id;
    if (status == DYNO_OK)
        status = follow_up(run, &confirm_id, &err);
    cli_terminal_end_line(run->terminal);
    int code = result.was_finished ? conclude(run, confirm_id) : CLI_EXIT_OK;
    if (status != DYNO_OK) {
        place_complaint(run->rank, &err);
        cli_terminal_error(run->terminal, "%s", err.message);
        code = cli_exit_of(status);
    }
    int signal = atomic_load(&run->signals->last_signal);
    if (signal != 0)
        code = 128 + signal;
    cli_output_result_line(run->options->db, run->id, code);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}

int cli_rank(int argc, char **argv)
{
    static struct cli_signals signals;
    struct cli_bench_options options;
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct cli_rank rank;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    struct ranking_run run = {
        .rank = &rank, .options = &options, .terminal = &terminal, .signals = &signals};
    enum dyno_status status =
        cli_rank_init(&rank, &cli_verb_rank, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, options.is_quiet ? -1 : options.verbosity, options.no_color);
    if (status == DYNO_OK && words.wants_help) {
        cli_options_help(&cli_verb_rank, stdout);
        code = cli_output_close();
        goto done;
    }
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
        goto done;
    }
    cli_command_init(&rank.bench.command, "rank", argc, argv);
    rank.bench.experiment.command = rank.bench.command.text;
    rank.bench.experiment.words = (const char *const *)rank.bench.command.words;
    rank.bench.experiment.word_count = rank.bench.command.count;
    rank.bench.experiment.tool_version = CLI_VERSION;
    code = options.is_dry_run ? print_plan(&rank, &options, &terminal) : run_ranking(&run);
done:
    cli_rank_deinit(&rank);
    cli_terminal_deinit(&terminal);
    return code;
}
