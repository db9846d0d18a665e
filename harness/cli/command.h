/** The command as typed, for the report: what to repeat, and what to change in it. */
#ifndef DYNO_CLI_COMMAND_H
#define DYNO_CLI_COMMAND_H

#include <stddef.h>

struct cli_command {
    char **words; /**< "sparkdyno", the verb, and what followed */
    size_t count;
    char *text; /**< the same, quoted for a shell */
};

/**
 * Keep a command. Passwords in a connection string and secrets of settings are covered, and paths below the working folder lose it,
 * so that a report names no folder of one machine. Release with cli_command_deinit.
 */
void cli_command_init(struct cli_command *command, const char *verb, int argc, char **argv);
void cli_command_deinit(struct cli_command *command);

#endif
