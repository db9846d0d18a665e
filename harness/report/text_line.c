#include "report/text_line.h"

#include "base/alloc.h"
#include "report/clean.h"
#include "report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const codes[] = {[DYNO_TEXT_PLAIN] = "\x1b[0m",
                                    [DYNO_TEXT_BOLD] = "\x1b[1m",
                                    [DYNO_TEXT_GOOD] = "\x1b[1;32m",
                                    [DYNO_TEXT_BAD] = "\x1b[1;31m",
                                    [DYNO_TEXT_DOUBTFUL] = "\x1b[1;33m"};

enum dyno_text_style dyno_text_style_of(const char *verdict)
{
    static const struct {
        const char *verdict;
        enum dyno_text_style style;
    } styles[] = {{"better", DYNO_TEXT_GOOD},     {"valid", DYNO_TEXT_GOOD},
                  {"worse", DYNO_TEXT_BAD},       {"invalid", DYNO_TEXT_BAD},
                  {"equivalent", DYNO_TEXT_BOLD}, {"ranked", DYNO_TEXT_GOOD},
                  {"found", DYNO_TEXT_GOOD},      {"nothing-found", DYNO_TEXT_BOLD},
                  {"not found", DYNO_TEXT_PLAIN}};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (strcmp(verdict, styles[i].verdict) == 0)
            return styles[i].style;
    return DYNO_TEXT_DOUBTFUL;
}

void dyno_text_style(struct dyno_text *text, enum dyno_text_style style)
{
    if (text->has_color && style != text->style)
        dyno_str_append(&text->out, codes[style]);
    text->style = style;
}

void dyno_text_word(struct dyno_text *text, const char *word, size_t columns)
{
    size_t room = text->width > text->column ? text->width - text->column : 0;
    if (columns > room)
        columns = room;
    size_t used = dyno_report_columns(word);
    dyno_report_append_line(&text->out, word, columns, text->has_utf8);
    text->column += used < columns ? used : columns;
}

static void spaces(struct dyno_text *text, size_t count)
{
    for (size_t i = 0; i < count && text->column < text->width; i++) {
        dyno_str_append_char(&text->out, ' ');
        text->column++;
    }
}

void dyno_text_cell(struct dyno_text *text, const char *word, size_t columns)
{
    size_t used = dyno_report_columns(word);
    dyno_text_word(text, word, columns - 1);
    spaces(text, used < columns ? columns - used : 1);
}

void dyno_text_right(struct dyno_text *text, const char *word, size_t columns)
{
    size_t used = dyno_report_columns(word);
    spaces(text, used < columns ? columns - used : 0);
    dyno_text_word(text, word, columns);
}

void dyno_text_i64(struct dyno_text *text, int64_t value, size_t columns)
{
    char word[32];
    (void)snprintf(word, sizeof word, "%" PRId64, value);
    dyno_text_right(text, word, columns);
}

void dyno_text_ns(struct dyno_text *text, double ns, size_t columns)
{
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_text_right(text, dyno_report_format_ns(ns, word, sizeof word), columns);
}

void dyno_text_told(struct dyno_text *text, const struct dyno_report_told *told, size_t columns)
{
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_text_right(text, dyno_report_format_told(told, word, sizeof word), columns);
}

void dyno_text_end(struct dyno_text *text)
{
    struct dyno_str *out = &text->out;
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    dyno_str_append_char(out, '\n');
    text->column = 0;
    text->lines++;
}

/* A number keeps its percent sign. */
static bool is_break(const char *at)
{
    return at[0] == ' ' && at[1] != '%';
}

/* Bytes of the next line: up to the last space that fits, or as many as fit. */
static size_t line_bytes(const char *words, size_t columns)
{
    size_t last_space = 0;
    size_t at = 0;
    for (size_t used = 0; words[at] != '\0' && used < columns; used++) {
        if (is_break(&words[at]))
            last_space = at;
        at++;
        while (((unsigned char)words[at] & 0xC0) == 0x80)
            at++;
    }
    if (words[at] == '\0' || is_break(&words[at]) || last_space == 0)
        return at;
    return last_space;
}

void dyno_text_wrap(struct dyno_text *text, const char *prefix, const char *words, size_t lines)
{
    size_t indent = dyno_report_columns(prefix);
    size_t columns = text->width > indent ? text->width - indent : 1;
    char *copy = dyno_xstrdup(words);
    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    const char *rest = copy;
    for (size_t line = 0; line < lines && (line == 0 || rest[0] != '\0'); line++) {
        if (line == 0)
            dyno_text_word(text, prefix, indent);
        else
            spaces(text, indent);
        size_t bytes = line + 1 == lines ? strlen(rest) : line_bytes(rest, columns);
        char *piece = dyno_xstrndup(rest, bytes);
        dyno_text_word(text, piece, columns);
        free(piece);
        dyno_text_end(text);
        rest += bytes;
        rest += strspn(rest, " ");
    }
    free(copy);
}
