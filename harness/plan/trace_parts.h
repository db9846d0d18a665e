/** Readers of the two kinds of traces. Private to plan/. */
#ifndef DYNO_PLAN_TRACE_PARTS_H
#define DYNO_PLAN_TRACE_PARTS_H

#include "base/vec.h"
#include "plan/trace.h"

/** One statement as it stands in the trace. */
struct dyno_load_trace_row {
    int64_t at_ns;  /**< of the trace's own clock */
    int64_t end_ns; /**< INT64_MAX: not known */
    int64_t id;     /**< of the SQL execution; -1: none */
    char *session;  /**< NULL: to be dealt out */
    char *sql;
    size_t line; /**< of a log in several files: over all of them */
};

struct dyno_load_trace_reader {
    const char *path;
    struct dyno_load_trace *trace; /**< its notes and `rows` are filled */
    struct dyno_vec rows;          /**< struct dyno_load_trace_row */
    struct dyno_err *err;
};

/** Count something that a note tells. */
void dyno_load_trace_remark(struct dyno_load_trace_reader *reader,
                            enum dyno_load_trace_note_kind kind, size_t line);

/** Take over a row, unless it has no text. */
void dyno_load_trace_row_take(struct dyno_load_trace_reader *reader,
                              const struct dyno_load_trace_row *row);

/* `text` ends in NUL. */
enum dyno_status dyno_load_trace_read_csv(struct dyno_load_trace_reader *reader, const char *text,
                                          size_t len);
/* A log of any form, or the folder of a rolled one. */
enum dyno_status dyno_load_trace_read_log(struct dyno_load_trace_reader *reader);

#endif
