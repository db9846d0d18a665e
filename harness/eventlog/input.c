#include "eventlog/input.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum dyno_status dyno_input_open(struct dyno_input *input, const char *path, struct dyno_err *err)
{
    *input = (struct dyno_input){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (input->fd < 0)
        return dyno_err_set(err, errno == ENOENT ? DYNO_ENOTFOUND : DYNO_EIO,
                            "cannot open event log '%s': %s", path, strerror(errno));
    input->path = dyno_xstrdup(path);
    input->buffer = dyno_xcalloc(1, DYNO_INPUT_BYTES);
    return DYNO_OK;
}

void dyno_input_close(struct dyno_input *input)
{
    if (input->fd >= 0 && input->path != NULL)
        (void)close(input->fd);
    free(input->path);
    free(input->buffer);
    *input = (struct dyno_input){.fd = -1};
}

static enum dyno_status read_some(struct dyno_input *input, struct dyno_err *err)
{
    ssize_t got = read(input->fd, input->buffer + input->end, DYNO_INPUT_BYTES - input->end);
    if (got < 0 && errno == EINTR)
        return DYNO_OK;
    if (got < 0)
        return dyno_err_set(err, DYNO_EIO, "cannot read event log '%s': %s", input->path,
                            strerror(errno));
    input->end += (size_t)got;
    input->is_at_end = got == 0;
    return DYNO_OK;
}

enum dyno_status dyno_input_need(struct dyno_input *input, size_t bytes, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    if (input->begin > 0 && input->begin + bytes > DYNO_INPUT_BYTES) {
        memmove(input->buffer, input->buffer + input->begin, input->end - input->begin);
        input->end -= input->begin;
        input->begin = 0;
    }
    if (input->begin == input->end) {
        input->begin = 0;
        input->end = 0;
    }
    while (status == DYNO_OK && !input->is_at_end && input->end - input->begin < bytes)
        status = read_some(input, err);
    return status;
}

size_t dyno_input_ready(const struct dyno_input *input)
{
    return input->end - input->begin;
}

const char *dyno_input_at(const struct dyno_input *input)
{
    return input->buffer + input->begin;
}

void dyno_input_take(struct dyno_input *input, size_t bytes)
{
    input->begin += bytes;
    input->taken_offset += (int64_t)bytes;
}

enum dyno_status dyno_input_copy(struct dyno_input *input, char *out, size_t bytes, size_t *got_out,
                                 struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    *got_out = 0;
    while (*got_out < bytes) {
        status = dyno_input_need(input, 1, err);
        size_t ready = dyno_input_ready(input);
        if (status != DYNO_OK || ready == 0)
            break;
        if (ready > bytes - *got_out)
            ready = bytes - *got_out;
        memcpy(out + *got_out, dyno_input_at(input), ready);
        dyno_input_take(input, ready);
        *got_out += ready;
    }
    return status;
}

enum dyno_status dyno_input_seek(struct dyno_input *input, int64_t offset, struct dyno_err *err)
{
    if (lseek(input->fd, (off_t)offset, SEEK_SET) < 0)
        return dyno_err_set(err, DYNO_EIO, "cannot read event log '%s' from byte %lld on: %s",
                            input->path, (long long)offset, strerror(errno));
    input->begin = 0;
    input->end = 0;
    input->is_at_end = 0;
    input->taken_offset = offset;
    return DYNO_OK;
}

int64_t dyno_input_offset(const struct dyno_input *input)
{
    return input->taken_offset;
}
