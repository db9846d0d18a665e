/** The two formats that pack a stream block by block: lz4-java's LZ4Block and snappy-java's chunks. */
#ifndef DYNO_EVENTLOG_BLOCK_H
#define DYNO_EVENTLOG_BLOCK_H

#include "base/status.h"
#include "eventlog/input.h"

#include <stdbool.h>
#include <stddef.h>

#define DYNO_BLOCK_LZ4_MAGIC    "LZ4Block"
#define DYNO_BLOCK_SNAPPY_MAGIC "\x82SNAPPY\0"
#define DYNO_BLOCK_MAGIC_BYTES  8
#define DYNO_BLOCK_MAX_BYTES    ((size_t)8 * 1024 * 1024)

/** The block that is being handed on. */
struct dyno_block {
    const char *magic; /**< which of the two; of another kind: never read */
    char *packed, *plain;
    size_t packed_room, plain_room;
    size_t at, len; /**< of `plain` */
    bool is_at_end;
    bool is_cut; /**< the damage is that nothing comes any more */
};

void dyno_block_init(struct dyno_block *block, const char *magic);
void dyno_block_deinit(struct dyno_block *block);

/** As dyno_codec_read; `*damage_out` says why a stream ends before its end (static text). */
enum dyno_status dyno_block_read(struct dyno_block *block, struct dyno_input *input, char *bytes,
                                 size_t room, size_t *got_out, const char **damage_out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
