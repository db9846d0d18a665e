#include "odbc/utf.h"

#include <stdbool.h>
#include <stdlib.h>

#define REPLACEMENT UINT32_C(0xFFFD)

/* Continuation bytes after `lead`, or -1 for a byte that cannot lead. */
static int tail_len(unsigned char lead)
{
    if (lead < 0x80)
        return 0;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 2;
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : -1;
}

/* Overlong forms, surrogates and points past U+10FFFF are not characters. */
static bool is_character(uint32_t point, int tail)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    return point >= least[tail] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

/* One character from `at`; a malformed byte yields the replacement and is stepped over alone. */
static uint32_t decode(const char *utf8, size_t len, size_t at, size_t *used_out)
{
    static const unsigned char lead_mask[] = {0x7F, 0x1F, 0x0F, 0x07};
    unsigned char lead = (unsigned char)utf8[at];
    int tail = tail_len(lead);
    *used_out = 1;
    if (tail < 0 || (size_t)tail >= len - at)
        return REPLACEMENT;
    uint32_t point = (uint32_t)(lead & lead_mask[tail]);
    for (int i = 1; i <= tail; i++) {
        unsigned char next = (unsigned char)utf8[at + (size_t)i];
        if ((next & 0xC0) != 0x80)
            return REPLACEMENT;
        point = point << 6 | (uint32_t)(next & 0x3F);
    }
    if (!is_character(point, tail))
        return REPLACEMENT;
    *used_out = (size_t)tail + 1;
    return point;
}

size_t dyno_odbc_utf16_len(const char *utf8, size_t len)
{
    size_t units = 0;
    size_t at = 0;
    while (at < len) {
        size_t used = 1;
        uint32_t point = (unsigned char)utf8[at];
        if (point >= 0x80)
            point = decode(utf8, len, at, &used);
        units += point > 0xFFFF ? 2 : 1;
        at += used;
    }
    return units;
}

size_t dyno_odbc_utf16_from_utf8(const char *utf8, size_t len,
                                 struct dyno_odbc_utf16_cursor *cursor, uint16_t *out, size_t room)
{
    size_t written = 0;
    if (cursor->low != 0 && room > 0) {
        out[written++] = cursor->low;
        cursor->low = 0;
    }
    while (written < room && cursor->offset < len) {
        size_t used = 1;
        uint32_t point = (unsigned char)utf8[cursor->offset];
        if (point >= 0x80)
            point = decode(utf8, len, cursor->offset, &used);
        cursor->offset += used;
        if (point <= 0xFFFF) {
            out[written++] = (uint16_t)point;
            continue;
        }
        uint16_t low = (uint16_t)(0xDC00 | ((point - 0x10000) & 0x3FF));
        out[written++] = (uint16_t)(0xD800 | ((point - 0x10000) >> 10));
        if (written < room)
            out[written++] = low;
        else
            cursor->low = low;
    }
    return written;
}

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

static bool is_between(uint32_t unit, uint32_t first, uint32_t last)
{
    return unit >= first && unit <= last;
}

/* One character from `at`; half a pair is the replacement. */
static uint32_t decode_units(const uint16_t *utf16, size_t units, size_t at, size_t *used_out)
{
    uint32_t point = utf16[at];
    bool has_next = at + 1 < units && is_between(utf16[at + 1], 0xDC00, 0xDFFF);
    *used_out = 1;
    if (!is_between(point, 0xD800, 0xDFFF))
        return point;
    if (point > 0xDBFF || !has_next)
        return REPLACEMENT;
    *used_out = 2;
    return 0x10000 + ((point & 0x3FF) << 10 | (utf16[at + 1] & UINT32_C(0x3FF)));
}

size_t dyno_odbc_utf8_len(const uint16_t *utf16, size_t units)
{
    size_t len = 0;
    size_t used = 0;
    for (size_t i = 0; i < units; i += used) {
        char bytes[4];
        len += encode(decode_units(utf16, units, i, &used), bytes);
    }
    return len;
}

char *dyno_odbc_utf8_from_utf16(const uint16_t *utf16, size_t units)
{
    if (units > SIZE_MAX / 3 - 1)
        return NULL;
    /* A unit needs 3 bytes at most; a pair, being two units, needs 4. */
    char *text = malloc(units * 3 + 1);
    if (text == NULL)
        return NULL;
    size_t len = 0;
    size_t used = 0;
    for (size_t i = 0; i < units; i += used)
        len += encode(decode_units(utf16, units, i, &used), text + len);
    text[len] = '\0';
    return text;
}
