/** The driver's own entry points, linked in, on a fake server: nobody stands before them. */
#ifndef DYNO_TEST_ODBC_DIRECT_H
#define DYNO_TEST_ODBC_DIRECT_H

#include "support/check.h"
#include "support/fake_hs2.h"

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct direct {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
    SQLHDESC desc; /**< one of the test's own, if it makes one; goes with the connection */
    struct dyno_fake_hs2 *server;
};

/** The text as entry points take it; good for four calls. */
static inline SQLCHAR *sql_text(const char *text)
{
    static SQLCHAR copies[4][1024];
    static unsigned next;
    SQLCHAR *copy = copies[next++ % 4];
    (void)snprintf((char *)copy, sizeof copies[0], "%s", text);
    return copy;
}

static inline struct dyno_fake_hs2 *direct_serve(const struct dyno_fake_hs2_options *options)
{
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_fake_hs2_start(options, &server, &err), DYNO_OK);
    return server;
}

/** SQLDriverConnect to the server; `more` goes behind its address. */
static inline SQLRETURN direct_connect(const struct direct *direct, const char *more)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "Host=127.0.0.1;Port=%u;%s",
                   (unsigned)dyno_fake_hs2_port(direct->server), more);
    return SQLDriverConnect(direct->dbc, NULL, sql_text(text), SQL_NTS, NULL, 0, NULL,
                            SQL_DRIVER_NOPROMPT);
}

/** Free what there is, the server aside. */
static inline void direct_release(struct direct *direct)
{
    if (direct->stmt != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_STMT, direct->stmt);
    if (direct->dbc != NULL) {
        (void)SQLDisconnect(direct->dbc);
        (void)SQLFreeHandle(SQL_HANDLE_DBC, direct->dbc);
    }
    if (direct->env != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_ENV, direct->env);
    direct->stmt = NULL;
    direct->desc = NULL;
    direct->dbc = NULL;
    direct->env = NULL;
}

/** Server, connection, statement. */
static inline void direct_open(struct direct *direct)
{
    *direct =
        (struct direct){.server = direct_serve(&(struct dyno_fake_hs2_options){.is_sasl = false})};
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_ENV, NULL, &direct->env), SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DBC, direct->env, &direct->dbc), SQL_SUCCESS);
    assert_int_equal(direct_connect(direct, "AuthMech=0"), SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, direct->dbc, &direct->stmt), SQL_SUCCESS);
}

static inline void direct_close(struct direct *direct)
{
    direct_release(direct);
    dyno_fake_hs2_stop(direct->server);
}

static inline void assert_state(SQLSMALLINT type, SQLHANDLE handle, const char *expected)
{
    SQLCHAR state[6] = "";
    assert_int_equal(SQLGetDiagRec(type, handle, 1, state, NULL, NULL, 0, NULL), SQL_SUCCESS);
    assert_string_equal((const char *)state, expected);
}

#endif
