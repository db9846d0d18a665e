/** "Did you mean": the nearest of a list of words. */
#ifndef DYNO_BASE_SUGGEST_H
#define DYNO_BASE_SUGGEST_H

#include <stddef.h>

/** Edits (insert, delete, replace, swap of neighbours) from a to b, letter case ignored;
 *  words over 128 bytes count as far apart. */
size_t dyno_edit_distance(const char *a, const char *b);

/** The nearest word, or NULL if none is within a third of the length of `word` (at least 2). Borrowed. */
const char *dyno_suggest(const char *word, const char *const *words, size_t count);

#endif
