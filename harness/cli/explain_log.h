/** Explaining an event log that no experiment of ours wrote. */
#ifndef DYNO_CLI_EXPLAIN_LOG_H
#define DYNO_CLI_EXPLAIN_LOG_H

#include "report/explanation.h"

/** Read a log (file or folder) and keep the slowest statements, or the one whose execution or operation
 *  has this id. Errors as of dyno_eventlog_open; DYNO_ENOTFOUND if there is no such statement. */
enum dyno_status cli_explain_log(const char *path, const struct dyno_explanation_choice *choice,
                                 struct dyno_explanation **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
