/** Asking a Java for its version and whether it knows an option. */
#ifndef DYNO_SPARK_JAVA_H
#define DYNO_SPARK_JAVA_H

#include "base/status.h"

/** Major version (8, 11, 17 ...) of the program `java` by running `java -version`. DYNO_EENV. */
enum dyno_status dyno_java_major(const char *java, int *major_out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** 17 of `openjdk version "17.0.15" ...`, 8 of `version "1.8.0_392"`; 0 if it says nothing of the kind. */
int dyno_java_parse_major(const char *text);

/**
 * Does this Java know every -XX option of the text (as in spark.driver.extraJavaOptions)? Spark starts its
 * JVMs with -XX:+IgnoreUnrecognizedVMOptions, so a misspelt collector would pass in silence. Options that
 * write files are not tried. DYNO_EENV with Java's own words; `key` names the setting.
 */
enum dyno_status dyno_java_check_options(const char *java, const char *key, const char *options,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** The words of an option text as Spark splits it: white space apart, quotes of both kinds, backslash
 *  inside double quotes. Ends with NULL; the caller frees each and the array. */
char **dyno_java_split_options(const char *text);

#endif
