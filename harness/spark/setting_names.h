/** Names of Spark settings that are known here: what kind they are, what they are called today. */
#ifndef DYNO_SPARK_SETTING_NAMES_H
#define DYNO_SPARK_SETTING_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/** spark.sql.* keys that are read once, when the server starts. */
bool dyno_setting_is_static_sql(const char *key);

/** Static keys that work although SET takes them like any unknown name. */
bool dyno_setting_is_unlisted(const char *key);

/** Keys below a prefix that takes any name (spark.sql.catalog.NAME). */
bool dyno_setting_is_open_family(const char *key);

/** What a key of Spark 2 is called today, NULL if it is none. Static storage. */
const char *dyno_setting_new_name(const char *key);

/** Documented core keys, for suggestions. The caller frees with dyno_setting_core_keys_free. */
struct dyno_setting_core_keys {
    char *text;
    const char **keys; /**< point into `text` */
    size_t count;
};
void dyno_setting_core_keys_load(struct dyno_setting_core_keys *out);
void dyno_setting_core_keys_free(struct dyno_setting_core_keys *keys);

#endif
