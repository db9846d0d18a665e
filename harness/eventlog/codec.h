/**
 * The bytes of one event log file, unpacked as a stream. The format is told by the first bytes, not by the
 * name: plain text, zstd (any number of frames), lz4 in blocks of lz4-java, snappy as snappy-java frames it.
 */
#ifndef DYNO_EVENTLOG_CODEC_H
#define DYNO_EVENTLOG_CODEC_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_codec;

/** Open a file. DYNO_ENOTFOUND, DYNO_EIO, DYNO_EINPUT for bytes that no event log begins with. An empty
 *  file is an empty log. */
enum dyno_status dyno_codec_open(const char *path, struct dyno_codec **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Skip what stands before this offset of the file; for plain files only, before the first read. */
enum dyno_status dyno_codec_seek(struct dyno_codec *codec, int64_t offset,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Up to `room` unpacked bytes; `*got_out` 0 is the end. A packed stream that breaks off, or whose bytes
 * make no sense from some place on, ends there and says so by dyno_codec_damage. DYNO_EIO only.
 */
enum dyno_status dyno_codec_read(struct dyno_codec *codec, char *bytes, size_t room,
                                 size_t *got_out, struct dyno_err *err) DYNO_MUST_CHECK;

/** Why the stream ended before its end, with the place in the file; NULL if it is whole so far. */
const char *dyno_codec_damage(const struct dyno_codec *codec);

/** Does the damage stand at the end of the file: was it cut, and not spoilt in the middle? */
bool dyno_codec_is_cut(const struct dyno_codec *codec);

/** Does an event log begin with these bytes? DYNO_CODEC_MAGIC_BYTES of them are enough to tell. */
bool dyno_codec_begins(const char *bytes, size_t len);

#define DYNO_CODEC_MAGIC_BYTES 8

/** "plain", "zstd", "lz4" or "snappy". */
const char *dyno_codec_name(const struct dyno_codec *codec);

void dyno_codec_close(struct dyno_codec *codec);

#endif
