/**
 * Workloads: a folder with workload.yaml and .sql files.
 *
 *     name: retail
 *     description: one sentence
 *     tables:                          # built once by Spark into the cache folder, attached at each start
 *       - name: transactions
 *         sql: data/transactions.sql   # one SELECT; ${rows} is the table's row count at this scale,
 *                                      # ${partitions} and ${scale} are filled in too
 *         rows: 2000000                # at scale 1; scaled and rounded, at least 1
 *         fixed: false                 # true: rows do not grow with the scale (a dimension)
 *         partitions: 4                # files to write: slices of range(), ${partitions}; default 4
 *         checksums:                   # known answers by scale, proved at build and at attach
 *           "1": "123456789"
 *     views:                           # CREATE OR REPLACE VIEW name AS <sql>, after the tables
 *       - name: logs_memory_only
 *         sql: data/logs_memory_only.sql   # one SELECT; ${scale} is filled in
 *     caches:                          # UNCACHE, then CACHE TABLE, then proved by /storage/rdd
 *       - table: logs_memory_only
 *         level: MEMORY_ONLY
 *     queries:
 *       - name: customer_pattern
 *         sql: customer_pattern.sql    # one statement; a ';' behind it is dropped
 *         weight: 3                    # default 1
 *         max_rows: 10000              # a result with more rows is an error of the workload; default 100000
 *     load:                            # defaults; options of the command line win
 *       arrival: poisson               # poisson | constant | closed | partly_open
 *       rate: 1.5                      # statements/s at scale 1 (open loop); over scale 1 it is
 *                                      # divided by the scale, below it stays
 *       rates:                         # other rates for certain scales
 *         "0.1": 4
 *       steps:                         # in place of 'rate': parts of the measured window, which is
 *         - {rate: 5, for: 30s}        # as long as they are together. The rate stays, or goes in a
 *         - {rate: 5, to: 50, for: 1m} # straight line to another one
 *       burst: 2s/8s                   # arrivals at 'rate' for 2 s, none for 8 s, and again
 *       visit: 5                       # partly open: a visit takes a session, runs 5 statements with
 *                                      # think time between them, and leaves; 'rate' is of statements
 *       replay: trace.csv              # a trace in place of all this, see plan/trace.h; no queries are
 *                                      # needed then
 *       speed: 1                       # twice as fast: 2
 *       pinned: false                  # true: statement i waits for session i modulo sessions
 *       sessions: 4
 *       think: 0s                      # closed loop, and inside a visit
 *       think_kind: fixed              # or exponential: 'think' is the mean
 *       warmup: 30                     # executions of each query after a server start
 *       warmup_max: 0                  # over it: warm up until service times are steady, at least
 *                                      # 'warmup' and at most this many executions of each query
 *       measure: 60s
 *       timeout: 120s                  # of one statement
 *
 * Names of queries and workloads hold [a-z0-9_-], those of tables and views are [a-z][a-z0-9_]*, for
 * they are written in SQL as they stand.
 *
 * The checksum of a table is the text of `SELECT bit_xor(xxhash64(<all columns in order>)) FROM t`:
 * independent of the order of rows and of the files they stand in, equal on Spark 3.5 and 4.x. Two
 * equal rows cancel out in it, so the row count is proved beside it.
 */
#ifndef DYNO_PLAN_WORKLOAD_H
#define DYNO_PLAN_WORKLOAD_H

#include "base/sha256.h"
#include "base/status.h"
#include "plan/load_shape.h"
#include "plan/replay.h"
#include "plan/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_workload_checksum {
    char *scale; /**< as written, "0.1" */
    char *value;
};

struct dyno_workload_table {
    char *name;
    char *sql; /**< with ${rows} filled in for the scale asked */
    int64_t rows;
    int partitions;
    const char *checksum; /**< known answer at this scale; NULL if the workload states none */
    struct dyno_workload_checksum *checksums;
    size_t checksum_count;
};

struct dyno_workload_view {
    char *name;
    char *sql;
};

struct dyno_workload_cache {
    char *table;
    char *level;
};

struct dyno_workload_query {
    char *name;
    char *sql;
    double weight;
    int64_t max_rows;
};

struct dyno_workload {
    char *name;
    char *description;
    char *dir;
    double scale;
    struct dyno_workload_table *tables;
    size_t table_count;
    struct dyno_workload_view *views;
    size_t view_count;
    struct dyno_workload_cache *caches;
    size_t cache_count;
    struct dyno_workload_query *queries;
    size_t query_count;
    struct dyno_workload_replay {
        char *path;
        double speed;
        struct dyno_replay replay; /**< at that speed; empty if this is no replay */
        size_t rows;
        struct dyno_load_trace_note notes[DYNO_LOAD_TRACE_NOTE_KINDS];
    } trace;
    struct dyno_load_shape load; /**< rate already divided for the scale where the file says so */
    char sha256[DYNO_SHA256_TEXT_BYTES]; /**< of yaml + sql + scale */
};

/**
 * Read a workload: a folder with a '/' or a path to workload.yaml as it stands, any other word as
 * <dir>/<word>/workload.yaml for each of `dirs` (ends with NULL). `scale` over 0, at most 1000.
 * Everything wrong is DYNO_EINPUT "path:line:column: ..." (see base/yaml.h), also for the .sql files:
 * empty, over 1 MiB, more than one statement, an unknown ${name}.
 */
enum dyno_status dyno_workload_read(const char *name_or_path, const char *const *dirs, double scale,
                                    struct dyno_workload *out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;
/**
 * Make the workload a replay of a trace (plan/trace.h), `speed` times as fast (0.001 to 1000). Its queries
 * become the statements of the trace: those whose text a query of the workload has keep its name, others
 * are called s1, s2 ... in order of first appearance. Sessions and window are those of the trace, without
 * warm-up at the begin of a trial. (workload_replay.c)
 */
enum dyno_status dyno_workload_replay(struct dyno_workload *workload, const char *path,
                                      double speed, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_workload_deinit(struct dyno_workload *workload);

#endif
