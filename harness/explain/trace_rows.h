/** The stages of a trace as rows to be stored or shown. */
#ifndef DYNO_EXPLAIN_TRACE_ROWS_H
#define DYNO_EXPLAIN_TRACE_ROWS_H

#include "base/vec.h"
#include "explain/trace.h"
#include "store/store.h"

/** Append a struct dyno_store_stage for each stage, with times since this wall time in ms. */
void dyno_trace_rows(const struct dyno_trace *trace, double origin_wall_ms, struct dyno_vec *rows);

#endif
