/**
 * An experiment on its way from one results file to another inside a trial plan: everything that is known of it
 * before its one trial runs elsewhere. The text is one JSON object that nobody else looks into.
 */
#ifndef DYNO_STORE_CARRY_H
#define DYNO_STORE_CARRY_H

#include "store/store.h"

/** Experiment, facts, arm, queries, start, proofs of settings and warnings as one JSON text; the caller frees.
 *  Facts of this machine (topic "host") become those of topic "planned on": others will run the load. */
enum dyno_status dyno_store_carry_out(struct dyno_store *store, int64_t experiment_id, char **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** What stands for it where it was put. */
struct dyno_store_carried {
    int64_t experiment_id, arm_id, start_id;
    int64_t setting_count;
};

/** Put it in as a new experiment that runs, owned by this process: all of it or nothing. DYNO_EINPUT if the text
 *  is not one that was carried out. */
enum dyno_status dyno_store_carry_in(struct dyno_store *store, const char *text,
                                     struct dyno_store_carried *out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** The experiment that holds the trial with this tag and begin; 0 if there is none. */
enum dyno_status dyno_store_find_trial(struct dyno_store *store, const char *tag,
                                       int64_t epoch_wall_ms, int64_t *experiment_id_out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
