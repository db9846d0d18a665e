#include "hs2/reply.h"

#include "hs2/rowset.h"

#include <stdlib.h>
#include <string.h>

/* Longest part of a server's message that is passed on. */
#define TEXT_BYTES 1500u

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

/* Metadata. The readers below fill the last of reply->columns. */

static struct dyno_hs2_column_desc *last_column(struct dyno_hs2_reply *reply)
{
    return &reply->columns[reply->column_count - 1];
}

static void read_column_name(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (reader->status != DYNO_OK)
        return;
    char *name = malloc(span.len + 1);
    if (name == NULL) {
        dyno_wire_fail(reader, DYNO_ENOMEM, "out of memory");
        return;
    }
    memcpy(name, reader->bytes + span.at, span.len);
    name[span.len] = '\0';
    free(last_column(reply)->name);
    last_column(reply)->name = name;
}

static void read_type_id(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    last_column(reply)->type = (enum dyno_hs2_type)dyno_wire_get_i32(reader);
}

static bool span_is(const struct dyno_wire_reader *reader, struct dyno_wire_span span,
                    const char *text)
{
    return span.len == strlen(text) && memcmp(reader->bytes + span.at, text, span.len) == 0;
}

/* TTypeQualifierValue: union {1: i32, 2: string}. */
static int32_t read_qualifier_value(struct dyno_wire_reader *reader)
{
    struct dyno_wire_field field;
    int32_t value = 0;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_I32)
            value = dyno_wire_get_i32(reader);
        else
            dyno_wire_skip(reader, field.type);
    }
    return value;
}

static void read_qualifier_map(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    struct dyno_wire_map map = dyno_wire_get_map(reader);
    if (map.count > 0 && (map.key != DYNO_WIRE_STRING || map.value != DYNO_WIRE_STRUCT)) {
        dyno_wire_fail(reader, DYNO_EPROTO, "a type's qualifiers are of the wrong type");
        return;
    }
    for (size_t i = 0; i < map.count && reader->status == DYNO_OK; i++) {
        struct dyno_wire_span key = dyno_wire_get_bytes(reader);
        bool is_scale = span_is(reader, key, "scale");
        bool is_precision =
            span_is(reader, key, "precision") || span_is(reader, key, "characterMaximumLength");
        int32_t value = read_qualifier_value(reader);
        if (is_scale)
            last_column(reply)->scale = value;
        else if (is_precision)
            last_column(reply)->precision = value;
    }
}

static void read_qualifiers(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {{1, DYNO_WIRE_MAP, read_qualifier_map}};
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

static void read_primitive(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_I32, read_type_id},
        {2, DYNO_WIRE_STRUCT, read_qualifiers},
    };
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

/* TTypeEntry: union; the nested kinds are told by the field alone, what is inside is not needed. */
static void read_type_entry(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const enum dyno_hs2_type nested[] = {[2] = DYNO_HS2_ARRAY,
                                                [3] = DYNO_HS2_MAP,
                                                [4] = DYNO_HS2_STRUCT,
                                                [5] = DYNO_HS2_UNION,
                                                [6] = DYNO_HS2_USER_DEFINED};
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_STRUCT) {
            read_primitive(reader, reply);
            continue;
        }
        if (field.id >= 2 && field.id <= 6)
            last_column(reply)->type = nested[field.id];
        dyno_wire_skip(reader, field.type);
    }
}

/* Only the first entry describes the column itself; the others belong to nested types. */
static void read_type_entries(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    for (size_t i = 0; i < list.count && reader->status == DYNO_OK; i++) {
        if (i == 0 && list.element == DYNO_WIRE_STRUCT)
            read_type_entry(reader, reply);
        else
            dyno_wire_skip(reader, list.element);
    }
}

static void read_type_desc(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {{1, DYNO_WIRE_LIST, read_type_entries}};
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
}

static bool add_column(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    if (reply->column_count == reply->column_capacity) {
        size_t capacity = reply->column_capacity < 8 ? 8 : reply->column_capacity * 2;
        struct dyno_hs2_column_desc *columns =
            realloc(reply->columns, capacity * sizeof *reply->columns);
        if (columns == NULL) {
            dyno_wire_fail(reader, DYNO_ENOMEM, "out of memory");
            return false;
        }
        reply->columns = columns;
        reply->column_capacity = capacity;
    }
    reply->columns[reply->column_count++] =
        (struct dyno_hs2_column_desc){.name = NULL, .type = DYNO_HS2_STRING};
    return true;
}

