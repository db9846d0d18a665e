/*
 * An ODBC driver without a server that fails as bad drivers do. Every statement answers one row with the
 * number 1. Keys of the connection string:
 *
 *     Call=execute|fetch|connect|cancel|close   in which call (none: it is a good driver)
 *     At=N                                      in the N-th of them of this process (1)
 *     Fault=segv|abort|exit|_exit|kill|overflow|hang
 *     Once=PATH                                 only if that file is not there yet; it is made then
 *     ServiceMs=N                               how long an execute takes (1)
 *
 * A call that hangs knows no cancel.
 */
#include <sql.h>
#include <sqlext.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

struct dbc {
    char call[16];
    char fault[16];
    char once[512];
    long at;
    long service_ms;
};

struct stmt {
    struct dbc *dbc;
    int64_t *cells;
    SQLLEN *lengths;
    SQLULEN *fetched;
    SQLUSMALLINT *row_status;
    bool has_row;
};

static long number_of(const char *text, long otherwise)
{
    return text[0] == '\0' ? otherwise : strtol(text, NULL, 10);
}

/* The value of a key, "" if it is not there. */
static void read_key(const char *connection, const char *key, char *out, size_t room)
{
    size_t key_len = strlen(key);
    out[0] = '\0';
    for (const char *at = connection; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ";");
        if (len > key_len && strncasecmp(at, key, key_len) == 0 && at[key_len] == '=')
            (void)snprintf(out, room, "%.*s", (int)(len - key_len - 1), at + key_len + 1);
        at += len + (at[len] == ';');
    }
}

static void nap(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0)
        ;
}

/* Uses up the stack: each call keeps a page that the one below it writes to. */
static int fall(int depth, char *above)
{
    char page[4096];
    memset(page, depth & 0x7f, sizeof page);
    int below = depth < INT_MAX ? fall(depth + 1, page) : 0;
    above[(unsigned)depth % sizeof page] = page[(unsigned)below % sizeof page];
    return below + page[(unsigned)depth % sizeof page];
}

static void fail(const char *fault)
{
    /* A value that the compiler cannot know: it would leave out what must go wrong. Nothing is mapped there. */
    static _Atomic uintptr_t nowhere = 64;
    char page[4096];
    if (strcmp(fault, "segv") == 0)
        *(char *)atomic_load(&nowhere) = 1;
    else if (strcmp(fault, "abort") == 0)
        abort();
    else if (strcmp(fault, "exit") == 0)
        exit(0);
    else if (strcmp(fault, "_exit") == 0)
        _exit(7);
    else if (strcmp(fault, "kill") == 0)
        (void)kill(getpid(), SIGKILL);
    else if (strcmp(fault, "overflow") == 0)
        atomic_store(&nowhere, (uintptr_t)fall(0, page));
    else
        for (;;)
            nap(60000);
}

static void maybe_fail(const struct dbc *dbc, const char *call)
{
    static atomic_long counts;
    if (strcmp(dbc->call, call) != 0 || atomic_fetch_add(&counts, 1) + 1 != dbc->at)
        return;
    if (dbc->once[0] != '\0') {
        int fd = open(dbc->once, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd < 0)
            return;
        (void)close(fd);
    }
    fail(dbc->fault);
}

