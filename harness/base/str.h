/**
 * A growable byte string with a ceiling. The first failure (out of memory, or over the ceiling)
 * sticks: later appends do nothing, and one look at `failed` at the end covers the whole run.
 */
#ifndef DYNO_BASE_STR_H
#define DYNO_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct dyno_str {
    char *data; /**< NUL-terminated once anything was appended; may be NULL while empty */
    size_t len;
    size_t capacity;
    size_t max_bytes;
    bool failed;
};

/** Start empty; `max_bytes` is the largest length that it may reach. */
void dyno_str_init(struct dyno_str *str, size_t max_bytes);
void dyno_str_deinit(struct dyno_str *str);

/** Make it empty again and clear `failed`; keeps the memory. */
void dyno_str_clear(struct dyno_str *str);

/* Appends. `_n` takes any bytes, the others text that ends in NUL. */
void dyno_str_append(struct dyno_str *str, const char *text);
void dyno_str_append_n(struct dyno_str *str, const char *bytes, size_t len);
void dyno_str_append_char(struct dyno_str *str, char c);
void dyno_str_appendf(struct dyno_str *str, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void dyno_str_vappendf(struct dyno_str *str, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

/** The text, "" while empty. Borrowed: valid until the next change. */
const char *dyno_str_text(const struct dyno_str *str);

/** Hand the memory to the caller, who frees it; the string is empty afterwards. NULL if failed. */
char *dyno_str_take(struct dyno_str *str);

#endif
