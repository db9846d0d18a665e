/** The table of all experiments, from a database handle; report.h has the same for a store. */
#ifndef DYNO_REPORT_LIST_H
#define DYNO_REPORT_LIST_H

#include "base/status.h"
#include "base/str.h"

struct sqlite3;

/** Append the table, or the document; DYNO_EIO if the database cannot be read. */
enum dyno_status dyno_report_list_text_read(struct sqlite3 *db, struct dyno_str *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_list_json_read(struct sqlite3 *db, struct dyno_str *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

#endif
