#include "collect/sweep.h"

#include <inttypes.h>

#define PAGE_ENTRIES 500
/* Pages overlap, because eviction shifts the offsets between two calls. */
#define PAGE_STRIDE 400
#define MARGIN      8

static enum dyno_status get_page(struct dyno_sweep *sweep, int64_t offset, int64_t length,
                                 cJSON **out, struct dyno_err *err)
{
    enum dyno_status status = dyno_feed_get_app(
        sweep->feed, out, err,
        "/sql?details=false&planDescription=false&offset=%" PRId64 "&length=%" PRId64, offset,
        length);
    if (status == DYNO_OK && !cJSON_IsArray(*out)) {
        cJSON_Delete(*out);
        *out = NULL;
        status = dyno_err_set(err, DYNO_EPROTO, "Spark's '/sql' is no list");
    }
    return status;
}

static int64_t id_of(const cJSON *execution)
{
    return dyno_json_i64_or(execution, "id", -1);
}

/* Id of the entry at this offset; -1 if the list ends before it. */
static enum dyno_status probe(struct dyno_sweep *sweep, int64_t offset, int64_t *id_out,
                              struct dyno_err *err)
{
    cJSON *page = NULL;
    enum dyno_status status = get_page(sweep, offset, 1, &page, err);
    if (status == DYNO_OK)
        *id_out = id_of(cJSON_GetArrayItem(page, 0));
    cJSON_Delete(page);
    return status;
}

/* The list's length is nowhere told: double an offset until it is behind the end, then halve. */
enum dyno_status dyno_sweep_begin(struct dyno_sweep *sweep, struct dyno_err *err)
{
    struct dyno_sql_cursor *cursor = &sweep->cursor;
    int64_t low = 0;   /* there is an entry at low - 1 */
    int64_t high = -1; /* there is none at high; -1: not known */
    int64_t at = 0;
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && (high < 0 || low < high)) {
        int64_t id = -1;
        status = probe(sweep, at, &id, err);
        if (status == DYNO_OK && id >= 0) {
            cursor->last_id = id;
            cursor->first_id = at == 0 ? id : cursor->first_id;
            low = at + 1;
        } else if (status == DYNO_OK) {
            high = at;
        }
        at = high < 0 ? at * 2 + 1 : low + (high - low) / 2;
        if (at > INT32_MAX)
            break;
    }
    if (status == DYNO_OK) {
        cursor->offset = low;
        cursor->is_known = true;
        sweep->last_id_before = cursor->last_id;
    } else {
        *cursor = (struct dyno_sql_cursor){0, -1, -1, false};
    }
    return status;
}

static bool is_ours(const struct dyno_sweep *sweep, const cJSON *execution)
{
    return dyno_sweep_is_tagged(sweep, dyno_json_string_or(execution, "description", NULL));
}

/* Nothing of ours can stand before the first entry of this page. */
static bool is_start(const struct dyno_sweep *sweep, const cJSON *page)
{
    const cJSON *first = cJSON_GetArrayItem(page, 0);
    return first != NULL && !is_ours(sweep, first) && id_of(first) <= sweep->cursor.last_id + 1;
}

/* Where to begin: at the old end, moved by as much as was evicted since, then backwards until it is
 * certain that nothing was jumped over. */
static enum dyno_status first_page(struct dyno_sweep *sweep, int64_t oldest, int64_t *offset,
                                   cJSON **page, struct dyno_err *err)
{
    const struct dyno_sql_cursor *cursor = &sweep->cursor;
    enum dyno_status status = DYNO_OK;
    *offset = 0;
    if (cursor->is_known && oldest >= 0 && cursor->first_id >= 0)
        *offset = cursor->offset - MARGIN - (oldest - cursor->first_id);
    while (status == DYNO_OK) {
        if (*offset < 0)
            *offset = 0;
        status = get_page(sweep, *offset, PAGE_ENTRIES, page, err);
        if (status != DYNO_OK || *offset == 0 || is_start(sweep, *page))
            break;
        cJSON_Delete(*page);
        *page = NULL;
        *offset -= PAGE_STRIDE;
    }
    return status;
}

static void keep_page(struct dyno_sweep *sweep, cJSON *page, struct dyno_sql_cursor *cursor)
{
    cJSON *next = NULL;
    for (cJSON *execution = page == NULL ? NULL : page->child; execution != NULL;
         execution = next) {
        int64_t id = id_of(execution);
        next = execution->next;
        if (id > cursor->last_id)
            cursor->last_id = id;
        if (id < 0 || !is_ours(sweep, execution))
            continue;
        (void)cJSON_DetachItemViaPointer(page, execution);
        dyno_shape_trim(DYNO_SHAPE_EXECUTION, execution, &sweep->odd);
        dyno_shelf_put(&sweep->executions, id, 0, execution);
    }
}

static bool is_running(const cJSON *execution)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(execution, "status");
    return cJSON_IsString(status) && status->valuestring[0] == 'R';
}

/* Entries that ran when they were last read and may since lie before the cursor. */
static enum dyno_status refresh_running(struct dyno_sweep *sweep, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < sweep->executions.items.len && status == DYNO_OK; i++) {
        const struct dyno_shelf_item *item = dyno_shelf_at(&sweep->executions, i);
        int64_t id = item->id;
        cJSON *fresh = NULL;
        if (!is_running(item->json))
            continue;
        status = dyno_feed_get_app(sweep->feed, &fresh, err,
                                   "/sql/%" PRId64 "?details=false&planDescription=false", id);
        if (status == DYNO_OK && cJSON_IsObject(fresh)) {
            dyno_shape_trim(DYNO_SHAPE_EXECUTION, fresh, &sweep->odd);
            dyno_shelf_put(&sweep->executions, id, 0, fresh);
        } else {
            cJSON_Delete(fresh);
        }
        if (status == DYNO_ENOTFOUND)
            status = DYNO_OK;
    }
    return status;
}

/* Everything from the cursor to the end of the list; a server that repeats itself ends it too. */
static enum dyno_status read_pages(struct dyno_sweep *sweep, struct dyno_sql_cursor *cursor,
                                   struct dyno_err *err)
{
    cJSON *page = NULL;
    int64_t offset = 0;
    enum dyno_status status = first_page(sweep, cursor->first_id, &offset, &page, err);
    while (status == DYNO_OK) {
        int64_t count = cJSON_GetArraySize(page);
        int64_t last_id = cursor->last_id;
        keep_page(sweep, page, cursor);
        cursor->offset = offset + count;
        cJSON_Delete(page);
        page = NULL;
        if (count < PAGE_ENTRIES || (cursor->last_id == last_id && offset > 0))
            break;
        offset += PAGE_STRIDE;
        status = get_page(sweep, offset, PAGE_ENTRIES, &page, err);
    }
    cJSON_Delete(page);
    return status;
}

enum dyno_status dyno_sweep_executions(struct dyno_sweep *sweep, bool is_last, struct dyno_err *err)
{
    struct dyno_sql_cursor next = {.last_id = sweep->cursor.last_id, .is_known = true};
    enum dyno_status status = probe(sweep, 0, &next.first_id, err);
    if (status == DYNO_OK)
        status = read_pages(sweep, &next, err);
    if (status == DYNO_OK) {
        if (sweep->cursor.is_known && next.first_id > sweep->cursor.last_id + 1)
            sweep->lost_executions += next.first_id - sweep->cursor.last_id - 1;
        sweep->cursor = next;
    }
    if (status == DYNO_OK && is_last)
        status = refresh_running(sweep, err);
    return status;
}
