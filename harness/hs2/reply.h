/** What a HiveServer2 server answers: one reader for the replies of all calls, driven by tables. */
#ifndef DYNO_HS2_REPLY_H
#define DYNO_HS2_REPLY_H

#include "base/status.h"
#include "hs2/operation.h"
#include "hs2/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_hs2_call {
    DYNO_HS2_OPEN_SESSION,
    DYNO_HS2_CLOSE_SESSION,
    DYNO_HS2_GET_INFO,
    DYNO_HS2_EXECUTE_STATEMENT,
    DYNO_HS2_GET_TYPE_INFO,
    DYNO_HS2_GET_CATALOGS,
    DYNO_HS2_GET_SCHEMAS,
    DYNO_HS2_GET_TABLES,
    DYNO_HS2_GET_TABLE_TYPES,
    DYNO_HS2_GET_COLUMNS,
    DYNO_HS2_GET_OPERATION_STATUS,
    DYNO_HS2_CANCEL_OPERATION,
    DYNO_HS2_CLOSE_OPERATION,
    DYNO_HS2_GET_RESULT_SET_METADATA,
    DYNO_HS2_FETCH_RESULTS
};

/** TOperationState. */
enum dyno_hs2_state {
    DYNO_HS2_STATE_INITIALIZED = 0,
    DYNO_HS2_STATE_RUNNING = 1,
    DYNO_HS2_STATE_FINISHED = 2,
    DYNO_HS2_STATE_CANCELED = 3,
    DYNO_HS2_STATE_CLOSED = 4,
    DYNO_HS2_STATE_ERROR = 5,
    DYNO_HS2_STATE_UNKNOWN = 6,
    DYNO_HS2_STATE_PENDING = 7,
    DYNO_HS2_STATE_TIMEDOUT = 8
};

#define DYNO_HS2_HANDLE_BYTES 64

/** TSessionHandle or TOperationHandle. Both ids are 16 bytes with Spark. */
struct dyno_hs2_handle {
    uint8_t guid[DYNO_HS2_HANDLE_BYTES];
    uint8_t secret[DYNO_HS2_HANDLE_BYTES];
    size_t guid_len;
    size_t secret_len;
    int32_t operation_type;
    bool has_result_set;
};

/** Everything that any reply can hold; what the server left out stays zero. */
struct dyno_hs2_reply {
    bool is_exception;   /**< TApplicationException: `text` and `native` (its type) tell more */
    int32_t status_code; /**< TStatusCode; -1: no status came */
    char sqlstate[6];
    int32_t native;
    struct dyno_wire_span text; /**< the error's text */
    int32_t protocol;           /**< OpenSession */
    int32_t state;              /**< GetOperationStatus; -1: none came */
    bool has_handle;
    struct dyno_hs2_handle handle;
    struct dyno_wire_span info;           /**< GetInfo: the value, where it is a string */
    struct dyno_hs2_column_desc *columns; /**< GetResultSetMetadata: owned, see _free_columns */
    size_t column_count;
    size_t column_capacity;
    struct dyno_hs2_block *block; /**< FetchResults: filled where the caller set it */
};

#define DYNO_HS2_REPLY_INIT                                                                        \
    {                                                                                              \
        .status_code = -1, .state = -1                                                             \
    }

/** The call's name on the wire. */
const char *dyno_hs2_call_name(enum dyno_hs2_call call);

/**
 * Read one whole message: the answer to `call` with that `seqid`, or an exception. Failures are in
 * the reader; what was allocated for `reply` until then is still to be freed.
 */
void dyno_hs2_reply_read(struct dyno_wire_reader *reader, enum dyno_hs2_call call, int32_t seqid,
                         struct dyno_hs2_reply *reply);

/**
 * The server's verdict: DYNO_OK, or DYNO_ESERVER (DYNO_EUNSUPPORTED for a call that it does not know)
 * with the text up to the stack trace. `bytes` are those of the message.
 */
enum dyno_status dyno_hs2_reply_check(const struct dyno_hs2_reply *reply, enum dyno_hs2_call call,
                                      const uint8_t *bytes, struct dyno_err *err) DYNO_MUST_CHECK;

/** Set `err` from the reply's text, SQLSTATE (`sqlstate` where there is none) and native code. */
enum dyno_status dyno_hs2_reply_error(const struct dyno_hs2_reply *reply, enum dyno_status status,
                                      const char *sqlstate, const uint8_t *bytes,
                                      struct dyno_err *err);

/** Free what GetResultSetMetadata gave. */
void dyno_hs2_free_columns(struct dyno_hs2_column_desc *columns, size_t count);

#endif
