/** A file read through a buffer of fixed size: what is ready can be looked at before it is taken. */
#ifndef DYNO_EVENTLOG_INPUT_H
#define DYNO_EVENTLOG_INPUT_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define DYNO_INPUT_BYTES ((size_t)256 * 1024)

struct dyno_input {
    int fd;
    char *path;
    char *buffer;
    size_t begin, end;    /**< what is ready in the buffer */
    int64_t taken_offset; /**< of the file, before `begin` */
    int is_at_end;
};

/** DYNO_ENOTFOUND, DYNO_EIO. Close it even after a failure. */
enum dyno_status dyno_input_open(struct dyno_input *input, const char *path,
                                 struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_input_close(struct dyno_input *input);

/** Make `bytes` (at most DYNO_INPUT_BYTES) ready, or all that is left of the file if that is less. */
enum dyno_status dyno_input_need(struct dyno_input *input, size_t bytes,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** How many bytes are ready, and where they are. */
size_t dyno_input_ready(const struct dyno_input *input);
const char *dyno_input_at(const struct dyno_input *input);

/** Step over bytes that are ready. */
void dyno_input_take(struct dyno_input *input, size_t bytes);

/** Exactly `bytes` into `out`, in any number; `*got_out` is less at the end of the file. */
enum dyno_status dyno_input_copy(struct dyno_input *input, char *out, size_t bytes, size_t *got_out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Continue at this offset of the file. */
enum dyno_status dyno_input_seek(struct dyno_input *input, int64_t offset,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Offset in the file of the next byte that will be taken. */
int64_t dyno_input_offset(const struct dyno_input *input);

#endif
