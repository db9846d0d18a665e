/* SQLDriverConnect, SQLConnect, SQLDisconnect, SQLEndTran, SQLNativeSql. */
#include "odbc/api.h"
#include "odbc/dbc.h"
#include "odbc/dsn.h"
#include "odbc/env.h"
#include "odbc/sql.h"
#include "odbc/text.h"

#include <stdlib.h>
#include <string.h>

#define CONNECTION_STRING_MAX_BYTES 65536

static SQLRETURN drop_pairs(struct dyno_odbc_dbc *dbc, const struct dyno_err *err)
{
    dyno_hs2_pairs_deinit(&dbc->pairs);
    return dyno_odbc_diag_post_err(&dbc->diag, err, false);
}

static void wipe_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* Connect with the pairs in place, completed from the data source that they name. */
static SQLRETURN open_with_dsn(struct dyno_odbc_dbc *dbc)
{
    struct dyno_err err = DYNO_ERR_INIT;
    const char *dsn = dyno_hs2_pairs_get(&dbc->pairs, "DSN");
    if (dsn != NULL && dyno_odbc_dsn_read(dsn, &dbc->pairs, &err) != DYNO_OK)
        return drop_pairs(dbc, &err);
    return dyno_odbc_dbc_open(dbc);
}

/* SQLDriverConnect with the connection string in UTF-8 (NULL: none given). */
static SQLRETURN driver_connect(struct dyno_odbc_dbc *dbc, const char *text,
                                SQLUSMALLINT completion, const struct dyno_odbc_text_out *out)
{
    if (dbc->session != NULL)
        return dyno_odbc_diag_post(&dbc->diag, "08002", "connection name in use");
    if (completion > SQL_DRIVER_COMPLETE_REQUIRED)
        return dyno_odbc_diag_post(&dbc->diag, "HY110", "invalid driver completion");
    if (completion == SQL_DRIVER_PROMPT)
        return dyno_odbc_diag_post(&dbc->diag, "HYC00", "this driver has no dialog to prompt with");
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_hs2_pairs_parse(&dbc->pairs, text != NULL ? text : "", &err) != DYNO_OK)
        return drop_pairs(dbc, &err);
    SQLRETURN rc = open_with_dsn(dbc);
    if (rc == SQL_ERROR)
        return rc;
    struct dyno_str completed;
    dyno_str_init(&completed, CONNECTION_STRING_MAX_BYTES);
    dyno_hs2_pairs_format(&dbc->pairs, &completed);
    if (dyno_odbc_text_put(out, dyno_str_text(&completed)))
        rc = dyno_odbc_diag_post(&dbc->diag, "01004", NULL);
    dyno_str_deinit(&completed);
    return rc;
}

