/**
 * Trials that a supervisor did not live to store. Beside the files of each trial lies a note that says where
 * they belong; the next experiment with the same results file and cache folder takes them in, as partial
 * trials that are shown and not judged.
 */
#ifndef DYNO_EXPERIMENT_SALVAGE_H
#define DYNO_EXPERIMENT_SALVAGE_H

#include "experiment/bench.h"
#include "experiment/trial.h"

/** The files of a trial, all in the scratch folder; borrowed. */
struct dyno_salvage_files {
    const char *plan_path;
    const char *const *paths; /**< trial files of all its shares */
    size_t count;
};

/** Leave the note: where what lies in these files belongs. */
enum dyno_status dyno_salvage_note(struct dyno_bench *bench, const struct dyno_trial_place *place,
                                   const struct dyno_salvage_files *left,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** Does the scratch folder hold trials that were to go into a results file which is still there? */
bool dyno_salvage_is_wanted(const char *folder);

/** Take in what left folders below the cache folder hold for the bench's store, which is open, and remove
 *  the folders of which nothing more is wanted. What cannot be taken in is said and left where it is. */
void dyno_salvage_take_in(struct dyno_bench *bench);

#endif
