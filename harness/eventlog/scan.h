/**
 * A scanner for one line of JSON, which reads the few members that a table asks for and steps over the
 * rest without looking into it. It allocates nothing, never leaves the line, and refuses what is no JSON
 * as far as it must know: quotes, brackets, the shape of what it reads.
 */
#ifndef DYNO_EVENTLOG_SCAN_H
#define DYNO_EVENTLOG_SCAN_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A piece of the line, as it stands there; `at` NULL: not seen. */
struct dyno_span {
    const char *at;
    size_t len;
};

enum dyno_scan_kind {
    DYNO_SCAN_I64,  /**< int64_t; a fraction is cut off, what is no number leaves it alone */
    DYNO_SCAN_BOOL, /**< bool */
    DYNO_SCAN_TEXT, /**< struct dyno_span, the inside of a string, still escaped */
    DYNO_SCAN_RAW,  /**< struct dyno_span, any value with its brackets */
    DYNO_SCAN_INTO  /**< an object whose members go into the same target */
};

struct dyno_scan_table;

struct dyno_scan_field {
    const char *key;
    enum dyno_scan_kind kind;
    size_t offset;                       /**< into the target */
    const struct dyno_scan_table *table; /**< of DYNO_SCAN_INTO */
};

struct dyno_scan_table {
    const struct dyno_scan_field *fields; /**< quickest if in the order of the line */
    size_t count;
};

struct dyno_scan {
    const char *at;
    const char *end;
    bool is_broken; /**< sticks: what follows is not read */
};

/** Read the object that stands next. False if it is broken; members read until then are set. */
bool dyno_scan_object(struct dyno_scan *scan, const struct dyno_scan_table *table, void *target);

/** Step over the value that stands next. */
bool dyno_scan_skip(struct dyno_scan *scan);

/** Begin an array or an object (`open` is '[' or '{'): false if none stands next. */
bool dyno_scan_enter(struct dyno_scan *scan, char open);

/** Is there one more element? Called before each one; steps over commas and the bracket at the end. */
bool dyno_scan_more(struct dyno_scan *scan, char close);

/** The key of the next member of an object, and the colon. */
bool dyno_scan_key(struct dyno_scan *scan, struct dyno_span *key);

/** A whole number that stands next; false for anything else. */
bool dyno_scan_i64(struct dyno_scan *scan, int64_t *out);

/** A string that stands next. */
bool dyno_scan_text(struct dyno_scan *scan, struct dyno_span *out);

/** Does the span hold exactly this text? */
bool dyno_span_is(struct dyno_span span, const char *text);

/** Append the inside of a string with its escapes resolved; half surrogates become U+FFFD. */
void dyno_span_unescape(struct dyno_span span, struct dyno_str *out);

#endif
