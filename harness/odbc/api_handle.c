/* SQLAllocHandle, SQLFreeHandle, SQLFreeStmt, SQLCloseCursor. */
#include "odbc/api.h"
#include "odbc/dbc.h"
#include "odbc/env.h"
#include "odbc/stmt.h"

static SQLRETURN alloc_env(SQLHANDLE *out)
{
    struct dyno_odbc_env *env = dyno_odbc_env_new();
    *out = env;
    return env != NULL ? SQL_SUCCESS : SQL_ERROR;
}

static SQLRETURN alloc_dbc(SQLHANDLE input, SQLHANDLE *out)
{
    struct dyno_odbc_env *env = dyno_odbc_env_enter(input);
    if (env == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_new(env);
    *out = dbc;
    SQLRETURN rc = SQL_SUCCESS;
    if (dbc == NULL)
        rc = dyno_odbc_diag_post(&env->diag, "HY001", NULL);
    return dyno_odbc_env_leave(env, rc);
}

/* A statement or a descriptor of a connection that is open. */
static SQLRETURN alloc_on_dbc(SQLSMALLINT handle_type, SQLHANDLE input, SQLHANDLE *out)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(input);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    if (dbc->session == NULL)
        return dyno_odbc_dbc_leave(dbc, dyno_odbc_diag_post(&dbc->diag, "08003", NULL));
    if (handle_type == SQL_HANDLE_STMT)
        *out = dyno_odbc_stmt_new(dbc);
    else
        *out = dyno_odbc_desc_new(dbc);
    SQLRETURN rc = SQL_SUCCESS;
    if (*out == SQL_NULL_HANDLE)
        rc = dyno_odbc_diag_post(&dbc->diag, "HY001", NULL);
    return dyno_odbc_dbc_leave(dbc, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLAllocHandle(SQLSMALLINT handle_type, SQLHANDLE input,
                                               SQLHANDLE *output)
{
    if (output == NULL)
        return SQL_ERROR;
    *output = SQL_NULL_HANDLE;
    switch (handle_type) {
    case SQL_HANDLE_ENV:
        return alloc_env(output);
    case SQL_HANDLE_DBC:
        return alloc_dbc(input, output);
    case SQL_HANDLE_STMT:
    case SQL_HANDLE_DESC:
        return alloc_on_dbc(handle_type, input, output);
    default:
        return SQL_ERROR;
    }
}

static SQLRETURN free_env(SQLHANDLE handle)
{
    struct dyno_odbc_env *env = dyno_odbc_env_enter(handle);
    if (env == NULL)
        return SQL_INVALID_HANDLE;
    if (atomic_load(&env->dbc_count) > 0)
        return dyno_odbc_env_leave(
            env, dyno_odbc_diag_post(&env->diag, "HY010", "the environment still has connections"));
    (void)dyno_odbc_env_leave(env, SQL_SUCCESS);
    dyno_odbc_env_free(env);
    return SQL_SUCCESS;
}

static SQLRETURN free_dbc(SQLHANDLE handle)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    if (dbc->session != NULL)
        return dyno_odbc_dbc_leave(
            dbc, dyno_odbc_diag_post(&dbc->diag, "HY010", "the connection is still open"));
    (void)dyno_odbc_dbc_leave(dbc, SQL_SUCCESS);
    dyno_odbc_dbc_free(dbc);
    return SQL_SUCCESS;
}

static SQLRETURN free_stmt(SQLHANDLE handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_dbc *dbc = stmt->dbc;
    (void)dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
    (void)pthread_mutex_lock(&dbc->lock);
    dyno_odbc_stmt_unlink(stmt);
    (void)pthread_mutex_unlock(&dbc->lock);
    dyno_odbc_stmt_free(stmt);
    return SQL_SUCCESS;
}

/* Statements that used it go back to their own. */
static SQLRETURN free_desc(SQLHANDLE handle)
{
    struct dyno_odbc_desc *desc = dyno_odbc_desc_enter(handle);
    if (desc == NULL)
        return SQL_INVALID_HANDLE;
    if (desc->kind != DYNO_ODBC_EXPLICIT)
        return dyno_odbc_desc_leave(
            desc, dyno_odbc_diag_post(&desc->diag, "HY017",
                                      "an implicit descriptor goes with its statement"));
    struct dyno_odbc_dbc *dbc = desc->dbc;
    (void)dyno_odbc_desc_leave(desc, SQL_SUCCESS);
    (void)pthread_mutex_lock(&dbc->lock);
    for (struct dyno_odbc_stmt *stmt = dbc->stmts; stmt != NULL; stmt = stmt->next) {
        if (stmt->ard == desc)
            stmt->ard = &stmt->descs[DYNO_ODBC_ARD];
        if (stmt->apd == desc)
            stmt->apd = &stmt->descs[DYNO_ODBC_APD];
    }
    dyno_odbc_desc_free(desc);
    (void)pthread_mutex_unlock(&dbc->lock);
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFreeHandle(SQLSMALLINT handle_type, SQLHANDLE handle)
{
    switch (handle_type) {
    case SQL_HANDLE_ENV:
        return free_env(handle);
    case SQL_HANDLE_DBC:
        return free_dbc(handle);
    case SQL_HANDLE_STMT:
        return free_stmt(handle);
    case SQL_HANDLE_DESC:
        return free_desc(handle);
    default:
        return SQL_INVALID_HANDLE;
    }
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFreeStmt(SQLHSTMT handle, SQLUSMALLINT option)
{
    if (option == SQL_DROP)
        return free_stmt(handle);
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    switch (option) {
    case SQL_CLOSE:
        dyno_odbc_stmt_close_cursor(stmt);
        break;
    case SQL_UNBIND:
        (void)dyno_odbc_desc_set_count(stmt->ard, 0);
        break;
    case SQL_RESET_PARAMS:
        (void)dyno_odbc_desc_set_count(stmt->apd, 0);
        (void)dyno_odbc_desc_set_count(stmt->ipd, 0);
        break;
    default:
        rc = dyno_odbc_diag_post(&stmt->diag, "HY092", NULL);
        break;
    }
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLCloseCursor(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (dyno_odbc_stmt_has_cursor(stmt))
        dyno_odbc_stmt_close_cursor(stmt);
    else
        rc = dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}
