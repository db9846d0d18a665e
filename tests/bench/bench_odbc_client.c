/*
 * What the driver costs its client besides rows, through the driver manager.
 *
 * usage: bench_odbc_client statements CONNECTION SESSIONS SECONDS   trivial statements in closed loops
 *        bench_odbc_client connections CONNECTION COUNT             that many open at once: memory
 *        bench_odbc_client churn CONNECTION COUNT                   connect and disconnect: memory, time
 *        bench_odbc_client hold CONNECTION COUNT                    the same beside a connection that is never
 *                                                                   closed: what the heap holds at the end has
 *                                                                   not been freed by the others (valgrind)
 *
 * CPU and memory are this process's own: the server is to be another one.
 */
#include "base/clock.h"

#include <sql.h>
#include <sqlext.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TEXT_BYTES 1024

struct client {
    pthread_t thread;
    SQLHENV env;
    const char *connection;
    int64_t until_ns;
    int64_t statements;
    int failed;
};

static SQLCHAR *copy_of(const char *text, SQLCHAR out[TEXT_BYTES])
{
    (void)snprintf((char *)out, TEXT_BYTES, "%s", text);
    return out;
}

static SQLHENV make_env(void)
{
    SQLHENV env = NULL;
    (void)SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    (void)SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)(uintptr_t)SQL_OV_ODBC3, 0);
    return env;
}

static SQLHDBC open_one(SQLHENV env, const char *connection)
{
    SQLHDBC dbc = NULL;
    SQLCHAR text[TEXT_BYTES];
    SQLCHAR state[6] = "";
    SQLCHAR message[TEXT_BYTES] = "";
    (void)SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc);
    if (SQL_SUCCEEDED(SQLDriverConnect(dbc, NULL, copy_of(connection, text), SQL_NTS, NULL, 0, NULL,
                                       SQL_DRIVER_NOPROMPT)))
        return dbc;
    (void)SQLGetDiagRec(SQL_HANDLE_DBC, dbc, 1, state, NULL, message, sizeof message, NULL);
    (void)fprintf(stderr, "%s %s\n", (const char *)state, (const char *)message);
    exit(1);
}

static void close_one(SQLHDBC dbc)
{
    (void)SQLDisconnect(dbc);
    (void)SQLFreeHandle(SQL_HANDLE_DBC, dbc);
}

static double cpu_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double resident_kib(void)
{
    long pages = 0;
    long total = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &total, &pages) != 2)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024.0;
}

static void *run_client(void *ctx)
{
    struct client *client = ctx;
    SQLHDBC dbc = open_one(client->env, client->connection);
    SQLHSTMT stmt = NULL;
    SQLCHAR sql[TEXT_BYTES];
    SQLINTEGER value = 0;
    SQLLEN len = 0;
    (void)copy_of("SELECT 1", sql);
    (void)SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt);
    (void)SQLBindCol(stmt, 1, SQL_C_SLONG, &value, sizeof value, &len);
    while (dyno_now_ns() < client->until_ns) {
        if (!SQL_SUCCEEDED(SQLExecDirect(stmt, sql, SQL_NTS)) || !SQL_SUCCEEDED(SQLFetch(stmt)) ||
            value != 1 || !SQL_SUCCEEDED(SQLFreeStmt(stmt, SQL_CLOSE))) {
            client->failed = 1;
            break;
        }
        client->statements++;
    }
    (void)SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    close_one(dbc);
    return NULL;
}

static int run_statements(const char *connection, size_t sessions, int64_t seconds)
{
    SQLHENV env = make_env();
    struct client *clients = calloc(sessions, sizeof *clients);
    int64_t sum = 0;
    int failed = 0;
    if (clients == NULL)
        return 1;
    double cpu = cpu_seconds();
    for (size_t i = 0; i < sessions; i++) {
        clients[i] = (struct client){.env = env,
                                     .connection = connection,
                                     .until_ns = dyno_now_ns() + seconds * DYNO_NS_PER_S};
        if (pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) != 0)
            return 1;
    }
    for (size_t i = 0; i < sessions; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        sum += clients[i].statements;
        failed |= clients[i].failed;
    }
    cpu = cpu_seconds() - cpu;
    (void)printf("%zu sessions: %.0f statements/s, %.1f us of CPU each%s\n", sessions,
                 (double)sum / (double)seconds, cpu * 1e6 / (double)(sum + 1),
                 failed ? ", SOME FAILED" : "");
    free(clients);
    (void)SQLFreeHandle(SQL_HANDLE_ENV, env);
    return failed;
}

/* A statement that has run once and stays; it goes with its connection. */
static bool execute_on(SQLHDBC dbc)
{
    SQLHSTMT stmt = NULL;
    SQLCHAR sql[TEXT_BYTES];
    return SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt)) &&
           SQL_SUCCEEDED(SQLExecDirect(stmt, copy_of("SELECT 1", sql), SQL_NTS)) &&
           SQL_SUCCEEDED(SQLFetch(stmt)) && SQL_SUCCEEDED(SQLFreeStmt(stmt, SQL_CLOSE));
}

static int run_connections(const char *connection, size_t count)
{
    SQLHENV env = make_env();
    SQLHDBC *open = calloc(count, sizeof *open);
    if (open == NULL)
        return 1;
    close_one(open_one(env, connection));
    double before = resident_kib();
    for (size_t i = 0; i < count; i++)
        open[i] = open_one(env, connection);
    double after = resident_kib();
    for (size_t i = 0; i < count; i++)
        if (!execute_on(open[i]))
            return 1;
    (void)printf("%zu open connections: %.1f KiB each, %.1f KiB with a statement that has run\n",
                 count, (after - before) / (double)count,
                 (resident_kib() - before) / (double)count);
    for (size_t i = 0; i < count; i++)
        close_one(open[i]);
    free(open);
    (void)SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}

static int run_churn(const char *connection, size_t count)
{
    SQLHENV env = make_env();
    double early = 0;
    int64_t start_ns = dyno_now_ns();
    for (size_t i = 0; i < count; i++) {
        close_one(open_one(env, connection));
        if (i == count / 10)
            early = resident_kib();
    }
    double seconds = (double)(dyno_now_ns() - start_ns) / 1e9;
    (void)printf(
        "%zu connects and disconnects: %.0f us each, %.0f KiB resident after a tenth of them, "
        "%.0f KiB at the end\n",
        count, seconds * 1e6 / (double)count, early, resident_kib());
    (void)SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}

static int run_hold(const char *connection, size_t count)
{
    /* Left to the process's end, as all that hangs on them. */
    SQLHENV env = make_env();
    SQLHDBC held = open_one(env, connection);
    for (size_t i = 0; i < count; i++)
        close_one(open_one(env, connection));
    (void)printf("%zu connects and disconnects beside %p\n", count, (void *)held);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "statements") == 0)
        return run_statements(argv[2], strtoul(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "connections") == 0)
        return run_connections(argv[2], strtoul(argv[3], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "churn") == 0)
        return run_churn(argv[2], strtoul(argv[3], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "hold") == 0)
        return run_hold(argv[2], strtoul(argv[3], NULL, 10));
    (void)fprintf(stderr, "usage: bench_odbc_client statements CONNECTION SESSIONS SECONDS\n"
                          "       bench_odbc_client connections|churn|hold CONNECTION COUNT\n");
    return 2;
}
