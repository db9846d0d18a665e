#include "hs2/reply.h"

#include "hs2/rowset.h"

#include <string.h>

typedef void (*read_fn)(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply);

/** One known field of a structure; anything else in it is skipped. */
struct reply_field {
    int16_t id;
    uint8_t type;
    read_fn read;
};

#define FIELD_COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static void read_struct(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply,
                        const struct reply_field *fields, size_t count)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        size_t i = 0;
        while (i < count && (fields[i].id != field.id || fields[i].type != field.type))
            i++;
        if (i < count)
            fields[i].read(reader, reply);
        else
            dyno_wire_skip(reader, field.type);
    }
}

/* Numbers and texts that several replies share. */

static void read_status_code(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->status_code = dyno_wire_get_i32(reader);
}

static void read_sqlstate(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (span.len == 5)
        memcpy(reply->sqlstate, reader->bytes + span.at, 5);
}

static void read_native(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->native = dyno_wire_get_i32(reader);
}

static void read_text(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (span.len > 0)
        reply->text = span;
}

static void read_protocol(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->protocol = dyno_wire_get_i32(reader);
}

static void read_state(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->state = dyno_wire_get_i32(reader);
}

static void read_status(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_I32, read_status_code},
        {3, DYNO_WIRE_STRING, read_sqlstate},
        {4, DYNO_WIRE_I32, read_native},
        {5, DYNO_WIRE_STRING, read_text},
    };
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

/* Handles. */

static size_t read_id(struct dyno_wire_reader *reader, uint8_t *out)
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (span.len > DYNO_HS2_HANDLE_BYTES) {
        dyno_wire_fail(reader, DYNO_EPROTO, "a handle is too long");
        return 0;
    }
    if (span.len > 0)
        memcpy(out, reader->bytes + span.at, span.len);
    return span.len;
}

static void read_guid(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->handle.guid_len = read_id(reader, reply->handle.guid);
}

static void read_secret(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->handle.secret_len = read_id(reader, reply->handle.secret);
}

static void read_handle_id(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_STRING, read_guid},
        {2, DYNO_WIRE_STRING, read_secret},
    };
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
    reply->has_handle = reply->handle.guid_len > 0;
}

static void read_operation_type(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->handle.operation_type = dyno_wire_get_i32(reader);
}

static void read_has_result_set(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->handle.has_result_set = dyno_wire_get_u8(reader) != 0;
}

/* A statement that is compiled in the background has a result set, or none, only later. */
static void read_late_result_set(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->tells_result_set = true;
    read_has_result_set(reader, reply);
}

/* A session handle is an operation handle without the last two. */
static void read_handle(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_STRUCT, read_handle_id},
        {2, DYNO_WIRE_I32, read_operation_type},
        {3, DYNO_WIRE_BOOL, read_has_result_set},
    };
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

/* GetInfo: a union, of which Spark sends only the string. */

static void read_info_string(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->info = dyno_wire_get_bytes(reader);
}

static void read_info(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {{1, DYNO_WIRE_STRING, read_info_string}};
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

static void read_schema(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    dyno_hs2_schema_read(reader, &reply->schema);
}

static void read_has_more_rows(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    reply->has_more_rows = dyno_wire_get_u8(reader) != 0;
}

static void read_rowset(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    if (reply->block != NULL)
        dyno_hs2_rowset_read(reader, reply->block);
    else
        dyno_wire_skip(reader, DYNO_WIRE_STRUCT);
}

/* The replies themselves. */

static const struct reply_field OPEN_SESSION_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_I32, read_protocol},
    {3, DYNO_WIRE_STRUCT, read_handle},
};
static const struct reply_field STATUS_FIELDS[] = {{1, DYNO_WIRE_STRUCT, read_status}};
static const struct reply_field INFO_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_STRUCT, read_info},
};
static const struct reply_field OPERATION_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_STRUCT, read_handle},
};
static const struct reply_field OPERATION_STATUS_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},   {2, DYNO_WIRE_I32, read_state},
    {3, DYNO_WIRE_STRING, read_sqlstate}, {4, DYNO_WIRE_I32, read_native},
    {5, DYNO_WIRE_STRING, read_text},     {9, DYNO_WIRE_BOOL, read_late_result_set},
};
static const struct reply_field METADATA_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_STRUCT, read_schema},
};
static const struct reply_field FETCH_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_BOOL, read_has_more_rows},
    {3, DYNO_WIRE_STRUCT, read_rowset},
};

