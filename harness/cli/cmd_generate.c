#include "base/clock.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "experiment/shares.h"
#include "load/crash.h"
#include "load/generator.h"
#include "load/merge.h"
#include "load/script.h"
#include "plan/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_AHEAD_MS (INT64_C(24) * 3600 * 1000)

struct generate_options {
    bool is_script;
    bool is_merge;
    bool is_resumed;
    bool awaits_go;
    bool is_incomplete;
    const char *share;
    const char *start_at;
    const char *plan;
    const char *db;
};

static const struct cli_option generate_options[] = {
    {"script", 0, NULL, CLI_FLAG, offsetof(struct generate_options, is_script), 0, 0,
     "the first file is a script of statements, the second its answers"},
    {"share", 0, "K/N", CLI_STRING, offsetof(struct generate_options, share), 0, 0,
     "run share K of N of the plan: N generators make up one trial"},
    {"start-at", 0, "TIME", CLI_STRING, offsetof(struct generate_options, start_at), 0, 0,
     "begin at that time, 2026-11-21T12:00:00Z or seconds since 1970"},
    {"await-go", 0, NULL, CLI_FLAG, offsetof(struct generate_options, awaits_go), 0, 0,
     "begin when the parent process writes the time of it into OUT"},
    {"resume", 0, NULL, CLI_FLAG, offsetof(struct generate_options, is_resumed), 0, 0,
     "go on with OUT, left by a generator that crashed: same plan, same begin"},
    {"merge", 0, NULL, CLI_FLAG, offsetof(struct generate_options, is_merge), 0, 0,
     "put the trial files of all shares together; the first word is the result"},
    {"plan", 0, "FILE", CLI_STRING, offsetof(struct generate_options, plan), 0, 0,
     "with --merge: the plan whose shares these are"},
    {"db", 0, "FILE", CLI_STRING, offsetof(struct generate_options, db), 0, 0,
     "with --merge --plan: take the trial into this results file, and report it"},
    {"incomplete", 0, NULL, CLI_FLAG, offsetof(struct generate_options, is_incomplete), 0, 0,
     "with --merge --plan: shares may be missing or unfinished; the trial is then not judged"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_generate = {
    .name = "generate",
    .arguments = "PLAN OUT | --merge OUT SHARE...",
    .summary = "the load process: run one trial plan, leave its records in a trial file",
    .description =
        "run and compare start this by themselves; it can be used alone to load a server from elsewhere.\n"
        "SIGTERM once: start nothing more; twice: cancel at once.\n",
    .examples =
        "  sparkdyno generate plan.json trial.records\n"
        "  sparkdyno generate --share 2/3 --start-at 2026-11-21T12:00:00Z plan.json b.records\n"
        "  sparkdyno generate --merge trial.records a.records b.records c.records\n"
        "  sparkdyno generate --merge --plan plan.json --db results/sparkdyno.db trial.records *.records\n"
        "  sparkdyno generate --script statements.json answers.json\n",
    .options = generate_options,
    .min_words = 2,
    .max_words = CLI_LIST_MAX};

static enum dyno_status run_script(const struct cli_words *words, struct dyno_err *err)
{
    struct dyno_script script = {0};
    enum dyno_status status = dyno_script_read(words->items[0], &script, err);
    if (status == DYNO_OK)
        status = dyno_script_run(&script, words->items[1], err);
    dyno_script_deinit(&script);
    return status;
}

/* "2/3" is share 1 (from 0) of 3. */
static enum dyno_status parse_share(const char *text, struct dyno_generator_options *out,
                                    struct dyno_err *err)
{
    const char *slash = strchr(text, '/');
    int64_t share = 0;
    int64_t shares = 0;
    char number[16] = "";
    if (slash == NULL || (size_t)(slash - text) >= sizeof number)
        return dyno_err_set(err, DYNO_EINPUT, "--share: '%s' is not K/N, as in 2/3", text);
    memcpy(number, text, (size_t)(slash - text));
    enum dyno_status status = dyno_parse_i64(slash + 1, 1, 10000, &shares, err);
    if (status == DYNO_OK)
        status = dyno_parse_i64(number, 1, shares, &share, err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "--share");
        return status;
    }
    out->share = (uint32_t)share - 1;
    out->shares = (uint32_t)shares;
    return DYNO_OK;
}

static enum dyno_status parse_start(const char *text, int64_t *out_ms, struct dyno_err *err)
{
    int64_t ns = 0;
    enum dyno_status status = dyno_load_trace_parse_time(text, &ns, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "--start-at");
    *out_ms = ns / DYNO_NS_PER_MS;
    if (*out_ms > dyno_wall_ms() + MAX_AHEAD_MS)
        return dyno_err_set(err, DYNO_EINPUT, "--start-at: '%s' is over a day ahead", text);
    return DYNO_OK;
}

static enum dyno_status check_merge(const struct generate_options *said, struct dyno_err *err)
{
    const char *wrong = NULL;
    if (!said->is_merge && (said->plan != NULL || said->db != NULL || said->is_incomplete))
        wrong = "--plan, --db and --incomplete go with --merge";
    else if (said->plan == NULL && (said->db != NULL || said->is_incomplete))
        wrong = "--db and --incomplete need --plan: the trial plan of which these are the shares";
    return wrong == NULL ? DYNO_OK : dyno_err_set(err, DYNO_EINPUT, "%s", wrong);
}

/* `*experiment_id_out` stays 0 unless the results have it now. */
static enum dyno_status merge(const struct cli_words *words, const struct generate_options *said,
                              const struct dyno_log *log, int64_t *experiment_id_out,
                              struct dyno_err *err)
{
    const struct dyno_shares_options options = {.plan_path = said->plan,
                                                .paths = &words->items[1],
                                                .count = words->count - 1,
                                                .merged_path = words->items[0],
                                                .may_lack = said->is_incomplete,
                                                .store_path = said->db,
                                                .log = log};
    for (size_t i = 1; i < words->count; i++)
        if (strcmp(words->items[i], words->items[0]) == 0)
            return dyno_err_set(err, DYNO_EINPUT, "'%s' is both the result and a share",
                                words->items[0]);
    if (said->plan == NULL)
        return dyno_trial_merge(options.paths, options.count, options.merged_path, err);
    if (said->db == NULL)
        return dyno_shares_merge(&options, err);
    cli_output_say_new_folder(said->db);
    return dyno_shares_take_in(&options, experiment_id_out, err);
}

static int report(const struct generate_options *said, int64_t experiment_id,
                  struct cli_terminal *terminal)
{
    const struct cli_report_options options = {.db = said->db, .writes_html = true};
    int code = cli_output_report(&options, experiment_id, terminal);
    cli_output_result_line(said->db, experiment_id, code);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}

static void leave_at_once(void)
{
    if (dyno_crash_note_exit())
        _exit(CLI_EXIT_INTERNAL);
}

/* Every session is a descriptor at least, and the usual limit a low one that we may raise. */
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static enum dyno_status run_trial(const struct cli_words *words,
                                  const struct generate_options *said,
                                  struct dyno_generator_options *generator, struct dyno_err *err)
{
    struct dyno_trial_plan plan = {0};
    struct dyno_generator_options options = *generator;
    options.plan = &plan;
    options.trial_path = words->items[1];
    options.is_resumed = said->is_resumed;
    options.awaits_go = said->awaits_go;
    enum dyno_status status =
        said->share == NULL ? DYNO_OK : parse_share(said->share, &options, err);
    if (status == DYNO_OK && said->start_at != NULL)
        status = parse_start(said->start_at, &options.start_wall_ms, err);
    if (status == DYNO_OK)
        status = dyno_trial_plan_read(words->items[0], &plan, err);
    if (status == DYNO_OK) {
        dyno_crash_install();
        (void)atexit(leave_at_once);
        allow_many_files();
        status = dyno_generate(&options, err);
    }
    dyno_trial_plan_deinit(&plan);
    return status;
}

int cli_generate(int argc, char **argv)
{
    static struct cli_signals signals = {.is_quiet = 1};
    struct generate_options options = {0};
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t experiment_id = 0;
    int code = CLI_EXIT_OK;
    enum dyno_status status =
        cli_options_parse(&cli_verb_generate, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, true);
    struct dyno_log log = cli_terminal_log(&terminal);
    bool has_left_threads = false;
    struct dyno_generator_options generator = {
        .stop = &signals.stop, .log = &log, .has_left_threads = &has_left_threads};
    if (status == DYNO_OK && words.wants_help)
        cli_options_help(&cli_verb_generate, stdout);
    else if (status == DYNO_OK) {
        /* A script is ended by its parent with SIGTERM at once; only trials have a stop in two steps. */
        if (words.count > 2 && !options.is_merge)
            status = dyno_err_set(&err, DYNO_EINPUT, "over two words: only --merge takes more");
        else if (!options.is_script && !options.is_merge)
            status = cli_signals_start(&signals, &err);
        if (status == DYNO_OK)
            status = check_merge(&options, &err);
        if (status == DYNO_OK && options.is_merge)
            status = merge(&words, &options, &log, &experiment_id, &err);
        else if (status == DYNO_OK)
            status = options.is_script ? run_script(&words, &err)
                                       : run_trial(&words, &options, &generator, &err);
    }
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
    } else if (experiment_id > 0) {
        code = report(&options, experiment_id, &terminal);
    }
    cli_terminal_deinit(&terminal);
    /* A thread inside the driver may hold what the driver's destructors wait for. */
    if (has_left_threads)
        _exit(code);
    return code;
}
