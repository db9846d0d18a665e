#include "base/alloc.h"
#include "support/fake_hs2_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REQUEST_BYTES ((size_t)100 << 20)

bool fake_receive(struct fake_connection *connection, void *out, size_t len)
{
    uint8_t *bytes = out;
    while (len > 0) {
        ssize_t got = fake_receive_some(connection, bytes, len);
        if (got <= 0)
            return false;
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

void fake_reserve(struct fake_connection *connection, size_t capacity)
{
    if (capacity <= connection->capacity)
        return;
    size_t wanted = capacity < 4096 ? 4096 : capacity;
    connection->bytes = dyno_xrealloc(connection->bytes, wanted);
    connection->capacity = wanted;
}

/* Without frames the request is received while it is read. */
static enum dyno_status pull(struct dyno_wire_reader *reader, size_t want)
{
    struct fake_connection *connection = reader->ctx;
    fake_reserve(connection, reader->at + want < 4096 ? 4096 : (reader->at + want) * 2);
    while (connection->len - reader->at < want) {
        ssize_t got = fake_receive_some(connection, connection->bytes + connection->len,
                                        connection->capacity - connection->len);
        if (got <= 0)
            return DYNO_ECONN;
        connection->len += (size_t)got;
    }
    reader->bytes = connection->bytes;
    reader->len = connection->len;
    return DYNO_OK;
}

static bool receive_frame(struct fake_connection *connection)
{
    uint8_t header[4];
    if (!fake_receive(connection, header, sizeof header))
        return false;
    size_t len = dyno_wire_load_u32(header);
    if (len > MAX_REQUEST_BYTES)
        return false;
    fake_reserve(connection, len);
    connection->len = len;
    return fake_receive(connection, connection->bytes, len);
}

static void read_id(struct dyno_wire_reader *reader, uint8_t out[16])
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (span.len != 16)
        dyno_wire_fail(reader, DYNO_EPROTO, "handle");
    else
        memcpy(out, reader->bytes + span.at, 16);
}

/* THandleIdentifier, which is field 1 of every handle. */
static void read_handle_id(struct dyno_wire_reader *reader, struct fake_request *request)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.type == DYNO_WIRE_STRING && field.id == 1)
            read_id(reader, request->guid);
        else if (field.type == DYNO_WIRE_STRING && field.id == 2)
            read_id(reader, request->secret);
        else
            dyno_wire_skip(reader, field.type);
    }
    request->has_handle = reader->status == DYNO_OK;
}

static void read_handle(struct dyno_wire_reader *reader, struct fake_request *request)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.type == DYNO_WIRE_STRUCT && field.id == 1)
            read_handle_id(reader, request);
        else
            dyno_wire_skip(reader, field.type);
    }
}

/* OpenSession's configuration: "set:hiveconf:key" goes to the session's settings. */
static void read_configuration(struct dyno_wire_reader *reader, struct fake_settings *settings)
{
    static const char prefix[] = "set:hiveconf:";
    struct dyno_wire_map map = dyno_wire_get_map(reader);
    for (size_t i = 0; i < map.count && reader->status == DYNO_OK; i++) {
        struct dyno_wire_span key = dyno_wire_get_bytes(reader);
        struct dyno_wire_span value = dyno_wire_get_bytes(reader);
        if (reader->status != DYNO_OK)
            return;
        char *name = dyno_xstrndup((const char *)reader->bytes + key.at, key.len);
        char *text = dyno_xstrndup((const char *)reader->bytes + value.at, value.len);
        if (strncmp(name, prefix, sizeof prefix - 1) == 0)
            fake_settings_put(settings, name + sizeof prefix - 1, text);
        free(name);
        free(text);
    }
}

static void read_field(struct dyno_wire_reader *reader, const struct dyno_wire_field *field,
                       struct fake_connection *connection, struct fake_request *request)
{
    size_t id = field->id > 0 && field->id < 8 ? (size_t)field->id : 0;
    switch (field->type) {
    case DYNO_WIRE_STRUCT:
        read_handle(reader, request);
        break;
    case DYNO_WIRE_STRING:
        request->text[id] = dyno_wire_get_bytes(reader);
        request->has_text[id] = true;
        break;
    case DYNO_WIRE_BOOL:
        request->number[id] = dyno_wire_get_u8(reader);
        break;
    case DYNO_WIRE_I32:
        request->number[id] = dyno_wire_get_i32(reader);
        break;
    case DYNO_WIRE_I64:
        request->number[id] = dyno_wire_get_i64(reader);
        break;
    case DYNO_WIRE_MAP:
        read_configuration(reader, &connection->settings);
        break;
    default:
        dyno_wire_skip(reader, field->type);
    }
}

static void read_header(struct dyno_wire_reader *reader, struct fake_request *request)
{
    uint32_t version = (uint32_t)dyno_wire_get_i32(reader);
    if (version != (0x80010000u | DYNO_WIRE_CALL))
        dyno_wire_fail(reader, DYNO_EPROTO, "version");
    struct dyno_wire_span name = dyno_wire_get_bytes(reader);
    if (reader->status != DYNO_OK)
        return;
    (void)snprintf(request->name, sizeof request->name, "%.*s", (int)name.len,
                   (const char *)reader->bytes + name.at);
    request->seqid = dyno_wire_get_i32(reader);
    for (int call = DYNO_HS2_OPEN_SESSION; call <= DYNO_HS2_FETCH_RESULTS; call++) {
        if (strcmp(request->name, dyno_hs2_call_name((enum dyno_hs2_call)call)) == 0) {
            request->call = (enum dyno_hs2_call)call;
            request->is_known = true;
            return;
        }
    }
}

bool fake_request_read(struct fake_connection *connection, struct fake_request *request)
{
    bool is_http = connection->shared->is_http;
    bool is_framed = connection->shared->is_sasl || is_http;
    connection->len -= connection->used;
    if (connection->len > 0)
        memmove(connection->bytes, connection->bytes + connection->used, connection->len);
    connection->used = 0;
    if (is_framed && !(is_http ? fake_http_read(connection) : receive_frame(connection)))
        return false;
    *request = (struct fake_request){.is_known = false};
    struct dyno_wire_reader reader = dyno_wire_reader_over(connection->bytes, connection->len);
    if (!is_framed) {
        reader.max_bytes = MAX_REQUEST_BYTES;
        reader.pull = pull;
        reader.ctx = connection;
    }
    read_header(&reader, request);
    struct dyno_wire_field field;
    while (dyno_wire_next_field(&reader, &field)) {
        if (field.type != DYNO_WIRE_STRUCT) {
            dyno_wire_skip(&reader, field.type);
            continue;
        }
        struct dyno_wire_field inner;
        while (dyno_wire_next_field(&reader, &inner))
            read_field(&reader, &inner, connection, request);
    }
    connection->used = is_framed ? connection->len : reader.at;
    return reader.status == DYNO_OK;
}
