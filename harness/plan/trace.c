#include "plan/trace.h"

#include "base/alloc.h"
#include "base/file.h"
#include "eventlog/codec.h"
#include "plan/trace_parts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRACE_BYTES ((size_t)1024 * 1024 * 1024)
#define MAX_SESSIONS    20000
#define MAX_TEXTS       65535
#define HASH_SLOTS      ((size_t)1 << 18)

static const char *const note_texts[DYNO_LOAD_TRACE_NOTE_KINDS] = {
    [DYNO_LOAD_TRACE_MOVED] = "stood out of order and were moved to their time",
    [DYNO_LOAD_TRACE_EMPTY] = "were skipped: a statement without text",
    [DYNO_LOAD_TRACE_NO_STATEMENT] =
        "were skipped: no SQL statement, but a metadata call or a program",
    [DYNO_LOAD_TRACE_CUT] = "place at the end was skipped: the log is cut there",
    [DYNO_LOAD_TRACE_OTHER] = "events of other kinds were passed over",
};

const char *dyno_load_trace_note_text(enum dyno_load_trace_note_kind kind)
{
    return note_texts[kind];
}

void dyno_load_trace_remark(struct dyno_load_trace_reader *reader,
                            enum dyno_load_trace_note_kind kind, size_t line)
{
    struct dyno_load_trace_note *note = &reader->trace->notes[kind];
    note->first_line = note->count == 0 ? line : note->first_line;
    note->count++;
}

/* Without white space around it, and without the semicolon of a shell. */
static void trim(char *sql)
{
    size_t skip = strspn(sql, " \t\r\n");
    size_t len = strlen(sql + skip);
    memmove(sql, sql + skip, len + 1);
    while (len > 0 && (isspace((unsigned char)sql[len - 1]) != 0 || sql[len - 1] == ';'))
        sql[--len] = '\0';
}

void dyno_load_trace_row_take(struct dyno_load_trace_reader *reader,
                              const struct dyno_load_trace_row *row)
{
    reader->trace->rows++;
    trim(row->sql);
    if (row->sql[0] == '\0') {
        dyno_load_trace_remark(reader, DYNO_LOAD_TRACE_EMPTY, row->line);
        free(row->sql);
        free(row->session);
        return;
    }
    dyno_vec_push(&reader->rows, row);
}

static int by_time(const void *a, const void *b)
{
    const struct dyno_load_trace_row *x = a;
    const struct dyno_load_trace_row *y = b;
    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void sort_rows(struct dyno_load_trace_reader *reader)
{
    struct dyno_load_trace_row *rows = reader->rows.items;
    int64_t latest_ns = INT64_MIN;
    for (size_t i = 0; i < reader->rows.len; i++) {
        if (rows[i].at_ns < latest_ns)
            dyno_load_trace_remark(reader, DYNO_LOAD_TRACE_MOVED, rows[i].line);
        else
            latest_ns = rows[i].at_ns;
    }
    if (reader->rows.len > 1)
        qsort(rows, reader->rows.len, sizeof *rows, by_time);
}

/* Different texts and their numbers: open addressing, as many as fit half the slots. */
struct dictionary {
    const char **texts; /* by slot; borrowed */
    uint32_t *numbers;
    uint32_t count;
};

static void dictionary_init(struct dictionary *d)
{
    *d = (struct dictionary){.texts = dyno_xcalloc(HASH_SLOTS, sizeof *d->texts),
                             .numbers = dyno_xcalloc(HASH_SLOTS, sizeof *d->numbers)};
}

static void dictionary_deinit(struct dictionary *d)
{
    free(d->texts);
    free(d->numbers);
}

static uint32_t number_of(struct dictionary *d, const char *text, bool *is_new_out)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = text; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    size_t slot = (size_t)(hash ^ (hash >> 32)) & (HASH_SLOTS - 1);
    while (d->texts[slot] != NULL && strcmp(d->texts[slot], text) != 0)
        slot = (slot + 1) & (HASH_SLOTS - 1);
    *is_new_out = d->texts[slot] == NULL;
    if (*is_new_out) {
        d->texts[slot] = text;
        d->numbers[slot] = d->count++;
    }
    return d->numbers[slot];
}

static enum dyno_status refuse_row(const struct dyno_load_trace_reader *reader, size_t line,
                                   const char *what, long limit)
{
    return dyno_err_set(reader->err, DYNO_EINPUT, "%s:%zu: over %ld %s", reader->path, line, limit,
                        what);
}

static enum dyno_status number_texts(struct dyno_load_trace_reader *reader)
{
    struct dyno_load_trace *trace = reader->trace;
    struct dyno_load_trace_row *rows = reader->rows.items;
    struct dictionary sql;
    enum dyno_status status = DYNO_OK;
    dictionary_init(&sql);
    trace->sql = dyno_xcalloc(MAX_TEXTS + 1, sizeof *trace->sql);
    for (size_t i = 0; i < reader->rows.len && status == DYNO_OK; i++) {
        bool is_new = false;
        uint32_t number = number_of(&sql, rows[i].sql, &is_new);
        if (number >= MAX_TEXTS)
            status = refuse_row(reader, rows[i].line, "different statements", MAX_TEXTS);
        else if (is_new)
            trace->sql[trace->sql_count++] = dyno_xstrdup(rows[i].sql);
        trace->replay.entries[i].query = number;
    }
    dictionary_deinit(&sql);
    return status;
}

