/** Bytes that a peer sends, in memory that grows as they arrive: no announced size is believed. */
#ifndef DYNO_HS2_BUFFER_H
#define DYNO_HS2_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_hs2_buffer {
    uint8_t *bytes;
    size_t len;
    size_t capacity;
};

/** Room for at least `more` bytes behind `len`, doubling; false: out of memory. */
bool dyno_hs2_buffer_reserve(struct dyno_hs2_buffer *buffer, size_t more);

#endif
