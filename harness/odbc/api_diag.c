/* SQLGetDiagRec and SQLGetDiagField. They never clear what they read. */
#include "odbc/api.h"
#include "odbc/dbc.h"
#include "odbc/env.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <pthread.h>
#include <string.h>

/* A handle's records, locked. */
struct view {
    const struct dyno_odbc_diag *diag;
    pthread_mutex_t *lock;
};

/* While a statement is being executed by another thread, the one who asks is the one who cancelled. */
static bool view_stmt(SQLHANDLE handle, struct view *out)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_of(handle);
    if (stmt == NULL)
        return false;
    if (pthread_mutex_trylock(&stmt->lock) == 0) {
        *out = (struct view){.diag = &stmt->diag, .lock = &stmt->lock};
        return true;
    }
    (void)pthread_mutex_lock(&stmt->canceller.lock);
    *out = (struct view){.diag = &stmt->canceller.diag, .lock = &stmt->canceller.lock};
    return true;
}

static bool view_open(SQLSMALLINT handle_type, SQLHANDLE handle, struct view *out)
{
    struct dyno_odbc_env *env = handle;
    struct dyno_odbc_dbc *dbc = handle;
    struct dyno_odbc_desc *desc = handle;
    if (handle == NULL)
        return false;
    if (handle_type == SQL_HANDLE_STMT)
        return view_stmt(handle, out);
    if (handle_type == SQL_HANDLE_ENV && env->magic == DYNO_ODBC_MAGIC_ENV)
        *out = (struct view){.diag = &env->diag, .lock = &env->lock};
    else if (handle_type == SQL_HANDLE_DBC && dbc->magic == DYNO_ODBC_MAGIC_DBC)
        *out = (struct view){.diag = &dbc->diag, .lock = &dbc->lock};
    else if (handle_type == SQL_HANDLE_DESC && desc->magic == DYNO_ODBC_MAGIC_DESC)
        *out = (struct view){.diag = &desc->diag, .lock = dyno_odbc_desc_lock(desc)};
    else
        return false;
    (void)pthread_mutex_lock(out->lock);
    return true;
}

static SQLRETURN view_close(const struct view *view, SQLRETURN rc)
{
    (void)pthread_mutex_unlock(view->lock);
    return rc;
}

/* What SQLGetDiagRec was asked: which record of which handle, and where its parts go. */
struct record_query {
    SQLSMALLINT handle_type;
    SQLHANDLE handle;
    SQLSMALLINT number;
    SQLINTEGER *native;
    struct dyno_odbc_text_out state;
    struct dyno_odbc_text_out message;
};