struct call_info {
    const char *name;
    const struct reply_field *fields;
    size_t field_count;
};

#define CALL(name, fields)                                                                         \
    {                                                                                              \
        name, fields, FIELD_COUNT(fields)                                                          \
    }

static const struct call_info CALLS[] = {
    [DYNO_HS2_OPEN_SESSION] = CALL("OpenSession", OPEN_SESSION_FIELDS),
    [DYNO_HS2_CLOSE_SESSION] = CALL("CloseSession", STATUS_FIELDS),
    [DYNO_HS2_GET_INFO] = CALL("GetInfo", INFO_FIELDS),
    [DYNO_HS2_EXECUTE_STATEMENT] = CALL("ExecuteStatement", OPERATION_FIELDS),
    [DYNO_HS2_GET_TYPE_INFO] = CALL("GetTypeInfo", OPERATION_FIELDS),
    [DYNO_HS2_GET_CATALOGS] = CALL("GetCatalogs", OPERATION_FIELDS),
    [DYNO_HS2_GET_SCHEMAS] = CALL("GetSchemas", OPERATION_FIELDS),
    [DYNO_HS2_GET_TABLES] = CALL("GetTables", OPERATION_FIELDS),
    [DYNO_HS2_GET_TABLE_TYPES] = CALL("GetTableTypes", OPERATION_FIELDS),
    [DYNO_HS2_GET_COLUMNS] = CALL("GetColumns", OPERATION_FIELDS),
    [DYNO_HS2_GET_OPERATION_STATUS] = CALL("GetOperationStatus", OPERATION_STATUS_FIELDS),
    [DYNO_HS2_CANCEL_OPERATION] = CALL("CancelOperation", STATUS_FIELDS),
    [DYNO_HS2_CLOSE_OPERATION] = CALL("CloseOperation", STATUS_FIELDS),
    [DYNO_HS2_GET_RESULT_SET_METADATA] = CALL("GetResultSetMetadata", METADATA_FIELDS),
    [DYNO_HS2_FETCH_RESULTS] = CALL("FetchResults", FETCH_FIELDS),
};

const char *dyno_hs2_call_name(enum dyno_hs2_call call)
{
    return CALLS[call].name;
}

/* Message type, or 0 with the failure in the reader. */
static uint32_t read_header(struct dyno_wire_reader *reader, const char *name, int32_t seqid)
{
    uint32_t version = (uint32_t)dyno_wire_get_i32(reader);
    if (reader->status == DYNO_OK && (version & 0xffff0000u) != 0x80010000u)
        dyno_wire_fail(reader, DYNO_EPROTO, "it is not in the strict binary protocol of Thrift");
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (reader->status == DYNO_OK && !dyno_wire_span_is(reader, span, name))
        dyno_wire_fail(reader, DYNO_EPROTO, "it answers another call");
    if (dyno_wire_get_i32(reader) != seqid)
        dyno_wire_fail(reader, DYNO_EPROTO, "its sequence number is wrong");
    return reader->status == DYNO_OK ? version & 0xffu : 0;
}

static void read_exception(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_STRING, read_text},
        {2, DYNO_WIRE_I32, read_native},
    };
    reply->is_exception = true;
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

/* The result structure of a call: {0: the reply}. */
static void read_result(struct dyno_wire_reader *reader, const struct call_info *info,
                        struct dyno_hs2_reply *reply)
{
    struct dyno_wire_field field;
    bool has_reply = false;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 0 && field.type == DYNO_WIRE_STRUCT && !has_reply) {
            read_struct(reader, reply, info->fields, info->field_count);
            has_reply = true;
        } else {
            dyno_wire_skip(reader, field.type);
        }
    }
    if (!has_reply || reply->status_code < 0)
        dyno_wire_fail(reader, DYNO_EPROTO, "it has no status");
}

void dyno_hs2_reply_read(struct dyno_wire_reader *reader, enum dyno_hs2_call call, int32_t seqid,
                         struct dyno_hs2_reply *reply)
{
    const struct call_info *info = &CALLS[call];
    switch (read_header(reader, info->name, seqid)) {
    case DYNO_WIRE_REPLY:
        read_result(reader, info, reply);
        break;
    case DYNO_WIRE_EXCEPTION:
        read_exception(reader, reply);
        break;
    default:
        dyno_wire_fail(reader, DYNO_EPROTO, "it is not an answer");
    }
}
