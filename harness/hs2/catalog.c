#include "hs2/private.h"

#include <string.h>

/* Catalog calls: a session handle and then optional strings, numbered by their field ids. */

struct argument {
    int16_t id;
    const char *text; /**< NULL: not restricted, so left out */
};

static enum dyno_status catalog_call(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                                     struct dyno_hs2_operation **out, struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_operation_start(session, call, out, err);
    if (status == DYNO_OK)
        (*out)->is_done = true;
    return status;
}

static struct dyno_wire_writer *begin(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                                      const struct argument *arguments, size_t count)
{
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, call);
    dyno_hs2_request_session(request, &session->handle);
    for (size_t i = 0; i < count; i++)
        dyno_wire_put_string_field(request, arguments[i].id, arguments[i].text);
    return request;
}

enum dyno_status dyno_hs2_get_type_info(struct dyno_hs2_session *session,
                                        struct dyno_hs2_operation **out, struct dyno_err *err)
{
    (void)begin(session, DYNO_HS2_GET_TYPE_INFO, NULL, 0);
    return catalog_call(session, DYNO_HS2_GET_TYPE_INFO, out, err);
}

enum dyno_status dyno_hs2_get_catalogs(struct dyno_hs2_session *session,
                                       struct dyno_hs2_operation **out, struct dyno_err *err)
{
    (void)begin(session, DYNO_HS2_GET_CATALOGS, NULL, 0);
    return catalog_call(session, DYNO_HS2_GET_CATALOGS, out, err);
}

enum dyno_status dyno_hs2_get_schemas(struct dyno_hs2_session *session, const char *schema_pattern,
                                      struct dyno_hs2_operation **out, struct dyno_err *err)
{
    const struct argument arguments[] = {{3, schema_pattern}};
    (void)begin(session, DYNO_HS2_GET_SCHEMAS, arguments, 1);
    return catalog_call(session, DYNO_HS2_GET_SCHEMAS, out, err);
}

enum dyno_status dyno_hs2_get_table_types(struct dyno_hs2_session *session,
                                          struct dyno_hs2_operation **out, struct dyno_err *err)
{
    (void)begin(session, DYNO_HS2_GET_TABLE_TYPES, NULL, 0);
    return catalog_call(session, DYNO_HS2_GET_TABLE_TYPES, out, err);
}

enum dyno_status dyno_hs2_get_tables(struct dyno_hs2_session *session, const char *schema_pattern,
                                     const char *table_pattern, const char *const *types,
                                     size_t type_count, struct dyno_hs2_operation **out,
                                     struct dyno_err *err)
{
    const struct argument arguments[] = {{3, schema_pattern}, {4, table_pattern}};
    struct dyno_wire_writer *request = begin(session, DYNO_HS2_GET_TABLES, arguments, 2);
    if (type_count > 0) {
        dyno_wire_put_field(request, DYNO_WIRE_LIST, 5);
        dyno_wire_put_list(request, DYNO_WIRE_STRING, type_count);
        for (size_t i = 0; i < type_count; i++)
            dyno_wire_put_bytes(request, types[i], strlen(types[i]));
    }
    return catalog_call(session, DYNO_HS2_GET_TABLES, out, err);
}

enum dyno_status dyno_hs2_get_columns(struct dyno_hs2_session *session, const char *schema_pattern,
                                      const char *table_pattern, const char *column_pattern,
                                      struct dyno_hs2_operation **out, struct dyno_err *err)
{
    const struct argument arguments[] = {
        {3, schema_pattern}, {4, table_pattern}, {5, column_pattern}};
    (void)begin(session, DYNO_HS2_GET_COLUMNS, arguments, 3);
    return catalog_call(session, DYNO_HS2_GET_COLUMNS, out, err);
}
