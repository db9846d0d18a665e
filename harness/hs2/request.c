#include "hs2/request.h"

#include <string.h>

/* Every call's argument structure is {1: the request}. */
void dyno_hs2_request_begin(struct dyno_wire_writer *writer, enum dyno_hs2_call call, int32_t seqid)
{
    dyno_wire_put_message(writer, DYNO_WIRE_CALL, dyno_hs2_call_name(call), seqid);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
}

void dyno_hs2_request_end(struct dyno_wire_writer *writer)
{
    dyno_wire_put_stop(writer);
    dyno_wire_put_stop(writer);
}

/* THandleIdentifier as field 1. */
static void put_handle_id(struct dyno_wire_writer *writer, const struct dyno_hs2_handle *handle)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_field(writer, DYNO_WIRE_STRING, 1);
    dyno_wire_put_bytes(writer, handle->guid, handle->guid_len);
    dyno_wire_put_field(writer, DYNO_WIRE_STRING, 2);
    dyno_wire_put_bytes(writer, handle->secret, handle->secret_len);
    dyno_wire_put_stop(writer);
}

void dyno_hs2_request_session(struct dyno_wire_writer *writer,
                              const struct dyno_hs2_handle *session)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
    put_handle_id(writer, session);
    dyno_wire_put_stop(writer);
}

void dyno_hs2_request_operation(struct dyno_wire_writer *writer,
                                const struct dyno_hs2_handle *operation)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
    put_handle_id(writer, operation);
    dyno_wire_put_i32_field(writer, 2, operation->operation_type);
    dyno_wire_put_bool_field(writer, 3, operation->has_result_set);
    dyno_wire_put_stop(writer);
}

/* The configuration of a session: the database to start in and Spark settings. */
static void put_configuration(struct dyno_wire_writer *writer,
                              const struct dyno_hs2_options *options)
{
    static const char prefix[] = "set:hiveconf:";
    size_t count = options->property_count + (options->schema != NULL ? 1 : 0);
    if (count == 0)
        return;
    dyno_wire_put_field(writer, DYNO_WIRE_MAP, 4);
    dyno_wire_put_string_map(writer, count);
    if (options->schema != NULL) {
        dyno_wire_put_bytes(writer, "use:database", strlen("use:database"));
        dyno_wire_put_bytes(writer, options->schema, strlen(options->schema));
    }
    for (size_t i = 0; i < options->property_count; i++) {
        const struct dyno_hs2_property *property = &options->properties[i];
        size_t key_len = strlen(property->key);
        dyno_wire_put_i32(writer, (int32_t)(sizeof prefix - 1 + key_len));
        dyno_wire_put_raw(writer, prefix, sizeof prefix - 1);
        dyno_wire_put_raw(writer, property->key, key_len);
        dyno_wire_put_bytes(writer, property->value, strlen(property->value));
    }
}

void dyno_hs2_request_open_session(struct dyno_wire_writer *writer, const char *user,
                                   const char *password, const struct dyno_hs2_options *options)
{
    dyno_wire_put_i32_field(writer, 1, DYNO_HS2_PROTOCOL);
    dyno_wire_put_string_field(writer, 2, user);
    dyno_wire_put_string_field(writer, 3, password);
    put_configuration(writer, options);
}

void dyno_hs2_request_get_info(struct dyno_wire_writer *writer,
                               const struct dyno_hs2_handle *session, int32_t info_type)
{
    dyno_hs2_request_session(writer, session);
    dyno_wire_put_i32_field(writer, 2, info_type);
}

/* In all catalog calls field 3 is the schema, 4 the table, 5 what is narrower still. */

void dyno_hs2_request_get_schemas(struct dyno_wire_writer *writer,
                                  const struct dyno_hs2_handle *session, const char *schema_pattern)
{
    dyno_hs2_request_session(writer, session);
    dyno_wire_put_string_field(writer, 3, schema_pattern);
}

void dyno_hs2_request_get_tables(struct dyno_wire_writer *writer,
                                 const struct dyno_hs2_handle *session, const char *schema_pattern,
                                 const char *table_pattern, const char *const *types,
                                 size_t type_count)
{
    dyno_hs2_request_get_schemas(writer, session, schema_pattern);
    dyno_wire_put_string_field(writer, 4, table_pattern);
    if (type_count == 0)
        return;
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 5);
    dyno_wire_put_list(writer, DYNO_WIRE_STRING, type_count);
    for (size_t i = 0; i < type_count; i++)
        dyno_wire_put_bytes(writer, types[i], strlen(types[i]));
}

void dyno_hs2_request_get_columns(struct dyno_wire_writer *writer,
                                  const struct dyno_hs2_handle *session, const char *schema_pattern,
                                  const char *table_pattern, const char *column_pattern)
{
    dyno_hs2_request_get_schemas(writer, session, schema_pattern);
    dyno_wire_put_string_field(writer, 4, table_pattern);
    dyno_wire_put_string_field(writer, 5, column_pattern);
}

void dyno_hs2_request_execute(struct dyno_wire_writer *writer,
                              const struct dyno_hs2_handle *session, const char *sql,
                              int64_t query_timeout_s)
{
    dyno_hs2_request_session(writer, session);
    dyno_wire_put_string_field(writer, 2, sql);
    dyno_wire_put_bool_field(writer, 4, true);
    if (query_timeout_s > 0)
        dyno_wire_put_i64_field(writer, 5, query_timeout_s);
}

void dyno_hs2_request_fetch(struct dyno_wire_writer *writer,
                            const struct dyno_hs2_handle *operation, int64_t max_rows)
{
    enum {
        FETCH_NEXT = 0
    };
    dyno_hs2_request_operation(writer, operation);
    dyno_wire_put_i32_field(writer, 2, FETCH_NEXT);
    dyno_wire_put_i64_field(writer, 3, max_rows);
}
