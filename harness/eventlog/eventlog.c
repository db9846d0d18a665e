#include "eventlog/eventlog.h"

#include "base/alloc.h"
#include "eventlog/codec.h"
#include "eventlog/files.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUFFER_BYTES ((size_t)1024 * 1024)
#define TROUBLES_MAX       8
#define TROUBLES_BYTES     8192

struct dyno_eventlog {
    char *path; /* as asked for */
    struct dyno_log_files files;
    size_t file;              /* that is read now */
    struct dyno_codec *codec; /* NULL between two files */
    char *buffer;
    size_t room;
    size_t begin, end; /* unread text in the buffer */
    bool is_at_end;    /* of the file */
    bool is_skipping;  /* inside a line that is too long */
    int64_t offset;    /* in the unpacked file, of `begin` */
    int64_t line;      /* in the file, from 1: the one read last */
    struct dyno_eventlog_facts facts;
    struct dyno_str troubles;
    size_t trouble_count;
};

static const char *file_path(const struct dyno_eventlog *log)
{
    return log->files.paths[log->file < log->files.count ? log->file : log->file - 1];
}

static const char *file_name(const struct dyno_eventlog *log)
{
    const char *path = file_path(log);
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Something here cannot be read. Whether that is a hole or the log's end is known when it goes on. */
static void note_gap(struct dyno_eventlog *log)
{
    if (log->facts.trouble_path == NULL) {
        log->facts.trouble_path = file_path(log);
        log->facts.trouble_line = log->line;
    }
    log->facts.is_cut = true;
}

void dyno_eventlog_complain(struct dyno_eventlog *log, const char *fmt, ...)
{
    va_list args;
    if (log->trouble_count++ >= TROUBLES_MAX)
        return;
    dyno_str_appendf(&log->troubles, "%s%s:%lld: ", log->troubles.len > 0 ? "; " : "",
                     file_name(log), (long long)log->line);
    va_start(args, fmt);
    dyno_str_vappendf(&log->troubles, fmt, args);
    va_end(args);
}

enum dyno_status dyno_eventlog_open(const char *path, struct dyno_eventlog **out,
                                    struct dyno_err *err)
{
    struct dyno_eventlog *log = dyno_xcalloc(1, sizeof *log);
    dyno_str_init(&log->troubles, TROUBLES_BYTES);
    log->path = dyno_xstrdup(path);
    log->facts.codec = "plain";
    log->room = FIRST_BUFFER_BYTES;
    log->buffer = dyno_xcalloc(1, log->room);
    enum dyno_status status = dyno_log_files_find(path, &log->files, err);
    if (status == DYNO_OK)
        status = dyno_codec_open(log->files.paths[0], &log->codec, err);
    if (status != DYNO_OK) {
        dyno_eventlog_close(log);
        return status;
    }
    log->facts.files = (int64_t)log->files.count;
    if (log->files.missing > 0) {
        log->facts.damages += log->files.missing;
        log->facts.trouble_path = log->path;
        log->facts.has_hole = true;
        dyno_eventlog_complain(log, "%s", log->files.gap);
    }
    *out = log;
    return DYNO_OK;
}

enum dyno_status dyno_eventlog_seek(struct dyno_eventlog *log, int64_t offset, struct dyno_err *err)
{
    enum dyno_status status = dyno_codec_seek(log->codec, offset, err);
    if (status == DYNO_OK)
        log->offset = offset;
    return status;
}

/* Room for more text of a line that is not whole yet: move it to the front, else grow. */
static void make_room(struct dyno_eventlog *log)
{
    if (log->begin > 0) {
        memmove(log->buffer, log->buffer + log->begin, log->end - log->begin);
        log->end -= log->begin;
        log->begin = 0;
    }
    if (log->end < log->room || log->room >= DYNO_EVENTLOG_LINE_MAX)
        return;
    log->room *= 2;
    log->buffer = dyno_xrealloc(log->buffer, log->room);
}

/* What stands in the buffer belongs to a line that is too long: drop it, and the rest when it comes. */
static void drop_part(struct dyno_eventlog *log)
{
    if (!log->is_skipping) {
        log->facts.long_lines++;
        log->line++;
        note_gap(log);
        dyno_eventlog_complain(log, "a line of over %zu bytes was skipped", DYNO_EVENTLOG_LINE_MAX);
        log->line--;
    }
    log->is_skipping = true;
    log->offset += (int64_t)(log->end - log->begin);
    log->begin = log->end;
}

static enum dyno_status fill(struct dyno_eventlog *log, struct dyno_err *err)
{
    size_t got = 0;
    make_room(log);
    if (log->end == log->room)
        drop_part(log);
    make_room(log);
    enum dyno_status status =
        dyno_codec_read(log->codec, log->buffer + log->end, log->room - log->end, &got, err);
    log->end += got;
    log->facts.bytes += (int64_t)got;
    log->is_at_end = got == 0;
    return status;
}

/* On to the next file; what the last one said of itself is noted. */
static enum dyno_status next_file(struct dyno_eventlog *log, struct dyno_err *err)
{
    const char *damage = dyno_codec_damage(log->codec);
    if (damage != NULL) {
        log->facts.damages++;
        note_gap(log);
        log->facts.has_hole = log->facts.has_hole || !dyno_codec_is_cut(log->codec);
        dyno_eventlog_complain(log, "%s", damage);
    }
    dyno_codec_close(log->codec);
    log->codec = NULL;
    log->file++;
    if (log->file == log->files.count)
        return DYNO_OK;
    log->line = 0;
    log->offset = 0;
    log->is_at_end = false;
    log->is_skipping = false;
    return dyno_codec_open(log->files.paths[log->file], &log->codec, err);
}

struct line {
    const char *text;
    size_t len;
    bool is_whole; /* it has an end */
};

/* A line that is in the buffer, or what is left behind the last one at the end of the file. */
static bool take_line(struct dyno_eventlog *log, size_t *searched, struct line *out)
{
    char *begin = log->buffer + log->begin;
    size_t len = log->end - log->begin;
    char *stop = len > *searched ? memchr(begin + *searched, '\n', len - *searched) : NULL;
    *searched = len;
    if (stop == NULL && !(log->is_at_end && len > 0))
        return false;
    *out = (struct line){begin, stop == NULL ? len : (size_t)(stop - begin), stop != NULL};
    size_t taken = out->len + (stop != NULL ? 1 : 0);
    log->begin += taken;
    *searched = 0;
    log->line++;
    log->facts.lines++;
    if (stop != NULL)
        log->offset += (int64_t)taken;
    return true;
}

/* `out->text` NULL: the log is read. */
static enum dyno_status next_line(struct dyno_eventlog *log, struct line *out, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    size_t searched = 0;
    *out = (struct line){NULL, 0, false};
    while (status == DYNO_OK && log->codec != NULL) {
        if (take_line(log, &searched, out)) {
            if (!log->is_skipping)
                return DYNO_OK;
            log->is_skipping = false;
            *out = (struct line){NULL, 0, false};
        } else if (log->is_at_end) {
            status = next_file(log, err);
        } else {
            status = fill(log, err);
            searched = searched > log->end - log->begin ? 0 : searched;
        }
    }
    return status;
}

static void note_broken(struct dyno_eventlog *log, const struct line *line)
{
    log->facts.broken_lines++;
    note_gap(log);
    dyno_eventlog_complain(log,
                           line->is_whole ? "the line is no event: %zu bytes"
                                          : "the log is cut inside an event, after %zu bytes",
                           line->len);
}

enum dyno_status dyno_eventlog_next(struct dyno_eventlog *log, struct dyno_event *event,
                                    bool *has_out, struct dyno_err *err)
{
    *has_out = false;
    for (;;) {
        struct line line = {NULL, 0, false};
        enum dyno_status status = next_line(log, &line, err);
        if (status != DYNO_OK || line.text == NULL)
            return status;
        if (line.len == 0)
            continue;
        if (dyno_event_read(line.text, line.len, event) == DYNO_EVENT_BROKEN) {
            note_broken(log, &line);
            continue;
        }
        log->facts.events++;
        log->facts.has_hole = log->facts.has_hole || log->facts.is_cut;
        log->facts.is_cut = false;
        if (event->kind != DYNO_EVENT_OTHER) {
            *has_out = true;
            return DYNO_OK;
        }
        if (log->facts.other_events++ == 0)
            log->facts.other_line = log->facts.lines;
    }
}

void dyno_eventlog_facts(const struct dyno_eventlog *log, struct dyno_eventlog_facts *out)
{
    *out = log->facts;
    out->codec = log->codec == NULL ? log->facts.codec : dyno_codec_name(log->codec);
    out->troubles = dyno_str_text(&log->troubles);
}

int64_t dyno_eventlog_offset(const struct dyno_eventlog *log)
{
    return log->offset;
}

void dyno_eventlog_close(struct dyno_eventlog *log)
{
    if (log == NULL)
        return;
    dyno_codec_close(log->codec);
    dyno_log_files_deinit(&log->files);
    dyno_str_deinit(&log->troubles);
    free(log->buffer);
    free(log->path);
    free(log);
}
