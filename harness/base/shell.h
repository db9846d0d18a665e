/** Words of a command line, quoted so that a shell reads them back as they are. */
#ifndef DYNO_BASE_SHELL_H
#define DYNO_BASE_SHELL_H

#include "base/str.h"

#include <stddef.h>

/** Append one word: as it is where it holds nothing special, else in single quotes. */
void dyno_shell_append(struct dyno_str *out, const char *word);

/** Append words with spaces between them. */
void dyno_shell_append_words(struct dyno_str *out, const char *const *words, size_t count);

#endif
