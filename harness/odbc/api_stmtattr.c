/* Attributes of statements, from one table. */
#include "odbc/api.h"
#include "odbc/stmt.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum attr_kind {
    ATTR_NUMBER,  /* kept in a SQLULEN field */
    ATTR_POINTER, /* kept in a pointer field */
    ATTR_PREFER,  /* one value only; others are replaced by it with 01S02 */
    ATTR_FIXED,   /* one value only; others are HYC00 */
    ATTR_DESC     /* an implicit descriptor */
};

struct attr {
    SQLINTEGER attribute;
    enum attr_kind kind;
    size_t at; /* offset in struct dyno_odbc_stmt_attrs, the one value, or the descriptor's index */
};

#define AT(member) offsetof(struct dyno_odbc_stmt_attrs, member)

static const struct attr attrs[] = {
    {SQL_ATTR_QUERY_TIMEOUT, ATTR_NUMBER, AT(query_timeout_s)},
    {SQL_ATTR_MAX_ROWS, ATTR_NUMBER, AT(max_rows)},
    {SQL_ATTR_ROW_ARRAY_SIZE, ATTR_NUMBER, AT(row_array_size)},
    {SQL_ATTR_ROW_BIND_TYPE, ATTR_NUMBER, AT(row_bind_type)},
    {SQL_ATTR_ROW_BIND_OFFSET_PTR, ATTR_POINTER, AT(row_bind_offset)},
    {SQL_ATTR_ROWS_FETCHED_PTR, ATTR_POINTER, AT(rows_fetched)},
    {SQL_ATTR_ROW_STATUS_PTR, ATTR_POINTER, AT(row_status)},
    {SQL_ATTR_ROW_OPERATION_PTR, ATTR_POINTER, AT(row_operation)},
    {SQL_ATTR_NOSCAN, ATTR_NUMBER, AT(noscan)},
    {SQL_ROWSET_SIZE, ATTR_NUMBER, AT(rowset_size)},
    {SQL_ATTR_PARAM_BIND_TYPE, ATTR_NUMBER, AT(param_bind_type)},
    {SQL_ATTR_PARAM_BIND_OFFSET_PTR, ATTR_POINTER, AT(param_pointers[0])},
    {SQL_ATTR_PARAM_OPERATION_PTR, ATTR_POINTER, AT(param_pointers[1])},
    {SQL_ATTR_PARAM_STATUS_PTR, ATTR_POINTER, AT(param_pointers[2])},
    {SQL_ATTR_PARAMS_PROCESSED_PTR, ATTR_POINTER, AT(param_pointers[3])},
    {SQL_ATTR_PARAMSET_SIZE, ATTR_FIXED, 1},
    {SQL_ATTR_CURSOR_TYPE, ATTR_PREFER, SQL_CURSOR_FORWARD_ONLY},
    {SQL_ATTR_CONCURRENCY, ATTR_PREFER, SQL_CONCUR_READ_ONLY},
    {SQL_ATTR_KEYSET_SIZE, ATTR_PREFER, 0},
    {SQL_ATTR_MAX_LENGTH, ATTR_PREFER, 0},
    {SQL_ATTR_SIMULATE_CURSOR, ATTR_PREFER, SQL_SC_NON_UNIQUE},
    {SQL_ATTR_CURSOR_SCROLLABLE, ATTR_FIXED, SQL_NONSCROLLABLE},
    {SQL_ATTR_CURSOR_SENSITIVITY, ATTR_FIXED, SQL_UNSPECIFIED},
    {SQL_ATTR_RETRIEVE_DATA, ATTR_FIXED, SQL_RD_ON},
    {SQL_ATTR_USE_BOOKMARKS, ATTR_FIXED, SQL_UB_OFF},
    {SQL_ATTR_ASYNC_ENABLE, ATTR_FIXED, SQL_ASYNC_ENABLE_OFF},
    {SQL_ATTR_METADATA_ID, ATTR_FIXED, SQL_FALSE},
    {SQL_ATTR_ENABLE_AUTO_IPD, ATTR_FIXED, SQL_FALSE},
    {SQL_ATTR_APP_ROW_DESC, ATTR_DESC, 0},
    {SQL_ATTR_APP_PARAM_DESC, ATTR_DESC, 1},
    {SQL_ATTR_IMP_ROW_DESC, ATTR_DESC, 2},
    {SQL_ATTR_IMP_PARAM_DESC, ATTR_DESC, 3},
};

