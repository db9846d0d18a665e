#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "load/generator.h"
#include "load/script.h"

#include <stdio.h>
#include <unistd.h>

struct generate_options {
    bool is_script;
};

static const struct cli_option generate_options[] = {
    {"script", 0, NULL, CLI_FLAG, offsetof(struct generate_options, is_script), 0, 0,
     "the first file is a script of statements, the second its answers"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_generate = {
    .name = "generate",
    .arguments = "PLAN OUT",
    .summary = "the load process: run one trial plan, leave its records in a trial file",
    .description =
        "run and compare start this by themselves; it can be used alone to load a server from elsewhere.\n"
        "SIGTERM once: start nothing more; twice: cancel at once.\n",
    .examples = "  sparkdyno generate plan.json trial.records\n"
                "  sparkdyno generate --script statements.json answers.json\n",
    .options = generate_options,
    .min_words = 2,
    .max_words = 2};

static enum dyno_status run_script(const struct cli_words *words, struct dyno_err *err)
{
    struct dyno_script script = {0};
    enum dyno_status status = dyno_script_read(words->items[0], &script, err);
    if (status == DYNO_OK)
        status = dyno_script_run(&script, words->items[1], err);
    dyno_script_deinit(&script);
    return status;
}

static enum dyno_status run_trial(const struct cli_words *words, const struct cli_signals *signals,
                                  const struct dyno_log *log, struct dyno_err *err)
{
    struct dyno_trial_plan plan = {0};
    struct dyno_generator_options options = {
        .plan = &plan, .trial_path = words->items[1], .stop = &signals->stop, .log = log};
    enum dyno_status status = dyno_trial_plan_read(words->items[0], &plan, err);
    if (status == DYNO_OK)
        status = dyno_generate(&options, err);
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
    enum dyno_status status =
        cli_options_parse(&cli_verb_generate, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, true);
    struct dyno_log log = cli_terminal_log(&terminal);
    if (status == DYNO_OK && words.wants_help)
        cli_options_help(&cli_verb_generate, stdout);
    else if (status == DYNO_OK) {
        /* A script is ended by its parent with SIGTERM at once; only trials have a stop in two steps. */
        if (!options.is_script)
            status = cli_signals_start(&signals, &err);
        if (status == DYNO_OK)
            status = options.is_script ? run_script(&words, &err)
                                       : run_trial(&words, &signals, &log, &err);
    }
    if (status != DYNO_OK)
        cli_terminal_error(&terminal, "%s", err.message);
    cli_terminal_deinit(&terminal);
    return cli_exit_of(status);
}
