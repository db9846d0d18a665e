/**
 * Keys of a connection string as a table: where in a struct their values go. Values are texts
 * (borrowed), whole numbers within bounds, or flags (1, true, yes, on and their opposites).
 */
#ifndef DYNO_HS2_KEYS_H
#define DYNO_HS2_KEYS_H

#include "base/status.h"
#include "hs2/pairs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_hs2_key_kind {
    DYNO_HS2_KEY_TEXT, /**< const char *; of two names for one place, the pair that comes first wins */
    DYNO_HS2_KEY_NUMBER, /**< int32_t */
    DYNO_HS2_KEY_FLAG    /**< bool */
};

struct dyno_hs2_key {
    const char *name;
    enum dyno_hs2_key_kind kind;
    size_t offset;
    int32_t least; /**< of a number */
    int32_t most;
};

struct dyno_hs2_keys {
    const struct dyno_hs2_key *rows;
    size_t count;
};

/** The row of that name, case ignored; NULL if there is none. */
const struct dyno_hs2_key *dyno_hs2_keys_find(const struct dyno_hs2_keys *keys, const char *name);

/** Put a value into its place in `into`. DYNO_EINPUT (HY024) if it is none of the key's. */
enum dyno_status dyno_hs2_key_set(const struct dyno_hs2_key *key, void *into, const char *value,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Is the text a flag? Then `*out` is its value. */
bool dyno_hs2_key_flag(const char *text, bool *out);

#endif
