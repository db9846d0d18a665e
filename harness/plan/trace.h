/**
 * Traces: what somebody's sessions once sent, to be sent again.
 *
 * CSV (RFC 4180): the first row names the columns; `time`, `session` and `sql` are needed, in any order,
 * others are not looked at. A time is a number of seconds, or 2026-11-21T12:00:00.123Z. A session is any
 * text; equal texts are one session.
 *
 * Spark's event log in any form that eventlog/ reads (plain, zstd, lz4, snappy; a file, or the folder of a
 * rolled log): each operation that the Thrift server says it started, with its session; or, where there is
 * none, each SQL execution with its description, dealt out over as many sessions as there were executions at
 * a time.
 *
 * Rules, the same for both: rows that stand out of order are moved to their place in time, rows of equal
 * time keep theirs; an empty statement, and what is no statement (the Thrift server's metadata calls), is
 * skipped; events of other kinds, known or not, are passed over; a log that is cut at its end is read up to
 * there. Of all that a note says how often it happened and where first. Anything else that is wrong is
 * refused at its place: among it a log with a hole (damage, or a missing file, before its end), whose replay
 * would be another load.
 */
#ifndef DYNO_PLAN_TRACE_H
#define DYNO_PLAN_TRACE_H

#include "base/status.h"
#include "plan/replay.h"

#include <stddef.h>
#include <stdint.h>

enum dyno_load_trace_note_kind {
    DYNO_LOAD_TRACE_MOVED,        /**< stood before a row of an earlier time */
    DYNO_LOAD_TRACE_EMPTY,        /**< a statement without text */
    DYNO_LOAD_TRACE_NO_STATEMENT, /**< a metadata call, or an execution without text of its own */
    DYNO_LOAD_TRACE_CUT,          /**< what stands at the end, not whole */
    DYNO_LOAD_TRACE_OTHER,        /**< events of other kinds */
    DYNO_LOAD_TRACE_NOTE_KINDS
};

struct dyno_load_trace_note {
    size_t count;
    size_t first_line; /**< 0: none */
};

struct dyno_load_trace {
    struct dyno_replay replay; /**< at speed 1 */
    char **sql;                /**< different texts, in order of first appearance */
    size_t sql_count;
    int64_t sessions;
    size_t rows; /**< statements found, skipped ones included */
    struct dyno_load_trace_note notes[DYNO_LOAD_TRACE_NOTE_KINDS];
};

/**
 * Read a file of either kind: a folder is a log, and so is a file that begins as one; other text is CSV. DYNO_EINPUT "path:line: ...",
 * DYNO_ENOTFOUND. Freed with dyno_load_trace_deinit.
 */
enum dyno_status dyno_load_trace_read(const char *path, struct dyno_load_trace *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_load_trace_deinit(struct dyno_load_trace *trace);

/** A time as traces have it, in ns since whatever its number counts from, an instant since 1970. */
enum dyno_status dyno_load_trace_parse_time(const char *text, int64_t *out_ns,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

/** What the note says, without count and place: "stood out of order and were moved". */
const char *dyno_load_trace_note_text(enum dyno_load_trace_note_kind kind);

#endif
