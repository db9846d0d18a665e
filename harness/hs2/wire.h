/**
 * Strict TBinaryProtocol: a writer into a growing byte buffer and a bounded reader.
 *
 * Both fail stickily: the first failure is kept, everything after it does nothing (the reader gives
 * zeros), and the caller looks once at the end. All numbers travel big-endian. Nothing here aborts.
 */
#ifndef DYNO_HS2_WIRE_H
#define DYNO_HS2_WIRE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** TType. */
enum dyno_wire_type {
    DYNO_WIRE_STOP = 0,
    DYNO_WIRE_BOOL = 2,
    DYNO_WIRE_BYTE = 3,
    DYNO_WIRE_DOUBLE = 4,
    DYNO_WIRE_I16 = 6,
    DYNO_WIRE_I32 = 8,
    DYNO_WIRE_I64 = 10,
    DYNO_WIRE_STRING = 11,
    DYNO_WIRE_STRUCT = 12,
    DYNO_WIRE_MAP = 13,
    DYNO_WIRE_SET = 14,
    DYNO_WIRE_LIST = 15
};

/** TMessageType. */
enum dyno_wire_message {
    DYNO_WIRE_CALL = 1,
    DYNO_WIRE_REPLY = 2,
    DYNO_WIRE_EXCEPTION = 3
};

/** Structures within structures that the reader follows before it calls the message hostile. */
#define DYNO_WIRE_MAX_DEPTH 64

/** Columns of a result that are accepted; as many as an ODBC column number can count. */
#define DYNO_WIRE_MAX_COLUMNS 65535

struct dyno_wire_writer {
    uint8_t *bytes;
    size_t len;
    size_t capacity;
    bool is_failed; /**< out of memory, or a string over 2 GiB; `bytes` is then not to be sent */
};

#define DYNO_WIRE_WRITER_INIT                                                                      \
    {                                                                                              \
        .bytes = NULL, .len = 0, .capacity = 0, .is_failed = false                                 \
    }

/** Free the bytes. */
void dyno_wire_writer_deinit(struct dyno_wire_writer *writer);

/** Start anew with `reserved` zero bytes in front (room for a frame header); the memory is kept. */
void dyno_wire_writer_reset(struct dyno_wire_writer *writer, size_t reserved);

/** Values, big-endian; a failure sticks in the writer. */
void dyno_wire_put_u8(struct dyno_wire_writer *writer, uint8_t value);
void dyno_wire_put_i16(struct dyno_wire_writer *writer, int16_t value);
void dyno_wire_put_i32(struct dyno_wire_writer *writer, int32_t value);
void dyno_wire_put_i64(struct dyno_wire_writer *writer, int64_t value);
void dyno_wire_put_f64(struct dyno_wire_writer *writer, double value);
/** Bytes as they are, without a length. */
void dyno_wire_put_raw(struct dyno_wire_writer *writer, const void *bytes, size_t len);
/** A string or binary: i32 length, then the bytes. */
void dyno_wire_put_bytes(struct dyno_wire_writer *writer, const void *bytes, size_t len);

/** Message header: version and type, name, sequence number. */
void dyno_wire_put_message(struct dyno_wire_writer *writer, enum dyno_wire_message type,
                           const char *name, int32_t seqid);
/** Field header. For a STRUCT the fields and dyno_wire_put_stop follow. */
void dyno_wire_put_field(struct dyno_wire_writer *writer, enum dyno_wire_type type, int16_t id);
void dyno_wire_put_stop(struct dyno_wire_writer *writer);
/** Header of a list field's value: element type and count. */
void dyno_wire_put_list(struct dyno_wire_writer *writer, enum dyno_wire_type element, size_t count);
/** Header of a map<string,string> field's value. */
void dyno_wire_put_string_map(struct dyno_wire_writer *writer, size_t count);

/* Whole fields: header and value. A NULL string leaves the field out. */
void dyno_wire_put_i32_field(struct dyno_wire_writer *writer, int16_t id, int32_t value);
void dyno_wire_put_i64_field(struct dyno_wire_writer *writer, int16_t id, int64_t value);
void dyno_wire_put_bool_field(struct dyno_wire_writer *writer, int16_t id, bool value);
void dyno_wire_put_string_field(struct dyno_wire_writer *writer, int16_t id, const char *text);

