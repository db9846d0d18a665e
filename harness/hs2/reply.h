/** What a HiveServer2 server answers: one reader for the replies of all calls, driven by tables. */
#ifndef DYNO_HS2_REPLY_H
#define DYNO_HS2_REPLY_H

#include "base/status.h"
#include "hs2/block.h"
#include "hs2/schema.h"
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
    bool tells_result_set;         /**< GetOperationStatus: `handle.has_result_set` was told anew */
    struct dyno_wire_span info;    /**< GetInfo: the value, where it is a string */
    struct dyno_hs2_schema schema; /**< GetResultSetMetadata: owned, to be freed */
    struct dyno_hs2_block *block;  /**< FetchResults: filled where the caller set it */
    bool has_more_rows;            /**< FetchResults; Spark never says so */
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

#endif
