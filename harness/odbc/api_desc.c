/* SQLGetDescField, SQLSetDescField, SQLGetDescRec, SQLSetDescRec, SQLCopyDesc. */
#include "odbc/api.h"
#include "odbc/column.h"
#include "odbc/desc.h"
#include "odbc/interval.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdint.h>
#include <string.h>

/* What SQLSetDescField takes in the place of a pointer. */
enum value_kind {
    VALUE_SMALL,
    VALUE_INTEGER,
    VALUE_LEN, /* SQLLEN, SQLULEN */
    VALUE_POINTER
};

struct field {
    SQLSMALLINT field;
    enum value_kind kind;
    size_t at;
};

static const struct field header_fields[] = {
    {SQL_DESC_ARRAY_SIZE, VALUE_LEN, offsetof(struct dyno_odbc_desc, array_size)},
    {SQL_DESC_BIND_TYPE, VALUE_LEN, offsetof(struct dyno_odbc_desc, bind_type)},
    {SQL_DESC_BIND_OFFSET_PTR, VALUE_POINTER, offsetof(struct dyno_odbc_desc, bind_offset)},
    {SQL_DESC_ARRAY_STATUS_PTR, VALUE_POINTER, offsetof(struct dyno_odbc_desc, array_status)},
    {SQL_DESC_ROWS_PROCESSED_PTR, VALUE_POINTER, offsetof(struct dyno_odbc_desc, rows_processed)},
};

static const struct field record_fields[] = {
    {SQL_DESC_CONCISE_TYPE, VALUE_SMALL, offsetof(struct dyno_odbc_desc_rec, type)},
    {SQL_DESC_TYPE, VALUE_SMALL, offsetof(struct dyno_odbc_desc_rec, type)},
    {SQL_DESC_PARAMETER_TYPE, VALUE_SMALL, offsetof(struct dyno_odbc_desc_rec, io_type)},
    {SQL_DESC_PRECISION, VALUE_SMALL, offsetof(struct dyno_odbc_desc_rec, precision)},
    {SQL_DESC_SCALE, VALUE_SMALL, offsetof(struct dyno_odbc_desc_rec, scale)},
    {SQL_DESC_DATETIME_INTERVAL_PRECISION, VALUE_INTEGER,
     offsetof(struct dyno_odbc_desc_rec, leading_precision)},
    {SQL_DESC_LENGTH, VALUE_LEN, offsetof(struct dyno_odbc_desc_rec, length)},
    {SQL_DESC_OCTET_LENGTH, VALUE_LEN, offsetof(struct dyno_odbc_desc_rec, octet_length)},
    {SQL_DESC_DATA_PTR, VALUE_POINTER, offsetof(struct dyno_odbc_desc_rec, data)},
    {SQL_DESC_INDICATOR_PTR, VALUE_POINTER, offsetof(struct dyno_odbc_desc_rec, indicator)},
    {SQL_DESC_OCTET_LENGTH_PTR, VALUE_POINTER,
     offsetof(struct dyno_odbc_desc_rec, octet_length_ptr)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct field *find(const struct field *fields, size_t count, SQLSMALLINT wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].field == wanted)
            return &fields[i];
    }
    return NULL;
}

static void put_bytes(const struct dyno_odbc_text_out *out, const void *value, size_t bytes)
{
    if (out->buffer != NULL)
        memcpy(out->buffer, value, bytes);
    if (out->integer_len != NULL)
        *out->integer_len = (SQLINTEGER)bytes;
}

static void put_field(const void *base, const struct field *field,
                      const struct dyno_odbc_text_out *out)
{
    static const size_t sizes[] = {[VALUE_SMALL] = sizeof(SQLSMALLINT),
                                   [VALUE_INTEGER] = sizeof(SQLINTEGER),
                                   [VALUE_LEN] = sizeof(SQLLEN),
                                   [VALUE_POINTER] = sizeof(SQLPOINTER)};
    size_t bytes = sizes[field->kind];
    put_bytes(out, (const char *)base + field->at, bytes);
}

static void set_field(void *base, const struct field *field, SQLPOINTER value)
{
    SQLSMALLINT small = (SQLSMALLINT)(intptr_t)value;
    SQLINTEGER integer = (SQLINTEGER)(intptr_t)value;
    if (field->kind == VALUE_SMALL)
        memcpy((char *)base + field->at, &small, sizeof small);
    else if (field->kind == VALUE_INTEGER)
        memcpy((char *)base + field->at, &integer, sizeof integer);
    else
        memcpy((char *)base + field->at, &value, sizeof value);
}

