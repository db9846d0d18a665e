#include "odbc/stmt.h"

#include <stdlib.h>

static const struct dyno_odbc_stmt_attrs default_attrs = {
    .row_array_size = 1,
    .row_bind_type = SQL_BIND_BY_COLUMN,
    .rowset_size = 1,
    .paramset_size = 1,
    .param_bind_type = SQL_PARAM_BIND_BY_COLUMN,
};

struct dyno_odbc_stmt *dyno_odbc_stmt_new(struct dyno_odbc_dbc *dbc)
{
    struct dyno_odbc_stmt *stmt = calloc(1, sizeof *stmt);
    if (stmt == NULL)
        return NULL;
    if (pthread_mutex_init(&stmt->lock, NULL) != 0) {
        free(stmt);
        return NULL;
    }
    if (dyno_odbc_canceller_init(&stmt->canceller) != 0) {
        (void)pthread_mutex_destroy(&stmt->lock);
        free(stmt);
        return NULL;
    }
    stmt->dbc = dbc;
    stmt->state = DYNO_ODBC_STMT_IDLE;
    stmt->attrs = default_attrs;
    dyno_odbc_diag_init(&stmt->diag);
    dyno_odbc_result_init(&stmt->result);
    for (size_t i = 0; i < DYNO_ODBC_DESC_COUNT; i++)
        stmt->descs[i].magic = DYNO_ODBC_MAGIC_DESC;
    stmt->magic = DYNO_ODBC_MAGIC_STMT;
    stmt->next = dbc->stmts;
    dbc->stmts = stmt;
    return stmt;
}

void dyno_odbc_stmt_unlink(struct dyno_odbc_stmt *stmt)
{
    struct dyno_odbc_stmt **at = &stmt->dbc->stmts;
    while (*at != NULL && *at != stmt)
        at = &(*at)->next;
    if (*at != NULL)
        *at = stmt->next;
}

void dyno_odbc_stmt_free(struct dyno_odbc_stmt *stmt)
{
    dyno_odbc_stmt_close_cursor(stmt);
    stmt->magic = DYNO_ODBC_MAGIC_DEAD;
    for (size_t i = 0; i < DYNO_ODBC_DESC_COUNT; i++)
        stmt->descs[i].magic = DYNO_ODBC_MAGIC_DEAD;
    dyno_odbc_result_deinit(&stmt->result);
    dyno_odbc_diag_deinit(&stmt->diag);
    dyno_odbc_canceller_deinit(&stmt->canceller);
    free(stmt->prepared_sql);
    free(stmt->bindings);
    free(stmt->row_marks);
    (void)pthread_mutex_destroy(&stmt->lock);
    free(stmt);
}

struct dyno_odbc_stmt *dyno_odbc_stmt_of(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = handle;
    return stmt != NULL && stmt->magic == DYNO_ODBC_MAGIC_STMT ? stmt : NULL;
}

struct dyno_odbc_stmt *dyno_odbc_stmt_enter(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_of(handle);
    if (stmt == NULL)
        return NULL;
    (void)pthread_mutex_lock(&stmt->lock);
    dyno_odbc_diag_clear(&stmt->diag);
    return stmt;
}

SQLRETURN dyno_odbc_stmt_leave(struct dyno_odbc_stmt *stmt, SQLRETURN rc)
{
    stmt->diag.rc = rc;
    (void)pthread_mutex_unlock(&stmt->lock);
    return rc;
}

void dyno_odbc_stmt_close_cursor(struct dyno_odbc_stmt *stmt)
{
    dyno_odbc_canceller_withdraw(&stmt->canceller);
    bool is_remote = stmt->result.operation != NULL;
    if (is_remote)
        (void)pthread_mutex_lock(&stmt->dbc->wire);
    dyno_odbc_result_close(&stmt->result);
    if (is_remote)
        (void)pthread_mutex_unlock(&stmt->dbc->wire);
    stmt->cell.column = 0;
    stmt->state = stmt->prepared_sql != NULL ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
}

bool dyno_odbc_stmt_has_cursor(const struct dyno_odbc_stmt *stmt)
{
    return stmt->state == DYNO_ODBC_STMT_OPEN || stmt->state == DYNO_ODBC_STMT_POSITIONED;
}

const struct dyno_odbc_binding *dyno_odbc_stmt_binding(const struct dyno_odbc_stmt *stmt,
                                                       size_t column)
{
    if (column == 0 || column > stmt->binding_count)
        return NULL;
    const struct dyno_odbc_binding *binding = &stmt->bindings[column - 1];
    return binding->data != NULL ? binding : NULL;
}

bool dyno_odbc_stmt_bind(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                         const struct dyno_odbc_binding *binding)
{
    if (column > stmt->binding_count) {
        if (binding->data == NULL)
            return true;
        struct dyno_odbc_binding *bindings = realloc(stmt->bindings, column * sizeof *bindings);
        if (bindings == NULL)
            return false;
        for (size_t i = stmt->binding_count; i < column; i++)
            bindings[i] = (struct dyno_odbc_binding){.data = NULL};
        stmt->bindings = bindings;
        stmt->binding_count = column;
    }
    stmt->bindings[column - 1] = *binding;
    return true;
}
