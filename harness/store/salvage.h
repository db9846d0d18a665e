/** What is asked before a trial is taken in that its own process could not store. */
#ifndef DYNO_STORE_SALVAGE_H
#define DYNO_STORE_SALVAGE_H

#include "store/store.h"

/** Which trial of which process. Borrowed. */
struct dyno_store_trial_key {
    int64_t experiment_id, start_id;
    const char *tag;
    /** Of the experiment; with its start time, so that ids of another file do not pass for it. */
    int64_t owner_pid;
    const char *owner_ticks;
};

/** Does the file know that experiment of that process, and not yet the trial? */
enum dyno_status dyno_store_lacks_trial(struct dyno_store *store,
                                        const struct dyno_store_trial_key *key, bool *out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

#endif
