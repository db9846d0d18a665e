/** Lines for a terminal: words and columns, cut to a width, with colour only if it was asked for. */
#ifndef DYNO_REPORT_TEXT_LINE_H
#define DYNO_REPORT_TEXT_LINE_H

#include "base/str.h"
#include "report/summary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_text_style {
    DYNO_TEXT_PLAIN,
    DYNO_TEXT_BOLD,
    DYNO_TEXT_GOOD,
    DYNO_TEXT_BAD,
    DYNO_TEXT_DOUBTFUL
};

struct dyno_text {
    struct dyno_str out;
    bool has_color;
    bool has_utf8;
    size_t width;
    size_t lines;  /**< ended so far */
    size_t spare;  /**< lines that long sentences may still take beyond their share */
    size_t column; /**< of the line that is being written */
    enum dyno_text_style style;
};

/** The style in which a verdict stands. */
enum dyno_text_style dyno_text_style_of(const char *verdict);
void dyno_text_style(struct dyno_text *text, enum dyno_text_style style);

/** At most `columns` columns of a clean text, and never beyond the line's end. */
void dyno_text_word(struct dyno_text *text, const char *word, size_t columns);

/** A column of that width with the word at its left, and a space after it. */
void dyno_text_cell(struct dyno_text *text, const char *word, size_t columns);

/** A column of that width with the word at its right. */
void dyno_text_right(struct dyno_text *text, const char *word, size_t columns);
void dyno_text_i64(struct dyno_text *text, int64_t value, size_t columns);

/** A duration at the right; "-" for NAN. */
void dyno_text_ns(struct dyno_text *text, double ns, size_t columns);

/** The same for what may be known in part. */
void dyno_text_told(struct dyno_text *text, const struct dyno_report_told *told, size_t columns);

/** End the line; spaces at its end go. */
void dyno_text_end(struct dyno_text *text);

/** Whole lines: `prefix`, then the text broken at spaces, at most `lines` of them, indented alike. */
void dyno_text_wrap(struct dyno_text *text, const char *prefix, const char *words, size_t lines);

#endif
