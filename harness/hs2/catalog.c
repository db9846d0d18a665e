#include "hs2/private.h"

/* Catalog calls: begin the request, put its patterns, and start; finished once they have a handle. */

static enum dyno_status start(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                              struct dyno_hs2_operation **out, struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_operation_start(session, call, out, err);
    if (status == DYNO_OK)
        (*out)->is_done = true;
    return status;
}

static enum dyno_status start_plain(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                                    struct dyno_hs2_operation **out, struct dyno_err *err)
{
    dyno_hs2_request_session(dyno_hs2_link_begin(&session->link, call), &session->handle);
    return start(session, call, out, err);
}

enum dyno_status dyno_hs2_get_type_info(struct dyno_hs2_session *session,
                                        struct dyno_hs2_operation **out, struct dyno_err *err)
{
    return start_plain(session, DYNO_HS2_GET_TYPE_INFO, out, err);
}

enum dyno_status dyno_hs2_get_catalogs(struct dyno_hs2_session *session,
                                       struct dyno_hs2_operation **out, struct dyno_err *err)
{
    return start_plain(session, DYNO_HS2_GET_CATALOGS, out, err);
}

enum dyno_status dyno_hs2_get_table_types(struct dyno_hs2_session *session,
                                          struct dyno_hs2_operation **out, struct dyno_err *err)
{
    return start_plain(session, DYNO_HS2_GET_TABLE_TYPES, out, err);
}

enum dyno_status dyno_hs2_get_schemas(struct dyno_hs2_session *session, const char *schema_pattern,
                                      struct dyno_hs2_operation **out, struct dyno_err *err)
{
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, DYNO_HS2_GET_SCHEMAS);
    dyno_hs2_request_get_schemas(request, &session->handle, schema_pattern);
    return start(session, DYNO_HS2_GET_SCHEMAS, out, err);
}

/* The protocol's own call has these seven. NOLINTNEXTLINE(readability-function-size) */
enum dyno_status dyno_hs2_get_tables(struct dyno_hs2_session *session, const char *schema_pattern,
                                     const char *table_pattern, const char *const *types,
                                     size_t type_count, struct dyno_hs2_operation **out,
                                     struct dyno_err *err)
{
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, DYNO_HS2_GET_TABLES);
    dyno_hs2_request_get_tables(request, &session->handle, schema_pattern, table_pattern, types,
                                type_count);
    return start(session, DYNO_HS2_GET_TABLES, out, err);
}

enum dyno_status dyno_hs2_get_columns(struct dyno_hs2_session *session, const char *schema_pattern,
                                      const char *table_pattern, const char *column_pattern,
                                      struct dyno_hs2_operation **out, struct dyno_err *err)
{
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, DYNO_HS2_GET_COLUMNS);
    dyno_hs2_request_get_columns(request, &session->handle, schema_pattern, table_pattern,
                                 column_pattern);
    return start(session, DYNO_HS2_GET_COLUMNS, out, err);
}
