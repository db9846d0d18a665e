/** A growable array of equal items. Out of memory ends the program (see alloc.h). */
#ifndef DYNO_BASE_VEC_H
#define DYNO_BASE_VEC_H

#include <stddef.h>

struct dyno_vec {
    void *items;
    size_t len;
    size_t capacity;
    size_t item_bytes;
};

#define DYNO_VEC_INIT(type)                                                                        \
    {                                                                                              \
        .items = NULL, .len = 0, .capacity = 0, .item_bytes = sizeof(type)                         \
    }

void dyno_vec_init(struct dyno_vec *vec, size_t item_bytes);
void dyno_vec_deinit(struct dyno_vec *vec);

/** Append a copy of `*item` (zeroes if NULL). Returns its place, borrowed until the next push. */
void *dyno_vec_push(struct dyno_vec *vec, const void *item);

/** Item `i`, which must be below `len`. Borrowed until the next push. */
void *dyno_vec_at(const struct dyno_vec *vec, size_t i);

/** Hand the array to the caller, who frees it; `*len_out` gets the count. The vec is empty after. */
void *dyno_vec_take(struct dyno_vec *vec, size_t *len_out);

#endif
