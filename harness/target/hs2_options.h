/** How the native client reaches the server of a target: by a connection string, or by single members. */
#ifndef DYNO_TARGET_HS2_OPTIONS_H
#define DYNO_TARGET_HS2_OPTIONS_H

#include "hs2/settings.h"
#include "target/target.h"

/** Borrows from the configuration that it was made of. */
struct dyno_hs2_target_options {
    struct dyno_hs2_pairs pairs;
    struct dyno_hs2_settings settings;
    struct dyno_hs2_options with;
};

/** DYNO_EINPUT: the text names the key that is wrong, never a secret. To be given to _deinit either way. */
enum dyno_status dyno_hs2_target_options_init(struct dyno_hs2_target_options *options,
                                              const struct dyno_target_config *config,
                                              struct dyno_err *err) DYNO_MUST_CHECK;

void dyno_hs2_target_options_deinit(struct dyno_hs2_target_options *options);

#endif
