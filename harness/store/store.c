#include "store/store.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/medium.h"
#include "store/owner.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS 30000

extern const unsigned char dyno_store_schema[];

struct dyno_store {
    sqlite3 *db;
    char *read_path; /* of a file that was opened to read; NULL: to write */
};

struct sqlite3 *dyno_store_handle(struct dyno_store *store)
{
    return store->db;
}

/** No WAL with something in it: then the file alone is the whole truth. */
static bool is_alone(const char *path)
{
    struct stat info = {0};
    char *wal = dyno_xasprintf("%s-wal", path);
    bool is_there = stat(wal, &info) == 0 && info.st_size > 0;
    free(wal);
    return !is_there;
}

/**
 * Readers of a WAL database make its -wal and -shm, and may not delete them. A connection that could write
 * does so at its end if it is the last one, and changes nothing else. If it cannot be had, they stay.
 */
static void tidy_up(const char *path)
{
    sqlite3 *db = NULL;
    char *uri = dyno_medium_uri(path, "mode=rw");
    if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) == SQLITE_OK)
        (void)sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    (void)sqlite3_close_v2(db);
    free(uri);
}

void dyno_store_close(struct dyno_store *store)
{
    if (store == NULL)
        return;
    (void)sqlite3_close_v2(store->db);
    if (store->read_path != NULL && is_alone(store->read_path))
        tidy_up(store->read_path);
    free(store->read_path);
    free(store);
}

