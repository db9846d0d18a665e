#include "hs2/buffer.h"

#include <stdlib.h>

#define SMALLEST ((size_t)4096)

bool dyno_hs2_buffer_reserve(struct dyno_hs2_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity < SMALLEST ? SMALLEST : buffer->capacity;
    while (capacity - buffer->len < more) {
        if (capacity > SIZE_MAX / 4)
            return false;
        capacity *= 2;
    }
    if (capacity == buffer->capacity)
        return true;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}
