/*
 * The reader of answers: whatever comes, no access out of bounds, and the same result whether the
 * message is there as a whole or comes in pieces. Input: call, sequence number, size of the pieces
 * (a byte each), message.
 */
#include "fuzz/fuzz.h"
#include "hs2/block.h"
#include "hs2/reply.h"
#include "hs2/rowset.h"
#include "hs2/verdict.h"

#include <string.h>

#define HEAD_BYTES 3

/* A message that arrives in pieces, in memory that moves each time. */
struct arriving {
    const uint8_t *whole;
    size_t whole_len;
    size_t piece;
    uint8_t *here;
    size_t here_len;
};

static enum dyno_status pull(struct dyno_wire_reader *reader, size_t want)
{
    struct arriving *arriving = reader->ctx;
    FUZZ_CHECK(want <= reader->max_bytes - reader->at);
    while (arriving->here_len - reader->at < want) {
        size_t left = arriving->whole_len - arriving->here_len;
        size_t piece = arriving->piece < left ? arriving->piece : left;
        if (piece == 0)
            return DYNO_ECONN;
        arriving->here_len += piece;
    }
    uint8_t *moved = malloc(arriving->here_len);
    FUZZ_CHECK(moved != NULL);
    memcpy(moved, arriving->whole, arriving->here_len);
    free(arriving->here);
    arriving->here = moved;
    reader->bytes = moved;
    reader->len = arriving->here_len;
    return DYNO_OK;
}

/* A number that depends on everything that was read. */
struct sum {
    uint64_t value;
};

static void add(struct sum *sum, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++)
        sum->value = (sum->value ^ at[i]) * UINT64_C(1099511628211);
}

static void add_cell(struct sum *sum, struct dyno_hs2_column *column, size_t row)
{
    bool is_null = dyno_hs2_column_is_null(column, row);
    add(sum, &is_null, sizeof is_null);
    if (column->wire == DYNO_HS2_WIRE_STRING || column->wire == DYNO_HS2_WIRE_BINARY) {
        size_t len = 0;
        const char *bytes = dyno_hs2_column_bytes(column, row, &len);
        add(sum, bytes, len);
    } else {
        double real = dyno_hs2_column_f64(column, row);
        add(sum, &real, sizeof real);
    }
}

static void add_reply(struct sum *sum, const struct dyno_hs2_reply *reply)
{
    add(sum, &reply->status_code, sizeof reply->status_code);
    add(sum, &reply->state, sizeof reply->state);
    add(sum, &reply->protocol, sizeof reply->protocol);
    add(sum, reply->handle.guid, reply->handle.guid_len);
    add(sum, reply->handle.secret, reply->handle.secret_len);
    for (size_t i = 0; i < reply->schema.count; i++) {
        const struct dyno_hs2_column_desc *column = &reply->schema.columns[i];
        FUZZ_CHECK(column->name != NULL);
        add(sum, column->name, strlen(column->name));
        add(sum, &column->precision, sizeof column->precision);
    }
}

static enum dyno_status read_all(struct dyno_wire_reader *reader, const uint8_t *head,
                                 struct sum *sum)
{
    enum dyno_hs2_call call = (enum dyno_hs2_call)(head[0] % (DYNO_HS2_FETCH_RESULTS + 1));
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    struct dyno_hs2_block block;
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_hs2_block_init(&block);
    reply.block = &block;
    dyno_hs2_reply_read(reader, call, head[1], &reply);
    if (reader->status == DYNO_OK) {
        enum dyno_status status = dyno_hs2_reply_check(&reply, call, reader->bytes, &err);
        add(sum, &status, sizeof status);
        add(sum, err.message, strlen(err.message));
        add_reply(sum, &reply);
        dyno_hs2_rowset_resolve(&block, reader->bytes);
        for (size_t i = 0; i < block.column_count; i++) {
            FUZZ_CHECK(block.columns[i].count == block.row_count);
            for (size_t row = 0; row < block.row_count; row++)
                add_cell(sum, &block.columns[i], row);
        }
    }
    dyno_hs2_schema_deinit(&reply.schema);
    dyno_hs2_block_deinit(&block);
    return reader->status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len < HEAD_BYTES)
        return 0;
    struct sum whole_sum = {.value = 1};
    struct sum pieces_sum = {.value = 1};
    struct dyno_wire_reader whole = dyno_wire_reader_over(bytes + HEAD_BYTES, len - HEAD_BYTES);
    enum dyno_status whole_status = read_all(&whole, bytes, &whole_sum);
    struct arriving arriving = {.whole = bytes + HEAD_BYTES,
                                .whole_len = len - HEAD_BYTES,
                                .piece = 1 + (size_t)bytes[2] * 4};
    struct dyno_wire_reader pieces = {
        .max_bytes = len - HEAD_BYTES, .is_size_known = true, .pull = pull, .ctx = &arriving};
    enum dyno_status pieces_status = read_all(&pieces, bytes, &pieces_sum);
    FUZZ_CHECK(whole_status == pieces_status);
    FUZZ_CHECK(whole_sum.value == pieces_sum.value);
    free(arriving.here);
    return 0;
}