struct dyno_wire_reader {
    const uint8_t *bytes; /**< may move whenever more is pulled: keep offsets, not pointers */
    size_t len;           /**< bytes that are here */
    size_t at;            /**< next byte to read; never over `len` */
    size_t max_bytes;   /**< the message's size where it is known, else the largest one accepted */
    bool is_size_known; /**< is `max_bytes` the message's own size? */
    enum dyno_status status;
    const char *fault; /**< static text for a failure found here; NULL for one found by `pull` */
    unsigned depth;
    /**
     * Get at least `want` bytes past `at` (more is welcome) and set `bytes` and `len`, or return a
     * failure. NULL where the whole message is here.
     */
    enum dyno_status (*pull)(struct dyno_wire_reader *reader, size_t want);
    void *ctx; /**< for `pull` */
};

/** A reader over a message that is completely in memory. */
struct dyno_wire_reader dyno_wire_reader_over(const void *bytes, size_t len);

/** Record a failure (the first one stays) and take away all further bytes. */
void dyno_wire_fail(struct dyno_wire_reader *reader, enum dyno_status status, const char *fault);

/** The slow half of dyno_wire_need. */
bool dyno_wire_need_more(struct dyno_wire_reader *reader, size_t count);

/** Are `count` bytes there (now)? False is a recorded failure. */
static inline bool dyno_wire_need(struct dyno_wire_reader *reader, size_t count)
{
    return count <= reader->len - reader->at || dyno_wire_need_more(reader, count);
}

/** Values, big-endian; 0 once the reader has failed. */
uint8_t dyno_wire_get_u8(struct dyno_wire_reader *reader);
int16_t dyno_wire_get_i16(struct dyno_wire_reader *reader);
int32_t dyno_wire_get_i32(struct dyno_wire_reader *reader);
int64_t dyno_wire_get_i64(struct dyno_wire_reader *reader);

/** A string or binary, wholly read: its offset in the message and its length. */
struct dyno_wire_span {
    size_t at;
    size_t len;
};
struct dyno_wire_span dyno_wire_get_bytes(struct dyno_wire_reader *reader);

/** Is the string that text? */
bool dyno_wire_span_is(const struct dyno_wire_reader *reader, struct dyno_wire_span span,
                       const char *text);

/**
 * Next field of a structure. False at its end or on a failure. A field that the caller does not know
 * goes to dyno_wire_skip.
 */
struct dyno_wire_field {
    uint8_t type;
    int16_t id;
};
bool dyno_wire_next_field(struct dyno_wire_reader *reader, struct dyno_wire_field *field);

/** Header of a list or set; the count is checked against what the message can still hold. */
struct dyno_wire_list {
    uint8_t element;
    size_t count;
};
struct dyno_wire_list dyno_wire_get_list(struct dyno_wire_reader *reader);

/** Header of a map; an empty map may carry types of 0. */
struct dyno_wire_map {
    uint8_t key;
    uint8_t value;
    size_t count;
};
struct dyno_wire_map dyno_wire_get_map(struct dyno_wire_reader *reader);

/** Pass over one value of that type, whatever is inside. */
void dyno_wire_skip(struct dyno_wire_reader *reader, uint8_t type);

/** Bytes of one value of a type of fixed size; 0 for strings, containers and unknown types. */
size_t dyno_wire_fixed_bytes(uint8_t type);

/* Loads from memory that is known to be long enough. */
static inline uint16_t dyno_wire_load_u16(const uint8_t *p)
{
    return (uint16_t)((p[0] << 8) | p[1]);
}

/** Big-endian numbers at any address; the caller has checked the bounds. */
static inline uint32_t dyno_wire_load_u32(const uint8_t *p)
{
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | (uint32_t)p[3];
}

/** As dyno_wire_load_u32, for eight bytes. */
static inline uint64_t dyno_wire_load_u64(const uint8_t *p)
{
    return ((uint64_t)dyno_wire_load_u32(p) << 32) | dyno_wire_load_u32(p + 4);
}

#endif