static enum dyno_status open_database(const char *name, int flags, sqlite3 **out,
                                      struct dyno_err *err)
{
    int code = sqlite3_open_v2(name, out, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return dyno_sql_fail(*out, code, "results file", err);
    (void)sqlite3_busy_timeout(*out, BUSY_MS);
    /* A file from elsewhere must not be able to run functions through its own schema. */
    (void)sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(*out, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return dyno_sql_exec(*out, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY", err);
}

/** Fill an empty database; any other one is only judged. Inside an exclusive transaction. */
static enum dyno_status fill_or_judge(sqlite3 *db, const char *path, struct dyno_err *err)
{
    int64_t application_id = 0;
    int64_t version = 0;
    int64_t objects = 0;
    enum dyno_status status = dyno_sql_number(db, "PRAGMA application_id", 0, &application_id, err);
    if (status == DYNO_OK)
        status = dyno_sql_number(db, "PRAGMA user_version", 0, &version, err);
    if (status == DYNO_OK)
        status = dyno_sql_number(db, "SELECT count(*) FROM sqlite_schema", 0, &objects, err);
    if (status != DYNO_OK)
        return status;
    if (application_id != 0 || version != 0 || objects != 0)
        return dyno_medium_judge(path, application_id, version, err);
    status = dyno_sql_exec(db, (const char *)dyno_store_schema, err);
    if (status == DYNO_OK)
        status =
            dyno_sql_exec(db, "PRAGMA application_id = 0x64796e6f; PRAGMA user_version = 1", err);
    return status;
}

/** The switch to WAL needs the file alone and does not wait by itself. */
static enum dyno_status enter_wal(sqlite3 *db, struct dyno_err *err)
{
    int64_t deadline_ns = dyno_now_ns() + BUSY_MS * DYNO_NS_PER_MS;
    int code = SQLITE_BUSY;
    for (;;) {
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_BUSY || dyno_now_ns() > deadline_ns)
            break;
        dyno_sleep_ns(5 * DYNO_NS_PER_MS);
    }
    if (code != SQLITE_OK)
        return dyno_sql_fail(db, code, "results file", err);
    return dyno_sql_exec(db, "PRAGMA journal_size_limit = 67108864", err);
}

/**
 * A new file gets its tables in rollback mode and only then becomes a WAL one: so the header, by
 * which the next program knows the file, never lies in the WAL alone.
 */
static enum dyno_status make_ready(sqlite3 *db, const char *path, struct dyno_err *err)
{
    int64_t version = 0;
    enum dyno_status status = dyno_sql_number(db, "PRAGMA user_version", 0, &version, err);
    if (status != DYNO_OK)
        return status;
    if (version != DYNO_STORE_VERSION) {
        status = dyno_sql_exec(db, "BEGIN EXCLUSIVE", err);
        if (status == DYNO_OK)
            status = dyno_sql_end(db, fill_or_judge(db, path, err), err);
    }
    if (status == DYNO_OK)
        status = enter_wal(db, err);
    if (status == DYNO_OK)
        status = dyno_owner_bury(db, err);
    return status;
}

enum dyno_status dyno_store_open(const char *path, struct dyno_store **out, struct dyno_err *err)
{
    struct dyno_store store = {.db = NULL};
    char *uri = NULL;
    *out = NULL;
    enum dyno_status status = dyno_medium_prepare(path, err);
    if (status == DYNO_OK)
        status = dyno_medium_inspect(path, err);
    if (status != DYNO_OK)
        goto done;
    uri = dyno_medium_uri(path, "mode=rw");
    status = open_database(uri, SQLITE_OPEN_READWRITE, &store.db, err);
    if (status == DYNO_OK)
        status = make_ready(store.db, path, err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "'%s'", path);
        goto done;
    }
    *out = dyno_xcalloc(1, sizeof **out);
    **out = store;
    store.db = NULL;
done:
    (void)sqlite3_close_v2(store.db);
    free(uri);
    return status;
}

void dyno_store_settle(const char *path)
{
    struct dyno_store *store = NULL;
    if (dyno_file_exists(path) && dyno_store_open(path, &store, NULL) == DYNO_OK)
        dyno_store_close(store);
}

/** Read something, which also reads the WAL. */
static enum dyno_status judge_opened(sqlite3 *db, const char *path, struct dyno_err *err)
{
    int64_t application_id = 0;
    int64_t version = 0;
    enum dyno_status status = dyno_sql_number(db, "PRAGMA application_id", 0, &application_id, err);
    if (status == DYNO_OK)
        status = dyno_sql_number(db, "PRAGMA user_version", 0, &version, err);
    if (status == DYNO_OK)
        status = dyno_medium_judge(path, application_id, version, err);
    return status;
}

static enum dyno_status open_to_read(const char *path, const char *options, sqlite3 **db_out,
                                     struct dyno_err *err)
{
    char *uri = dyno_medium_uri(path, options);
    enum dyno_status status = open_database(uri, SQLITE_OPEN_READONLY, db_out, err);
    if (status == DYNO_OK)
        status = judge_opened(*db_out, path, err);
    free(uri);
    if (status != DYNO_OK) {
        (void)sqlite3_close_v2(*db_out);
        *db_out = NULL;
    }
    return status;
}

enum dyno_status dyno_store_open_readonly(const char *path, struct dyno_store **out,
                                          struct dyno_err *err)
{
    sqlite3 *db = NULL;
    *out = NULL;
    if (!dyno_file_exists(path))
        return dyno_err_set(err, DYNO_ENOTFOUND, "there is no results file '%s'", path);
    enum dyno_status status = dyno_medium_inspect(path, err);
    if (status != DYNO_OK)
        return status;
    status = open_to_read(path, "mode=ro", &db, err);
    /* In a folder that may not be written SQLite cannot make the memory that readers of a WAL share. */
    if (status == DYNO_EIO && is_alone(path))
        status = open_to_read(path, "mode=ro&immutable=1", &db, err);
    if (status != DYNO_OK)
        return strstr(err != NULL ? err->message : path, path) != NULL
                   ? status
                   : dyno_err_prepend(err, "'%s'", path);
    *out = dyno_xcalloc(1, sizeof **out);
    (*out)->db = db;
    (*out)->read_path = dyno_xstrdup(path);
    return DYNO_OK;
}
