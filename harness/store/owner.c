#include "store/owner.h"

#include "base/clock.h"
#include "base/process.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char select_running[] =
    "SELECT id, owner_pid, owner_ticks FROM experiment WHERE state = 'running'";
static const char end_experiment[] =
    "UPDATE experiment SET state = 'interrupted', reason = ?2, finished_utc = ?3 WHERE id = ?1";
static const char end_starts[] = "UPDATE start SET state = 'failed', reason = ?2 "
                                 "WHERE experiment_id = ?1 AND state = 'running'";

/** True only if it is certain: where /proc tells nothing even about us, nobody is called gone. */
static bool is_gone(pid_t pid, const char *ticks)
{
    if (dyno_process_start_ticks(getpid()) == 0)
        return false;
    return !dyno_process_is_alive(pid, strtoull(ticks, NULL, 10));
}

static enum dyno_status bury_one(sqlite3 *db, int64_t id, int64_t pid, struct dyno_err *err)
{
    char now[32];
    char reason[96];
    sqlite3_stmt *statement = NULL;
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    (void)snprintf(reason, sizeof reason, "its process (%lld) ended before it was finished",
                   (long long)pid);
    struct dyno_cell cells[] = {dyno_cell_i64(id), dyno_cell_text(reason), dyno_cell_text(now)};
    enum dyno_status status = dyno_sql_prepare(db, end_experiment, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_run(statement, cells, 3, err);
    (void)sqlite3_finalize(statement);
    statement = NULL;
    if (status == DYNO_OK)
        status = dyno_sql_prepare(db, end_starts, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_run(statement, cells, 2, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/** Finds one that is gone; `*id_out` 0 if there is none. */
static enum dyno_status find_gone(sqlite3 *db, int64_t *id_out, int64_t *pid_out,
                                  struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    *id_out = 0;
    enum dyno_status status = dyno_sql_prepare(db, select_running, &statement, err);
    while (status == DYNO_OK && has_row && *id_out == 0) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status != DYNO_OK || !has_row)
            continue;
        *pid_out = sqlite3_column_int64(statement, 1);
        if (is_gone((pid_t)*pid_out, (const char *)sqlite3_column_text(statement, 2)))
            *id_out = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_owner_bury(sqlite3 *db, struct dyno_err *err)
{
    int64_t id = 0;
    int64_t pid = 0;
    /* Most opens find nobody gone, and then nothing is locked. */
    enum dyno_status status = find_gone(db, &id, &pid, err);
    if (status != DYNO_OK || id == 0)
        return status;
    status = dyno_sql_begin(db, DYNO_DURABLE_POWER, err);
    if (status != DYNO_OK)
        return status;
    do {
        status = find_gone(db, &id, &pid, err);
        if (status == DYNO_OK && id != 0)
            status = bury_one(db, id, pid, err);
    } while (status == DYNO_OK && id != 0);
    return dyno_sql_end(db, status, err);
}
