#include "odbc/desc.h"

#include "odbc/dbc.h"
#include "odbc/interval.h"
#include "odbc/stmt.h"

#include <stdlib.h>
#include <string.h>

static void set_defaults(struct dyno_odbc_desc *desc)
{
    desc->magic = DYNO_ODBC_MAGIC_DESC;
    desc->array_size = 1;
    desc->bind_type = SQL_BIND_BY_COLUMN;
    dyno_odbc_diag_init(&desc->diag);
}

void dyno_odbc_desc_init(struct dyno_odbc_desc *desc, enum dyno_odbc_desc_kind kind,
                         struct dyno_odbc_stmt *owner)
{
    *desc = (struct dyno_odbc_desc){.kind = kind, .owner = owner, .dbc = owner->dbc};
    set_defaults(desc);
}

void dyno_odbc_desc_deinit(struct dyno_odbc_desc *desc)
{
    desc->magic = DYNO_ODBC_MAGIC_DEAD;
    dyno_odbc_diag_deinit(&desc->diag);
    free(desc->records);
    desc->records = NULL;
    desc->count = 0;
}

struct dyno_odbc_desc *dyno_odbc_desc_new(struct dyno_odbc_dbc *dbc)
{
    struct dyno_odbc_desc *desc = calloc(1, sizeof *desc);
    if (desc == NULL)
        return NULL;
    if (pthread_mutex_init(&desc->lock, NULL) != 0) {
        free(desc);
        return NULL;
    }
    desc->kind = DYNO_ODBC_EXPLICIT;
    desc->dbc = dbc;
    set_defaults(desc);
    desc->next = dbc->descs;
    dbc->descs = desc;
    return desc;
}

void dyno_odbc_desc_free(struct dyno_odbc_desc *desc)
{
    struct dyno_odbc_desc **at = &desc->dbc->descs;
    while (*at != NULL && *at != desc)
        at = &(*at)->next;
    if (*at != NULL)
        *at = desc->next;
    dyno_odbc_desc_deinit(desc);
    (void)pthread_mutex_destroy(&desc->lock);
    free(desc);
}

pthread_mutex_t *dyno_odbc_desc_lock(struct dyno_odbc_desc *desc)
{
    return desc->owner != NULL ? &desc->owner->lock : &desc->lock;
}

struct dyno_odbc_desc *dyno_odbc_desc_enter(SQLHDESC handle)
{
    struct dyno_odbc_desc *desc = handle;
    if (desc == NULL || desc->magic != DYNO_ODBC_MAGIC_DESC)
        return NULL;
    (void)pthread_mutex_lock(dyno_odbc_desc_lock(desc));
    dyno_odbc_diag_clear(&desc->diag);
    return desc;
}

SQLRETURN dyno_odbc_desc_leave(struct dyno_odbc_desc *desc, SQLRETURN rc)
{
    desc->diag.rc = rc;
    (void)pthread_mutex_unlock(dyno_odbc_desc_lock(desc));
    return rc;
}

bool dyno_odbc_desc_set_count(struct dyno_odbc_desc *desc, size_t count)
{
    if (count <= desc->count) {
        desc->count = count;
        return true;
    }
    struct dyno_odbc_desc_rec *records = realloc(desc->records, count * sizeof *records);
    if (records == NULL)
        return false;
    bool holds_c_types = desc->kind != DYNO_ODBC_IPD;
    for (size_t i = desc->count; i < count; i++)
        records[i] = (struct dyno_odbc_desc_rec){
            .type = holds_c_types ? SQL_C_DEFAULT : SQL_VARCHAR, .io_type = SQL_PARAM_INPUT};
    desc->records = records;
    desc->count = count;
    return true;
}

struct dyno_odbc_desc_rec *dyno_odbc_desc_make(struct dyno_odbc_desc *desc, size_t number)
{
    if (number > desc->count && !dyno_odbc_desc_set_count(desc, number))
        return NULL;
    return &desc->records[number - 1];
}

const struct dyno_odbc_desc_rec *dyno_odbc_desc_find(const struct dyno_odbc_desc *desc,
                                                     size_t number)
{
    if (number == 0 || number > desc->count || !desc->records[number - 1].is_set)
        return NULL;
    return &desc->records[number - 1];
}

struct dyno_odbc_digits dyno_odbc_desc_digits(const struct dyno_odbc_desc_rec *rec)
{
    bool is_told = rec->has_precision && rec->precision >= 0 && rec->precision <= 9;
    return (struct dyno_odbc_digits){
        .has_scale = rec->has_scale,
        .scale = rec->scale,
        .fraction = is_told ? rec->precision : DYNO_ODBC_INTERVAL_PRECISION,
        .leading = (int)rec->leading_precision,
    };
}

bool dyno_odbc_desc_copy(struct dyno_odbc_desc *to, const struct dyno_odbc_desc *from)
{
    struct dyno_odbc_desc_rec *records = NULL;
    if (from->count > 0) {
        records = calloc(from->count, sizeof *records);
        if (records == NULL)
            return false;
        memcpy(records, from->records, from->count * sizeof *records);
    }
    free(to->records);
    to->records = records;
    to->count = from->count;
    to->array_size = from->array_size;
    to->bind_type = from->bind_type;
    to->bind_offset = from->bind_offset;
    to->array_status = from->array_status;
    to->rows_processed = from->rows_processed;
    return true;
}

bool dyno_odbc_desc_copy_columns(struct dyno_odbc_desc *to, const struct dyno_odbc_desc *ird)
{
    const struct dyno_odbc_result *result = &ird->owner->result;
    if (!dyno_odbc_desc_set_count(to, result->column_count))
        return false;
    for (size_t i = 0; i < result->column_count; i++) {
        const struct dyno_odbc_column_info *info = &result->infos[i];
        to->records[i] = (struct dyno_odbc_desc_rec){.type = info->sql_type,
                                                     .io_type = SQL_PARAM_INPUT,
                                                     .precision = (SQLSMALLINT)info->column_size,
                                                     .scale = info->decimal_digits,
                                                     .length = (SQLULEN)info->column_size,
                                                     .octet_length = info->octet_length,
                                                     .is_set = true};
    }
    return true;
}