static void read_column_descs(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {
        {1, DYNO_WIRE_STRING, read_column_name},
        {2, DYNO_WIRE_STRUCT, read_type_desc},
    };
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    if (list.count > 0 && list.element != DYNO_WIRE_STRUCT) {
        dyno_wire_fail(reader, DYNO_EPROTO, "the column descriptions are not structures");
        return;
    }
    for (size_t i = 0; i < list.count && reader->status == DYNO_OK; i++) {
        if (!add_column(reader, reply))
            return;
        read_struct(reader, reply, fields, FIELD_COUNT(fields));
        if (reader->status == DYNO_OK && last_column(reply)->name == NULL)
            dyno_wire_fail(reader, DYNO_EPROTO, "a column has no name");
    }
}

static void read_schema(struct dyno_wire_reader *reader, struct dyno_hs2_reply *reply)
{
    static const struct reply_field fields[] = {{1, DYNO_WIRE_LIST, read_column_descs}};
    read_struct(reader, reply, fields, FIELD_COUNT(fields));
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
    {5, DYNO_WIRE_STRING, read_text},
};
static const struct reply_field METADATA_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
    {2, DYNO_WIRE_STRUCT, read_schema},
};
static const struct reply_field FETCH_FIELDS[] = {
    {1, DYNO_WIRE_STRUCT, read_status},
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
    if (reader->status == DYNO_OK && !span_is(reader, span, name))
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

/* Bytes of the text before its stack trace: up to the first line of blanks and "at ". */
static size_t text_before_trace(const char *text, size_t len)
{
    size_t end = 0;
    while (end < len) {
        size_t word = end;
        while (word < len && (text[word] == ' ' || text[word] == '\t'))
            word++;
        if (word > end && len - word >= 3 && memcmp(text + word, "at ", 3) == 0)
            break;
        const char *newline = memchr(text + end, '\n', len - end);
        end = newline != NULL ? (size_t)(newline - text) + 1 : len;
    }
    if (end > TEXT_BYTES) {
        end = TEXT_BYTES;
        /* Do not leave half of a UTF-8 character behind. */
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
            end--;
    }
    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    return end;
}

/* "SQLSTATE: 42P01" anywhere in the text. */
static bool sqlstate_in_text(const char *text, size_t len, char out[6])
{
    static const char mark[] = "SQLSTATE: ";
    const size_t mark_len = sizeof mark - 1;
    for (size_t i = 0; i + mark_len + 5 <= len; i++) {
        if (text[i] == 'S' && memcmp(text + i, mark, mark_len) == 0) {
            memcpy(out, text + i + mark_len, 5);
            out[5] = '\0';
            return true;
        }
    }
    return false;
}

enum dyno_status dyno_hs2_reply_error(const struct dyno_hs2_reply *reply, enum dyno_status status,
                                      const char *sqlstate, const uint8_t *bytes,
                                      struct dyno_err *err)
{
    const char *text = reply->text.len > 0 ? (const char *)bytes + reply->text.at : "";
    size_t len = text_before_trace(text, reply->text.len);
    char found[6] = "";
    if (reply->sqlstate[0] != '\0')
        sqlstate = reply->sqlstate;
    else if (sqlstate_in_text(text, reply->text.len, found))
        sqlstate = found;
    if (len == 0)
        return dyno_err_set_sql(err, status, sqlstate, reply->native, "the server gave no reason");
    return dyno_err_set_sql(err, status, sqlstate, reply->native, "%.*s", (int)len, text);
}

enum dyno_status dyno_hs2_reply_check(const struct dyno_hs2_reply *reply, enum dyno_hs2_call call,
                                      const uint8_t *bytes, struct dyno_err *err)
{
    enum {
        SUCCESS = 0,
        SUCCESS_WITH_INFO = 1,
        STILL_EXECUTING = 2,
        UNKNOWN_METHOD = 1
    };
    enum dyno_status status = DYNO_ESERVER;
    if (reply->is_exception) {
        bool is_unknown = reply->native == UNKNOWN_METHOD;
        status = dyno_hs2_reply_error(reply, is_unknown ? DYNO_EUNSUPPORTED : DYNO_ESERVER,
                                      is_unknown ? "HYC00" : "HY000", bytes, err);
        (void)dyno_err_prepend(err, "%s failed in the server", dyno_hs2_call_name(call));
        return status;
    }
    if (reply->status_code >= SUCCESS && reply->status_code <= STILL_EXECUTING)
        return DYNO_OK;
    return dyno_hs2_reply_error(reply, status, "HY000", bytes, err);
}

void dyno_hs2_free_columns(struct dyno_hs2_column_desc *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(columns[i].name);
    free(columns);
}
