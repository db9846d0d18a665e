#include "base/vec.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void dyno_vec_init(struct dyno_vec *vec, size_t item_bytes)
{
    *vec = (struct dyno_vec){.item_bytes = item_bytes};
}

void dyno_vec_deinit(struct dyno_vec *vec)
{
    free(vec->items);
    dyno_vec_init(vec, vec->item_bytes);
}

void *dyno_vec_push(struct dyno_vec *vec, const void *item)
{
    if (vec->len == vec->capacity) {
        vec->capacity = vec->capacity ? vec->capacity * 2 : 8;
        vec->items = dyno_xrealloc(vec->items, vec->capacity * vec->item_bytes);
    }
    char *place = (char *)vec->items + vec->len * vec->item_bytes;
    if (item != NULL)
        memcpy(place, item, vec->item_bytes);
    else
        memset(place, 0, vec->item_bytes);
    vec->len++;
    return place;
}

void *dyno_vec_at(const struct dyno_vec *vec, size_t i)
{
    assert(i < vec->len);
    return (char *)vec->items + i * vec->item_bytes;
}

void *dyno_vec_take(struct dyno_vec *vec, size_t *len_out)
{
    void *items = vec->items;
    *len_out = vec->len;
    dyno_vec_init(vec, vec->item_bytes);
    return items;
}
