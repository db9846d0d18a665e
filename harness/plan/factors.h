/**
 * Factors: the settings that a ranking asks about, each with two levels.
 *
 *     description: one sentence
 *     factors:
 *       - name: skew-join               # [a-z0-9_-], once in all files of a ranking
 *         setting: spark.sql.adaptive.skewJoin.enabled     # or a list of keys that get the same value
 *         low: "false"                  # two values that mean different things to Spark
 *         high: "true"
 *         kind: session                 # session | static; may be left out, for the key tells it
 *         why: splits partitions that are much larger than the others
 */
#ifndef DYNO_PLAN_FACTORS_H
#define DYNO_PLAN_FACTORS_H

#include "base/status.h"
#include "spark/setting.h"

#include <stddef.h>

#define DYNO_FACTOR_KEYS_MAX 4
#define DYNO_FACTORS_MAX     12
#define DYNO_FACTORS_MIN     2

struct dyno_factor {
    char *name;
    char *keys[DYNO_FACTOR_KEYS_MAX];
    size_t key_count;
    char *low, *high, *why;
    enum dyno_setting_scope scope; /**< static if one of its keys is */
    char *place;                   /**< "path:line:column" of the setting, for later complaints */
};

struct dyno_factors {
    struct dyno_factor *items;
    size_t count;
};

/**
 * Add the factors of a file to `factors` (all zero at first). `name_or_path`: a path with a '/' or ending in
 * .yaml as it stands, any other word as <dir>/<word>.yaml for each of `dirs` (ends with NULL). Everything wrong is
 * DYNO_EINPUT "path:line:column: ...": unknown keys, equal levels, a name or a setting that stands there
 * twice (also over several files), a kind that the setting has not, a static setting whose name is a
 * misspelt one. Whether Spark knows a session setting is asked of the server.
 */
enum dyno_status dyno_factors_read(const char *name_or_path, const char *const *dirs,
                                   struct dyno_factors *factors,
                                   struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_factors_deinit(struct dyno_factors *factors);

/** Leave out the factor of that name. DYNO_EINPUT with a suggestion if there is none. */
enum dyno_status dyno_factors_remove(struct dyno_factors *factors, const char *name,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** The place of the factor with this name; `count` if there is none. */
size_t dyno_factors_find(const struct dyno_factors *factors, const char *name);

/** The factor whose setting is named in `text` in quotes; NULL if there is none. For a complaint of the
 *  server, which knows no file. */
const struct dyno_factor *dyno_factors_named_in(const struct dyno_factors *factors,
                                                const char *text);

#endif
