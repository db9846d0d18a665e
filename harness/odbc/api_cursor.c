/* SQLSetCursorName, SQLGetCursorName: names without a use, since nothing can be updated by them. */
#include "odbc/api.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_PREFIX "SQL_CUR"

/* The name that was set, or one that no other statement of the process has. */
static void name_of(const struct dyno_odbc_stmt *stmt, char out[DYNO_ODBC_CURSOR_NAME_BYTES])
{
    if (stmt->cursor_name[0] != '\0')
        (void)snprintf(out, DYNO_ODBC_CURSOR_NAME_BYTES, "%s", stmt->cursor_name);
    else
        (void)snprintf(out, DYNO_ODBC_CURSOR_NAME_BYTES, DEFAULT_PREFIX "%p", (const void *)stmt);
}

static const char *check_name(const struct dyno_odbc_stmt *stmt, const char *name)
{
    if (name == NULL)
        return "HY009";
    if (dyno_odbc_stmt_has_cursor(stmt))
        return "24000";
    bool is_ours = strncasecmp(name, DEFAULT_PREFIX, strlen(DEFAULT_PREFIX)) == 0 ||
                   strncasecmp(name, "SQLCUR", 6) == 0;
    return name[0] == '\0' || is_ours || strlen(name) >= DYNO_ODBC_CURSOR_NAME_BYTES ? "34000"
                                                                                     : NULL;
}

static bool is_taken(const struct dyno_odbc_stmt *stmt, const char *name)
{
    bool is_found = false;
    (void)pthread_mutex_lock(&stmt->dbc->lock);
    for (const struct dyno_odbc_stmt *other = stmt->dbc->stmts; other != NULL; other = other->next)
        is_found = is_found || (other != stmt && strcmp(other->cursor_name, name) == 0);
    (void)pthread_mutex_unlock(&stmt->dbc->lock);
    return is_found;
}

/* Names are written under the connection's lock too, for the look at the other statements' names. */
static void keep_name(struct dyno_odbc_stmt *stmt, const char *name)
{
    (void)pthread_mutex_lock(&stmt->dbc->lock);
    (void)snprintf(stmt->cursor_name, sizeof stmt->cursor_name, "%s", name);
    (void)pthread_mutex_unlock(&stmt->dbc->lock);
}

static SQLRETURN set_name(SQLHSTMT handle, struct dyno_odbc_text_arg arg)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    char *name = NULL;
    const char *state = dyno_odbc_text_read(arg, &name);
    if (state == NULL)
        state = check_name(stmt, name);
    if (state == NULL && is_taken(stmt, name))
        state = "3C000";
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
    else
        keep_name(stmt, name);
    free(name);
    return dyno_odbc_stmt_leave(stmt, rc);
}

static SQLRETURN get_name(SQLHSTMT handle, struct dyno_odbc_text_out out)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    char name[DYNO_ODBC_CURSOR_NAME_BYTES];
    name_of(stmt, name);
    if (out.room < 0)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY090", NULL);
    else if (dyno_odbc_text_put(&out, name))
        rc = dyno_odbc_diag_post(&stmt->diag, "01004", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetCursorName(SQLHSTMT handle, SQLCHAR *name, SQLSMALLINT len)
{
    return set_name(handle, dyno_odbc_narrow(name, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetCursorNameW(SQLHSTMT handle, SQLWCHAR *name, SQLSMALLINT len)
{
    return set_name(handle, dyno_odbc_wide(name, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetCursorName(SQLHSTMT handle, SQLCHAR *name, SQLSMALLINT room,
                                                 SQLSMALLINT *len)
{
    return get_name(handle, dyno_odbc_narrow_out(name, room, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetCursorNameW(SQLHSTMT handle, SQLWCHAR *name, SQLSMALLINT room,
                                                  SQLSMALLINT *len)
{
    return get_name(handle, dyno_odbc_wide_out(name, room, len));
}
