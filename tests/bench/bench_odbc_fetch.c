/*
 * Rows a second through the driver manager into bound arrays, and what they cost this process.
 *
 * usage: bench_odbc_fetch CONNECTION_STRING SQL [ROWSET]
 *
 * Columns are bound by their type: whole numbers as SQL_C_SBIGINT, REAL and DOUBLE as SQL_C_DOUBLE,
 * all others as SQL_C_CHAR of 64 bytes; ROWSET (1000) rows a fetch. Prints wall time of execution and
 * of fetching, CPU time of this process in both, and its largest resident size.
 */
#include <sql.h>
#include <sqlext.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define TEXT_ROOM   64
#define COLUMNS_MAX 256
#define SQL_BYTES   65536

struct column {
    SQLSMALLINT c_type;
    size_t bytes;
    void *data;
    SQLLEN *indicators;
};

struct bench {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    size_t rowset;
    SQLULEN fetched;
    int64_t rows;
    int64_t info_count;
    int64_t value_bytes;
};

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool check(SQLRETURN rc, SQLSMALLINT type, SQLHANDLE handle, const char *what)
{
    if (SQL_SUCCEEDED(rc))
        return true;
    SQLCHAR state[6] = "";
    SQLCHAR text[1024] = "";
    SQLINTEGER native = 0;
    (void)SQLGetDiagRec(type, handle, 1, state, &native, text, sizeof text, NULL);
    (void)fprintf(stderr, "%s: %s %s\n", what, (const char *)state, (const char *)text);
    return false;
}

/* ODBC takes text that it only reads as non-const. */
static bool copy_arg(const char *arg, SQLCHAR *out)
{
    size_t len = strlen(arg);
    if (len >= SQL_BYTES)
        return false;
    memcpy(out, arg, len + 1);
    return true;
}

static bool connect_to(struct bench *bench, const char *connection_string)
{
    static SQLCHAR text[SQL_BYTES];
    /* An ODBC version is a small number in a pointer's place. */
    SQLPOINTER version = (SQLPOINTER)(uintptr_t)SQL_OV_ODBC3;
    if (!copy_arg(connection_string, text) ||
        !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &bench->env)) ||
        !SQL_SUCCEEDED(SQLSetEnvAttr(bench->env, SQL_ATTR_ODBC_VERSION, version, 0)) ||
        !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, bench->env, &bench->dbc)))
        return false;
    SQLRETURN rc =
        SQLDriverConnect(bench->dbc, NULL, text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT);
    return check(rc, SQL_HANDLE_DBC, bench->dbc, "connect") &&
           SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, bench->dbc, &bench->stmt));
}

static void choose_type(struct column *column, SQLSMALLINT sql_type)
{
    switch (sql_type) {
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
        column->c_type = SQL_C_SBIGINT;
        column->bytes = sizeof(SQLBIGINT);
        break;
    case SQL_REAL:
    case SQL_DOUBLE:
        column->c_type = SQL_C_DOUBLE;
        column->bytes = sizeof(double);
        break;
    default:
        column->c_type = SQL_C_CHAR;
        column->bytes = TEXT_ROOM;
        break;
    }
}

static bool bind_columns(struct bench *bench)
{
    SQLSMALLINT count = 0;
    SQLRETURN rc = SQLNumResultCols(bench->stmt, &count);
    if (!check(rc, SQL_HANDLE_STMT, bench->stmt, "columns") || count > COLUMNS_MAX)
        return false;
    bench->column_count = (size_t)count;
    SQLPOINTER rowset = (SQLPOINTER)(uintptr_t)bench->rowset;
    (void)SQLSetStmtAttr(bench->stmt, SQL_ATTR_ROW_ARRAY_SIZE, rowset, 0);
    (void)SQLSetStmtAttr(bench->stmt, SQL_ATTR_ROWS_FETCHED_PTR, &bench->fetched, 0);
    for (size_t i = 0; i < bench->column_count; i++) {
        struct column *column = &bench->columns[i];
        SQLSMALLINT type = 0;
        rc = SQLDescribeCol(bench->stmt, (SQLUSMALLINT)(i + 1), NULL, 0, NULL, &type, NULL, NULL,
                            NULL);
        if (!check(rc, SQL_HANDLE_STMT, bench->stmt, "describe"))
            return false;
        choose_type(column, type);
        column->data = calloc(bench->rowset, column->bytes);
        column->indicators = calloc(bench->rowset, sizeof *column->indicators);
        if (column->data == NULL || column->indicators == NULL)
            return false;
        rc = SQLBindCol(bench->stmt, (SQLUSMALLINT)(i + 1), column->c_type, column->data,
                        (SQLLEN)column->bytes, column->indicators);
        if (!check(rc, SQL_HANDLE_STMT, bench->stmt, "bind"))
            return false;
    }
    return true;
}

static bool fetch_all(struct bench *bench)
{
    for (;;) {
        SQLRETURN rc = SQLFetch(bench->stmt);
        if (rc == SQL_NO_DATA)
            return true;
        if (!check(rc, SQL_HANDLE_STMT, bench->stmt, "fetch"))
            return false;
        bench->info_count += rc == SQL_SUCCESS_WITH_INFO;
        bench->rows += (int64_t)bench->fetched;
        for (size_t i = 0; i < bench->column_count; i++) {
            for (size_t row = 0; row < bench->fetched; row++) {
                SQLLEN len = bench->columns[i].indicators[row];
                bench->value_bytes += len > 0 ? len : 0;
            }
        }
    }
}

static bool run(struct bench *bench, const char *statement)
{
    static SQLCHAR sql[SQL_BYTES];
    if (!copy_arg(statement, sql))
        return false;
    double start = now_s();
    double start_cpu = cpu_s();
    SQLRETURN rc = SQLExecDirect(bench->stmt, sql, SQL_NTS);
    if (!check(rc, SQL_HANDLE_STMT, bench->stmt, "execute") || !bind_columns(bench))
        return false;
    double executed = now_s();
    double executed_cpu = cpu_s();
    if (!fetch_all(bench))
        return false;
    double end = now_s();
    double end_cpu = cpu_s();
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    double fetch_s = end - executed;
    (void)printf("rows %lld columns %zu value_bytes %lld fetches_with_info %lld\n",
                 (long long)bench->rows, bench->column_count, (long long)bench->value_bytes,
                 (long long)bench->info_count);
    (void)printf("execute_s %.3f execute_cpu_s %.3f\n", executed - start, executed_cpu - start_cpu);
    (void)printf("fetch_s %.3f fetch_cpu_s %.3f rows_per_s %.0f max_rss_kib %ld\n", fetch_s,
                 end_cpu - executed_cpu, fetch_s > 0 ? (double)bench->rows / fetch_s : 0.0,
                 usage.ru_maxrss);
    return true;
}

static void release(struct bench *bench)
{
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        free(bench->columns[i].data);
        free(bench->columns[i].indicators);
    }
    if (bench->stmt != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_STMT, bench->stmt);
    if (bench->dbc != NULL) {
        (void)SQLDisconnect(bench->dbc);
        (void)SQLFreeHandle(SQL_HANDLE_DBC, bench->dbc);
    }
    if (bench->env != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_ENV, bench->env);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_odbc_fetch CONNECTION_STRING SQL [ROWSET]\n");
        return 2;
    }
    bench.rowset = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 1000;
    if (bench.rowset == 0)
        bench.rowset = 1000;
    bool is_good = connect_to(&bench, argv[1]) && run(&bench, argv[2]);
    release(&bench);
    return is_good ? 0 : 1;
}
