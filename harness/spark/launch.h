/** What a Thrift server is started with: settings, files in its work folder, arguments, environment. */
#ifndef DYNO_SPARK_LAUNCH_H
#define DYNO_SPARK_LAUNCH_H

#include "base/status.h"
#include "spark/server.h"
#include "spark/setting.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_launch {
    const struct dyno_spark_options *options; /**< borrowed */
    const char *work_dir;                     /**< borrowed */
    const char *master; /**< "local[2]" or "spark://127.0.0.1:7077"; borrowed */
    uint16_t thrift_port;
    uint16_t ui_port;
    struct dyno_setting *added; /**< what we add to the profile; owned */
    size_t added_count;
};

/** The value of `key` in the profile, NULL if it says nothing. The last one counts. */
const char *dyno_launch_profile_value(const struct dyno_spark_options *options, const char *key);

/** Settings that have no business in a managed server's profile: DYNO_EINPUT says why. JVM options that
 *  Java does not know: DYNO_EENV. Settings without effect there are only warned of. */
enum dyno_status dyno_launch_check(const struct dyno_spark_options *options,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** Fill `added`: every setting of ours that the profile leaves open. A port that the profile sets is
 *  taken over into `ui_port`. */
void dyno_launch_add_settings(struct dyno_launch *launch);
void dyno_launch_deinit(struct dyno_launch *launch);

/** Both lists as a Java properties file; the caller frees. */
char *dyno_launch_properties(const struct dyno_launch *launch);

/** Folders and logging configuration of a work folder, before any Spark process starts. DYNO_EIO. */
enum dyno_status dyno_launch_make_folders(const char *work_dir,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/** The properties file in the work folder. DYNO_EIO, DYNO_EINPUT if it is too large. */
enum dyno_status dyno_launch_write_properties(const struct dyno_launch *launch,
                                              struct dyno_err *err) DYNO_MUST_CHECK;

/** Arguments, ending with NULL; the caller frees them with dyno_launch_strings_free. */
char **dyno_launch_arguments(const struct dyno_launch *launch);

/** "NAME=value" entries that every Spark process of a work folder gets, ending with NULL. */
char **dyno_launch_environment(const struct dyno_spark_install *install, const char *work_dir);

/** Options for a JVM that keep its temporary files in the work folder; the caller frees. */
char *dyno_launch_java_options(const char *work_dir);

void dyno_launch_strings_free(char **strings);

#endif
