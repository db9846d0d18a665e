/** The latencies of an experiment as one HdrHistogram log, for the tools that read such logs. */
#ifndef DYNO_REPORT_HDR_H
#define DYNO_REPORT_HDR_H

#include "base/status.h"
#include "base/str.h"
#include "store/store.h"

#include <stdint.h>

/**
 * Every histogram of every measured trial, invalid ones too, in order of time. The tag is ARM.QUERY.response
 * or ARM.QUERY.service; for statements that ended otherwise than well ARM.QUERY.OUTCOME.response.
 * DYNO_ENOTFOUND if the experiment has no histogram, DYNO_EIO if the results cannot be read.
 */
enum dyno_status dyno_report_hdr(struct dyno_store *store, int64_t experiment_id,
                                 struct dyno_str *out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
