/** Rows of a trial that explain it: accounts, stages, findings. Private to store/. */
#ifndef DYNO_STORE_EXPLAINED_H
#define DYNO_STORE_EXPLAINED_H

#include "store/sql.h"
#include "store/store.h"

extern const char dyno_insert_account[];
extern const char dyno_insert_stage[];
extern const char dyno_insert_finding[];

/* Bind and run row `i` of its kind. */
enum dyno_status dyno_put_account(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_put_stage(sqlite3_stmt *statement, int64_t trial_id,
                                const struct dyno_store_trial *trial, size_t i,
                                struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_put_finding(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
