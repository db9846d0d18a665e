#include "cli/exit_code.h"
#include "cli/explain_log.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <stdlib.h>

#define OUTPUT_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct explain_options {
    const char *db, *statement, *event_log;
    int64_t slowest;
    bool wants_json, no_color;
};

#define AT(member) offsetof(struct explain_options, member)

static const struct cli_option explain_options[] = {
    {"slowest", 0, "N", CLI_INTEGER, AT(slowest), 0, 1000, "so many of the slowest statements (3)"},
    {"statement", 0, "ID", CLI_STRING, AT(statement), 0, 0,
     "this one: TRIAL:SEQ; of a log its execution or operation"},
    {"event-log", 0, "FILE", CLI_STRING, AT(event_log), 0, 0,
     "a log of Spark (file or folder) instead of an experiment"},
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "one JSON document"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_explain = {
    .name = "explain",
    .arguments = "[EXPERIMENT]",
    .summary = "where the time of single statements went, and findings",
    .description =
        "The time account of an experiment (a number of `list`, or latest), its findings with what to\n"
        "try and the command that would measure that, and its slowest statements stage by stage.\n"
        "With --event-log any log that Spark wrote, packed or not, whole or cut.\n",
    .examples = "  sparkdyno explain\n  sparkdyno explain 3 --statement 7:112\n"
                "  sparkdyno explain --event-log /var/spark/eventlog_v2_app-1 --slowest 10\n",
    .options = explain_options,
    .min_words = 0,
    .max_words = 1};

static enum dyno_status read_experiment(const struct explain_options *options, const char *word,
                                        const struct dyno_explanation_choice *choice,
                                        struct dyno_explanation **out, struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    int64_t id = 0;
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, err);
    if (status == DYNO_OK)
        status = dyno_store_experiment_find(store, word, &id, err);
    if (status == DYNO_OK)
        status = dyno_explanation_read(store, id, choice, out, err);
    dyno_store_close(store);
    return status;
}

static enum dyno_status print(const struct explain_options *options, const struct cli_words *words,
                              struct dyno_err *err)
{
    struct dyno_explanation_choice choice = {options->slowest, options->statement};
    struct dyno_report_text_options look = cli_terminal_text_options(options->no_color);
    struct dyno_explanation *explanation = NULL;
    struct dyno_str text;
    if (options->event_log != NULL && words->count > 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--event-log reads a log instead of an experiment: leave out '%s'",
                            words->items[0]);
    enum dyno_status status =
        options->event_log != NULL
            ? cli_explain_log(options->event_log, &choice, &explanation, err)
            : read_experiment(options, words->count > 0 ? words->items[0] : "latest", &choice,
                              &explanation, err);
    if (status != DYNO_OK)
        return status;
    dyno_str_init(&text, OUTPUT_MAX_BYTES);
    if (options->wants_json)
        status = dyno_explanation_json(explanation, &text, err);
    else
        dyno_explanation_text(explanation, &look, &text);
    if (status == DYNO_OK)
        (void)fwrite(dyno_str_text(&text), 1, text.len, stdout);
    dyno_str_deinit(&text);
    dyno_explanation_free(explanation);
    return status;
}

int cli_explain(int argc, char **argv)
{
    struct explain_options options = {.db = "results/sparkdyno.db", .slowest = 3};
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status =
        cli_options_parse(&cli_verb_explain, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, options.no_color);
    if (status == DYNO_OK && words.wants_help)
        cli_options_help(&cli_verb_explain, stdout);
    else if (status == DYNO_OK)
        status = print(&options, &words, &err);
    if (status != DYNO_OK)
        cli_terminal_error(&terminal, "%s", err.message);
    cli_terminal_deinit(&terminal);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : cli_exit_of(status);
}