static enum dyno_status number_sessions(struct dyno_load_trace_reader *reader)
{
    struct dyno_load_trace_row *rows = reader->rows.items;
    struct dictionary sessions;
    enum dyno_status status = DYNO_OK;
    dictionary_init(&sessions);
    for (size_t i = 0; i < reader->rows.len && status == DYNO_OK; i++) {
        bool is_new = false;
        uint32_t number = number_of(&sessions, rows[i].session, &is_new);
        if (number >= MAX_SESSIONS)
            status = refuse_row(reader, rows[i].line, "sessions", MAX_SESSIONS);
        reader->trace->replay.entries[i].session = number;
    }
    reader->trace->sessions = sessions.count;
    dictionary_deinit(&sessions);
    return status;
}

/* Executions without a session: each takes the first session that is free at its time. */
static enum dyno_status deal_out_sessions(struct dyno_load_trace_reader *reader)
{
    struct dyno_load_trace_row *rows = reader->rows.items;
    int64_t *free_ns = dyno_xcalloc(MAX_SESSIONS, sizeof *free_ns);
    int64_t count = 0;
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < reader->rows.len && status == DYNO_OK; i++) {
        int64_t session = 0;
        while (session < count && free_ns[session] > rows[i].at_ns)
            session++;
        if (session == MAX_SESSIONS) {
            status = refuse_row(reader, rows[i].line, "executions at a time", MAX_SESSIONS);
            break;
        }
        count += session == count;
        /* One that is not seen to end holds its session until it is known to do nothing else. */
        free_ns[session] = rows[i].end_ns == INT64_MAX ? rows[i].at_ns : rows[i].end_ns;
        reader->trace->replay.entries[i].session = (uint32_t)session;
    }
    reader->trace->sessions = count;
    free(free_ns);
    return status;
}

static enum dyno_status build(struct dyno_load_trace_reader *reader)
{
    struct dyno_replay *replay = &reader->trace->replay;
    sort_rows(reader);
    struct dyno_load_trace_row *rows = reader->rows.items;
    size_t count = reader->rows.len;
    if (count == 0)
        return dyno_err_set(reader->err, DYNO_EINPUT, "%s:1: there is no statement in this trace",
                            reader->path);
    if (count > DYNO_REPLAY_MAX)
        return refuse_row(reader, rows[DYNO_REPLAY_MAX].line, "statements", (long)DYNO_REPLAY_MAX);
    replay->entries = dyno_xcalloc(count, sizeof *replay->entries);
    replay->count = count;
    for (size_t i = 0; i < count; i++)
        replay->entries[i].at_ns = rows[i].at_ns - rows[0].at_ns;
    enum dyno_status status = number_texts(reader);
    if (status == DYNO_OK)
        status = rows[0].session != NULL ? number_sessions(reader) : deal_out_sessions(reader);
    return status;
}

/* An empty file is a CSV without its first row. */
static enum dyno_status is_log(const char *path, bool *out, struct dyno_err *err)
{
    char first[DYNO_CODEC_MAGIC_BYTES] = "";
    *out = dyno_dir_exists(path);
    if (*out)
        return DYNO_OK;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return dyno_err_set(err, dyno_file_exists(path) ? DYNO_EIO : DYNO_ENOTFOUND,
                            "opening '%s' failed", path);
    *out = dyno_codec_begins(first, fread(first, 1, sizeof first, file));
    (void)fclose(file);
    return DYNO_OK;
}

static enum dyno_status read_csv_file(struct dyno_load_trace_reader *reader)
{
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status =
        dyno_file_read(reader->path, MAX_TRACE_BYTES, &text, &len, reader->err);
    if (status == DYNO_OK && strlen(text) != len)
        status = dyno_err_set(reader->err, DYNO_EINPUT, "%s: a NUL character: this is not text",
                              reader->path);
    if (status == DYNO_OK)
        status = dyno_load_trace_read_csv(reader, text, len);
    free(text);
    return status;
}

enum dyno_status dyno_load_trace_read(const char *path, struct dyno_load_trace *out,
                                      struct dyno_err *err)
{
    struct dyno_load_trace trace = {.rows = 0};
    struct dyno_load_trace_reader reader = {.path = path,
                                            .trace = &trace,
                                            .rows = DYNO_VEC_INIT(struct dyno_load_trace_row),
                                            .err = err};
    bool has_events = false;
    enum dyno_status status = is_log(path, &has_events, err);
    if (status == DYNO_OK)
        status = has_events ? dyno_load_trace_read_log(&reader) : read_csv_file(&reader);
    if (status == DYNO_OK)
        status = build(&reader);
    struct dyno_load_trace_row *rows = reader.rows.items;
    for (size_t i = 0; i < reader.rows.len; i++) {
        free(rows[i].session);
        free(rows[i].sql);
    }
    dyno_vec_deinit(&reader.rows);
    if (status != DYNO_OK)
        dyno_load_trace_deinit(&trace);
    else
        *out = trace;
    return status;
}

void dyno_load_trace_deinit(struct dyno_load_trace *trace)
{
    dyno_replay_deinit(&trace->replay);
    for (size_t i = 0; i < trace->sql_count; i++)
        free(trace->sql[i]);
    free(trace->sql);
    *trace = (struct dyno_load_trace){.rows = 0};
}
