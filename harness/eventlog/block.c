#include "eventlog/block.h"

#include "base/alloc.h"

#include <lz4.h>
#include <snappy-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* LZ4Block: magic, a token (method | level), then three little-endian numbers: packed length, plain
 * length, checksum. A block of length 0 ends one stream; another may follow. */
#define LZ4_HEADER_BYTES  21
#define LZ4_METHOD_PLAIN  0x10
#define LZ4_METHOD_PACKED 0x20
/* snappy-java: magic and two versions once for each stream, then chunks led by a big-endian length. */
#define SNAPPY_HEADER_BYTES 16
#define SNAPPY_LENGTH_BYTES 4

static const char breaks_off[] = "the packed stream breaks off";
static const char too_large[] = "a packed block is larger than any that Spark writes";
static const char no_block[] = "the bytes are no packed block";

void dyno_block_init(struct dyno_block *block, const char *magic)
{
    *block = (struct dyno_block){.magic = magic};
}

void dyno_block_deinit(struct dyno_block *block)
{
    free(block->packed);
    free(block->plain);
    *block = (struct dyno_block){.magic = NULL};
}

static uint32_t little_endian(const char *bytes)
{
    uint32_t value = 0;
    for (size_t i = 4; i > 0; i--)
        value = value << 8 | (unsigned char)bytes[i - 1];
    return value;
}

static uint32_t big_endian(const char *bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

static void make_room(char **bytes, size_t *room, size_t len)
{
    if (len <= *room)
        return;
    *bytes = dyno_xrealloc(*bytes, len);
    *room = len;
}

/* The packed bytes of the next block, `len` of them, into `packed`. */
static enum dyno_status take_packed(struct dyno_block *block, struct dyno_input *input, size_t len,
                                    const char **damage_out, struct dyno_err *err)
{
    size_t got = 0;
    if (len > DYNO_BLOCK_MAX_BYTES) {
        *damage_out = too_large;
        return DYNO_OK;
    }
    make_room(&block->packed, &block->packed_room, len + 1);
    enum dyno_status status = dyno_input_copy(input, block->packed, len, &got, err);
    if (status == DYNO_OK && got < len)
        *damage_out = breaks_off;
    return status;
}

static enum dyno_status next_lz4(struct dyno_block *block, struct dyno_input *input,
                                 const char **damage_out, struct dyno_err *err)
{
    char header[LZ4_HEADER_BYTES];
    memcpy(header, dyno_input_at(input), sizeof header);
    int method = (unsigned char)header[DYNO_BLOCK_MAGIC_BYTES] & 0xf0;
    size_t packed = little_endian(header + 9);
    size_t plain = little_endian(header + 13);
    dyno_input_take(input, sizeof header);
    if (plain > DYNO_BLOCK_MAX_BYTES) {
        *damage_out = too_large;
        return DYNO_OK;
    }
    enum dyno_status status = take_packed(block, input, packed, damage_out, err);
    if (status != DYNO_OK || *damage_out != NULL)
        return status;
    make_room(&block->plain, &block->plain_room, plain + 1);
    block->len = plain;
    if (method == LZ4_METHOD_PLAIN && packed == plain)
        memcpy(block->plain, block->packed, plain);
    else if (method != LZ4_METHOD_PACKED ||
             LZ4_decompress_safe(block->packed, block->plain, (int)packed, (int)plain) !=
                 (int)plain)
        *damage_out = no_block;
    return DYNO_OK;
}

static enum dyno_status next_snappy(struct dyno_block *block, struct dyno_input *input,
                                    const char **damage_out, struct dyno_err *err)
{
    size_t plain = 0;
    size_t packed = big_endian(dyno_input_at(input));
    dyno_input_take(input, SNAPPY_LENGTH_BYTES);
    enum dyno_status status = take_packed(block, input, packed, damage_out, err);
    if (status != DYNO_OK || *damage_out != NULL)
        return status;
    if (snappy_uncompressed_length(block->packed, packed, &plain) != SNAPPY_OK) {
        *damage_out = no_block;
        return DYNO_OK;
    }
    if (plain > DYNO_BLOCK_MAX_BYTES) {
        *damage_out = too_large;
        return DYNO_OK;
    }
    make_room(&block->plain, &block->plain_room, plain + 1);
    if (snappy_uncompress(block->packed, packed, block->plain, &plain) == SNAPPY_OK)
        block->len = plain;
    else
        *damage_out = no_block;
    return DYNO_OK;
}

static bool begins_with(const struct dyno_input *input, const char *magic)
{
    return dyno_input_ready(input) >= DYNO_BLOCK_MAGIC_BYTES &&
           memcmp(dyno_input_at(input), magic, DYNO_BLOCK_MAGIC_BYTES) == 0;
}

/* One block more, or the end. A header of a snappy stream is stepped over. */
static enum dyno_status next_block(struct dyno_block *block, struct dyno_input *input,
                                   const char **damage_out, struct dyno_err *err)
{
    bool is_lz4 = block->magic[0] == DYNO_BLOCK_LZ4_MAGIC[0];
    size_t header = is_lz4 ? LZ4_HEADER_BYTES : SNAPPY_LENGTH_BYTES;
    block->at = 0;
    block->len = 0;
    enum dyno_status status = dyno_input_need(input, LZ4_HEADER_BYTES, err);
    block->is_at_end = dyno_input_ready(input) == 0;
    if (status != DYNO_OK || block->is_at_end)
        return status;
    if (!is_lz4 && begins_with(input, DYNO_BLOCK_SNAPPY_MAGIC)) {
        size_t ready = dyno_input_ready(input);
        dyno_input_take(input, ready < SNAPPY_HEADER_BYTES ? ready : SNAPPY_HEADER_BYTES);
        return DYNO_OK;
    }
    if (dyno_input_ready(input) < header)
        *damage_out = breaks_off;
    else if (is_lz4 && !begins_with(input, DYNO_BLOCK_LZ4_MAGIC))
        *damage_out = no_block;
    if (*damage_out != NULL)
        return DYNO_OK;
    return is_lz4 ? next_lz4(block, input, damage_out, err)
                  : next_snappy(block, input, damage_out, err);
}

enum dyno_status dyno_block_read(struct dyno_block *block, struct dyno_input *input, char *bytes,
                                 size_t room, size_t *got_out, const char **damage_out,
                                 struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    *got_out = 0;
    while (status == DYNO_OK && *damage_out == NULL && !block->is_at_end && block->at == block->len)
        status = next_block(block, input, damage_out, err);
    block->is_cut = *damage_out == breaks_off;
    if (status != DYNO_OK || *damage_out != NULL)
        return status;
    size_t left = block->len - block->at;
    *got_out = left < room ? left : room;
    if (*got_out > 0)
        memcpy(bytes, block->plain + block->at, *got_out);
    block->at += *got_out;
    return DYNO_OK;
}
