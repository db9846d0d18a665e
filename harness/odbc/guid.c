#include "odbc/guid.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>

#define GUID_CHARACTERS 36
#define GUID_BYTES      16

size_t dyno_odbc_guid_to_text(const SQLGUID *guid, char *out)
{
    (void)snprintf(out, GUID_CHARACTERS + 1, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   (unsigned)guid->Data1, (unsigned)guid->Data2, (unsigned)guid->Data3,
                   guid->Data4[0], guid->Data4[1], guid->Data4[2], guid->Data4[3], guid->Data4[4],
                   guid->Data4[5], guid->Data4[6], guid->Data4[7]);
    return GUID_CHARACTERS;
}

static unsigned nibble_of(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0')
                                     : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

bool dyno_odbc_guid_from_text(const char *text, size_t len, SQLGUID *out)
{
    unsigned bytes[GUID_BYTES] = {0};
    size_t digits = 0;
    if (len != GUID_CHARACTERS)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
        if (is_dash)
            continue;
        bytes[digits / 2] = bytes[digits / 2] << 4 | nibble_of(text[i]);
        digits++;
    }
    *out = (SQLGUID){.Data1 = bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3],
                     .Data2 = (uint16_t)(bytes[4] << 8 | bytes[5]),
                     .Data3 = (uint16_t)(bytes[6] << 8 | bytes[7])};
    for (size_t i = 0; i < 8; i++)
        out->Data4[i] = (uint8_t)bytes[8 + i];
    return true;
}
