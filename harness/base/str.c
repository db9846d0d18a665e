#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dyno_str_init(struct dyno_str *str, size_t max_bytes)
{
    *str = (struct dyno_str){.max_bytes = max_bytes};
}

void dyno_str_deinit(struct dyno_str *str)
{
    free(str->data);
    *str = (struct dyno_str){.max_bytes = str->max_bytes};
}

void dyno_str_clear(struct dyno_str *str)
{
    str->len = 0;
    str->failed = false;
    if (str->data != NULL)
        str->data[0] = '\0';
}

/* Room for `extra` more bytes and the NUL. */
static bool reserve(struct dyno_str *str, size_t extra)
{
    if (str->failed || extra > str->max_bytes || str->len > str->max_bytes - extra) {
        str->failed = true;
        return false;
    }
    size_t need = str->len + extra + 1;
    if (need <= str->capacity)
        return true;
    size_t capacity = str->capacity ? str->capacity * 2 : 64;
    if (capacity < need)
        capacity = need;
    char *data = realloc(str->data, capacity);
    if (data == NULL) {
        str->failed = true;
        return false;
    }
    str->data = data;
    str->capacity = capacity;
    return true;
}

void dyno_str_append_n(struct dyno_str *str, const char *bytes, size_t len)
{
    if (!reserve(str, len))
        return;
    if (len > 0)
        memcpy(str->data + str->len, bytes, len);
    str->len += len;
    str->data[str->len] = '\0';
}

void dyno_str_append(struct dyno_str *str, const char *text)
{
    dyno_str_append_n(str, text, strlen(text));
}

void dyno_str_append_char(struct dyno_str *str, char c)
{
    dyno_str_append_n(str, &c, 1);
}

void dyno_str_vappendf(struct dyno_str *str, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len < 0 || !reserve(str, (size_t)len)) {
        str->failed = true;
        return;
    }
    (void)vsnprintf(str->data + str->len, (size_t)len + 1, fmt, args);
    str->len += (size_t)len;
}

void dyno_str_appendf(struct dyno_str *str, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    dyno_str_vappendf(str, fmt, args);
    va_end(args);
}

const char *dyno_str_text(const struct dyno_str *str)
{
    return str->data == NULL ? "" : str->data;
}

char *dyno_str_take(struct dyno_str *str)
{
    if (str->data == NULL && reserve(str, 0) && str->data != NULL)
        str->data[0] = '\0';
    if (str->failed) {
        dyno_str_deinit(str);
        return NULL;
    }
    char *data = str->data;
    *str = (struct dyno_str){.max_bytes = str->max_bytes};
    return data;
}
