/** What goes to stdout, and the files beside it. */
#ifndef DYNO_CLI_OUTPUT_H
#define DYNO_CLI_OUTPUT_H

#include "cli/terminal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cli_report_options {
    const char *db;
    const char *html; /**< NULL: report-ID.html beside the results file */
    bool wants_json;
    bool no_color;
    bool writes_html;
    bool is_silent; /**< only the HTML file: nothing goes to stdout */
};

/** Print the report of an experiment as text or JSON, write its HTML; returns the experiment's exit code. */
int cli_output_report(const struct cli_report_options *options, int64_t experiment_id,
                      struct cli_terminal *terminal);

/** "RESULT verdict=... exit=... experiment=..." on stderr, for machines. */
void cli_output_result_line(const char *db, int64_t experiment_id, int code);

/** Say on stderr that the folder of the results file is going to be made, if it is not there. */
void cli_output_say_new_folder(const char *db);

/** The plan of --dry-run for people. */
void cli_output_plan(const char *plan_json, FILE *out);

/** Flush stdout: CLI_EXIT_INTERNAL with a message if not all of it could be written. */
int cli_output_close(void);

#endif
