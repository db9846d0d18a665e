#include "report/clean.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu

/* Length of the sequence that a first byte announces, and the bits that it brings; 0 if it is none. */
static size_t sequence_len(unsigned char first, uint32_t *bits)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t keep;
    } forms[] = {{0x80, 0x00, 0x7F}, {0xE0, 0xC0, 0x1F}, {0xF0, 0xE0, 0x0F}, {0xF8, 0xF0, 0x07}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if ((first & forms[i].mask) == forms[i].lead) {
            *bits = first & forms[i].keep;
            return i + 1;
        }
    return 0;
}

/* Decode one code point; returns the bytes read, at least 1. Overlong forms, surrogates and cut
 * sequences give the replacement character. */
static size_t decode(const unsigned char *bytes, size_t len, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value = 0;
    size_t count = sequence_len(bytes[0], &value);
    *code = REPLACEMENT;
    if (count == 0 || count > len)
        return 1;
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 1;
        value = (value << 6) | (bytes[i] & 0x3Fu);
    }
    bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[count] || value > 0x10FFFF || is_surrogate)
        return 1;
    *code = value;
    return count;
}

static bool is_dropped(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x00, 0x08},     {0x0B, 0x1F},     {0x7F, 0x9F},     {0x61C, 0x61C},
                  {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}, {0xFFFE, 0xFFFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

char *dyno_report_clean(const char *bytes, size_t len)
{
    struct dyno_str out;
    dyno_str_init(&out, 3 * len + 1);
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        size_t count = decode((const unsigned char *)bytes + i, len - i, &code);
        bool is_replaced = code == REPLACEMENT && count == 1;
        if (is_replaced)
            dyno_str_append(&out, "\xEF\xBF\xBD");
        else if (!is_dropped(code))
            dyno_str_append_n(&out, bytes + i, count);
        i += count;
    }
    char *text = dyno_str_take(&out);
    return text != NULL ? text : dyno_xstrdup("");
}

size_t dyno_report_columns(const char *text)
{
    size_t columns = 0;
    for (const char *p = text; *p != '\0'; p++)
        columns += ((unsigned char)*p & 0xC0) != 0x80;
    return columns;
}

void dyno_report_append_line(struct dyno_str *out, const char *text, size_t columns, int has_utf8)
{
    size_t len = strlen(text);
    bool is_cut = dyno_report_columns(text) > columns;
    size_t room = is_cut && columns > 0 ? columns - 1 : columns;
    for (size_t i = 0; i < len && room > 0; room--) {
        uint32_t code = 0;
        size_t count = decode((const unsigned char *)text + i, len - i, &code);
        bool is_broken = code == REPLACEMENT && count == 1;
        if (code < ' ')
            dyno_str_append_char(out, ' ');
        else if (is_broken || (code > 126 && !has_utf8))
            dyno_str_append_char(out, '?');
        else
            dyno_str_append_n(out, text + i, count);
        i += count;
    }
    if (is_cut && columns > 0)
        dyno_str_append(out, has_utf8 ? "…" : "~");
}
