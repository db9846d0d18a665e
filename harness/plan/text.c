#include "plan/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct dyno_place dyno_text_place(const struct dyno_text *text, size_t offset,
                                  struct dyno_place from)
{
    struct dyno_place place = {.offset = 0, .line = 1, .column = 1};
    if (from.line > 0 && from.offset <= offset)
        place = from;
    for (; place.offset < offset && place.offset < text->len; place.offset++) {
        size_t next = place.offset + 1;
        unsigned char c = (unsigned char)text->bytes[place.offset];
        if (c == '\n' || (c == '\r' && (next == text->len || text->bytes[next] != '\n'))) {
            place.line++;
            place.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

enum dyno_status dyno_text_complain(const struct dyno_text *text, size_t offset,
                                    struct dyno_err *err, const char *fmt, ...)
{
    char message[DYNO_ERR_MESSAGE_BYTES];
    struct dyno_place place = dyno_text_place(text, offset, (struct dyno_place){.line = 0});
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return dyno_err_set(err, DYNO_EINPUT, "%s:%zu:%zu: %s", text->path, place.line, place.column,
                        message);
}

/* Length of the UTF-8 sequence at `s`, 0 if it is not one. Overlong forms and surrogates are not. */
static size_t utf8_length(const unsigned char *s, size_t room)
{
    if (s[0] < 0x80)
        return 1;
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || len > room)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool is_odd = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
                  (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F);
    return is_odd ? 0 : len;
}

enum dyno_status dyno_text_check(const struct dyno_text *text, struct dyno_err *err)
{
    for (size_t i = 0; i < text->len;) {
        unsigned char c = (unsigned char)text->bytes[i];
        if (c == '\0')
            return dyno_text_complain(text, i, err, "a NUL byte: this is not a text file");
        if (c < ' ' && strchr("\t\n\r\f", c) == NULL)
            return dyno_text_complain(text, i, err, "a control character: this is not a text file");
        size_t len = utf8_length((const unsigned char *)text->bytes + i, text->len - i);
        if (len == 0)
            return dyno_text_complain(text, i, err, "not UTF-8 text");
        i += len;
    }
    return DYNO_OK;
}
