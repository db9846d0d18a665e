/* SQLGetInfo. */
#include "odbc/api.h"
#include "odbc/dbc.h"
#include "odbc/info.h"
#include "odbc/text.h"

#include <string.h>

/* Types of conversion between SQL types: none by the driver, CAST is in the language. */
#define CONVERT_FIRST       SQL_CONVERT_BIGINT
#define CONVERT_LAST        SQL_CONVERT_LONGVARBINARY
#define CONVERT_WCHAR_FIRST SQL_CONVERT_WCHAR
#define CONVERT_WCHAR_LAST  SQL_CONVERT_WVARCHAR

static SQLRETURN put_text(struct dyno_odbc_dbc *dbc, const char *text,
                          const struct dyno_odbc_text_out *out)
{
    if (dyno_odbc_text_put(out, text != NULL ? text : ""))
        return dyno_odbc_diag_post(&dbc->diag, "01004", NULL);
    return SQL_SUCCESS;
}

/* Ask the server for one of its strings (numbers of the protocol's GetInfo), once a connection. The
 * session may be busy with a statement for long: meanwhile the handle is not locked, so that other
 * threads' calls on it go on. */
static SQLRETURN put_server_text(struct dyno_odbc_dbc *dbc, int32_t type, char *known,
                                 const struct dyno_odbc_text_out *out)
{
    char text[DYNO_ODBC_SERVER_TEXT_BYTES] = "";
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = DYNO_OK;
    if (known[0] != '\0')
        return put_text(dbc, known, out);
    (void)pthread_mutex_unlock(&dbc->lock);
    (void)pthread_mutex_lock(&dbc->wire);
    if (dbc->session == NULL)
        status = dyno_err_set_sql(&err, DYNO_ECONN, "08003", 0, "connection not open");
    else
        status = dyno_hs2_session_info(dbc->session, type, text, sizeof text, &err);
    (void)pthread_mutex_unlock(&dbc->wire);
    (void)pthread_mutex_lock(&dbc->lock);
    if (status != DYNO_OK)
        return dyno_odbc_diag_post_err(&dbc->diag, &err, dbc->settings.keeps_sqlstate);
    memcpy(known, text, sizeof text);
    return put_text(dbc, text, out);
}

static SQLRETURN put_number(const struct dyno_odbc_info *info, const struct dyno_odbc_text_out *out)
{
    SQLUSMALLINT small = (SQLUSMALLINT)info->number;
    bool is_small = info->kind == DYNO_ODBC_INFO_U16;
    size_t bytes = is_small ? sizeof small : sizeof info->number;
    if (out->buffer != NULL)
        memcpy(out->buffer, is_small ? (const void *)&small : (const void *)&info->number, bytes);
    if (out->small_len != NULL)
        *out->small_len = (SQLSMALLINT)bytes;
    return SQL_SUCCESS;
}

static bool is_conversion(SQLUSMALLINT type)
{
    return (type >= CONVERT_FIRST && type <= CONVERT_LAST) ||
           (type >= CONVERT_WCHAR_FIRST && type <= CONVERT_WCHAR_LAST) || type == SQL_CONVERT_GUID;
}

static SQLRETURN get_info(struct dyno_odbc_dbc *dbc, SQLUSMALLINT type,
                          const struct dyno_odbc_text_out *out)
{
    const struct dyno_odbc_settings *settings = &dbc->settings;
    switch (type) {
    case SQL_DBMS_NAME:
        return put_server_text(dbc, 17, dbc->dbms_name, out);
    case SQL_DBMS_VER:
        return put_server_text(dbc, 18, dbc->dbms_version, out);
    case SQL_SERVER_NAME:
        return put_text(dbc, settings->session.host != NULL ? settings->session.host : "localhost",
                        out);
    case SQL_DATA_SOURCE_NAME:
        return put_text(dbc, dyno_hs2_pairs_get(&dbc->pairs, "DSN"), out);
    case SQL_DATABASE_NAME:
        return put_text(
            dbc, settings->session.schema != NULL ? settings->session.schema : "default", out);
    case SQL_USER_NAME:
        return put_text(dbc, settings->session.user, out);
    default:
        break;
    }
    const struct dyno_odbc_info *info = dyno_odbc_info_find(type);
    const struct dyno_odbc_info none = {.kind = DYNO_ODBC_INFO_U32};
    if (info == NULL && is_conversion(type))
        info = &none;
    if (info == NULL)
        return dyno_odbc_diag_post(&dbc->diag, "HY096", NULL);
    if (info->kind == DYNO_ODBC_INFO_TEXT)
        return put_text(dbc, info->text, out);
    return put_number(info, out);
}

static SQLRETURN enter_and_get(SQLHDBC handle, SQLUSMALLINT type,
                               const struct dyno_odbc_text_out *out)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_dbc_leave(dbc, get_info(dbc, type, out));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetInfo(SQLHDBC handle, SQLUSMALLINT type, SQLPOINTER value,
                                           SQLSMALLINT room, SQLSMALLINT *len)
{
    struct dyno_odbc_text_out out = dyno_odbc_narrow_out(value, room, len);
    return enter_and_get(handle, type, &out);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetInfoW(SQLHDBC handle, SQLUSMALLINT type, SQLPOINTER value,
                                            SQLSMALLINT room, SQLSMALLINT *len)
{
    struct dyno_odbc_text_out out = dyno_odbc_wide_bytes_out(value, room, len);
    return enter_and_get(handle, type, &out);
}
