/** How to ask for an arm of an experiment again on a command line. */
#ifndef DYNO_EXPERIMENT_PLACE_H
#define DYNO_EXPERIMENT_PLACE_H

#include "explain/rule.h"
#include "plan/profile.h"
#include "plan/workload.h"

/** Owned texts behind a dyno_rule_place. */
struct dyno_place {
    char *workload, *profile, *options;
    bool has_settings;
    const struct dyno_setting *settings; /**< borrowed from the profile */
    size_t setting_count;
    char *hidden; /**< names of settings whose values are secret, "" */
};

/** The workload and profile by name where a command line would find them by it, else by path; settings that do
 *  not stand in the profile's file as options. Secrets are covered. Freed with dyno_place_deinit. */
void dyno_place_init(struct dyno_place *place, const struct dyno_workload *workload,
                     const struct dyno_profile *profile);
void dyno_place_deinit(struct dyno_place *place);

/** The same, borrowed. */
struct dyno_rule_place dyno_place_words(const struct dyno_place *place);

#endif
