/* SQLBindParameter, SQLNumParams, SQLDescribeParam. */
#include "odbc/api.h"
#include "odbc/convert.h"
#include "odbc/literal.h"
#include "odbc/stmt.h"

/* NULL, or the state of what is wrong with a binding. */
static const char *check_parameter(SQLUSMALLINT number, const struct dyno_odbc_desc_rec *app,
                                   const struct dyno_odbc_desc_rec *described)
{
    if (number == 0 || number > DYNO_ODBC_RECORDS_MAX)
        return "07009";
    if (!dyno_odbc_c_type_is_known(app->type))
        return "HY003";
    if (!dyno_odbc_literal_knows(described->type))
        return "HYC00";
    if (described->io_type != SQL_PARAM_INPUT)
        return described->io_type == SQL_PARAM_OUTPUT ||
                       described->io_type == SQL_PARAM_INPUT_OUTPUT
                   ? "HYC00"
                   : "HY105";
    if (app->octet_length < 0)
        return "HY090";
    return app->data == NULL && app->octet_length_ptr == NULL ? "HY009" : NULL;
}

static const char *bind(struct dyno_odbc_stmt *stmt, SQLUSMALLINT number,
                        const struct dyno_odbc_desc_rec *app,
                        const struct dyno_odbc_desc_rec *described)
{
    const char *state = check_parameter(number, app, described);
    if (state != NULL)
        return state;
    struct dyno_odbc_desc_rec *app_rec = dyno_odbc_desc_make(stmt->apd, number);
    struct dyno_odbc_desc_rec *described_rec = dyno_odbc_desc_make(stmt->ipd, number);
    if (app_rec == NULL || described_rec == NULL)
        return "HY001";
    *app_rec = *app;
    *described_rec = *described;
    return NULL;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLBindParameter(SQLHSTMT handle, SQLUSMALLINT number,
                                                 SQLSMALLINT io_type, SQLSMALLINT c_type,
                                                 SQLSMALLINT sql_type, SQLULEN column_size,
                                                 SQLSMALLINT decimal_digits, SQLPOINTER value,
                                                 SQLLEN value_room, SQLLEN *indicator)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_desc_rec app = {.type = c_type,
                                           .is_set = true,
                                           .octet_length = value_room,
                                           .data = value,
                                           .indicator = indicator,
                                           .octet_length_ptr = indicator};
    const struct dyno_odbc_desc_rec described = {.type = sql_type,
                                                 .is_set = true,
                                                 .io_type = io_type,
                                                 .length = column_size,
                                                 .precision = (SQLSMALLINT)column_size,
                                                 .scale = decimal_digits};
    const char *state = bind(stmt, number, &app, &described);
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNumParams(SQLHSTMT handle, SQLSMALLINT *count)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (stmt->state == DYNO_ODBC_STMT_IDLE)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    if (count != NULL)
        *count = (SQLSMALLINT)stmt->sql.marker_count;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}

/* The server knows nothing of parameters: what can be told is what the application has said. A parameter
 * it has said nothing about can always be given as a text, which Spark casts to what the place needs. */
static struct dyno_odbc_desc_rec described_or_text(const struct dyno_odbc_stmt *stmt,
                                                   SQLUSMALLINT number)
{
    const struct dyno_odbc_desc_rec *rec = dyno_odbc_desc_find(stmt->ipd, number);
    if (rec != NULL)
        return *rec;
    return (struct dyno_odbc_desc_rec){.type = SQL_VARCHAR,
                                       .length = (SQLULEN)stmt->dbc->settings.string_column_length};
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDescribeParam(SQLHSTMT handle, SQLUSMALLINT number,
                                                 SQLSMALLINT *sql_type, SQLULEN *size,
                                                 SQLSMALLINT *digits, SQLSMALLINT *nullable)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (stmt->state == DYNO_ODBC_STMT_IDLE)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
    else if (number == 0 || number > stmt->sql.marker_count)
        rc = dyno_odbc_diag_post(&stmt->diag, "07009", NULL);
    if (rc != SQL_SUCCESS)
        return dyno_odbc_stmt_leave(stmt, rc);
    const struct dyno_odbc_desc_rec rec = described_or_text(stmt, number);
    if (sql_type != NULL)
        *sql_type = rec.type;
    if (size != NULL)
        *size = rec.length;
    if (digits != NULL)
        *digits = rec.scale;
    if (nullable != NULL)
        *nullable = SQL_NULLABLE;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}
