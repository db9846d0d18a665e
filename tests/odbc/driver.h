/** A connection to a fake server, through the driver manager, and what tests do with it. */
#ifndef DYNO_TEST_ODBC_DRIVER_H
#define DYNO_TEST_ODBC_DRIVER_H

#include "support/check.h"
#include "support/fake_hs2.h"

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct driver {
    struct dyno_fake_hs2 *server;
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
};

/** ODBC takes what it only reads as non-const; a few copies in turn serve one call's arguments. */
static inline SQLCHAR *sql_text(const char *text)
{
    static _Thread_local SQLCHAR copies[4][8192];
    static _Thread_local unsigned next;
    SQLCHAR *copy = copies[next++ % 4];
    (void)snprintf((char *)copy, sizeof copies[0], "%s", text);
    return copy;
}

/** A number in the place where attributes take a pointer. */
static inline SQLPOINTER sql_number(uintptr_t number)
{
    return (SQLPOINTER)number;
}

static inline void assert_sqlstate(SQLSMALLINT type, SQLHANDLE handle, const char *expected)
{
    SQLCHAR state[6] = "";
    SQLCHAR message[4096] = "";
    SQLINTEGER native = 0;
    SQLSMALLINT len = 0;
    assert_int_equal(SQLGetDiagRec(type, handle, 1, state, &native, message, sizeof message, &len),
                     SQL_SUCCESS);
    if (strcmp((const char *)state, expected) != 0)
        print_error("%s: %s\n", (const char *)state, (const char *)message);
    assert_string_equal((const char *)state, expected);
    assert_null(strstr((const char *)message, "sesame"));
}

/** A failed call on the statement, with its SQLSTATE. */
static inline void assert_fails(const struct driver *driver, SQLRETURN rc, const char *sqlstate)
{
    assert_int_equal(rc, SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_STMT, driver->stmt, sqlstate);
}

/** An environment and a connection handle, not connected. */
static inline void driver_init(struct driver *driver)
{
    *driver = (struct driver){.server = NULL};
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &driver->env), SQL_SUCCESS);
    assert_int_equal(SQLSetEnvAttr(driver->env, SQL_ATTR_ODBC_VERSION, sql_number(SQL_OV_ODBC3), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DBC, driver->env, &driver->dbc), SQL_SUCCESS);
}

static inline void driver_serve(struct driver *driver, const struct dyno_fake_hs2_options *options)
{
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_fake_hs2_start(options, &driver->server, &err), DYNO_OK);
}

/** SQLDriverConnect to the fake server; `more` goes behind host, port and transport. */
static inline SQLRETURN driver_connect(struct driver *driver, const char *more)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "Driver=%s;Host=127.0.0.1;Port=%u;%s", DYNO_TEST_DRIVER,
                   (unsigned)dyno_fake_hs2_port(driver->server), more);
    return SQLDriverConnect(driver->dbc, NULL, sql_text(text), SQL_NTS, NULL, 0, NULL,
                            SQL_DRIVER_NOPROMPT);
}

/** Server, connection, statement. */
static inline void driver_open(struct driver *driver, const char *more)
{
    driver_init(driver);
    driver_serve(driver, &(struct dyno_fake_hs2_options){.is_sasl = false});
    char text[512];
    (void)snprintf(text, sizeof text, "ThriftTransport=0;%s", more);
    SQLRETURN rc = driver_connect(driver, text);
    if (!SQL_SUCCEEDED(rc))
        assert_sqlstate(SQL_HANDLE_DBC, driver->dbc, "00000");
    assert_int_equal(rc, SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver->dbc, &driver->stmt), SQL_SUCCESS);
}

static inline void driver_close(struct driver *driver)
{
    if (driver->stmt != NULL)
        assert_int_equal(SQLFreeHandle(SQL_HANDLE_STMT, driver->stmt), SQL_SUCCESS);
    (void)SQLDisconnect(driver->dbc);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DBC, driver->dbc), SQL_SUCCESS);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_ENV, driver->env), SQL_SUCCESS);
    dyno_fake_hs2_stop(driver->server);
}

static inline SQLRETURN driver_execute(const struct driver *driver, const char *sql)
{
    return SQLExecDirect(driver->stmt, sql_text(sql), SQL_NTS);
}

/** Execute what must succeed. */
static inline void driver_query(const struct driver *driver, const char *sql)
{
    SQLRETURN rc = driver_execute(driver, sql);
    if (rc == SQL_ERROR)
        assert_sqlstate(SQL_HANDLE_STMT, driver->stmt, "00000");
    assert_int_equal(rc, SQL_SUCCESS);
}

/** A cell of the current row as text; "NULL" for NULL. Valid until the next call. */
static inline const char *driver_cell(const struct driver *driver, SQLUSMALLINT column)
{
    static char text[4096];
    SQLLEN indicator = 0;
    assert_int_equal(SQLGetData(driver->stmt, column, SQL_C_CHAR, text, sizeof text, &indicator),
                     SQL_SUCCESS);
    return indicator == SQL_NULL_DATA ? "NULL" : text;
}

/** An ODBCSYSINI folder of the test's own, so that no setting of the machine counts. */
static inline void driver_isolate(const char *odbc_ini)
{
    static char folder[256];
    char path[512];
    (void)snprintf(folder, sizeof folder, "%s", "/tmp/dyno_odbc_XXXXXX");
    assert_non_null(mkdtemp(folder));
    const char *names[] = {"odbcinst.ini", "odbc.ini"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fprintf(file, "%s", i == 0 ? "[ODBC]\nTrace=No\n" : odbc_ini);
        (void)fclose(file);
    }
    (void)snprintf(path, sizeof path, "%s/user.ini", folder);
    assert_int_equal(setenv("ODBCSYSINI", folder, 1), 0);
    assert_int_equal(setenv("ODBCINI", path, 1), 0);
    (void)unsetenv("ODBCINSTINI");
}

static inline void driver_end_isolation(void)
{
    char path[512];
    const char *folder = getenv("ODBCSYSINI");
    /* The driver manager makes an empty file of the user's own where there is none. */
    const char *names[] = {"/odbcinst.ini", "/odbc.ini", "/user.ini", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", folder, names[i]);
        (void)remove(path);
    }
}

#endif
