#include "odbc/text.h"

#include "odbc/utf.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *read_narrow(const char *text, SQLINTEGER len, char **out)
{
    size_t bytes = len == SQL_NTS ? strlen(text) : (size_t)len;
    char *copy = malloc(bytes + 1);
    if (copy == NULL)
        return "HY001";
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    *out = copy;
    return NULL;
}

static const char *read_wide(const SQLWCHAR *text, SQLINTEGER len, char **out)
{
    size_t units = len == SQL_NTS ? 0 : (size_t)len;
    while (len == SQL_NTS && text[units] != 0)
        units++;
    *out = dyno_odbc_utf8_from_utf16(text, units);
    return *out == NULL ? "HY001" : NULL;
}

const char *dyno_odbc_text_read(struct dyno_odbc_text_arg arg, char **out)
{
    *out = NULL;
    if (arg.text == NULL)
        return NULL;
    if (arg.len < 0 && arg.len != SQL_NTS)
        return "HY090";
    return arg.is_wide ? read_wide(arg.text, arg.len, out) : read_narrow(arg.text, arg.len, out);
}

static void put_len(const struct dyno_odbc_text_out *out, size_t len)
{
    if (out->small_len != NULL)
        *out->small_len = (SQLSMALLINT)(len > SHRT_MAX ? SHRT_MAX : len);
    if (out->integer_len != NULL)
        *out->integer_len = (SQLINTEGER)(len > INT_MAX ? INT_MAX : len);
}

static bool put_narrow(const struct dyno_odbc_text_out *out, const char *text)
{
    size_t len = strlen(text);
    put_len(out, len);
    if (out->buffer == NULL)
        return false;
    if (out->room <= 0)
        return true;
    size_t room = (size_t)out->room - 1;
    size_t copied = len < room ? len : room;
    memcpy(out->buffer, text, copied);
    ((char *)out->buffer)[copied] = '\0';
    return copied < len;
}

bool dyno_odbc_text_put(const struct dyno_odbc_text_out *out, const char *text)
{
    if (!out->is_wide)
        return put_narrow(out, text);
    size_t unit_bytes = out->counts_units ? 1 : sizeof(SQLWCHAR);
    size_t len = strlen(text);
    size_t units = dyno_odbc_utf16_len(text, len);
    put_len(out, units * unit_bytes);
    if (out->buffer == NULL)
        return false;
    size_t room = out->room <= 0 ? 0 : (size_t)out->room / unit_bytes;
    if (room == 0)
        return true;
    struct dyno_odbc_utf16_cursor cursor = {.offset = 0};
    SQLWCHAR *buffer = out->buffer;
    size_t written = dyno_odbc_utf16_from_utf8(text, len, &cursor, buffer, room - 1);
    buffer[written] = 0;
    return written < units;
}
