/** The answer to a script as a file; reading it is part of load/script.h. */
#ifndef DYNO_LOAD_SCRIPT_ANSWER_H
#define DYNO_LOAD_SCRIPT_ANSWER_H

#include "load/script.h"

/** Whole or not at all; DYNO_EIO. */
enum dyno_status dyno_script_answer_write(const struct dyno_script_answer *answer, const char *path,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

#endif
