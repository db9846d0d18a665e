#include "odbc/param.h"

#include "odbc/convert.h"
#include "odbc/literal.h"

#include <stdlib.h>
#include <string.h>

/* One value with all pointers worked out. */
struct place {
    const struct dyno_odbc_desc_rec *app;
    SQLSMALLINT sql_type;
    char *data;
    const SQLLEN *indicator;
    const SQLLEN *len;
};

static void *shifted(void *at, size_t offset)
{
    return at != NULL ? (char *)at + offset : NULL;
}

/* Parameter `number` (from 1) of set `set`. */
static struct place place_of(const struct dyno_odbc_stmt *stmt, size_t number, size_t set)
{
    const struct dyno_odbc_desc *apd = stmt->apd;
    const struct dyno_odbc_desc_rec *described = dyno_odbc_desc_find(stmt->ipd, number);
    struct place place = {.app = dyno_odbc_desc_find(apd, number)};
    place.sql_type = described != NULL ? described->type : SQL_VARCHAR;
    size_t bytes = dyno_odbc_c_type_bytes(place.app->type);
    size_t width = bytes > 0 ? bytes : (size_t)place.app->octet_length;
    size_t len_width = sizeof(SQLLEN);
    if (apd->bind_type != SQL_PARAM_BIND_BY_COLUMN) {
        width = apd->bind_type;
        len_width = apd->bind_type;
    }
    size_t offset = apd->bind_offset != NULL ? *apd->bind_offset : 0;
    place.data = shifted(place.app->data, offset + set * width);
    place.indicator = shifted(place.app->indicator, offset + set * len_width);
    place.len = shifted(place.app->octet_length_ptr, offset + set * len_width);
    return place;
}

static bool is_null(const struct place *place)
{
    return (place->indicator != NULL && *place->indicator == SQL_NULL_DATA) ||
           (place->len != NULL && *place->len == SQL_NULL_DATA);
}

static bool is_put_later(const struct place *place)
{
    return place->len != NULL &&
           (*place->len == SQL_DATA_AT_EXEC || *place->len <= SQL_LEN_DATA_AT_EXEC_OFFSET);
}

const char *dyno_odbc_params_check(const struct dyno_odbc_stmt *stmt)
{
    for (size_t i = 1; i <= stmt->sql.marker_count; i++) {
        if (dyno_odbc_desc_find(stmt->apd, i) == NULL)
            return "07002";
    }
    return NULL;
}

size_t dyno_odbc_params_next_put(const struct dyno_odbc_stmt *stmt, size_t number)
{
    for (size_t i = number + 1; i <= stmt->sql.marker_count; i++) {
        struct place place = place_of(stmt, i, 0);
        if (is_put_later(&place))
            return i;
    }
    return 0;
}

void *dyno_odbc_params_address(const struct dyno_odbc_stmt *stmt, size_t number)
{
    return place_of(stmt, number, 0).data;
}

bool dyno_odbc_params_begin_puts(struct dyno_odbc_stmt *stmt)
{
    stmt->puts = calloc(stmt->sql.marker_count, sizeof *stmt->puts);
    stmt->put_count = stmt->puts != NULL ? stmt->sql.marker_count : 0;
    stmt->put_number = 0;
    dyno_odbc_canceller_set_awaiting(&stmt->canceller, stmt->puts != NULL);
    return stmt->puts != NULL;
}

void dyno_odbc_params_end_puts(struct dyno_odbc_stmt *stmt)
{
    if (stmt->puts == NULL)
        return;
    dyno_odbc_canceller_set_awaiting(&stmt->canceller, false);
    for (size_t i = 0; i < stmt->put_count; i++)
        free(stmt->puts[i].bytes);
    free(stmt->puts);
    stmt->puts = NULL;
    stmt->put_count = 0;
    stmt->put_number = 0;
}

