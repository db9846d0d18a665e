/** The loaders of the model, one for each topic; model.c calls them in this order. Private to report/. */
#ifndef DYNO_REPORT_MODEL_PARTS_H
#define DYNO_REPORT_MODEL_PARTS_H

#include "base/status.h"
#include "report/model.h"

struct sqlite3;

/** Build the whole model from a database handle; `*out` is set only if all went well. */
enum dyno_status dyno_report_model_read(struct sqlite3 *db, int64_t experiment_id,
                                        struct dyno_report_model **out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/* Each loader fills its part of a model whose earlier parts are there. DYNO_EIO if the database fails;
 * the head also gives DYNO_ENOTFOUND for an unknown experiment. */
enum dyno_status dyno_report_load_head(struct sqlite3 *db, struct dyno_report_model *model,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
/** Arms, queries, facts, starts, warnings. */
enum dyno_status dyno_report_load_things(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_load_settings(struct sqlite3 *db, struct dyno_report_model *model,
                                           struct dyno_err *err) DYNO_MUST_CHECK;
/** Trials with their gates, and which of them count. */
enum dyno_status dyno_report_load_trials(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
/** Durations of trials, arms and queries. */
enum dyno_status dyno_report_load_latency(struct sqlite3 *db, struct dyno_report_model *model,
                                          struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_load_contrasts(struct sqlite3 *db, struct dyno_report_model *model,
                                            struct dyno_err *err) DYNO_MUST_CHECK;
/** What else moved the numbers than the arms. */
enum dyno_status dyno_report_load_disturbances(struct sqlite3 *db, struct dyno_report_model *model,
                                               struct dyno_err *err) DYNO_MUST_CHECK;
/** Spark's numbers and their changes. */
enum dyno_status dyno_report_load_spark(struct sqlite3 *db, struct dyno_report_model *model,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
/** Time accounts, findings, and what changed together with latency; needs contrasts and changes. */
enum dyno_status dyno_report_load_why(struct sqlite3 *db, struct dyno_report_model *model,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
/** What servers said of themselves. */
enum dyno_status dyno_report_load_servers(struct sqlite3 *db, struct dyno_report_model *model,
                                          struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_load_warmup(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_load_plans(struct sqlite3 *db, struct dyno_report_model *model,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_report_load_errors(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
/** Everything that only a ranking has, and what to do now. */
enum dyno_status dyno_report_load_rank(struct sqlite3 *db, struct dyno_report_model *model,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
/** What to do now; needs all the rest. */
void dyno_report_load_next(struct dyno_report_model *model);

/** The arm with this database id as a place in `arms`; `arm_count` if there is none. */
size_t dyno_report_arm_at(const struct dyno_report_model *model, int64_t arm_id);

/** The place of a query's ordinal in `queries`; `query_count` if there is none. */
size_t dyno_report_query_at(const struct dyno_report_model *model, int64_t ordinal);

/** The place of a trial's id in `trials`; `trial_count` if there is none. */
size_t dyno_report_trial_at(const struct dyno_report_model *model, int64_t trial_id);

#endif
