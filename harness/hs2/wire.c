#include "hs2/wire.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t STRICT_VERSION = 0x80010000u;

void dyno_wire_writer_deinit(struct dyno_wire_writer *writer)
{
    free(writer->bytes);
    *writer = (struct dyno_wire_writer)DYNO_WIRE_WRITER_INIT;
}

/* Room for `count` more bytes, or NULL. */
static uint8_t *writer_room(struct dyno_wire_writer *writer, size_t count)
{
    if (writer->is_failed)
        return NULL;
    if (count > writer->capacity - writer->len) {
        size_t capacity = writer->capacity < 512 ? 512 : writer->capacity;
        while (capacity - writer->len < count && capacity <= SIZE_MAX / 4)
            capacity *= 2;
        uint8_t *bytes = capacity - writer->len < count ? NULL : realloc(writer->bytes, capacity);
        if (bytes == NULL) {
            writer->is_failed = true;
            return NULL;
        }
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    uint8_t *room = writer->bytes + writer->len;
    writer->len += count;
    return room;
}

void dyno_wire_writer_reset(struct dyno_wire_writer *writer, size_t reserved)
{
    writer->len = 0;
    writer->is_failed = false;
    uint8_t *room = writer_room(writer, reserved);
    if (room != NULL && reserved > 0)
        memset(room, 0, reserved);
}

static void put_big_endian(struct dyno_wire_writer *writer, uint64_t value, size_t count)
{
    uint8_t *room = writer_room(writer, count);
    if (room == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        room[i] = (uint8_t)(value >> (8 * (count - 1 - i)));
}

void dyno_wire_put_u8(struct dyno_wire_writer *writer, uint8_t value)
{
    put_big_endian(writer, value, 1);
}

void dyno_wire_put_i16(struct dyno_wire_writer *writer, int16_t value)
{
    put_big_endian(writer, (uint16_t)value, 2);
}

void dyno_wire_put_i32(struct dyno_wire_writer *writer, int32_t value)
{
    put_big_endian(writer, (uint32_t)value, 4);
}

void dyno_wire_put_i64(struct dyno_wire_writer *writer, int64_t value)
{
    put_big_endian(writer, (uint64_t)value, 8);
}

void dyno_wire_put_f64(struct dyno_wire_writer *writer, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put_big_endian(writer, bits, 8);
}

void dyno_wire_put_raw(struct dyno_wire_writer *writer, const void *bytes, size_t len)
{
    uint8_t *room = writer_room(writer, len);
    if (room != NULL && len > 0)
        memcpy(room, bytes, len);
}

void dyno_wire_put_bytes(struct dyno_wire_writer *writer, const void *bytes, size_t len)
{
    if (len > INT32_MAX) {
        writer->is_failed = true;
        return;
    }
    dyno_wire_put_i32(writer, (int32_t)len);
    dyno_wire_put_raw(writer, bytes, len);
}

void dyno_wire_put_message(struct dyno_wire_writer *writer, enum dyno_wire_message type,
                           const char *name, int32_t seqid)
{
    put_big_endian(writer, STRICT_VERSION | (uint32_t)type, 4);
    dyno_wire_put_bytes(writer, name, strlen(name));
    dyno_wire_put_i32(writer, seqid);
}

void dyno_wire_put_field(struct dyno_wire_writer *writer, enum dyno_wire_type type, int16_t id)
{
    dyno_wire_put_u8(writer, (uint8_t)type);
    dyno_wire_put_i16(writer, id);
}

void dyno_wire_put_stop(struct dyno_wire_writer *writer)
{
    dyno_wire_put_u8(writer, DYNO_WIRE_STOP);
}

void dyno_wire_put_list(struct dyno_wire_writer *writer, enum dyno_wire_type element, size_t count)
{
    if (count > INT32_MAX)
        writer->is_failed = true;
    dyno_wire_put_u8(writer, (uint8_t)element);
    dyno_wire_put_i32(writer, (int32_t)count);
}

void dyno_wire_put_string_map(struct dyno_wire_writer *writer, size_t count)
{
    dyno_wire_put_u8(writer, DYNO_WIRE_STRING);
    dyno_wire_put_list(writer, DYNO_WIRE_STRING, count);
}

void dyno_wire_put_i32_field(struct dyno_wire_writer *writer, int16_t id, int32_t value)
{
    dyno_wire_put_field(writer, DYNO_WIRE_I32, id);
    dyno_wire_put_i32(writer, value);
}

void dyno_wire_put_i64_field(struct dyno_wire_writer *writer, int16_t id, int64_t value)
{
    dyno_wire_put_field(writer, DYNO_WIRE_I64, id);
    dyno_wire_put_i64(writer, value);
}

void dyno_wire_put_bool_field(struct dyno_wire_writer *writer, int16_t id, bool value)
{
    dyno_wire_put_field(writer, DYNO_WIRE_BOOL, id);
    dyno_wire_put_u8(writer, value ? 1 : 0);
}

void dyno_wire_put_string_field(struct dyno_wire_writer *writer, int16_t id, const char *text)
{
    if (text == NULL)
        return;
    dyno_wire_put_field(writer, DYNO_WIRE_STRING, id);
    dyno_wire_put_bytes(writer, text, strlen(text));
}

struct dyno_wire_reader dyno_wire_reader_over(const void *bytes, size_t len)
{
    return (struct dyno_wire_reader){
        .bytes = bytes, .len = len, .max_bytes = len, .is_size_known = true};
}

void dyno_wire_fail(struct dyno_wire_reader *reader, enum dyno_status status, const char *fault)
{
    if (reader->status == DYNO_OK) {
        reader->status = status;
        reader->fault = fault;
    }
    reader->at = reader->len;
}

bool dyno_wire_need_more(struct dyno_wire_reader *reader, size_t count)
{
    if (reader->status != DYNO_OK)
        return false;
    if (count > reader->max_bytes - reader->at) {
        dyno_wire_fail(reader, reader->is_size_known ? DYNO_EPROTO : DYNO_ELIMIT,
                       reader->is_size_known ? "the message ends early"
                                             : "the message is too long");
        return false;
    }
    if (reader->pull == NULL) {
        dyno_wire_fail(reader, DYNO_EPROTO, "the message ends early");
        return false;
    }
    enum dyno_status status = reader->pull(reader, count);
    if (status != DYNO_OK)
        dyno_wire_fail(reader, status, NULL);
    return status == DYNO_OK;
}

uint8_t dyno_wire_get_u8(struct dyno_wire_reader *reader)
{
    if (!dyno_wire_need(reader, 1))
        return 0;
    return reader->bytes[reader->at++];
}

int16_t dyno_wire_get_i16(struct dyno_wire_reader *reader)
{
    if (!dyno_wire_need(reader, 2))
        return 0;
    uint16_t value = dyno_wire_load_u16(reader->bytes + reader->at);
    reader->at += 2;
    return (int16_t)value;
}

int32_t dyno_wire_get_i32(struct dyno_wire_reader *reader)
{
    if (!dyno_wire_need(reader, 4))
        return 0;
    uint32_t value = dyno_wire_load_u32(reader->bytes + reader->at);
    reader->at += 4;
    return (int32_t)value;
}

int64_t dyno_wire_get_i64(struct dyno_wire_reader *reader)
{
    if (!dyno_wire_need(reader, 8))
        return 0;
    uint64_t value = dyno_wire_load_u64(reader->bytes + reader->at);
    reader->at += 8;
    return (int64_t)value;
}

struct dyno_wire_span dyno_wire_get_bytes(struct dyno_wire_reader *reader)
{
    struct dyno_wire_span span = {.at = reader->at, .len = 0};
    int32_t len = dyno_wire_get_i32(reader);
    if (len < 0)
        dyno_wire_fail(reader, DYNO_EPROTO, "a string has a negative length");
    else if (dyno_wire_need(reader, (size_t)len))
        span = (struct dyno_wire_span){.at = reader->at, .len = (size_t)len};
    reader->at += span.len;
    return span;
}

bool dyno_wire_span_is(const struct dyno_wire_reader *reader, struct dyno_wire_span span,
                       const char *text)
{
    return span.len == strlen(text) && memcmp(reader->bytes + span.at, text, span.len) == 0;
}

bool dyno_wire_next_field(struct dyno_wire_reader *reader, struct dyno_wire_field *field)
{
    field->type = dyno_wire_get_u8(reader);
    field->id = 0;
    if (field->type == DYNO_WIRE_STOP)
        return false;
    field->id = dyno_wire_get_i16(reader);
    return reader->status == DYNO_OK;
}

/* Every element is at least one byte long, so a count over the rest of the message is a lie. */
static size_t checked_count(struct dyno_wire_reader *reader, int32_t count, size_t element_bytes)
{
    if (count < 0)
        dyno_wire_fail(reader, DYNO_EPROTO, "a list has a negative length");
    else if ((size_t)count > (reader->max_bytes - reader->at) / element_bytes)
        dyno_wire_fail(reader, reader->is_size_known ? DYNO_EPROTO : DYNO_ELIMIT,
                       "a list is longer than its message");
    return reader->status == DYNO_OK ? (size_t)count : 0;
}

struct dyno_wire_list dyno_wire_get_list(struct dyno_wire_reader *reader)
{
    uint8_t element = dyno_wire_get_u8(reader);
    int32_t count = dyno_wire_get_i32(reader);
    size_t fixed = dyno_wire_fixed_bytes(element);
    size_t least = fixed > 0 ? fixed : 1;
    return (struct dyno_wire_list){.element = element,
                                   .count = checked_count(reader, count, least)};
}

struct dyno_wire_map dyno_wire_get_map(struct dyno_wire_reader *reader)
{
    uint8_t key = dyno_wire_get_u8(reader);
    uint8_t value = dyno_wire_get_u8(reader);
    int32_t count = dyno_wire_get_i32(reader);
    return (struct dyno_wire_map){
        .key = key, .value = value, .count = checked_count(reader, count, 2)};
}

size_t dyno_wire_fixed_bytes(uint8_t type)
{
    static const uint8_t bytes[16] = {
        [DYNO_WIRE_BOOL] = 1, [DYNO_WIRE_BYTE] = 1, [DYNO_WIRE_DOUBLE] = 8,
        [DYNO_WIRE_I16] = 2,  [DYNO_WIRE_I32] = 4,  [DYNO_WIRE_I64] = 8,
    };
    return type < sizeof bytes ? bytes[type] : 0;
}

static void skip_fixed(struct dyno_wire_reader *reader, size_t bytes)
{
    if (dyno_wire_need(reader, bytes))
        reader->at += bytes;
}

static void skip_elements(struct dyno_wire_reader *reader, uint8_t type, size_t count)
{
    size_t fixed = dyno_wire_fixed_bytes(type);
    if (fixed > 0) {
        skip_fixed(reader, fixed * count);
        return;
    }
    for (size_t i = 0; i < count && reader->status == DYNO_OK; i++)
        dyno_wire_skip(reader, type);
}

static void skip_struct(struct dyno_wire_reader *reader)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field))
        dyno_wire_skip(reader, field.type);
}

