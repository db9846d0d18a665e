/**
 * One table of options for each verb: it parses the command line, reads SPARKDYNO_... variables, and
 * prints --help. Flags win over variables, variables over what the struct held before.
 */
#ifndef DYNO_CLI_OPTIONS_H
#define DYNO_CLI_OPTIONS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum cli_option_kind {
    CLI_FLAG,    /**< bool */
    CLI_COUNT,   /**< int, one more for each use */
    CLI_STRING,  /**< const char *, borrowed from argv or the environment */
    CLI_LIST,    /**< struct cli_list, for options that may stand several times */
    CLI_INTEGER, /**< int64_t in [min, max] */
    CLI_NUMBER,  /**< double in [min, max] */
    CLI_DURATION /**< int64_t, ns */
};

#define CLI_LIST_MAX 64

struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t count;
};

struct cli_option {
    const char *name;     /**< long name without dashes */
    char letter;          /**< short form, '\0' for none */
    const char *argument; /**< name of the argument in help; NULL for flags */
    enum cli_option_kind kind;
    size_t offset; /**< into the verb's struct */
    double min, max;
    const char *help;
};

struct cli_verb {
    const char *name;
    const char *arguments; /**< "WORKLOAD BASE CANDIDATE" */
    const char *summary;
    const char *description;
    const char *examples;
    const struct cli_option *options; /**< ends with name NULL */
    int min_words, max_words;         /**< arguments that are not options */
};

/** Parsed words; borrowed from argv. */
struct cli_words {
    const char *items[CLI_LIST_MAX];
    size_t count;
    bool wants_help;
};

/** Fill `target` and `words`. DYNO_EINPUT with what is wrong and what is allowed. */
enum dyno_status cli_options_parse(const struct cli_verb *verb, int argc, char **argv, void *target,
                                   struct cli_words *words, struct dyno_err *err) DYNO_MUST_CHECK;

/** --help of one verb. */
void cli_options_help(const struct cli_verb *verb, FILE *out);

#endif
