/** Text files of users: is it text at all, and where in it does something stand. */
#ifndef DYNO_PLAN_TEXT_H
#define DYNO_PLAN_TEXT_H

#include "base/status.h"

#include <stddef.h>

struct dyno_text {
    const char *path; /**< the name in errors */
    const char *bytes;
    size_t len;
};

/** A place in a text. All zero: the start, not yet counted. */
struct dyno_place {
    size_t offset;
    size_t line;   /**< from 1 */
    size_t column; /**< in characters, from 1 */
};

/**
 * The place of the byte at `offset` (at most the length). `from` is a place found earlier at or
 * before it, to count on from; anything else is ignored. Lines end in \n, \r or both.
 */
struct dyno_place dyno_text_place(const struct dyno_text *text, size_t offset,
                                  struct dyno_place from);

/** DYNO_EINPUT "path:line:column: message" at that byte. */
enum dyno_status dyno_text_complain(const struct dyno_text *text, size_t offset,
                                    struct dyno_err *err, const char *fmt, ...) DYNO_PRINTF(4, 5);

/** UTF-8 without control characters but tab, line ends and form feed; DYNO_EINPUT with the place. */
enum dyno_status dyno_text_check(const struct dyno_text *text,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
