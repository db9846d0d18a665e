/**
 * Elements of HTML and SVG, one by one. Tag and attribute names are constants of the program; every text
 * and every attribute value passes the one escape function, so what comes from outside cannot become
 * markup. The caller keeps opening and closing in balance.
 */
#ifndef DYNO_REPORT_MARKUP_H
#define DYNO_REPORT_MARKUP_H

#include "base/str.h"

#include <stdbool.h>

struct dyno_markup {
    struct dyno_str *out;
    bool is_tag_open; /**< attributes may still follow */
};

/** Append with & < > " ' escaped: good for text and for quoted attribute values. */
void dyno_markup_escape(struct dyno_str *out, const char *text);

/** Append JSON so that it may stand inside a script element: < > & U+2028 U+2029 as \u escapes. */
void dyno_markup_escape_island(struct dyno_str *out, const char *json);

/** Begin an element; attributes may follow. Tags and names are constants of the program. */
void dyno_markup_open(struct dyno_markup *markup, const char *tag);
void dyno_markup_attr(struct dyno_markup *markup, const char *name, const char *value);

/** A number with at most one decimal. */
void dyno_markup_number(struct dyno_markup *markup, const char *name, double value);
void dyno_markup_text(struct dyno_markup *markup, const char *text);
void dyno_markup_close(struct dyno_markup *markup, const char *tag);

/** End the open tag as an element without content. */
void dyno_markup_end(struct dyno_markup *markup);

/** A whole element; `css_class` may be NULL. */
void dyno_markup_element(struct dyno_markup *markup, const char *tag, const char *css_class,
                         const char *text);

/** Open with a class. */
void dyno_markup_open_class(struct dyno_markup *markup, const char *tag, const char *css_class);

#endif
