/**
 * Key=value pairs as a connection string or a DSN gives them, in order; keys ignore case and the
 * first of two equal keys wins. Values of secret keys are wiped before their memory is freed.
 */
#ifndef DYNO_HS2_PAIRS_H
#define DYNO_HS2_PAIRS_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct dyno_hs2_pair {
    char *key;
    char *value;
};

struct dyno_hs2_pairs {
    struct dyno_hs2_pair *items;
    size_t count;
    size_t capacity;
};

void dyno_hs2_pairs_init(struct dyno_hs2_pairs *pairs);
void dyno_hs2_pairs_deinit(struct dyno_hs2_pairs *pairs);

/** Add a copy, unless the key is there already. DYNO_ENOMEM. */
enum dyno_status dyno_hs2_pairs_add(struct dyno_hs2_pairs *pairs, const char *key,
                                    const char *value, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Add the pairs of `key=value;key={value;with}}braces};...`. DYNO_EINPUT for a part without "=" or
 * a brace that is never closed; the text names the key at most, never a value. DYNO_ENOMEM.
 */
enum dyno_status dyno_hs2_pairs_parse(struct dyno_hs2_pairs *pairs, const char *text,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** The key's value, or NULL. Borrowed from `pairs`. */
const char *dyno_hs2_pairs_get(const struct dyno_hs2_pairs *pairs, const char *key);

/** Append them as a connection string, secrets as "***". */
void dyno_hs2_pairs_format(const struct dyno_hs2_pairs *pairs, struct dyno_str *out);

/** Does the key hold a password or a token? */
bool dyno_hs2_pairs_is_secret(const char *key);

#endif
