#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        (void)fputs("sparkdyno: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *dyno_xcalloc(size_t count, size_t bytes)
{
    return or_abort(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *dyno_xrealloc(void *old, size_t bytes)
{
    return or_abort(realloc(old, bytes));
}

char *dyno_xstrdup(const char *text)
{
    return text == NULL ? NULL : dyno_xstrndup(text, strlen(text));
}

char *dyno_xstrndup(const char *text, size_t len)
{
    size_t used = strnlen(text, len);
    char *copy = or_abort(malloc(used + 1));
    memcpy(copy, text, used);
    copy[used] = '\0';
    return copy;
}

char *dyno_xvasprintf(const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    if (len < 0)
        len = 0;
    char *text = or_abort(malloc((size_t)len + 1));
    (void)vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return text;
}

char *dyno_xasprintf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = dyno_xvasprintf(fmt, args);
    va_end(args);
    return text;
}