static SQLRETURN get_record(const struct record_query *query)
{
    struct view view;
    if (!view_open(query->handle_type, query->handle, &view))
        return SQL_INVALID_HANDLE;
    if (query->number < 1 || query->message.room < 0)
        return view_close(&view, SQL_ERROR);
    const struct dyno_odbc_record *record = dyno_odbc_diag_get(view.diag, (size_t)query->number);
    if (record == NULL)
        return view_close(&view, SQL_NO_DATA);
    (void)dyno_odbc_text_put(&query->state, record->sqlstate);
    if (query->native != NULL)
        *query->native = record->native;
    bool is_cut = dyno_odbc_text_put(&query->message, record->message);
    return view_close(&view, is_cut ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDiagRec(SQLSMALLINT handle_type, SQLHANDLE handle,
                                              SQLSMALLINT number, SQLCHAR *state,
                                              SQLINTEGER *native, SQLCHAR *message,
                                              SQLSMALLINT room, SQLSMALLINT *len)
{
    struct dyno_odbc_text_out state_out = dyno_odbc_narrow_out(state, SQL_SQLSTATE_SIZE + 1, NULL);
    return get_record(&(struct record_query){handle_type, handle, number, native, state_out,
                                             dyno_odbc_narrow_out(message, room, len)});
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDiagRecW(SQLSMALLINT handle_type, SQLHANDLE handle,
                                               SQLSMALLINT number, SQLWCHAR *state,
                                               SQLINTEGER *native, SQLWCHAR *message,
                                               SQLSMALLINT room, SQLSMALLINT *len)
{
    struct dyno_odbc_text_out state_out = dyno_odbc_wide_out(state, SQL_SQLSTATE_SIZE + 1, NULL);
    return get_record(&(struct record_query){handle_type, handle, number, native, state_out,
                                             dyno_odbc_wide_out(message, room, len)});
}

static void put_integer(void *out, SQLINTEGER number)
{
    if (out != NULL)
        memcpy(out, &number, sizeof number);
}

static void put_len(void *out, SQLLEN number)
{
    if (out != NULL)
        memcpy(out, &number, sizeof number);
}

/* Fields of the call as a whole. SQL_NO_DATA: it is none of them. */
static SQLRETURN get_header_field(const struct dyno_odbc_diag *diag, SQLSMALLINT field,
                                  const struct dyno_odbc_text_out *out)
{
    switch (field) {
    case SQL_DIAG_NUMBER:
        put_integer(out->buffer, (SQLINTEGER)dyno_odbc_diag_count(diag));
        return SQL_SUCCESS;
    case SQL_DIAG_RETURNCODE:
        if (out->buffer != NULL)
            memcpy(out->buffer, &diag->rc, sizeof diag->rc);
        return SQL_SUCCESS;
    case SQL_DIAG_CURSOR_ROW_COUNT:
    case SQL_DIAG_ROW_COUNT:
        put_len(out->buffer, -1);
        return SQL_SUCCESS;
    case SQL_DIAG_DYNAMIC_FUNCTION_CODE:
        put_integer(out->buffer, SQL_DIAG_UNKNOWN_STATEMENT);
        return SQL_SUCCESS;
    case SQL_DIAG_DYNAMIC_FUNCTION:
        return dyno_odbc_text_put(out, "") ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
    default:
        return SQL_NO_DATA;
    }
}

static const char *text_field(const struct dyno_odbc_record *record, SQLSMALLINT field)
{
    bool is_odbc_class = strncmp(record->sqlstate, "IM", 2) == 0;
    /* Of the states in use, the S ones, the HYT and most of the 01S come from ODBC, not from ISO. */
    bool is_odbc_subclass = is_odbc_class || strchr(record->sqlstate, 'S') != NULL ||
                            strncmp(record->sqlstate, "HY", 2) == 0;
    switch (field) {
    case SQL_DIAG_SQLSTATE:
        return record->sqlstate;
    case SQL_DIAG_MESSAGE_TEXT:
        return record->message;
    case SQL_DIAG_CLASS_ORIGIN:
        return is_odbc_class ? "ODBC 3.0" : "ISO 9075";
    case SQL_DIAG_SUBCLASS_ORIGIN:
        return is_odbc_subclass ? "ODBC 3.0" : "ISO 9075";
    case SQL_DIAG_CONNECTION_NAME:
    case SQL_DIAG_SERVER_NAME:
        return "";
    default:
        return NULL;
    }
}

static SQLRETURN get_field(const struct dyno_odbc_diag *diag, SQLSMALLINT number, SQLSMALLINT field,
                           const struct dyno_odbc_text_out *out)
{
    SQLRETURN rc = get_header_field(diag, field, out);
    if (rc != SQL_NO_DATA)
        return rc;
    if (number < 1)
        return SQL_ERROR;
    const struct dyno_odbc_record *record = dyno_odbc_diag_get(diag, (size_t)number);
    if (record == NULL)
        return SQL_NO_DATA;
    const char *text = text_field(record, field);
    if (text != NULL)
        return dyno_odbc_text_put(out, text) ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
    if (field == SQL_DIAG_NATIVE)
        put_integer(out->buffer, record->native);
    else if (field == SQL_DIAG_COLUMN_NUMBER)
        put_integer(out->buffer, record->column);
    else if (field == SQL_DIAG_ROW_NUMBER)
        put_len(out->buffer, record->row);
    else
        return SQL_ERROR;
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDiagField(SQLSMALLINT handle_type, SQLHANDLE handle,
                                                SQLSMALLINT number, SQLSMALLINT field,
                                                SQLPOINTER value, SQLSMALLINT room,
                                                SQLSMALLINT *len)
{
    struct view view;
    if (!view_open(handle_type, handle, &view))
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = dyno_odbc_narrow_out(value, room, len);
    return view_close(&view, get_field(view.diag, number, field, &out));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetDiagFieldW(SQLSMALLINT handle_type, SQLHANDLE handle,
                                                 SQLSMALLINT number, SQLSMALLINT field,
                                                 SQLPOINTER value, SQLSMALLINT room,
                                                 SQLSMALLINT *len)
{
    struct view view;
    if (!view_open(handle_type, handle, &view))
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = dyno_odbc_wide_bytes_out(value, room, len);
    return view_close(&view, get_field(view.diag, number, field, &out));
}
