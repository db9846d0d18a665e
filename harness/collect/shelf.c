#include "collect/shelf.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void dyno_shelf_init(struct dyno_shelf *shelf)
{
    dyno_vec_init(&shelf->items, sizeof(struct dyno_shelf_item));
}

void dyno_shelf_deinit(struct dyno_shelf *shelf)
{
    for (size_t i = 0; i < shelf->items.len; i++)
        cJSON_Delete(dyno_shelf_at(shelf, i)->json);
    dyno_vec_deinit(&shelf->items);
}

struct dyno_shelf_item *dyno_shelf_at(const struct dyno_shelf *shelf, size_t i)
{
    return dyno_vec_at(&shelf->items, i);
}

static bool is_before(const struct dyno_shelf_item *item, int64_t id, int64_t attempt)
{
    return item->id != id ? item->id < id : item->attempt < attempt;
}

/* The first place that is not before these numbers. */
static size_t place_of(const struct dyno_shelf *shelf, int64_t id, int64_t attempt)
{
    size_t low = 0;
    size_t high = shelf->items.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(dyno_shelf_at(shelf, middle), id, attempt))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct dyno_shelf_item *dyno_shelf_find(const struct dyno_shelf *shelf, int64_t id, int64_t attempt)
{
    size_t place = place_of(shelf, id, attempt);
    if (place == shelf->items.len)
        return NULL;
    struct dyno_shelf_item *item = dyno_shelf_at(shelf, place);
    return item->id == id && item->attempt == attempt ? item : NULL;
}

static void insert(struct dyno_shelf *shelf, const struct dyno_shelf_item *fresh)
{
    size_t place = place_of(shelf, fresh->id, fresh->attempt);
    dyno_vec_push(&shelf->items, fresh);
    struct dyno_shelf_item *items = shelf->items.items;
    memmove(&items[place + 1], &items[place], (shelf->items.len - 1 - place) * sizeof *items);
    items[place] = *fresh;
}

void dyno_shelf_put(struct dyno_shelf *shelf, int64_t id, int64_t attempt, cJSON *json)
{
    struct dyno_shelf_item *old = dyno_shelf_find(shelf, id, attempt);
    if (old == NULL) {
        insert(shelf, &(struct dyno_shelf_item){.id = id, .attempt = attempt, .json = json});
    } else if (old->is_settled) {
        cJSON_Delete(json);
    } else {
        cJSON_Delete(old->json);
        old->json = json;
    }
}

cJSON **dyno_shelf_take(struct dyno_shelf *shelf, size_t *count_out)
{
    size_t count = shelf->items.len;
    cJSON **all = count > 0 ? dyno_xcalloc(count, sizeof(cJSON *)) : NULL;
    for (size_t i = 0; i < count; i++)
        all[i] = dyno_shelf_at(shelf, i)->json;
    dyno_vec_deinit(&shelf->items);
    *count_out = count;
    return all;
}
