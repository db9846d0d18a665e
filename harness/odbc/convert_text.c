#include "odbc/convert_text.h"

#include "odbc/number.h"

#include <string.h>

/* A value as text: its own bytes, or digits in the buffer. */
struct rendering {
    const char *text;
    size_t len;
    size_t least; /* characters that must fit, or the number would be another one (22003) */
    char buffer[DYNO_ODBC_NUMBER_BYTES];
};

/* Characters before the point; a number without them is wrong, not merely cut. */
static size_t whole_len(const char *text, size_t len)
{
    const char *point = memchr(text, '.', len);
    bool has_exponent = memchr(text, 'e', len) != NULL || memchr(text, 'E', len) != NULL;
    return point == NULL || has_exponent ? len : (size_t)(point - text);
}

static void render(const struct dyno_odbc_value *value, struct rendering *out)
{
    out->text = out->buffer;
    out->least = 0;
    switch (value->kind) {
    case DYNO_ODBC_KIND_BOOLEAN:
    case DYNO_ODBC_KIND_INTEGER:
        out->len = dyno_odbc_i64_to_text(value->integer, out->buffer);
        out->least = out->len;
        break;
    case DYNO_ODBC_KIND_REAL:
        out->len = dyno_odbc_f64_to_text(value->real, value->is_float, out->buffer);
        out->least = whole_len(out->buffer, out->len);
        break;
    default:
        out->text = value->text;
        out->len = value->len;
        break;
    }
    if (value->kind == DYNO_ODBC_KIND_DECIMAL)
        out->least = whole_len(out->text, out->len);
    else if (value->kind == DYNO_ODBC_KIND_DATE)
        out->least = out->len;
    else if (value->kind == DYNO_ODBC_KIND_TIMESTAMP)
        out->least = whole_len(out->text, out->len);
}

static void put_indicator(const struct dyno_odbc_target *target, size_t bytes)
{
    if (target->indicator != NULL)
        *target->indicator = (SQLLEN)bytes;
}

static size_t room_for(const struct dyno_odbc_target *target, size_t unit_bytes)
{
    if (target->data == NULL || target->capacity < (SQLLEN)unit_bytes)
        return 0;
    return (size_t)target->capacity / unit_bytes;
}

static void finish(const struct dyno_odbc_target *target)
{
    if (target->piece != NULL)
        target->piece->is_done = true;
}

static char hex_digit(const char *bytes, size_t nibble)
{
    unsigned char byte = (unsigned char)bytes[nibble / 2];
    return "0123456789ABCDEF"[nibble % 2 == 0 ? byte >> 4 : byte & 0x0F];
}

/* `count` of `left` bytes or digits have gone into this piece. */
static const char *end_piece(const struct dyno_odbc_target *target, size_t count, size_t left)
{
    if (target->piece != NULL)
        target->piece->offset += count;
    if (count < left)
        return "01004";
    finish(target);
    return NULL;
}

/* Hexadecimal digits from nibble `offset` on, one in each unit of 1 or 2 bytes. */
static const char *put_hex(const struct dyno_odbc_value *value,
                           const struct dyno_odbc_target *target, size_t unit_bytes)
{
    size_t offset = target->piece != NULL ? target->piece->offset : 0;
    size_t left = value->len * 2 - offset;
    size_t room = room_for(target, unit_bytes);
    put_indicator(target, left * unit_bytes);
    if (room == 0)
        return "01004";
    size_t count = left < room - 1 ? left : room - 1;
    for (size_t i = 0; i <= count; i++) {
        SQLWCHAR unit = 0;
        if (i < count)
            unit = (SQLWCHAR)(unsigned char)hex_digit(value->text, offset + i);
        if (unit_bytes == 1)
            ((char *)target->data)[i] = (char)unit;
        else
            ((SQLWCHAR *)target->data)[i] = unit;
    }
    return end_piece(target, count, left);
}

const char *dyno_odbc_convert_char(const struct dyno_odbc_value *value,
                                   const struct dyno_odbc_target *target)
{
    if (value->kind == DYNO_ODBC_KIND_BYTES)
        return put_hex(value, target, 1);
    struct rendering rendering;
    render(value, &rendering);
    size_t offset = target->piece != NULL ? target->piece->offset : 0;
    size_t left = rendering.len - offset;
    size_t room = room_for(target, 1);
    put_indicator(target, left);
    if (room == 0)
        return "01004";
    if (offset == 0 && rendering.least > room - 1)
        return "22003";
    size_t count = left < room - 1 ? left : room - 1;
    char *out = target->data;
    memcpy(out, rendering.text + offset, count);
    out[count] = '\0';
    return end_piece(target, count, left);
}

const char *dyno_odbc_convert_wchar(const struct dyno_odbc_value *value,
                                    const struct dyno_odbc_target *target)
{
    if (value->kind == DYNO_ODBC_KIND_BYTES)
        return put_hex(value, target, sizeof(SQLWCHAR));
    struct rendering rendering;
    render(value, &rendering);
    struct dyno_odbc_utf16_cursor start = {.offset = 0};
    struct dyno_odbc_utf16_cursor *cursor = target->piece != NULL ? &target->piece->cursor : &start;
    bool is_first = cursor->offset == 0;
    size_t left =
        dyno_odbc_utf16_len(rendering.text + cursor->offset, rendering.len - cursor->offset) +
        (cursor->low != 0 ? 1 : 0);
    size_t room = room_for(target, sizeof(SQLWCHAR));
    put_indicator(target, left * sizeof(SQLWCHAR));
    if (room == 0)
        return "01004";
    if (is_first && rendering.least > room - 1)
        return "22003";
    SQLWCHAR *out = target->data;
    size_t count = dyno_odbc_utf16_from_utf8(rendering.text, rendering.len, cursor, out, room - 1);
    out[count] = 0;
    if (count < left)
        return "01004";
    finish(target);
    return NULL;
}

const char *dyno_odbc_convert_binary(const struct dyno_odbc_value *value,
                                     const struct dyno_odbc_target *target)
{
    bool is_text = value->kind == DYNO_ODBC_KIND_TEXT || value->kind == DYNO_ODBC_KIND_BYTES;
    if (!is_text)
        return "07006";
    size_t offset = target->piece != NULL ? target->piece->offset : 0;
    size_t left = value->len - offset;
    size_t room = room_for(target, 1);
    put_indicator(target, left);
    size_t count = left < room ? left : room;
    if (count > 0)
        memcpy(target->data, value->text + offset, count);
    return end_piece(target, count, left);
}
