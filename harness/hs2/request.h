/** What a client asks of a HiveServer2 server: the bodies of its calls. */
#ifndef DYNO_HS2_REQUEST_H
#define DYNO_HS2_REQUEST_H

#include "hs2/reply.h"
#include "hs2/session.h"
#include "hs2/wire.h"

#include <stddef.h>
#include <stdint.h>

/** TProtocolVersion that is asked for (V11) and the oldest that is good enough (V6: columnar). */
#define DYNO_HS2_PROTOCOL        10
#define DYNO_HS2_OLDEST_PROTOCOL 5

/** Message header and the opening of the argument structure; the fields of the request follow. */
void dyno_hs2_request_begin(struct dyno_wire_writer *writer, enum dyno_hs2_call call,
                            int32_t seqid);

/** Close what _begin opened. */
void dyno_hs2_request_end(struct dyno_wire_writer *writer);

/* Bodies. Failures are in the writer. */

/** OpenSession with credentials, schema and properties. */
void dyno_hs2_request_open_session(struct dyno_wire_writer *writer, const char *user,
                                   const char *password, const struct dyno_hs2_options *options);

/** Calls that take nothing but a session handle; also the first field of those that take more. */
void dyno_hs2_request_session(struct dyno_wire_writer *writer,
                              const struct dyno_hs2_handle *session);

/** Calls that take nothing but an operation handle; also the first field of FetchResults. */
void dyno_hs2_request_operation(struct dyno_wire_writer *writer,
                                const struct dyno_hs2_handle *operation);

/** GetInfo of one kind. */
void dyno_hs2_request_get_info(struct dyno_wire_writer *writer,
                               const struct dyno_hs2_handle *session, int32_t info_type);

/* Catalog calls that take patterns; NULL: not restricted. */

/** GetSchemas. */
void dyno_hs2_request_get_schemas(struct dyno_wire_writer *writer,
                                  const struct dyno_hs2_handle *session,
                                  const char *schema_pattern);

/** GetTables; `types` may be NULL with a count of 0. */
void dyno_hs2_request_get_tables(struct dyno_wire_writer *writer,
                                 const struct dyno_hs2_handle *session, const char *schema_pattern,
                                 const char *table_pattern, const char *const *types,
                                 size_t type_count);

/** GetColumns. */
void dyno_hs2_request_get_columns(struct dyno_wire_writer *writer,
                                  const struct dyno_hs2_handle *session, const char *schema_pattern,
                                  const char *table_pattern, const char *column_pattern);

/** Asynchronous; `query_timeout_s` 0: none. */
void dyno_hs2_request_execute(struct dyno_wire_writer *writer,
                              const struct dyno_hs2_handle *session, const char *sql,
                              int64_t query_timeout_s);

/** The next rows, at most `max_rows`. */
void dyno_hs2_request_fetch(struct dyno_wire_writer *writer,
                            const struct dyno_hs2_handle *operation, int64_t max_rows);

#endif
