/**
 * Allocation that cannot fail: out of memory ends the program with a message.
 * For the program only. hs2/ and odbc/ live in other people's processes and must not use it.
 */
#ifndef DYNO_BASE_ALLOC_H
#define DYNO_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/** Zeroed memory for `count` items of `bytes` each; the caller frees it with free(). */
void *dyno_xcalloc(size_t count, size_t bytes);

/** Resize to `bytes` (not 0); `old` may be NULL. */
void *dyno_xrealloc(void *old, size_t bytes);

/** A copy of `text`, or NULL for NULL. */
char *dyno_xstrdup(const char *text);

/** A copy of at most `len` bytes of `text`, ended with NUL. */
char *dyno_xstrndup(const char *text, size_t len);

/** A formatted string of any length; the caller frees it. */
char *dyno_xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *dyno_xvasprintf(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

#endif
