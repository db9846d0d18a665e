#include "base/file.h"
#include "base/str.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "report/hdr.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

struct store_options {
    const char *db;
    const char *html;
    const char *hdr;
    bool wants_json;
    bool no_color;
};

#define HDR_MAX    ((size_t)1024 * 1024 * 1024)
#define AT(member) offsetof(struct store_options, member)

static const struct cli_option list_options[] = {
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "one JSON document"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

static const struct cli_option show_options[] = {
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "one JSON document"},
    {"hdr", 0, "FILE", CLI_STRING, AT(hdr), 0, 0,
     "write the latencies as HdrHistogram log (V2), a line for each query and second"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

static const struct cli_option report_options[] = {
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},
    {"html", 'o', "FILE", CLI_STRING, AT(html), 0, 0,
     "where it goes (report-ID.html beside the results)"},
    {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "print JSON besides"},
    {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_verb cli_verb_list = {.name = "list",
                                       .arguments = "",
                                       .summary = "the experiments of a results file",
                                       .description = "Newest first.\n",
                                       .examples = "  sparkdyno list\n  sparkdyno list --json\n",
                                       .options = list_options,
                                       .min_words = 0,
                                       .max_words = 0};

const struct cli_verb cli_verb_show = {
    .name = "show",
    .arguments = "[EXPERIMENT]",
    .summary = "the result of one experiment, as text or JSON",
    .description = "EXPERIMENT is a number of `list`, or latest (the default).\n",
    .examples = "  sparkdyno show\n  sparkdyno show 3 --json\n  sparkdyno show 3 --hdr run.hlog\n",
    .options = show_options,
    .min_words = 0,
    .max_words = 1};

const struct cli_verb cli_verb_report = {
    .name = "report",
    .arguments = "[EXPERIMENT]",
    .summary = "write the HTML report of one experiment",
    .description =
        "One self-contained file: no network, readable without JavaScript, made to be mailed.\n",
    .examples = "  sparkdyno report\n  sparkdyno report 3 -o aqe.html\n",
    .options = report_options,
    .min_words = 0,
    .max_words = 1};

static int print_list(const struct store_options *options, struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_str text;
    dyno_str_init(&text, (size_t)64 * 1024 * 1024);
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, &err);
    if (status == DYNO_OK)
        status = options->wants_json ? dyno_report_list_json(store, &text, &err)
                                     : dyno_report_list_text(store, &text, &err);
    if (status == DYNO_OK)
        (void)fwrite(dyno_str_text(&text), 1, text.len, stdout);
    else
        cli_terminal_error(terminal, "%s", err.message);
    dyno_str_deinit(&text);
    dyno_store_close(store);
    return cli_exit_of(status);
}

static int find_experiment(const char *db, const struct cli_words *words, int64_t *id,
                           struct cli_terminal *terminal)
{
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    const char *word = words->count > 0 ? words->items[0] : "latest";
    enum dyno_status status = dyno_store_open_readonly(db, &store, &err);
    if (status == DYNO_OK)
        status = dyno_store_experiment_find(store, word, id, &err);
    if (status != DYNO_OK)
        cli_terminal_error(terminal, "%s", err.message);
    dyno_store_close(store);
    return cli_exit_of(status);
}

static enum dyno_status write_hdr(const struct store_options *options, int64_t id,
                                  struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    struct dyno_str text;
    dyno_str_init(&text, HDR_MAX);
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, err);
    if (status == DYNO_OK)
        status = dyno_report_hdr(store, id, &text, err);
    if (status == DYNO_OK)
        status = dyno_file_write(options->hdr, dyno_str_text(&text), text.len, err);
    dyno_str_deinit(&text);
    dyno_store_close(store);
    return status;
}

static int print_one(const struct store_options *options, const struct cli_words *words,
                     bool writes_html, struct cli_terminal *terminal)
{
    int64_t id = 0;
    int code = find_experiment(options->db, words, &id, terminal);
    struct cli_report_options report = {.db = options->db,
                                        .html = options->html,
                                        .wants_json = options->wants_json,
                                        .no_color = options->no_color,
                                        .writes_html = writes_html};
    if (code != CLI_EXIT_OK)
        return code;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status written = options->hdr == NULL ? DYNO_OK : write_hdr(options, id, &err);
    if (written != DYNO_OK) {
        cli_terminal_error(terminal, "%s", err.message);
        return cli_exit_of(written);
    }
    /* Reading verbs succeed when they could read; the verdict's code is for those who measure. */
    return cli_output_report(&report, id, terminal) == CLI_EXIT_INTERNAL ? CLI_EXIT_INTERNAL
                                                                         : CLI_EXIT_OK;
}

static int store_verb(const struct cli_verb *verb, int argc, char **argv)
{
    struct store_options options = {.db = "results/sparkdyno.db"};
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    enum dyno_status status = cli_options_parse(verb, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, 0, options.no_color);
    if (status == DYNO_OK && !words.wants_help)
        dyno_store_settle(options.db);
    if (status != DYNO_OK) {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
    } else if (words.wants_help)
        cli_options_help(verb, stdout);
    else if (verb == &cli_verb_list)
        code = print_list(&options, &terminal);
    else
        code = print_one(&options, &words, verb == &cli_verb_report, &terminal);
    cli_terminal_deinit(&terminal);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}

int cli_list(int argc, char **argv)
{
    return store_verb(&cli_verb_list, argc, argv);
}

int cli_show(int argc, char **argv)
{
    return store_verb(&cli_verb_show, argc, argv);
}

int cli_report(int argc, char **argv)
{
    return store_verb(&cli_verb_report, argc, argv);
}
