/**
 * Spark's event log, read as a stream: line by line, never loaded. Memory does not grow with the log.
 *
 * A log is one file, or the folder of a rolled one (eventlog_v2_...) whose files are read in their order.
 * Finished and unfinished (.inprogress) ones, whole and cut ones: what cannot be read is counted, and the
 * first such places are named.
 */
#ifndef DYNO_EVENTLOG_EVENTLOG_H
#define DYNO_EVENTLOG_EVENTLOG_H

#include "base/status.h"
#include "base/str.h"
#include "eventlog/event.h"

#include <stdbool.h>
#include <stdint.h>

struct dyno_eventlog;

/** Open a file or a folder. DYNO_ENOTFOUND, DYNO_EIO, DYNO_EINPUT (no event log, or a folder of several,
 *  whose names the error tells). */
enum dyno_status dyno_eventlog_open(const char *path, struct dyno_eventlog **out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** Begin at this offset of a plain file (see dyno_eventlog_offset). */
enum dyno_status dyno_eventlog_seek(struct dyno_eventlog *log, int64_t offset,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** The next event that somebody needs; `*has_out` false at the end. Its texts live until the next call. */
enum dyno_status dyno_eventlog_next(struct dyno_eventlog *log, struct dyno_event *event,
                                    bool *has_out, struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_eventlog_facts {
    int64_t files;
    int64_t bytes; /**< unpacked */
    int64_t lines, events;
    int64_t other_events; /**< of no use here, skipped */
    int64_t other_line;   /**< of the first of those; 0: there was none */
    int64_t broken_lines; /**< no JSON: cut, or damaged */
    int64_t long_lines;   /**< over DYNO_EVENTLOG_LINE_MAX, skipped */
    int64_t damages;      /**< packed streams that end before their end, files that are missing */
    bool has_hole;        /**< something that could not be read stood before an event that could */
    bool is_cut;          /**< and so did what stands at the very end */
    const char *trouble_path; /**< file of the first such place; NULL: there is none */
    int64_t trouble_line;     /**< of it; 0: the file as a whole */
    const char *codec;        /**< of the file that is read now */
    const char *troubles; /**< the first places of what could not be read, "" if there are none */
};
void dyno_eventlog_facts(const struct dyno_eventlog *log, struct dyno_eventlog_facts *out);

/** Note a trouble that the reader of the events found, at the line that was read last. */
void dyno_eventlog_complain(struct dyno_eventlog *log, const char *fmt, ...) DYNO_PRINTF(2, 3);

/** Offset of the first byte behind the last whole line, in the unpacked text of the file. */
int64_t dyno_eventlog_offset(const struct dyno_eventlog *log);

void dyno_eventlog_close(struct dyno_eventlog *log);

/** The longest line that is read; a plan of some thousand nodes. */
#define DYNO_EVENTLOG_LINE_MAX ((size_t)16 * 1024 * 1024)

#endif
