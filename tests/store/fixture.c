#include "store/fixture.h"

#include "base/alloc.h"
#include "base/file.h"
#include "load/record.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fixture_setup(void **state)
{
    struct fixture *fixture = dyno_xcalloc(1, sizeof *fixture);
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dyno-store-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    dyno_store_close(fixture->store);
    int code = dyno_dir_remove(fixture->folder, NULL) == DYNO_OK ? 0 : -1;
    free(fixture);
    return code;
}

struct dyno_store *fixture_open(struct fixture *fixture)
{
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = dyno_store_open(fixture->path, &fixture->store, &err);
    if (status != DYNO_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, DYNO_OK);
    return fixture->store;
}

int64_t fixture_experiment(struct dyno_store *store, const char *name)
{
    int64_t id = 0;
    const struct dyno_store_experiment experiment = {
        .kind = "compare",
        .name = name,
        .seed = UINT64_MAX,
        .margin = 0.05,
        .blocks_planned = 6,
        .starts_planned = 1,
        .is_shared = true,
        .plan_json = "{}",
    };
    assert_int_equal(dyno_store_experiment_add(store, &experiment, &id, NULL), DYNO_OK);
    return id;
}

struct fixture_compare fixture_compare(struct dyno_store *store)
{
    struct fixture_compare ids = {.experiment = fixture_experiment(store, "compare retail off on")};
    static const struct dyno_store_arm arms[] = {
        {.ordinal = 0, .role = "base", .name = "default", .comment = "as shipped", .sha256 = "00"},
        {.ordinal = 1,
         .role = "candidate",
         .name = "aqe-off",
         .comment = "no AQE",
         .sha256 = "11"}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(dyno_store_arm_add(store, ids.experiment, &arms[i], &ids.arms[i], NULL),
                         DYNO_OK);
    assert_int_equal(dyno_store_query_add(store, ids.experiment, 0, "daily", "SELECT 1", 1.0, NULL),
                     DYNO_OK);
    assert_int_equal(
        dyno_store_query_add(store, ids.experiment, 1, "monthly", "SELECT 2", 1.0, NULL), DYNO_OK);
    assert_int_equal(dyno_store_start_add(store, ids.experiment, 0, 0, &ids.start, NULL), DYNO_OK);
    return ids;
}

struct dyno_store_record *fixture_records(size_t count)
{
    struct dyno_store_record *records = dyno_xcalloc(count, sizeof *records);
    for (size_t i = 0; i < count; i++) {
        int64_t begin_ns = (int64_t)i * 10000000;
        records[i] = (struct dyno_store_record){
            .seq = (int64_t)i,
            .query = (int)(i % 2),
            .session = (int)(i % 4),
            .phase = DYNO_PHASE_MEASURE,
            .outcome = DYNO_OUTCOME_OK,
            .intended_ns = begin_ns,
            .claim_ns = begin_ns,
            .send_ns = begin_ns,
            .exec_ns = begin_ns + 400000000,
            .first_ns = begin_ns + 450000000,
            .done_ns = begin_ns + 500000000,
            .row_count = 10,
            .bytes = 1000,
            .checksum = UINT64_C(0xabcdef0123456789) + i % 2,
            .sqlstate = "",
            .attempt = 1,
        };
    }
    return records;
}

struct dyno_store_trial fixture_trial(const struct fixture_compare *ids, int block, int arm,
                                      const struct dyno_store_record *records, size_t count)
{
    int64_t total = (int64_t)count;
    return (struct dyno_store_trial){
        .role = block >= 0 ? "measure" : "warmup",
        .block = block,
        .position = arm,
        .arm_id = ids->arms[arm],
        .start_id = ids->start,
        .state = "complete",
        .reason = "",
        .tag = "e1t1",
        .seed = 7,
        .epoch_wall_ms = INT64_C(1795262400123),
        .measure_begin_ns = 0,
        .measure_end_ns = INT64_C(60000000000),
        .offered = total,
        .started = total,
        .completed = total,
        .joined = total,
        .is_valid = true,
        .records = records,
        .record_count = count,
    };
}

static sqlite3_stmt *first_row(struct dyno_store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    assert_int_equal(dyno_sql_prepare(dyno_store_handle(store), sql, &statement, NULL), DYNO_OK);
    assert_int_equal(dyno_sql_next(statement, &has_row, NULL), DYNO_OK);
    assert_true(has_row);
    return statement;
}

int64_t fixture_number(struct dyno_store *store, const char *sql)
{
    sqlite3_stmt *statement = first_row(store, sql);
    int64_t value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return value;
}

void fixture_text(struct dyno_store *store, const char *sql, char out[512])
{
    sqlite3_stmt *statement = first_row(store, sql);
    const unsigned char *text = sqlite3_column_text(statement, 0);
    (void)snprintf(out, 512, "%s", text != NULL ? (const char *)text : "(null)");
    (void)sqlite3_finalize(statement);
}