static const struct attr *find(SQLINTEGER attribute)
{
    for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++) {
        if (attrs[i].attribute == attribute)
            return &attrs[i];
    }
    return NULL;
}

static SQLRETURN set_number(struct dyno_odbc_stmt *stmt, const struct attr *attr, SQLULEN number)
{
    bool needs_one =
        attr->attribute == SQL_ATTR_ROW_ARRAY_SIZE || attr->attribute == SQL_ROWSET_SIZE;
    if (needs_one && number == 0)
        return dyno_odbc_diag_post(&stmt->diag, "HY024", NULL);
    memcpy((char *)&stmt->attrs + attr->at, &number, sizeof number);
    return SQL_SUCCESS;
}

static SQLRETURN set_stmt_attr(struct dyno_odbc_stmt *stmt, SQLINTEGER attribute, SQLPOINTER value)
{
    const struct attr *attr = find(attribute);
    SQLULEN number = (SQLULEN)(uintptr_t)value;
    if (attr == NULL)
        return dyno_odbc_diag_post(&stmt->diag, "HY092", NULL);
    switch (attr->kind) {
    case ATTR_NUMBER:
        return set_number(stmt, attr, number);
    case ATTR_POINTER:
        memcpy((char *)&stmt->attrs + attr->at, &value, sizeof value);
        return SQL_SUCCESS;
    case ATTR_PREFER:
        return number == attr->at ? SQL_SUCCESS : dyno_odbc_diag_post(&stmt->diag, "01S02", NULL);
    case ATTR_DESC:
        if (value == SQL_NULL_HDESC || value == (SQLPOINTER)&stmt->descs[attr->at])
            return SQL_SUCCESS;
        return dyno_odbc_diag_post(&stmt->diag, "HYC00", "explicit descriptors are not supported");
    default:
        return number == attr->at ? SQL_SUCCESS : dyno_odbc_diag_post(&stmt->diag, "HYC00", NULL);
    }
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute,
                                               SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, set_stmt_attr(stmt, attribute, value));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetStmtAttrW(SQLHSTMT handle, SQLINTEGER attribute,
                                                SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, set_stmt_attr(stmt, attribute, value));
}

static SQLRETURN get_row_number(struct dyno_odbc_stmt *stmt, SQLULEN *out)
{
    if (stmt->state != DYNO_ODBC_STMT_POSITIONED)
        return dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    *out = (SQLULEN)stmt->result.rows_served;
    return SQL_SUCCESS;
}

static SQLRETURN get_stmt_attr(struct dyno_odbc_stmt *stmt, SQLINTEGER attribute, void *value,
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
    else if (attr->kind == ATTR_NUMBER || attr->kind == ATTR_POINTER)
        memcpy(&number, (char *)&stmt->attrs + attr->at, sizeof number);
    else if (attr->kind == ATTR_DESC)
        number = (SQLULEN)(uintptr_t)&stmt->descs[attr->at];
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

DYNO_ODBC_API SQLRETURN SQL_API SQLGetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute,
                                               SQLPOINTER value, SQLINTEGER room, SQLINTEGER *len)
{
    (void)room;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, get_stmt_attr(stmt, attribute, value, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetStmtAttrW(SQLHSTMT handle, SQLINTEGER attribute,
                                                SQLPOINTER value, SQLINTEGER room, SQLINTEGER *len)
{
    (void)room;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, get_stmt_attr(stmt, attribute, value, len));
}
