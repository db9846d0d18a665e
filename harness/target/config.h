/** A target's configuration as JSON: part of what a generator process is told. */
#ifndef DYNO_TARGET_CONFIG_H
#define DYNO_TARGET_CONFIG_H

#include "base/json.h"
#include "base/status.h"
#include "target/target.h"

/** The caller frees it. It holds the password: only ever written to a private file. */
cJSON *dyno_target_config_to_json(const struct dyno_target_config *config);

/** DYNO_EINPUT names the member that is wrong. `*out` is to be freed with _deinit on success. */
enum dyno_status dyno_target_config_from_json(const cJSON *json, struct dyno_target_config *out,
                                              struct dyno_err *err) DYNO_MUST_CHECK;

/** Would a connection be tried with it? DYNO_EINPUT for a connection string that the native client does
 *  not understand; no server is asked. */
enum dyno_status dyno_target_config_check(const struct dyno_target_config *config,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/** Free the strings. */
void dyno_target_config_deinit(struct dyno_target_config *config);

#endif