/* The result that an IRD describes, or NULL with a diagnostic posted. */
static const struct dyno_odbc_result *described(struct dyno_odbc_desc *desc)
{
    struct dyno_odbc_stmt *stmt = desc->owner;
    if (stmt->state == DYNO_ODBC_STMT_IDLE) {
        (void)dyno_odbc_diag_post(&desc->diag, "HY007", "the associated statement is not prepared");
        return NULL;
    }
    const struct dyno_odbc_result *result = dyno_odbc_stmt_described(stmt);
    if (result == NULL)
        (void)dyno_odbc_diag_post(&desc->diag, "HY007", "the result is not known yet");
    return result;
}

/* Record fields of an IRD: what the result's columns are. */
static SQLRETURN get_column_field(struct dyno_odbc_desc *desc, SQLSMALLINT number,
                                  SQLSMALLINT field, const struct dyno_odbc_text_out *out)
{
    SQLLEN value = 0;
    const struct dyno_odbc_result *result = described(desc);
    if (result == NULL)
        return SQL_ERROR;
    if (number < 1)
        return dyno_odbc_diag_post(&desc->diag, "07009", NULL);
    if ((size_t)number > result->column_count)
        return SQL_NO_DATA;
    const char *text = dyno_odbc_column_text(result, (size_t)number, (SQLUSMALLINT)field);
    if (text != NULL)
        return dyno_odbc_text_put(out, text) ? dyno_odbc_diag_post(&desc->diag, "01004", NULL)
                                             : SQL_SUCCESS;
    if (!dyno_odbc_column_number(&result->infos[number - 1], (SQLUSMALLINT)field, &value))
        return dyno_odbc_diag_post(&desc->diag, "HY091", NULL);
    SQLSMALLINT small = (SQLSMALLINT)value;
    SQLINTEGER integer = (SQLINTEGER)value;
    if (field == SQL_DESC_OCTET_LENGTH || field == SQL_DESC_LENGTH ||
        field == SQL_DESC_DISPLAY_SIZE)
        put_bytes(out, &value, sizeof value);
    else if (field == SQL_DESC_AUTO_UNIQUE_VALUE || field == SQL_DESC_CASE_SENSITIVE ||
             field == SQL_DESC_NUM_PREC_RADIX)
        put_bytes(out, &integer, sizeof integer);
    else
        put_bytes(out, &small, sizeof small);
    return SQL_SUCCESS;
}

static bool get_count(struct dyno_odbc_desc *desc, SQLSMALLINT *out)
{
    const struct dyno_odbc_result *result = NULL;
    *out = (SQLSMALLINT)desc->count;
    if (desc->kind != DYNO_ODBC_IRD)
        return true;
    result = described(desc);
    *out = result != NULL ? (SQLSMALLINT)result->column_count : 0;
    return result != NULL;
}

static SQLRETURN get_field(struct dyno_odbc_desc *desc, SQLSMALLINT number, SQLSMALLINT wanted,
                           const struct dyno_odbc_text_out *out)
{
    const struct field *field = find(header_fields, COUNT(header_fields), wanted);
    SQLSMALLINT small =
        desc->kind == DYNO_ODBC_EXPLICIT ? SQL_DESC_ALLOC_USER : SQL_DESC_ALLOC_AUTO;
    if (field != NULL) {
        put_field(desc, field, out);
        return SQL_SUCCESS;
    }
    if (wanted == SQL_DESC_COUNT && !get_count(desc, &small))
        return SQL_ERROR;
    if (wanted == SQL_DESC_COUNT || wanted == SQL_DESC_ALLOC_TYPE) {
        put_bytes(out, &small, sizeof small);
        return SQL_SUCCESS;
    }
    if (desc->kind == DYNO_ODBC_IRD)
        return get_column_field(desc, number, wanted, out);
    field = find(record_fields, COUNT(record_fields), wanted);
    if (field == NULL)
        return dyno_odbc_diag_post(&desc->diag, "HY091", NULL);
    if (number < 1)
        return dyno_odbc_diag_post(&desc->diag, "07009", NULL);
    if ((size_t)number > desc->count)
        return SQL_NO_DATA;
    put_field(&desc->records[number - 1], field, out);
    return SQL_SUCCESS;
}