static void skip_list(struct dyno_wire_reader *reader)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    skip_elements(reader, list.element, list.count);
}

static void skip_map(struct dyno_wire_reader *reader)
{
    struct dyno_wire_map map = dyno_wire_get_map(reader);
    for (size_t i = 0; i < map.count && reader->status == DYNO_OK; i++) {
        dyno_wire_skip(reader, map.key);
        dyno_wire_skip(reader, map.value);
    }
}

void dyno_wire_skip(struct dyno_wire_reader *reader, uint8_t type)
{
    size_t fixed = dyno_wire_fixed_bytes(type);
    if (fixed > 0) {
        skip_fixed(reader, fixed);
        return;
    }
    if (reader->depth >= DYNO_WIRE_MAX_DEPTH) {
        dyno_wire_fail(reader, DYNO_EPROTO, "the message is nested too deeply");
        return;
    }
    reader->depth++;
    switch (type) {
    case DYNO_WIRE_STRING:
        (void)dyno_wire_get_bytes(reader);
        break;
    case DYNO_WIRE_STRUCT:
        skip_struct(reader);
        break;
    case DYNO_WIRE_MAP:
        skip_map(reader);
        break;
    case DYNO_WIRE_SET:
    case DYNO_WIRE_LIST:
        skip_list(reader);
        break;
    default:
        dyno_wire_fail(reader, DYNO_EPROTO, "the message has a field of unknown type");
    }
    reader->depth--;
}
