/** Finding a Spark and a Java that can run it. */
#ifndef DYNO_SPARK_INSTALL_H
#define DYNO_SPARK_INSTALL_H

#include "base/status.h"

struct dyno_spark_install {
    char *home;    /**< absolute SPARK_HOME */
    char *version; /**< "4.1.4", from the name of the spark-core jar */
    char *java;    /**< absolute path of the java program */
    int java_major;
};

/**
 * `home` if not NULL; else SPARK_HOME; else `<root>/.spark/<version>` for the asked version (NULL: the
 * newest tested line there is, 4.1.4). DYNO_EENV with cause and cure: no Spark there (run
 * scripts/spark), no Java (package to install), Java too old for this Spark (8, 11 or 17 for 3.5; 17 or
 * 21 for 4.x), no Thrift server jar.
 */
enum dyno_status dyno_spark_install_find(const char *root, const char *home, const char *version,
                                         struct dyno_spark_install *out,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_spark_install_deinit(struct dyno_spark_install *install);

#endif