SQLRETURN SQL_API SQLAllocHandle(SQLSMALLINT type, SQLHANDLE input, SQLHANDLE *out)
{
    size_t bytes = type == SQL_HANDLE_STMT ? sizeof(struct stmt) : sizeof(struct dbc);
    *out = calloc(1, bytes);
    if (*out == NULL)
        return SQL_ERROR;
    if (type == SQL_HANDLE_STMT)
        ((struct stmt *)*out)->dbc = input;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLFreeHandle(SQLSMALLINT type, SQLHANDLE handle)
{
    (void)type;
    free(handle);
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLDriverConnect(SQLHDBC handle, SQLHWND window, SQLCHAR *in, SQLSMALLINT in_len,
                                   SQLCHAR *out, SQLSMALLINT room, SQLSMALLINT *out_len,
                                   SQLUSMALLINT completion)
{
    struct dbc *dbc = handle;
    const char *connection = (const char *)in;
    char number[16];
    (void)window;
    (void)in_len;
    (void)completion;
    read_key(connection, "Call", dbc->call, sizeof dbc->call);
    read_key(connection, "Fault", dbc->fault, sizeof dbc->fault);
    read_key(connection, "Once", dbc->once, sizeof dbc->once);
    read_key(connection, "At", number, sizeof number);
    dbc->at = number_of(number, 1);
    read_key(connection, "ServiceMs", number, sizeof number);
    dbc->service_ms = number_of(number, 1);
    if (out != NULL && room > 0)
        out[0] = '\0';
    if (out_len != NULL)
        *out_len = 0;
    maybe_fail(dbc, "connect");
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLDisconnect(SQLHDBC handle)
{
    maybe_fail(handle, "close");
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLExecDirect(SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER len)
{
    struct stmt *stmt = handle;
    (void)sql;
    (void)len;
    maybe_fail(stmt->dbc, "execute");
    nap(stmt->dbc->service_ms);
    stmt->has_row = true;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLFetch(SQLHSTMT handle)
{
    struct stmt *stmt = handle;
    maybe_fail(stmt->dbc, "fetch");
    bool has_row = stmt->has_row;
    stmt->has_row = false;
    if (stmt->fetched != NULL)
        *stmt->fetched = has_row;
    if (!has_row)
        return SQL_NO_DATA;
    if (stmt->cells != NULL)
        stmt->cells[0] = 1;
    if (stmt->lengths != NULL)
        stmt->lengths[0] = sizeof(int64_t);
    if (stmt->row_status != NULL)
        stmt->row_status[0] = SQL_ROW_SUCCESS;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLGetData(SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT type,
                             SQLPOINTER value, SQLLEN room, SQLLEN *len)
{
    (void)handle;
    (void)number;
    (void)type;
    *len = snprintf(value, (size_t)room, "1");
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLCancel(SQLHSTMT handle)
{
    maybe_fail(((struct stmt *)handle)->dbc, "cancel");
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLFreeStmt(SQLHSTMT handle, SQLUSMALLINT option)
{
    struct stmt *stmt = handle;
    stmt->has_row = false;
    if (option == SQL_UNBIND)
        stmt->cells = NULL;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLNumResultCols(SQLHSTMT handle, SQLSMALLINT *count)
{
    (void)handle;
    *count = 1;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLDescribeCol(SQLHSTMT handle, SQLUSMALLINT number, SQLCHAR *name,
                                 SQLSMALLINT room, SQLSMALLINT *name_len, SQLSMALLINT *type,
                                 SQLULEN *size, SQLSMALLINT *digits, SQLSMALLINT *nullable)
{
    (void)handle;
    (void)number;
    (void)snprintf((char *)name, (size_t)room, "value");
    *name_len = 5;
    if (type == NULL)
        return SQL_SUCCESS;
    *type = SQL_BIGINT;
    *size = 19;
    *digits = 0;
    *nullable = SQL_NO_NULLS;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLBindCol(SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT type,
                             SQLPOINTER cells, SQLLEN room, SQLLEN *lengths)
{
    struct stmt *stmt = handle;
    (void)number;
    (void)type;
    (void)room;
    stmt->cells = cells;
    stmt->lengths = lengths;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLSetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute, SQLPOINTER value,
                                 SQLINTEGER len)
{
    struct stmt *stmt = handle;
    (void)len;
    if (attribute == SQL_ATTR_ROWS_FETCHED_PTR)
        stmt->fetched = value;
    if (attribute == SQL_ATTR_ROW_STATUS_PTR)
        stmt->row_status = value;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLGetStmtAttr(SQLHSTMT handle, SQLINTEGER attribute, SQLPOINTER value,
                                 SQLINTEGER room, SQLINTEGER *len)
{
    (void)handle;
    (void)attribute;
    (void)room;
    (void)len;
    *(SQLPOINTER *)value = NULL;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLGetInfo(SQLHDBC handle, SQLUSMALLINT type, SQLPOINTER value, SQLSMALLINT room,
                             SQLSMALLINT *len)
{
    (void)handle;
    if (type != SQL_DRIVER_NAME && type != SQL_DBMS_NAME && type != SQL_DRIVER_VER)
        return SQL_ERROR;
    int written = snprintf(value, (size_t)room, "%s",
                           type == SQL_DRIVER_VER  ? "01.00.0000"
                           : type == SQL_DBMS_NAME ? "none"
                                                   : "fault_odbc");
    if (len != NULL)
        *len = (SQLSMALLINT)written;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLSetConnectAttr(SQLHDBC handle, SQLINTEGER attribute, SQLPOINTER value,
                                    SQLINTEGER len)
{
    (void)handle;
    (void)attribute;
    (void)value;
    (void)len;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLSetEnvAttr(SQLHENV handle, SQLINTEGER attribute, SQLPOINTER value,
                                SQLINTEGER len)
{
    (void)handle;
    (void)attribute;
    (void)value;
    (void)len;
    return SQL_SUCCESS;
}

SQLRETURN SQL_API SQLGetDiagRec(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number,
                                SQLCHAR *state, SQLINTEGER *native, SQLCHAR *text, SQLSMALLINT room,
                                SQLSMALLINT *len)
{
    (void)type;
    (void)handle;
    (void)number;
    (void)state;
    (void)native;
    (void)text;
    (void)room;
    (void)len;
    return SQL_NO_DATA;
}