/* Bytes of a piece; 0 with `*state_out` for a length that makes no sense. */
static size_t piece_bytes(const struct place *place, const void *data, SQLLEN len,
                          const char **state_out)
{
    size_t fixed = dyno_odbc_c_type_bytes(place->app->type);
    if (fixed > 0)
        return fixed;
    if (len >= 0)
        return (size_t)len;
    if (len != SQL_NTS || place->app->type == SQL_C_BINARY) {
        *state_out = "HY090";
        return 0;
    }
    if (place->app->type != SQL_C_WCHAR)
        return strlen(data);
    const SQLWCHAR *units = data;
    size_t count = 0;
    while (units[count] != 0)
        count++;
    return count * sizeof *units;
}

const char *dyno_odbc_params_put(struct dyno_odbc_stmt *stmt, const void *data, SQLLEN len)
{
    struct dyno_odbc_put *put = &stmt->puts[stmt->put_number - 1];
    struct place place = place_of(stmt, stmt->put_number, 0);
    const char *state = NULL;
    if (put->is_null || (put->is_given && len == SQL_NULL_DATA))
        return "HY020";
    put->is_given = true;
    if (len == SQL_NULL_DATA) {
        put->is_null = true;
        return NULL;
    }
    size_t bytes = piece_bytes(&place, data, len, &state);
    if (state != NULL || bytes == 0)
        return state;
    if (put->len + bytes > put->capacity) {
        size_t capacity = (put->len + bytes) * 2;
        char *grown = realloc(put->bytes, capacity);
        if (grown == NULL)
            return "HY001";
        put->bytes = grown;
        put->capacity = capacity;
    }
    memcpy(put->bytes + put->len, data, bytes);
    put->len += bytes;
    return NULL;
}

/* The value of one parameter as the literal's writer takes it. NULL, or what is wrong. */
static const char *input_of(const struct dyno_odbc_stmt *stmt, size_t number, size_t set,
                            struct dyno_odbc_input *out)
{
    struct place place = place_of(stmt, number, set);
    *out = (struct dyno_odbc_input){
        .c_type = place.app->type,
        .sql_type = place.sql_type,
        .data = place.data,
        .fraction_digits = dyno_odbc_desc_digits(place.app).fraction,
    };
    if (is_put_later(&place)) {
        const struct dyno_odbc_put *put = &stmt->puts[number - 1];
        out->data = put->bytes != NULL ? put->bytes : "";
        out->len = put->is_null ? SQL_NULL_DATA : (SQLLEN)put->len;
        return put->len > 0 || dyno_odbc_c_type_bytes(out->c_type) == 0 || put->is_null ? NULL
                                                                                        : "HY090";
    }
    if (is_null(&place)) {
        out->len = SQL_NULL_DATA;
        return NULL;
    }
    if (place.data == NULL)
        return "HY009";
    out->len = place.len != NULL ? *place.len : SQL_NTS;
    /* Bytes have no end mark: without a length the buffer's own size counts. */
    if (place.len == NULL && place.app->type == SQL_C_BINARY)
        out->len = place.app->octet_length;
    return *(place.len != NULL ? place.len : &out->len) == SQL_DEFAULT_PARAM ? "07S01" : NULL;
}

/* Keeps a literal apart from what stands beside it: "-" and "-5" would begin a comment, "r" and 'x' a
 * raw literal. */
static void append_blank(struct dyno_str *out)
{
    if (out->len > 0 && strchr(" \t\r\n(,=", out->data[out->len - 1]) == NULL)
        dyno_str_append_char(out, ' ');
}

const char *dyno_odbc_params_render(const struct dyno_odbc_stmt *stmt, size_t set,
                                    struct dyno_str *out, size_t *number_out)
{
    const char *text = stmt->sql.text;
    size_t from = 0;
    for (size_t i = 0; i < stmt->sql.marker_count; i++) {
        struct dyno_odbc_input input;
        size_t marker = stmt->sql.markers[i];
        dyno_str_append_n(out, text + from, marker - from);
        append_blank(out);
        *number_out = i + 1;
        const char *state = input_of(stmt, i + 1, set, &input);
        if (state == NULL)
            state = dyno_odbc_literal(&input, out);
        if (state != NULL)
            return state;
        from = marker + 1;
        if (text[from] != '\0' && strchr(" \t\r\n),;", text[from]) == NULL)
            dyno_str_append_char(out, ' ');
    }
    dyno_str_append(out, text + from);
    return out->failed ? "HY001" : NULL;
}
