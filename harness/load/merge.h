/**
 * The trial files of several generators as one. Every share of the plan has to be there, once; the result
 * is what one generator would have left: the records in the order of their seq, the whole schedule, counts
 * summed up. Its epoch is that of the first share; the others' differ by how well the clocks agree.
 */
#ifndef DYNO_LOAD_MERGE_H
#define DYNO_LOAD_MERGE_H

#include "base/status.h"

#include <stddef.h>

/** DYNO_EINPUT if the files are not the shares of one schedule, or one is missing or has not finished. */
enum dyno_status dyno_trial_merge(const char *const *paths, size_t count, const char *out_path,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** The same with shares that failed, were stopped or crashed (and were settled): the result is in the worst
 *  state of all, with the error of one that failed by itself. */
enum dyno_status dyno_trial_merge_any(const char *const *paths, size_t count, const char *out_path,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
