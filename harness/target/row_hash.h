/**
 * A hash of a row's cells, the same through every target that hands out the same values: numbers by
 * value, text by bytes, NULL apart. Rows are summed, so that their order does not matter.
 */
#ifndef DYNO_TARGET_ROW_HASH_H
#define DYNO_TARGET_ROW_HASH_H

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DYNO_ROW_HASH_INIT UINT64_C(0x243f6a8885a308d3)

/** Each takes the hash of the cells so far and gives that with one more cell. */
static inline uint64_t dyno_row_hash_null(uint64_t hash)
{
    return dyno_mix64(hash ^ UINT64_C(0x13198a2e03707344));
}

/** Whole numbers and booleans of any width. */
static inline uint64_t dyno_row_hash_i64(uint64_t hash, int64_t value)
{
    return dyno_mix64(hash ^ UINT64_C(0xa4093822299f31d0)) ^ dyno_mix64((uint64_t)value);
}

/** Minus zero is zero; every NaN is the same one. */
static inline uint64_t dyno_row_hash_f64(uint64_t hash, double value)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    if (value == value) {
        value += 0.0;
        memcpy(&bits, &value, sizeof bits);
    }
    return dyno_mix64(hash ^ UINT64_C(0x082efa98ec4e6c89)) ^ dyno_mix64(bits);
}

/** Texts, and whatever travels as one: decimals, dates, binaries. */
static inline uint64_t dyno_row_hash_text(uint64_t hash, const char *bytes, size_t len)
{
    uint64_t word = 0;
    hash = dyno_mix64(hash ^ UINT64_C(0x452821e638d01377) ^ len);
    for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = dyno_mix64(hash ^ word);
    }
    word = 0;
    memcpy(&word, bytes, len);
    return dyno_mix64(hash ^ word);
}

#endif
