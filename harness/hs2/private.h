/** What the files of this folder know about sessions and operations, and nobody else. */
#ifndef DYNO_HS2_PRIVATE_H
#define DYNO_HS2_PRIVATE_H

#include "hs2/about.h"
#include "hs2/ahead.h"
#include "hs2/link.h"
#include "hs2/operation.h"
#include "hs2/session.h"

#include <stdatomic.h>
#include <stdbool.h>

/** How long a server holds a status call, unless hive.server2.long.polling.timeout is changed. */
#define DYNO_HS2_LONG_POLL_NS INT64_C(5000000000)

struct dyno_hs2_session {
    struct dyno_hs2_link link;
    struct dyno_hs2_address address; /**< immutable: cancelling threads read it */
    struct dyno_hs2_handle handle;
    struct dyno_hs2_about about;
    int32_t protocol;
    _Atomic int64_t call_timeout_ns; /**< cancelling threads read it */
};

struct dyno_hs2_operation {
    struct dyno_hs2_session *session;
    struct dyno_hs2_handle handle; /**< immutable: cancelling threads read it */
    struct dyno_hs2_schema schema;
    bool has_result_set; /**< else there is neither a schema nor a row to ask for */
    bool has_columns;    /**< has the schema been asked for? */
    bool is_done;
    bool is_short;      /**< the last block had fewer rows than were asked for */
    bool is_at_end;     /**< there are no rows behind the last block */
    size_t block_count; /**< with rows, fetched so far */
    size_t block_bytes; /**< of the last one */
    int32_t poll_seqid; /**< the last status call, whose answer may be due */
    struct dyno_hs2_ahead ahead;
};

/** The deadline of a call that starts now, longer where it has to wait for an owed status first. */
int64_t dyno_hs2_session_deadline(const struct dyno_hs2_session *session);

/**
 * Send the request that was begun on the session's link, whose answer is an operation handle, and
 * make an operation of it.
 */
enum dyno_status dyno_hs2_operation_start(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                                          struct dyno_hs2_operation **out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

#endif