static SQLRETURN read_and_connect(SQLHDBC handle, struct dyno_odbc_text_arg in,
                                  SQLUSMALLINT completion, struct dyno_odbc_text_out out)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    char *text = NULL;
    const char *state = dyno_odbc_text_read(in, &text);
    SQLRETURN rc = state != NULL ? dyno_odbc_diag_post(&dbc->diag, state, NULL)
                                 : driver_connect(dbc, text, completion, &out);
    wipe_free(text);
    return dyno_odbc_dbc_leave(dbc, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDriverConnect(SQLHDBC handle, SQLHWND window, SQLCHAR *in_text,
                                                 SQLSMALLINT in_len, SQLCHAR *out_text,
                                                 SQLSMALLINT out_room, SQLSMALLINT *out_len,
                                                 SQLUSMALLINT completion)
{
    (void)window;
    return read_and_connect(handle, dyno_odbc_narrow(in_text, in_len), completion,
                            dyno_odbc_narrow_out(out_text, out_room, out_len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDriverConnectW(SQLHDBC handle, SQLHWND window, SQLWCHAR *in_text,
                                                  SQLSMALLINT in_len, SQLWCHAR *out_text,
                                                  SQLSMALLINT out_room, SQLSMALLINT *out_len,
                                                  SQLUSMALLINT completion)
{
    (void)window;
    return read_and_connect(handle, dyno_odbc_wide(in_text, in_len), completion,
                            dyno_odbc_wide_out(out_text, out_room, out_len));
}

/* SQLConnect's three arguments in UTF-8, owned. */
struct credentials {
    char *dsn;
    char *user;
    char *password;
};

static enum dyno_status add_given(struct dyno_hs2_pairs *pairs, const char *key, const char *value,
                                  struct dyno_err *err)
{
    if (value == NULL || value[0] == '\0')
        return DYNO_OK;
    return dyno_hs2_pairs_add(pairs, key, value, err);
}

static SQLRETURN connect_dsn(struct dyno_odbc_dbc *dbc, const struct credentials *credentials)
{
    if (dbc->session != NULL)
        return dyno_odbc_diag_post(&dbc->diag, "08002", "connection name in use");
    struct dyno_err err = DYNO_ERR_INIT;
    bool has_dsn = credentials->dsn != NULL && credentials->dsn[0] != '\0';
    enum dyno_status status =
        dyno_hs2_pairs_add(&dbc->pairs, "DSN", has_dsn ? credentials->dsn : "DEFAULT", &err);
    if (status == DYNO_OK)
        status = add_given(&dbc->pairs, "UID", credentials->user, &err);
    if (status == DYNO_OK)
        status = add_given(&dbc->pairs, "PWD", credentials->password, &err);
    return status == DYNO_OK ? open_with_dsn(dbc) : drop_pairs(dbc, &err);
}

/* `given`: data source, user, password. */
static SQLRETURN read_and_connect_dsn(SQLHDBC handle, const struct dyno_odbc_text_arg given[3])
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    struct credentials credentials = {.dsn = NULL};
    char **const fields[] = {&credentials.dsn, &credentials.user, &credentials.password};
    const char *state = NULL;
    for (size_t i = 0; i < 3 && state == NULL; i++)
        state = dyno_odbc_text_read(given[i], fields[i]);
    SQLRETURN rc = state != NULL ? dyno_odbc_diag_post(&dbc->diag, state, NULL)
                                 : connect_dsn(dbc, &credentials);
    free(credentials.dsn);
    free(credentials.user);
    wipe_free(credentials.password);
    return dyno_odbc_dbc_leave(dbc, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLConnect(SQLHDBC handle, SQLCHAR *dsn, SQLSMALLINT dsn_len,
                                           SQLCHAR *user, SQLSMALLINT user_len, SQLCHAR *password,
                                           SQLSMALLINT password_len)
{
    const struct dyno_odbc_text_arg given[] = {dyno_odbc_narrow(dsn, dsn_len),
                                               dyno_odbc_narrow(user, user_len),
                                               dyno_odbc_narrow(password, password_len)};
    return read_and_connect_dsn(handle, given);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLConnectW(SQLHDBC handle, SQLWCHAR *dsn, SQLSMALLINT dsn_len,
                                            SQLWCHAR *user, SQLSMALLINT user_len,
                                            SQLWCHAR *password, SQLSMALLINT password_len)
{
    const struct dyno_odbc_text_arg given[] = {dyno_odbc_wide(dsn, dsn_len),
                                               dyno_odbc_wide(user, user_len),
                                               dyno_odbc_wide(password, password_len)};
    return read_and_connect_dsn(handle, given);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDisconnect(SQLHDBC handle)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    if (dbc->session == NULL)
        return dyno_odbc_dbc_leave(dbc, dyno_odbc_diag_post(&dbc->diag, "08003", NULL));
    dyno_odbc_dbc_close(dbc);
    return dyno_odbc_dbc_leave(dbc, SQL_SUCCESS);
}

/* Spark has no transactions: every statement stands for itself, and there is nothing to end. */
DYNO_ODBC_API SQLRETURN SQL_API SQLEndTran(SQLSMALLINT handle_type, SQLHANDLE handle,
                                           SQLSMALLINT completion)
{
    bool is_known = completion == SQL_COMMIT || completion == SQL_ROLLBACK;
    if (handle_type == SQL_HANDLE_ENV) {
        struct dyno_odbc_env *env = dyno_odbc_env_enter(handle);
        if (env == NULL)
            return SQL_INVALID_HANDLE;
        SQLRETURN rc = is_known ? SQL_SUCCESS
                                : dyno_odbc_diag_post(&env->diag, "HY012",
                                                      "invalid transaction operation code");
        return dyno_odbc_env_leave(env, rc);
    }
    if (handle_type != SQL_HANDLE_DBC)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc =
        is_known ? SQL_SUCCESS
                 : dyno_odbc_diag_post(&dbc->diag, "HY012", "invalid transaction operation code");
    return dyno_odbc_dbc_leave(dbc, rc);
}

static SQLRETURN native_sql(SQLHDBC handle, struct dyno_odbc_text_arg in,
                            const struct dyno_odbc_text_out *out)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_sql sql = {.text = NULL};
    char *text = NULL;
    const char *state = dyno_odbc_text_read(in, &text);
    if (state == NULL && text == NULL)
        state = "HY009";
    if (state == NULL && !dyno_odbc_sql_take(&sql, text, true))
        state = "HY001";
    SQLRETURN rc = SQL_SUCCESS;
    if (state == NULL && dyno_odbc_text_put(out, sql.text))
        state = "01004";
    if (state != NULL)
        rc = dyno_odbc_diag_post(&dbc->diag, state, NULL);
    dyno_odbc_sql_deinit(&sql);
    return dyno_odbc_dbc_leave(dbc, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNativeSql(SQLHDBC handle, SQLCHAR *in_text, SQLINTEGER in_len,
                                             SQLCHAR *out_text, SQLINTEGER out_room,
                                             SQLINTEGER *out_len)
{
    struct dyno_odbc_text_out out = dyno_odbc_narrow_out(out_text, out_room, NULL);
    out.integer_len = out_len;
    return native_sql(handle, dyno_odbc_narrow(in_text, in_len), &out);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNativeSqlW(SQLHDBC handle, SQLWCHAR *in_text, SQLINTEGER in_len,
                                              SQLWCHAR *out_text, SQLINTEGER out_room,
                                              SQLINTEGER *out_len)
{
    struct dyno_odbc_text_out out = dyno_odbc_wide_out(out_text, out_room, NULL);
    out.integer_len = out_len;
    return native_sql(handle, dyno_odbc_wide(in_text, in_len), &out);
}
