/**
 * Profiles: sets of Spark properties in spark-defaults.conf format, which is that of Java properties
 * files (java.util.Properties), with values trimmed as Spark does.
 */
#ifndef DYNO_PLAN_PROFILE_H
#define DYNO_PLAN_PROFILE_H

#include "base/sha256.h"
#include "base/status.h"
#include "spark/setting.h"

#include <stddef.h>

#define DYNO_PROFILE_MAX_BYTES 1048576

struct dyno_profile {
    char *name;    /**< file name without folder and .conf */
    char *path;    /**< where it was read from */
    char *comment; /**< the first comment line, without its mark; "" if there is none */
    struct dyno_setting *settings; /**< sorted by key */
    size_t setting_count;
    char sha256[DYNO_SHA256_TEXT_BYTES]; /**< of the sorted "key=value" lines */
};

/**
 * Read a profile. `name_or_path`: a path with a '/' or ending in .conf is read as it stands; any other
 * word is looked up as <dir>/<word>.conf for each of `dirs` (ends with NULL). A duplicate key, a key
 * without a value, a key with odd characters or binary junk is DYNO_EINPUT "path:line:column: ...";
 * a profile that is not there is DYNO_EINPUT too, with a suggestion and the names there are.
 */
enum dyno_status dyno_profile_read(const char *name_or_path, const char *const *dirs,
                                   struct dyno_profile *out, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_profile_deinit(struct dyno_profile *profile);

/** Put "key=value" (from --conf) over the profile. DYNO_EINPUT if it has no '=' or an odd key. */
enum dyno_status dyno_profile_override(struct dyno_profile *profile, const char *assignment,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** The value of a key, NULL if it is not set. Borrowed. */
const char *dyno_profile_get(const struct dyno_profile *profile, const char *key);

/** Settings of one scope, in order of keys; borrowed strings, the caller frees the array. */
struct dyno_setting *dyno_profile_select(const struct dyno_profile *profile,
                                         enum dyno_setting_scope scope, size_t *count_out);

/** 1 if both have the same static settings, so that they may share a server start. */
int dyno_profile_same_static(const struct dyno_profile *a, const struct dyno_profile *b);

/** Keys whose values differ (an absent one differs from a present one); borrowed key strings of a or b. */
size_t dyno_profile_diff(const struct dyno_profile *a, const struct dyno_profile *b,
                         const char ***keys_out);

#endif
