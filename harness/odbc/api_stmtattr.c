/* Attributes of statements, from one table. */
#include "odbc/api.h"
#include "odbc/stmt.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum attr_kind {
    ATTR_NUMBER,     /* kept in a SQLULEN field of the statement's own */
    ATTR_HEADER,     /* kept in a field of a descriptor's header */
    ATTR_PREFER,     /* one value only; others are replaced by it with 01S02 */
    ATTR_FIXED,      /* one value only; others are HYC00 */
    ATTR_APP_DESC,   /* which descriptor of the application is used */
    ATTR_DRIVER_DESC /* an implicit descriptor that cannot be changed */
};

struct attr {
    SQLINTEGER attribute;
    enum attr_kind kind;
    size_t
        at; /* offset in struct dyno_odbc_stmt_attrs or of the header's field, or the one value */
    enum dyno_odbc_desc_kind desc;
};

#define OWN(member)    offsetof(struct dyno_odbc_stmt_attrs, member), DYNO_ODBC_DESC_COUNT
#define HEADER(member) offsetof(struct dyno_odbc_desc, member)

static const struct attr attrs[] = {
    {SQL_ATTR_QUERY_TIMEOUT, ATTR_NUMBER, OWN(query_timeout_s)},
    {SQL_ATTR_MAX_ROWS, ATTR_NUMBER, OWN(max_rows)},
    {SQL_ATTR_NOSCAN, ATTR_NUMBER, OWN(noscan)},
    {SQL_ATTR_ASYNC_ENABLE, ATTR_NUMBER, OWN(async_enable)},
    {SQL_ATTR_METADATA_ID, ATTR_NUMBER, OWN(metadata_id)},
    {SQL_ROWSET_SIZE, ATTR_NUMBER, OWN(rowset_size)},
    {SQL_ATTR_ROW_ARRAY_SIZE, ATTR_HEADER, HEADER(array_size), DYNO_ODBC_ARD},
    {SQL_ATTR_ROW_BIND_TYPE, ATTR_HEADER, HEADER(bind_type), DYNO_ODBC_ARD},
    {SQL_ATTR_ROW_BIND_OFFSET_PTR, ATTR_HEADER, HEADER(bind_offset), DYNO_ODBC_ARD},
    {SQL_ATTR_ROW_OPERATION_PTR, ATTR_HEADER, HEADER(array_status), DYNO_ODBC_ARD},
    {SQL_ATTR_ROWS_FETCHED_PTR, ATTR_HEADER, HEADER(rows_processed), DYNO_ODBC_IRD},
    {SQL_ATTR_ROW_STATUS_PTR, ATTR_HEADER, HEADER(array_status), DYNO_ODBC_IRD},
    {SQL_ATTR_PARAMSET_SIZE, ATTR_HEADER, HEADER(array_size), DYNO_ODBC_APD},
    {SQL_ATTR_PARAM_BIND_TYPE, ATTR_HEADER, HEADER(bind_type), DYNO_ODBC_APD},
    {SQL_ATTR_PARAM_BIND_OFFSET_PTR, ATTR_HEADER, HEADER(bind_offset), DYNO_ODBC_APD},
    {SQL_ATTR_PARAM_OPERATION_PTR, ATTR_HEADER, HEADER(array_status), DYNO_ODBC_APD},
    {SQL_ATTR_PARAM_STATUS_PTR, ATTR_HEADER, HEADER(array_status), DYNO_ODBC_IPD},
    {SQL_ATTR_PARAMS_PROCESSED_PTR, ATTR_HEADER, HEADER(rows_processed), DYNO_ODBC_IPD},
    {SQL_ATTR_CURSOR_TYPE, ATTR_PREFER, SQL_CURSOR_FORWARD_ONLY, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_CONCURRENCY, ATTR_PREFER, SQL_CONCUR_READ_ONLY, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_KEYSET_SIZE, ATTR_PREFER, 0, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_MAX_LENGTH, ATTR_PREFER, 0, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_SIMULATE_CURSOR, ATTR_PREFER, SQL_SC_NON_UNIQUE, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_CURSOR_SCROLLABLE, ATTR_FIXED, SQL_NONSCROLLABLE, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_CURSOR_SENSITIVITY, ATTR_FIXED, SQL_UNSPECIFIED, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_RETRIEVE_DATA, ATTR_FIXED, SQL_RD_ON, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_USE_BOOKMARKS, ATTR_FIXED, SQL_UB_OFF, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_ENABLE_AUTO_IPD, ATTR_FIXED, SQL_FALSE, DYNO_ODBC_DESC_COUNT},
    {SQL_ATTR_APP_ROW_DESC, ATTR_APP_DESC, 0, DYNO_ODBC_ARD},
    {SQL_ATTR_APP_PARAM_DESC, ATTR_APP_DESC, 0, DYNO_ODBC_APD},
    {SQL_ATTR_IMP_ROW_DESC, ATTR_DRIVER_DESC, 0, DYNO_ODBC_IRD},
    {SQL_ATTR_IMP_PARAM_DESC, ATTR_DRIVER_DESC, 0, DYNO_ODBC_IPD},
};

static const struct attr *find(SQLINTEGER attribute)
{
    for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++) {
        if (attrs[i].attribute == attribute)
            return &attrs[i];
    }
    return NULL;
}

/* The descriptor that holds (or is) the attribute. */
static struct dyno_odbc_desc **desc_of(struct dyno_odbc_stmt *stmt, const struct attr *attr)
{
    struct dyno_odbc_desc **const descs[] = {&stmt->ard, &stmt->apd, &stmt->ird, &stmt->ipd};
    return descs[attr->desc];
}

