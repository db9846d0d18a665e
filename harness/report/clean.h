/**
 * Text from outside (names, errors, plans, settings) made fit to be shown: valid UTF-8 without
 * control characters and without characters that turn the direction of writing. Everything that a
 * report shows passes here once, on its way from the database into the model.
 */
#ifndef DYNO_REPORT_CLEAN_H
#define DYNO_REPORT_CLEAN_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/**
 * A clean copy, which the caller frees. C0 and C1 controls go (line feed and tab stay), bidirectional
 * overrides, isolates and marks go, bytes that are not UTF-8 become U+FFFD.
 */
char *dyno_report_clean(const char *bytes, size_t len);

/** Columns of a terminal that a clean text takes, one for each code point. */
size_t dyno_report_columns(const char *text);

/**
 * Append a clean text to one line: line feeds and tabs become spaces, at most `columns` columns with an
 * ellipsis where it was cut; without `has_utf8` every code point over 126 becomes '?'.
 */
void dyno_report_append_line(struct dyno_str *out, const char *text, size_t columns, int has_utf8);

#endif
