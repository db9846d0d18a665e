#include "plan/properties.h"

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "plan/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A logical line: continuation lines joined, the place of each byte kept. */
struct logical_line {
    char *bytes;
    size_t *offsets; /* in the file; one more than `len`, for the place behind the last byte */
    size_t len;
};

struct reader {
    struct dyno_text text;
    size_t at;
    struct dyno_place place;  /* found last; places are asked for in nearly rising order */
    struct logical_line line; /* room for the whole text */
    char *comment;
    struct dyno_err *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Spark's trimExceptCRLF: what a \n or \r escape put at the ends stays. */
static char *trimmed_copy(const char *text, size_t len)
{
    while (len > 0 && (unsigned char)text[0] <= ' ' && !is_line_end(text[0])) {
        text++;
        len--;
    }
    while (len > 0 && (unsigned char)text[len - 1] <= ' ' && !is_line_end(text[len - 1]))
        len--;
    return dyno_xstrndup(text, len);
}

/* `at` stands behind the mark. */
static void skip_comment(struct reader *r)
{
    size_t start = r->at;
    while (r->at < r->text.len && !is_line_end(r->text.bytes[r->at]))
        r->at++;
    if (r->comment == NULL)
        r->comment = trimmed_copy(r->text.bytes + start, r->at - start);
}

static void push_byte(struct logical_line *line, char c, size_t offset)
{
    line->bytes[line->len] = c;
    line->offsets[line->len] = offset;
    line->len++;
    line->offsets[line->len] = offset + 1;
}

static bool ends_in_open_backslash(const struct logical_line *line)
{
    size_t count = 0;
    while (count < line->len && line->bytes[line->len - 1 - count] == '\\')
        count++;
    return count % 2 == 1;
}

/* Skip what stands before the text of a line. A blank line inside a continued one ends it, so its
 * end is left for the caller. */
static void skip_leading(struct reader *r, bool is_continued)
{
    while (r->at < r->text.len &&
           (is_blank(r->text.bytes[r->at]) || (!is_continued && is_line_end(r->text.bytes[r->at]))))
        r->at++;
}

static void take_natural_line(struct reader *r)
{
    while (r->at < r->text.len && !is_line_end(r->text.bytes[r->at])) {
        push_byte(&r->line, r->text.bytes[r->at], r->at);
        r->at++;
    }
    if (r->at == r->text.len)
        return;
    r->at +=
        r->text.bytes[r->at] == '\r' && r->at + 1 < r->text.len && r->text.bytes[r->at + 1] == '\n'
            ? 2
            : 1;
}

/* Java looks for the end of the file behind the first byte of a line's end. What stands before it is
 * then a property even if it is empty: a lone backslash. */
static bool ends_here(const struct reader *r)
{
    size_t len = r->text.len;
    bool ends_in_pair = len > 1 && r->text.bytes[len - 2] == '\r' && r->text.bytes[len - 1] == '\n';
    return r->at == len && !ends_in_pair;
}

/* The next logical line that is neither blank nor a comment; false at the end of the file. As in
 * Java, a comment mark counts wherever the logical line is still empty, even on a continued one. */
static bool read_logical_line(struct reader *r)
{
    bool is_continued = false;
    r->line.len = 0;
    for (;;) {
        skip_leading(r, is_continued);
        if (r->at == r->text.len)
            return r->line.len > 0;
        if (r->line.len == 0 && (r->text.bytes[r->at] == '#' || r->text.bytes[r->at] == '!')) {
            r->at++;
            skip_comment(r);
            is_continued = false;
            continue;
        }
        size_t before = r->line.len;
        take_natural_line(r);
        is_continued = r->line.len > before && ends_in_open_backslash(&r->line);
        if (is_continued)
            r->line.len--;
        if (is_continued ? ends_here(r) : r->line.len > 0)
            return true;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits behind \u at `i`; -1 if they are not there. */
static int32_t read_unit(const struct logical_line *line, size_t i, size_t end)
{
    int32_t unit = 0;
    if (i + 4 > end)
        return -1;
    for (size_t k = 0; k < 4; k++) {
        int digit = hex_digit(line->bytes[i + k]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static void append_utf8(struct dyno_str *out, uint32_t code)
{
    if (code < 0x80) {
        dyno_str_append_char(out, (char)code);
        return;
    }
    int extra = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    dyno_str_append_char(out, (char)(lead[extra] | (code >> (6 * extra))));
    for (int shift = 6 * (extra - 1); shift >= 0; shift -= 6)
        dyno_str_append_char(out, (char)(0x80 | ((code >> shift) & 0x3F)));
}

/* A \u escape at `*i` (on its backslash); moves `*i` behind it, behind both of a surrogate pair. */
static enum dyno_status convert_unicode(struct reader *r, size_t *i, size_t end,
                                        struct dyno_str *out)
{
    const struct logical_line *line = &r->line;
    int32_t unit = read_unit(line, *i + 2, end);
    if (unit < 0)
        return dyno_text_complain(&r->text, line->offsets[*i], r->err,
                                  "'\\u' needs four hexadecimal digits");
    if (unit == 0)
        return dyno_text_complain(&r->text, line->offsets[*i], r->err,
                                  "a NUL character is not allowed");
    uint32_t code = (uint32_t)unit;
    size_t next = *i + 6;
    if (unit >= 0xD800 && unit < 0xDC00 && next + 6 <= end && line->bytes[next] == '\\' &&
        line->bytes[next + 1] == 'u') {
        int32_t low = read_unit(line, next + 2, end);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            next += 6;
        }
    }
    if (code >= 0xD800 && code < 0xE000)
        return dyno_text_complain(&r->text, line->offsets[*i], r->err,
                                  "half of a surrogate pair is not a character");
    append_utf8(out, code);
    *i = next;
    return DYNO_OK;
}

/* Bytes [start, end) of the logical line with escapes resolved. */
static enum dyno_status convert(struct reader *r, size_t start, size_t end, struct dyno_str *out)
{
    static const char escapes[] = "t\tn\nr\rf\f";
    dyno_str_init(out, r->text.len + 1);
    for (size_t i = start; i < end;) {
        char c = r->line.bytes[i];
        if (c != '\\' || i + 1 == end) {
            dyno_str_append_char(out, c);
            i++;
            continue;
        }
        char escaped = r->line.bytes[i + 1];
        if (escaped == 'u') {
            enum dyno_status status = convert_unicode(r, &i, end, out);
            if (status != DYNO_OK)
                return status;
            continue;
        }
        for (size_t k = 0; k + 1 < sizeof escapes; k += 2)
            if (escaped == escapes[k])
                escaped = escapes[k + 1];
        dyno_str_append_char(out, escaped);
        i += 2;
    }
    return DYNO_OK;
}

static bool is_separator(char c)
{
    return c == '=' || c == ':';
}

/* Where the key ends and where the value starts: one '=' or ':' with blanks around it, or blanks. */
static void split_line(const struct logical_line *line, size_t *key_end, size_t *value_start)
{
    bool is_escaped = false;
    size_t i = 0;
    for (; i < line->len; i++) {
        char c = line->bytes[i];
        if (!is_escaped && (is_separator(c) || is_blank(c)))
            break;
        is_escaped = c == '\\' && !is_escaped;
    }
    *key_end = i;
    while (i < line->len && is_blank(line->bytes[i]))
        i++;
    if (i < line->len && is_separator(line->bytes[i]))
        i++;
    while (i < line->len && is_blank(line->bytes[i]))
        i++;
    *value_start = i;
}

static enum dyno_status read_property(struct reader *r, struct dyno_property *out)
{
    struct dyno_str key = {0};
    struct dyno_str value = {0};
    size_t key_end = 0;
    size_t value_start = 0;
    split_line(&r->line, &key_end, &value_start);
    enum dyno_status status = convert(r, 0, key_end, &key);
    if (status == DYNO_OK)
        status = convert(r, value_start, r->line.len, &value);
    if (status == DYNO_OK) {
        out->key = dyno_xstrdup(dyno_str_text(&key));
        out->value = trimmed_copy(dyno_str_text(&value), value.len);
        r->place = dyno_text_place(&r->text, r->line.offsets[0], r->place);
        out->line = r->place.line;
        out->column = r->place.column;
        r->place = dyno_text_place(&r->text, r->line.offsets[value_start], r->place);
        out->value_line = r->place.line;
        out->value_column = r->place.column;
    }
    dyno_str_deinit(&key);
    dyno_str_deinit(&value);
    return status;
}

enum dyno_status dyno_properties_parse(const char *text, size_t len, const char *path,
                                       struct dyno_properties *out, struct dyno_err *err)
{
    struct reader r = {.text = {.path = path, .bytes = text, .len = len}, .err = err};
    struct dyno_vec items = DYNO_VEC_INIT(struct dyno_property);
    enum dyno_status status = dyno_text_check(&r.text, err);
    r.line.bytes = dyno_xcalloc(len + 1, 1);
    r.line.offsets = dyno_xcalloc(len + 2, sizeof *r.line.offsets);
    while (status == DYNO_OK && read_logical_line(&r)) {
        struct dyno_property item = {.key = NULL};
        status = read_property(&r, &item);
        if (status == DYNO_OK)
            dyno_vec_push(&items, &item);
    }
    struct dyno_properties properties = {.items = NULL};
    properties.items = dyno_vec_take(&items, &properties.count);
    properties.comment = r.comment != NULL ? r.comment : dyno_xstrdup("");
    free(r.line.bytes);
    free(r.line.offsets);
    if (status == DYNO_OK)
        *out = properties;
    else
        dyno_properties_deinit(&properties);
    return status;
}

void dyno_properties_deinit(struct dyno_properties *properties)
{
    for (size_t i = 0; i < properties->count; i++) {
        free(properties->items[i].key);
        free(properties->items[i].value);
    }
    free(properties->items);
    free(properties->comment);
    *properties = (struct dyno_properties){.items = NULL};
}
