#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/version.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct command {
    const struct cli_verb *verb;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {&cli_verb_check, cli_check},       {&cli_verb_run, cli_run},
    {&cli_verb_compare, cli_compare},   {&cli_verb_aa, cli_aa},
    {&cli_verb_rank, cli_rank},         {&cli_verb_capacity, cli_capacity},
    {&cli_verb_trend, cli_trend},       {&cli_verb_gate, cli_gate},
    {&cli_verb_baseline, cli_baseline}, {&cli_verb_list, cli_list},
    {&cli_verb_show, cli_show},         {&cli_verb_report, cli_report},
    {&cli_verb_generate, cli_generate}, {&cli_verb_explain, cli_explain},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static int print_overview(FILE *out)
{
    (void)fputs("sparkdyno " CLI_VERSION ": a dynamometer for Spark SQL\n\n"
                "Does this profile make my Spark SQL server faster, and why?\n"
                "  sparkdyno compare retail default aqe-off\n\nVerbs:\n",
                out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].verb->name, commands[i].verb->summary);
    (void)fputs(
        "\n'sparkdyno VERB --help' has examples and options; the man page (docs/sparkdyno.1) the exit codes.\n",
        out);
    return cli_output_close();
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].verb->name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].verb->name;
    const char *near = dyno_suggest(name, names, COMMAND_COUNT);
    (void)fprintf(stderr, "sparkdyno: unknown %s '%s'%s%s%s: see 'sparkdyno --help'\n",
                  name[0] == '-' ? "option" : "verb", name, near ? ", did you mean '" : "",
                  near ? near : "", near ? "'?" : "");
    return CLI_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    (void)umask(077);
    if (argc < 2) {
        (void)print_overview(stderr);
        return CLI_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        (void)puts("sparkdyno " CLI_VERSION);
        return cli_output_close();
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_overview(stdout);
    if (strcmp(name, "help") == 0) {
        const struct command *topic = argc > 2 ? find_command(argv[2]) : NULL;
        if (argc > 2 && topic == NULL)
            return unknown_verb(argv[2]);
        if (topic == NULL)
            return print_overview(stdout);
        cli_options_help(topic->verb, stdout);
        return cli_output_close();
    }
    const struct command *command = find_command(name);
    return command == NULL ? unknown_verb(name) : command->run(argc - 2, argv + 2);
}
