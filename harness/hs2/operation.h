/**
 * A statement or catalog call on a HiveServer2 session, from submission to the last row.
 *
 * Statements run asynchronously on the server (runAsync=true) and are awaited by back-to-back long
 * polls, so that completion is seen within one round trip and nothing is quantised by a sleep.
 */
#ifndef DYNO_HS2_OPERATION_H
#define DYNO_HS2_OPERATION_H

#include "base/status.h"
#include "hs2/block.h"
#include "hs2/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_hs2_operation;

/** TTypeId of the protocol. */
enum dyno_hs2_type {
    DYNO_HS2_BOOLEAN = 0,
    DYNO_HS2_TINYINT = 1,
    DYNO_HS2_SMALLINT = 2,
    DYNO_HS2_INT = 3,
    DYNO_HS2_BIGINT = 4,
    DYNO_HS2_FLOAT = 5,
    DYNO_HS2_DOUBLE = 6,
    DYNO_HS2_STRING = 7,
    DYNO_HS2_TIMESTAMP = 8,
    DYNO_HS2_BINARY = 9,
    DYNO_HS2_ARRAY = 10,
    DYNO_HS2_MAP = 11,
    DYNO_HS2_STRUCT = 12,
    DYNO_HS2_UNION = 13,
    DYNO_HS2_USER_DEFINED = 14,
    DYNO_HS2_DECIMAL = 15,
    DYNO_HS2_NULL = 16,
    DYNO_HS2_DATE = 17,
    DYNO_HS2_VARCHAR = 18,
    DYNO_HS2_CHAR = 19,
    DYNO_HS2_INTERVAL_YEAR_MONTH = 20,
    DYNO_HS2_INTERVAL_DAY_TIME = 21,
    DYNO_HS2_TIMESTAMP_LOCAL_TZ = 22
};

struct dyno_hs2_column_desc {
    char *name;              /**< UTF-8 */
    enum dyno_hs2_type type; /**< how the value is meant; how it travels is in the block */
    int32_t precision;       /**< of a DECIMAL, or the length of a CHAR or VARCHAR; 0 if not told */
    int32_t scale;           /**< of a DECIMAL */
};

/**
 * Submit a statement. Returns once the server has queued it. `query_timeout_s` (0: none) is the
 * server's own limit. DYNO_ESERVER carries Spark's SQLSTATE where it sends one.
 * On success `*out` is to be closed with dyno_hs2_operation_close.
 */
enum dyno_status dyno_hs2_execute(struct dyno_hs2_session *session, const char *sql,
                                  int64_t query_timeout_s, struct dyno_hs2_operation **out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Poll until the statement has finished or `deadline_ns` (CLOCK_MONOTONIC; INT64_MAX: none) passes.
 *
 * DYNO_OK: the result is ready. DYNO_ETIMEOUT: the deadline passed and the statement still runs (it is
 * not cancelled), or the server's own limit ended it (sqlstate HYT00). DYNO_ECANCELLED: it was cancelled
 * (HY008). DYNO_ESERVER: it failed; the text is the server's first line, not its stack trace. A server
 * that sends no SQLSTATE but has one in its text ("SQLSTATE: 42P01") has it taken from there.
 */
enum dyno_status dyno_hs2_operation_wait(struct dyno_hs2_operation *operation, int64_t deadline_ns,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** One status call, no loop (the server itself may hold it up to 5 s). `*is_done_out` false: still running. */
enum dyno_status dyno_hs2_operation_poll(struct dyno_hs2_operation *operation, bool *is_done_out,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Columns of the result; asked once, then remembered. Zero columns are legal (CACHE TABLE, DDL); nothing is
 * asked where the server has said that there is no result set.
 * `*columns_out` is borrowed from the operation.
 */
enum dyno_status dyno_hs2_operation_columns(struct dyno_hs2_operation *operation,
                                            const struct dyno_hs2_column_desc **columns_out,
                                            size_t *count_out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * The same, and if they are not known yet ask in the same write for the first `max_rows` rows, which
 * the next dyno_hs2_operation_fetch takes, whatever number it asks for. `block` lends its memory until
 * then and is empty. To be called of an operation that is done. Over HTTP, and with `max_rows` 0, no
 * rows are asked for.
 */
enum dyno_status
dyno_hs2_operation_columns_and_rows(struct dyno_hs2_operation *operation, int64_t max_rows,
                                    struct dyno_hs2_block *block,
                                    const struct dyno_hs2_column_desc **columns_out,
                                    size_t *count_out, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Fetch the next rows into `block`, whose former content is dropped but whose memory is used again.
 * The end of the result is a block with 0 rows; an operation of zero columns is at its end at once, and
 * so is one of a server known to be Spark's after a block of fewer rows than were asked for: no call is
 * made then.
 */
enum dyno_status dyno_hs2_operation_fetch(struct dyno_hs2_operation *operation, int64_t max_rows,
                                          struct dyno_hs2_block *block,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Ask now for up to `max_rows` rows behind those that were fetched last: the server makes them while the
 * caller works, and the next dyno_hs2_operation_fetch takes them, whatever number it asks for. What goes
 * wrong is told there. Two blocks are in memory then. Nothing is asked for at the end of the result; before
 * the second block, since many readers want no more than the first; behind a block of over 16 MiB; over HTTP.
 */
void dyno_hs2_operation_ask_ahead(struct dyno_hs2_operation *operation, int64_t max_rows);

/** Job group of the statement's Spark jobs: the operation's GUID as 36 lower-case characters. */
void dyno_hs2_operation_guid(const struct dyno_hs2_operation *operation, char out[37]);

/**
 * Ask the server to cancel, over a connection of its own, within the session's connect and call
 * deadlines. May be called from any thread while another is inside wait or fetch; not after close.
 */
enum dyno_status dyno_hs2_operation_cancel(struct dyno_hs2_operation *operation,
                                           struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * CloseOperation (skipped on a dead connection) and free, without waiting for the answer but over HTTP:
 * a call or dyno_hs2_session_close that follows on the session takes it, within its own deadline. NULL
 * is fine.
 */
void dyno_hs2_operation_close(struct dyno_hs2_operation *operation);

/* Catalog calls; finished when they return, rows by dyno_hs2_operation_fetch. NULL: not restricted. */
enum dyno_status dyno_hs2_get_type_info(struct dyno_hs2_session *session,
                                        struct dyno_hs2_operation **out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_hs2_get_catalogs(struct dyno_hs2_session *session,
                                       struct dyno_hs2_operation **out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_hs2_get_schemas(struct dyno_hs2_session *session, const char *schema_pattern,
                                      struct dyno_hs2_operation **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_hs2_get_table_types(struct dyno_hs2_session *session,
                                          struct dyno_hs2_operation **out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_hs2_get_tables(struct dyno_hs2_session *session, const char *schema_pattern,
                                     const char *table_pattern, const char *const *types,
                                     size_t type_count, struct dyno_hs2_operation **out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_hs2_get_columns(struct dyno_hs2_session *session, const char *schema_pattern,
                                      const char *table_pattern, const char *column_pattern,
                                      struct dyno_hs2_operation **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