static SQLRETURN get_desc_field(SQLHDESC handle, SQLSMALLINT number, SQLSMALLINT wanted,
                                const struct dyno_odbc_text_out *out)
{
    struct dyno_odbc_desc *desc = dyno_odbc_desc_enter(handle);
    if (desc == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_desc_leave(desc, get_field(desc, number, wanted, out));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDescField(SQLHDESC handle, SQLSMALLINT number,
                                                SQLSMALLINT field, SQLPOINTER value,
                                                SQLINTEGER room, SQLINTEGER *len)
{
    struct dyno_odbc_text_out out = dyno_odbc_narrow_out(value, room, NULL);
    out.integer_len = len;
    return get_desc_field(handle, number, field, &out);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDescFieldW(SQLHDESC handle, SQLSMALLINT number,
                                                 SQLSMALLINT field, SQLPOINTER value,
                                                 SQLINTEGER room, SQLINTEGER *len)
{
    struct dyno_odbc_text_out out = dyno_odbc_wide_bytes_out(value, room, NULL);
    out.integer_len = len;
    return get_desc_field(handle, number, field, &out);
}

/* Which fields of a driver's own description of a result can be set: where counts and states go. */
static bool is_settable(const struct dyno_odbc_desc *desc, SQLSMALLINT wanted)
{
    return desc->kind != DYNO_ODBC_IRD || wanted == SQL_DESC_ARRAY_STATUS_PTR ||
           wanted == SQL_DESC_ROWS_PROCESSED_PTR;
}

static SQLRETURN set_count(struct dyno_odbc_desc *desc, SQLSMALLINT count)
{
    if (count < 0)
        return dyno_odbc_diag_post(&desc->diag, "07009", NULL);
    return dyno_odbc_desc_set_count(desc, (size_t)count)
               ? SQL_SUCCESS
               : dyno_odbc_diag_post(&desc->diag, "HY001", NULL);
}

static SQLRETURN set_record_field(struct dyno_odbc_desc *desc, SQLSMALLINT number,
                                  const struct field *field, SQLPOINTER value)
{
    if (number < 1)
        return dyno_odbc_diag_post(&desc->diag, "07009", NULL);
    struct dyno_odbc_desc_rec *rec = dyno_odbc_desc_make(desc, (size_t)number);
    if (rec == NULL)
        return dyno_odbc_diag_post(&desc->diag, "HY001", NULL);
    bool is_number = field->kind == VALUE_SMALL || field->kind == VALUE_INTEGER;
    set_field(rec, field, value);
    /* A change of the record takes its binding away; setting the data pointer makes it one. */
    if (field->field == SQL_DESC_SCALE)
        rec->has_scale = true;
    if (field->field == SQL_DESC_PRECISION)
        rec->has_precision = true;
    if (desc->kind == DYNO_ODBC_IPD)
        rec->is_set = true;
    else if (field->field == SQL_DESC_DATA_PTR)
        rec->is_set = rec->data != NULL;
    else if (is_number)
        rec->is_set = false;
    if (is_number && desc->kind != DYNO_ODBC_IPD)
        rec->data = NULL;
    return SQL_SUCCESS;
}

static SQLRETURN set_any_field(struct dyno_odbc_desc *desc, SQLSMALLINT number, SQLSMALLINT wanted,
                               SQLPOINTER value)
{
    const struct field *field = find(header_fields, COUNT(header_fields), wanted);
    if (!is_settable(desc, wanted))
        return dyno_odbc_diag_post(&desc->diag, "HY016", NULL);
    if (field != NULL) {
        if (wanted == SQL_DESC_ARRAY_SIZE && value == NULL)
            return dyno_odbc_diag_post(&desc->diag, "HY024", NULL);
        set_field(desc, field, value);
        return SQL_SUCCESS;
    }
    if (wanted == SQL_DESC_COUNT)
        return set_count(desc, (SQLSMALLINT)(intptr_t)value);
    field = find(record_fields, COUNT(record_fields), wanted);
    if (field == NULL)
        return dyno_odbc_diag_post(&desc->diag, "HY091", NULL);
    return set_record_field(desc, number, field, value);
}

/* A statement that executes, or awaits data, reads its descriptors; nobody may change them meanwhile. */
static bool is_in_use(const struct dyno_odbc_desc *desc)
{
    return desc->owner != NULL && (desc->owner->state == DYNO_ODBC_STMT_NEED_DATA ||
                                   desc->owner->state == DYNO_ODBC_STMT_EXECUTING);
}

static SQLRETURN set_desc_field(SQLHDESC handle, SQLSMALLINT number, SQLSMALLINT field,
                                SQLPOINTER value)
{
    struct dyno_odbc_desc *desc = dyno_odbc_desc_enter(handle);
    if (desc == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = is_in_use(desc) ? dyno_odbc_diag_post(&desc->diag, "HY010", NULL)
                                   : set_any_field(desc, number, field, value);
    return dyno_odbc_desc_leave(desc, rc);
}

/* All fields that can be set are numbers and pointers, so the twins are one. */
DYNO_ODBC_API SQLRETURN SQL_API SQLSetDescField(SQLHDESC handle, SQLSMALLINT number,
                                                SQLSMALLINT field, SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    return set_desc_field(handle, number, field, value);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetDescFieldW(SQLHDESC handle, SQLSMALLINT number,
                                                 SQLSMALLINT field, SQLPOINTER value,
                                                 SQLINTEGER len)
{
    (void)len;
    return set_desc_field(handle, number, field, value);
}

/* SQLGetDescRec's numbers; each pointer may be NULL. */
struct record_out {
    SQLSMALLINT *type;
    SQLSMALLINT *subtype;
    SQLLEN *octet_length;
    SQLSMALLINT *precision;
    SQLSMALLINT *scale;
    SQLSMALLINT *nullable;
};

static void put_small(SQLSMALLINT *out, SQLLEN value)
{
    if (out != NULL)
        *out = (SQLSMALLINT)value;
}

static SQLRETURN get_column_record(struct dyno_odbc_desc *desc, SQLSMALLINT number,
                                   const struct dyno_odbc_text_out *name,
                                   const struct record_out *out)
{
    const struct dyno_odbc_result *result = described(desc);
    if (result == NULL)
        return SQL_ERROR;
    if ((size_t)number > result->column_count)
        return SQL_NO_DATA;
    const struct dyno_odbc_column_info *info = &result->infos[number - 1];
    SQLLEN code = 0;
    (void)dyno_odbc_column_number(info, SQL_DESC_DATETIME_INTERVAL_CODE, &code);
    put_small(out->type, info->verbose_type);
    put_small(out->subtype, code);
    if (out->octet_length != NULL)
        *out->octet_length = info->octet_length;
    put_small(out->precision, info->column_size);
    put_small(out->scale, info->decimal_digits);
    put_small(out->nullable, SQL_NULLABLE);
    return dyno_odbc_text_put(name, result->columns[number - 1].name)
               ? dyno_odbc_diag_post(&desc->diag, "01004", NULL)
               : SQL_SUCCESS;
}

static SQLRETURN get_record(SQLHDESC handle, SQLSMALLINT number, struct dyno_odbc_text_out name,
                            const struct record_out *out)
{
    struct dyno_odbc_desc *desc = dyno_odbc_desc_enter(handle);
    if (desc == NULL)
        return SQL_INVALID_HANDLE;
    if (number < 1)
        return dyno_odbc_desc_leave(desc, dyno_odbc_diag_post(&desc->diag, "07009", NULL));
    if (desc->kind == DYNO_ODBC_IRD)
        return dyno_odbc_desc_leave(desc, get_column_record(desc, number, &name, out));
    if ((size_t)number > desc->count)
        return dyno_odbc_desc_leave(desc, SQL_NO_DATA);
    const struct dyno_odbc_desc_rec *rec = &desc->records[number - 1];
    put_small(out->type, rec->type);
    put_small(out->subtype, 0);
    if (out->octet_length != NULL)
        *out->octet_length = rec->octet_length;
    put_small(out->precision, rec->precision);
    put_small(out->scale, rec->scale);
    put_small(out->nullable, SQL_NULLABLE);
    (void)dyno_odbc_text_put(&name, "");
    return dyno_odbc_desc_leave(desc, SQL_SUCCESS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDescRec(SQLHDESC handle, SQLSMALLINT number, SQLCHAR *name,
                                              SQLSMALLINT room, SQLSMALLINT *len, SQLSMALLINT *type,
                                              SQLSMALLINT *subtype, SQLLEN *octet_length,
                                              SQLSMALLINT *precision, SQLSMALLINT *scale,
                                              SQLSMALLINT *nullable)
{
    const struct record_out out = {type, subtype, octet_length, precision, scale, nullable};
    return get_record(handle, number, dyno_odbc_narrow_out(name, room, len), &out);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDescRecW(SQLHDESC handle, SQLSMALLINT number, SQLWCHAR *name,
                                               SQLSMALLINT room, SQLSMALLINT *len,
                                               SQLSMALLINT *type, SQLSMALLINT *subtype,
                                               SQLLEN *octet_length, SQLSMALLINT *precision,
                                               SQLSMALLINT *scale, SQLSMALLINT *nullable)
{
    const struct record_out out = {type, subtype, octet_length, precision, scale, nullable};
    return get_record(handle, number, dyno_odbc_wide_out(name, room, len), &out);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetDescRec(SQLHDESC handle, SQLSMALLINT number, SQLSMALLINT type,
                                              SQLSMALLINT subtype, SQLLEN octet_length,
                                              SQLSMALLINT precision, SQLSMALLINT scale,
                                              SQLPOINTER data, SQLLEN *octet_length_ptr,
                                              SQLLEN *indicator)
{
    struct dyno_odbc_desc *desc = dyno_odbc_desc_enter(handle);
    if (desc == NULL)
        return SQL_INVALID_HANDLE;
    const char *state = number < 1 ? "07009" : NULL;
    if (desc->kind == DYNO_ODBC_IRD)
        state = "HY016";
    else if (is_in_use(desc))
        state = "HY010";
    if (state != NULL)
        return dyno_odbc_desc_leave(desc, dyno_odbc_diag_post(&desc->diag, state, NULL));
    struct dyno_odbc_desc_rec *rec = dyno_odbc_desc_make(desc, (size_t)number);
    if (rec == NULL)
        return dyno_odbc_desc_leave(desc, dyno_odbc_diag_post(&desc->diag, "HY001", NULL));
    /* A verbose type and its subtype name a concise one: SQL_DATETIME and SQL_CODE_DATE, 91. An interval without
     * subtype is ODBC 2's time of day. */
    bool is_verbose = type == SQL_DATETIME || (type == SQL_INTERVAL && subtype != 0);
    SQLSMALLINT concise = is_verbose ? (SQLSMALLINT)(type * 10 + subtype) : type;
    *rec = (struct dyno_odbc_desc_rec){.type = concise,
                                       .io_type = rec->io_type,
                                       .precision = precision,
                                       .scale = scale,
                                       .has_scale = type == SQL_C_NUMERIC,
                                       .has_precision = dyno_odbc_interval_is_type(concise),
                                       .is_set = data != NULL || desc->kind == DYNO_ODBC_IPD,
                                       .length = rec->length,
                                       .octet_length = octet_length,
                                       .data = data,
                                       .indicator = indicator,
                                       .octet_length_ptr = octet_length_ptr};
    return dyno_odbc_desc_leave(desc, SQL_SUCCESS);
}

/* A result's description is copied out of its columns; the first lock is let go before the second is
 * taken, since both may be one. */
DYNO_ODBC_API SQLRETURN SQL_API SQLCopyDesc(SQLHDESC source, SQLHDESC target)
{
    struct dyno_odbc_desc *from = dyno_odbc_desc_enter(source);
    if (from == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_desc copy = {.kind = from->kind};
    bool is_copied = dyno_odbc_desc_copy(&copy, from);
    if (from->kind == DYNO_ODBC_IRD)
        is_copied = dyno_odbc_desc_copy_columns(&copy, from);
    (void)dyno_odbc_desc_leave(from, SQL_SUCCESS);
    struct dyno_odbc_desc *to = dyno_odbc_desc_enter(target);
    SQLRETURN rc = SQL_SUCCESS;
    if (to == NULL)
        rc = SQL_INVALID_HANDLE;
    else if (to->kind == DYNO_ODBC_IRD)
        rc = dyno_odbc_diag_post(&to->diag, "HY016", NULL);
    else if (is_in_use(to))
        rc = dyno_odbc_diag_post(&to->diag, "HY010", NULL);
    else if (!is_copied || !dyno_odbc_desc_copy(to, &copy))
        rc = dyno_odbc_diag_post(&to->diag, "HY001", NULL);
    dyno_odbc_desc_deinit(&copy);
    return to != NULL ? dyno_odbc_desc_leave(to, rc) : rc;
}
