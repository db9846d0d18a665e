#include "eventlog/codec.h"

#include "base/alloc.h"
#include "eventlog/block.h"
#include "eventlog/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define ZSTD_MAX_WINDOW_LOG 25 /* 32 MiB; Spark's own windows are at most 2 MiB */

struct codec_kind {
    const char *name;
    const char *magic;
    size_t magic_bytes;
    enum dyno_status (*read)(struct dyno_codec *codec, char *bytes, size_t room, size_t *got_out,
                             struct dyno_err *err);
};

struct dyno_codec {
    const struct codec_kind *kind;
    struct dyno_input input;
    struct dyno_block block;
    ZSTD_DStream *zstd;
    bool is_in_frame;
    char damage[160];
    bool is_cut; /* the damage is that nothing comes any more */
};

static enum dyno_status damaged(struct dyno_codec *codec, const char *what)
{
    (void)snprintf(codec->damage, sizeof codec->damage, "%s at byte %lld of the file", what,
                   (long long)dyno_input_offset(&codec->input));
    return DYNO_OK;
}

static enum dyno_status read_plain(struct dyno_codec *codec, char *bytes, size_t room,
                                   size_t *got_out, struct dyno_err *err)
{
    enum dyno_status status = dyno_input_need(&codec->input, 1, err);
    size_t ready = dyno_input_ready(&codec->input);
    *got_out = ready < room ? ready : room;
    memcpy(bytes, dyno_input_at(&codec->input), *got_out);
    dyno_input_take(&codec->input, *got_out);
    return status;
}

/* Every flush of Spark ends a frame, so a log that is still written ends between two of them. */
static enum dyno_status read_zstd(struct dyno_codec *codec, char *bytes, size_t room,
                                  size_t *got_out, struct dyno_err *err)
{
    ZSTD_outBuffer out = {.size = room};
    out.dst = bytes;
    while (out.pos == 0) {
        enum dyno_status status = dyno_input_need(&codec->input, 1, err);
        ZSTD_inBuffer in = {dyno_input_at(&codec->input), dyno_input_ready(&codec->input), 0};
        if (status != DYNO_OK)
            return status;
        if (in.size == 0) {
            codec->is_cut = codec->is_in_frame;
            return codec->is_in_frame ? damaged(codec, "the zstd stream breaks off") : DYNO_OK;
        }
        size_t code = ZSTD_decompressStream(codec->zstd, &out, &in);
        dyno_input_take(&codec->input, in.pos);
        *got_out = out.pos;
        codec->is_in_frame = code != 0;
        if (ZSTD_isError(code))
            return damaged(codec, ZSTD_getErrorName(code));
    }
    return DYNO_OK;
}

static enum dyno_status read_block(struct dyno_codec *codec, char *bytes, size_t room,
                                   size_t *got_out, struct dyno_err *err)
{
    const char *damage = NULL;
    enum dyno_status status =
        dyno_block_read(&codec->block, &codec->input, bytes, room, got_out, &damage, err);
    codec->is_cut = codec->block.is_cut;
    return status == DYNO_OK && damage != NULL ? damaged(codec, damage) : status;
}

static const struct codec_kind kinds[] = {
    {"zstd", "\x28\xb5\x2f\xfd", 4, read_zstd},
    {"lz4", DYNO_BLOCK_LZ4_MAGIC, DYNO_BLOCK_MAGIC_BYTES, read_block},
    {"snappy", DYNO_BLOCK_SNAPPY_MAGIC, DYNO_BLOCK_MAGIC_BYTES, read_block},
    {"plain", "{", 1, read_plain},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct codec_kind *kind_of(const char *bytes, size_t len)
{
    for (size_t i = 0; i < KINDS; i++)
        if (len >= kinds[i].magic_bytes && memcmp(bytes, kinds[i].magic, kinds[i].magic_bytes) == 0)
            return &kinds[i];
    return NULL;
}

bool dyno_codec_begins(const char *bytes, size_t len)
{
    return kind_of(bytes, len) != NULL;
}

enum dyno_status dyno_codec_open(const char *path, struct dyno_codec **out, struct dyno_err *err)
{
    struct dyno_codec *codec = dyno_xcalloc(1, sizeof *codec);
    enum dyno_status status = dyno_input_open(&codec->input, path, err);
    if (status == DYNO_OK)
        status = dyno_input_need(&codec->input, DYNO_BLOCK_MAGIC_BYTES, err);
    if (status != DYNO_OK)
        goto done;
    codec->kind = dyno_input_ready(&codec->input) == 0
                      ? &kinds[KINDS - 1]
                      : kind_of(dyno_input_at(&codec->input), dyno_input_ready(&codec->input));
    if (codec->kind == NULL) {
        status = dyno_err_set(err, DYNO_EINPUT,
                              "%s:1:1: no event log begins with these bytes: plain, zstd, lz4 and "
                              "snappy ones of Spark can be read",
                              path);
        goto done;
    }
    dyno_block_init(&codec->block, codec->kind->magic);
    codec->zstd = ZSTD_createDStream();
    if (codec->zstd == NULL ||
        ZSTD_isError(ZSTD_DCtx_setParameter(codec->zstd, ZSTD_d_windowLogMax, ZSTD_MAX_WINDOW_LOG)))
        status = dyno_err_set(err, DYNO_EENV, "this libzstd cannot be used");
done:
    if (status != DYNO_OK)
        dyno_codec_close(codec);
    else
        *out = codec;
    return status;
}

enum dyno_status dyno_codec_seek(struct dyno_codec *codec, int64_t offset, struct dyno_err *err)
{
    if (codec->kind->read != read_plain)
        return dyno_err_set(err, DYNO_EUNSUPPORTED, "only in a plain event log can be sought");
    return dyno_input_seek(&codec->input, offset, err);
}

enum dyno_status dyno_codec_read(struct dyno_codec *codec, char *bytes, size_t room,
                                 size_t *got_out, struct dyno_err *err)
{
    *got_out = 0;
    return codec->damage[0] != '\0' ? DYNO_OK : codec->kind->read(codec, bytes, room, got_out, err);
}

const char *dyno_codec_damage(const struct dyno_codec *codec)
{
    return codec->damage[0] == '\0' ? NULL : codec->damage;
}

bool dyno_codec_is_cut(const struct dyno_codec *codec)
{
    return codec->is_cut;
}

const char *dyno_codec_name(const struct dyno_codec *codec)
{
    return codec->kind->name;
}

void dyno_codec_close(struct dyno_codec *codec)
{
    if (codec == NULL)
        return;
    (void)ZSTD_freeDStream(codec->zstd);
    dyno_block_deinit(&codec->block);
    dyno_input_close(&codec->input);
    free(codec);
}