/* Where a number or a pointer, which are equally large, is kept. */
static char *slot_of(struct dyno_odbc_stmt *stmt, const struct attr *attr)
{
    if (attr->kind == ATTR_NUMBER)
        return (char *)&stmt->attrs + attr->at;
    return (char *)*desc_of(stmt, attr) + attr->at;
}

static bool is_bad_number(SQLINTEGER attribute, SQLULEN number)
{
    bool needs_one = attribute == SQL_ATTR_ROW_ARRAY_SIZE || attribute == SQL_ROWSET_SIZE ||
                     attribute == SQL_ATTR_PARAMSET_SIZE;
    bool is_switch = attribute == SQL_ATTR_ASYNC_ENABLE || attribute == SQL_ATTR_NOSCAN ||
                     attribute == SQL_ATTR_METADATA_ID;
    return (needs_one && number == 0) || (is_switch && number > 1);
}

/* An application's descriptor in place of the implicit one, or (NULL) back. */
static SQLRETURN use_desc(struct dyno_odbc_stmt *stmt, const struct attr *attr, SQLPOINTER value)
{
    struct dyno_odbc_desc *desc = value;
    if (desc == NULL)
        desc = &stmt->descs[attr->desc];
    if (desc->magic != DYNO_ODBC_MAGIC_DESC || desc->dbc != stmt->dbc)
        return dyno_odbc_diag_post(&stmt->diag, "HY024", NULL);
    if (desc->kind != DYNO_ODBC_EXPLICIT && desc != &stmt->descs[attr->desc])
        return dyno_odbc_diag_post(&stmt->diag, "HY017",
                                   "an implicit descriptor serves its own statement only");
    *desc_of(stmt, attr) = desc;
    return SQL_SUCCESS;
}

static SQLRETURN set_attr(struct dyno_odbc_stmt *stmt, SQLINTEGER attribute, SQLPOINTER value)
{
    const struct attr *attr = find(attribute);
    SQLULEN number = (SQLULEN)(uintptr_t)value;
    if (attr == NULL)
        return dyno_odbc_diag_post(&stmt->diag, "HY092", NULL);
    switch (attr->kind) {
    case ATTR_NUMBER:
    case ATTR_HEADER:
        if (is_bad_number(attribute, number))
            return dyno_odbc_diag_post(&stmt->diag, "HY024", NULL);
        memcpy(slot_of(stmt, attr), &number, sizeof number);
        return SQL_SUCCESS;
    case ATTR_PREFER:
        return number == attr->at ? SQL_SUCCESS : dyno_odbc_diag_post(&stmt->diag, "01S02", NULL);
    case ATTR_APP_DESC:
        return use_desc(stmt, attr, value);
    case ATTR_DRIVER_DESC:
        return dyno_odbc_diag_post(&stmt->diag, "HY017",
                                   "the driver's own descriptors cannot be exchanged");
    default:
        return number == attr->at ? SQL_SUCCESS : dyno_odbc_diag_post(&stmt->diag, "HYC00", NULL);
    }
}

static SQLRETURN set_stmt_attr(SQLHSTMT handle, SQLINTEGER attribute, SQLPOINTER value)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    return rc == SQL_SUCCESS ? dyno_odbc_stmt_leave(stmt, set_attr(stmt, attribute, value)) : rc;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute,
                                               SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    return set_stmt_attr(handle, attribute, value);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetStmtAttrW(SQLHSTMT handle, SQLINTEGER attribute,
                                                SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    return set_stmt_attr(handle, attribute, value);
}

static SQLRETURN get_row_number(struct dyno_odbc_stmt *stmt, SQLULEN *out)
{
    if (stmt->state != DYNO_ODBC_STMT_POSITIONED)
        return dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    *out = (SQLULEN)stmt->result.rows_served;
    return SQL_SUCCESS;
}

static SQLRETURN get_attr(struct dyno_odbc_stmt *stmt, SQLINTEGER attribute, void *value,
                          SQLINTEGER *len)
{
    /* Numbers are SQLULEN and pointers as large, so one store serves all. */
    SQLULEN number = 0;
    SQLRETURN rc = SQL_SUCCESS;
    const struct attr *attr = find(attribute);
    if (attr == NULL && attribute == SQL_ATTR_ROW_NUMBER)
        rc = get_row_number(stmt, &number);
    else if (attr == NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY092", NULL);
    else if (attr->kind == ATTR_NUMBER || attr->kind == ATTR_HEADER)
        memcpy(&number, slot_of(stmt, attr), sizeof number);
    else if (attr->kind == ATTR_APP_DESC || attr->kind == ATTR_DRIVER_DESC)
        number = (SQLULEN)(uintptr_t)*desc_of(stmt, attr);
    else
        number = attr->at;
    if (rc != SQL_SUCCESS)
        return rc;
    if (value != NULL)
        memcpy(value, &number, sizeof number);
    if (len != NULL)
        *len = sizeof number;
    return SQL_SUCCESS;
}

static SQLRETURN get_stmt_attr(SQLHSTMT handle, SQLINTEGER attribute, void *value, SQLINTEGER *len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, get_attr(stmt, attribute, value, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute,
                                               SQLPOINTER value, SQLINTEGER room, SQLINTEGER *len)
{
    (void)room;
    return get_stmt_attr(handle, attribute, value, len);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetStmtAttrW(SQLHSTMT handle, SQLINTEGER attribute,
                                                SQLPOINTER value, SQLINTEGER room, SQLINTEGER *len)
{
    (void)room;
    return get_stmt_attr(handle, attribute, value, len);
}
