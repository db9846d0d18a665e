#include "odbc/stmt.h"

#include "base/clock.h"
#include "odbc/execute.h"
#include "odbc/param.h"

#include <stdlib.h>

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
    stmt->attrs = (struct dyno_odbc_stmt_attrs){
        .rowset_size = 1, .async_enable = dbc->async_enable, .metadata_id = dbc->metadata_id};
    dyno_odbc_diag_init(&stmt->diag);
    dyno_odbc_result_init(&stmt->result);
    dyno_odbc_result_init(&stmt->preview);
    for (size_t i = 0; i < DYNO_ODBC_DESC_COUNT; i++)
        dyno_odbc_desc_init(&stmt->descs[i], (enum dyno_odbc_desc_kind)i, stmt);
    stmt->ard = &stmt->descs[DYNO_ODBC_ARD];
    stmt->apd = &stmt->descs[DYNO_ODBC_APD];
    stmt->ird = &stmt->descs[DYNO_ODBC_IRD];
    stmt->ipd = &stmt->descs[DYNO_ODBC_IPD];
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
        dyno_odbc_desc_deinit(&stmt->descs[i]);
    dyno_odbc_params_end_puts(stmt);
    dyno_odbc_result_deinit(&stmt->result);
    dyno_odbc_result_deinit(&stmt->preview);
    dyno_odbc_diag_deinit(&stmt->diag);
    dyno_odbc_canceller_deinit(&stmt->canceller);
    dyno_odbc_sql_deinit(&stmt->sql);
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

SQLRETURN dyno_odbc_stmt_begin(SQLHSTMT handle, struct dyno_odbc_stmt **out)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (stmt->state == DYNO_ODBC_STMT_NEED_DATA || stmt->state == DYNO_ODBC_STMT_EXECUTING)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    *out = stmt;
    return SQL_SUCCESS;
}

int64_t dyno_odbc_stmt_deadline(const struct dyno_odbc_stmt *stmt)
{
    SQLULEN limit_s = stmt->attrs.query_timeout_s;
    if (limit_s == 0 || limit_s > (SQLULEN)(INT64_MAX / DYNO_NS_PER_S / 2))
        return INT64_MAX;
    return dyno_now_ns() + (int64_t)limit_s * DYNO_NS_PER_S;
}

/* The caller holds the connection's `wire` where the session has to be told. */
static void close_results(struct dyno_odbc_stmt *stmt)
{
    if (stmt->pending.operation != NULL) {
        dyno_hs2_operation_close(stmt->pending.operation);
        (void)dyno_odbc_canceller_end(&stmt->canceller);
    }
    stmt->pending = (struct dyno_odbc_pending){.call = DYNO_ODBC_CALL_NONE};
    dyno_odbc_result_close(&stmt->result);
    dyno_odbc_result_close(&stmt->preview);
    stmt->has_preview = false;
}

void dyno_odbc_stmt_close_cursor(struct dyno_odbc_stmt *stmt)
{
    dyno_odbc_canceller_withdraw(&stmt->canceller);
    bool is_remote = stmt->result.operation != NULL || stmt->preview.operation != NULL ||
                     stmt->pending.operation != NULL;
    if (is_remote)
        (void)pthread_mutex_lock(&stmt->dbc->wire);
    close_results(stmt);
    if (is_remote)
        (void)pthread_mutex_unlock(&stmt->dbc->wire);
    stmt->cell.column = 0;
    stmt->state = stmt->is_prepared ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
}

bool dyno_odbc_stmt_has_cursor(const struct dyno_odbc_stmt *stmt)
{
    return stmt->state == DYNO_ODBC_STMT_OPEN || stmt->state == DYNO_ODBC_STMT_POSITIONED;
}

const struct dyno_odbc_result *dyno_odbc_stmt_described(struct dyno_odbc_stmt *stmt)
{
    if (stmt->state == DYNO_ODBC_STMT_IDLE) {
        (void)dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
        return NULL;
    }
    if (stmt->state != DYNO_ODBC_STMT_PREPARED)
        return &stmt->result;
    if (!stmt->has_preview && dyno_odbc_execute_preview(stmt) != SQL_SUCCESS)
        return NULL;
    return &stmt->preview;
}
