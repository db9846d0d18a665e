#include "spark/install.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/process.h"
#include "spark/java.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The lines that the tests run against, best first. */
static const char *const tested_versions[] = {"4.1.4", "3.5.7"};

#define JAVA_CURE "install the package openjdk-17-jre-headless, or set JAVA_HOME"

static char *canonical(const char *path)
{
    char *real = realpath(path, NULL);
    return real == NULL ? dyno_path_absolute(path) : real;
}

/* <root>/.spark/<version>, or NULL if that folder is not there. */
static char *installed_home(const char *root, const char *version)
{
    char *path = dyno_xasprintf("%s/.spark/%s", root, version);
    if (dyno_dir_exists(path))
        return path;
    free(path);
    return NULL;
}

static char *newest_untested_home(const char *root)
{
    char **names = NULL;
    size_t count = 0;
    char *home = NULL;
    char *folder = dyno_path_join(root, ".spark");
    if (dyno_dir_list(folder, &names, &count, NULL) == DYNO_OK) {
        for (size_t i = count; i-- > 0 && home == NULL;)
            if (isdigit((unsigned char)names[i][0]))
                home = installed_home(root, names[i]);
        for (size_t i = 0; i < count; i++)
            free(names[i]);
        free(names);
    }
    free(folder);
    return home;
}

static char *default_home(const char *root, const char *version)
{
    if (version != NULL)
        return installed_home(root, version);
    for (size_t i = 0; i < sizeof tested_versions / sizeof tested_versions[0]; i++) {
        char *home = installed_home(root, tested_versions[i]);
        if (home != NULL)
            return home;
    }
    return newest_untested_home(root);
}

static enum dyno_status find_home(const char *root, const char *home, const char *version,
                                  char **out, struct dyno_err *err)
{
    const char *from_env = getenv("SPARK_HOME");
    if (home == NULL && from_env != NULL && from_env[0] != '\0')
        home = from_env;
    if (home != NULL) {
        *out = canonical(home);
        if (dyno_dir_exists(*out))
            return DYNO_OK;
        return dyno_err_set(
            err, DYNO_EENV,
            "no Spark at '%s': correct --spark-home or SPARK_HOME, or leave both out and run "
            "scripts/spark",
            home);
    }
    char *found = default_home(root, version);
    if (found != NULL) {
        *out = canonical(found);
        free(found);
        return DYNO_OK;
    }
    return dyno_err_set(err, DYNO_EENV,
                        "no Spark %s below '%s/.spark': run scripts/spark %s, or set SPARK_HOME",
                        version == NULL ? "" : version, root, version == NULL ? "" : version);
}

/* The version in "<prefix>2.13-4.1.4.jar", or NULL if no such jar is there. */
static char *jar_version(char *const *names, size_t count, const char *prefix)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], prefix, strlen(prefix)) != 0)
            continue;
        const char *dash = strchr(names[i] + strlen(prefix), '-');
        size_t len = dash == NULL ? 0 : strlen(dash + 1);
        if (len > 4 && strcmp(dash + 1 + len - 4, ".jar") == 0)
            return dyno_xstrndup(dash + 1, len - 4);
    }
    return NULL;
}

static enum dyno_status read_jars(const char *home, char **version_out, struct dyno_err *err)
{
    char **names = NULL;
    size_t count = 0;
    char *thrift = NULL;
    char *jars = dyno_path_join(home, "jars");
    if (dyno_dir_list(jars, &names, &count, NULL) == DYNO_OK) {
        *version_out = jar_version(names, count, "spark-core_");
        thrift = jar_version(names, count, "spark-hive-thriftserver_");
    }
    bool is_complete = *version_out != NULL && thrift != NULL;
    if (*version_out == NULL)
        (void)dyno_err_set(
            err, DYNO_EENV,
            "'%s' is no Spark: there is no jars/spark-core_*.jar; run scripts/spark, "
            "or set SPARK_HOME",
            home);
    else if (thrift == NULL)
        (void)dyno_err_set(
            err, DYNO_EENV,
            "the Spark at '%s' was built without the Thrift server (no "
            "jars/spark-hive-thriftserver_*.jar): run scripts/spark for one that has it",
            home);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    free(thrift);
    free(jars);
    return is_complete ? DYNO_OK : DYNO_EENV;
}

static enum dyno_status check_submit(const char *home, struct dyno_err *err)
{
    char *submit = dyno_path_join(home, "bin/spark-submit");
    bool is_there = access(submit, X_OK) == 0;
    free(submit);
    if (is_there)
        return DYNO_OK;
    return dyno_err_set(
        err, DYNO_EENV,
        "the Spark at '%s' has no program bin/spark-submit: run scripts/spark again", home);
}

static bool is_version(const char *version, const char *asked)
{
    size_t len = strlen(asked);
    return strncmp(version, asked, len) == 0 && (version[len] == '\0' || version[len] == '.');
}

static enum dyno_status find_java(char **out, struct dyno_err *err)
{
    const char *java_home = getenv("JAVA_HOME");
    if (java_home == NULL || java_home[0] == '\0') {
        *out = dyno_process_find("java");
        if (*out != NULL)
            return DYNO_OK;
        return dyno_err_set(err, DYNO_EENV, "no Java was found: " JAVA_CURE);
    }
    /* Spark starts in a folder of its own, where it would mean another place. */
    if (java_home[0] != '/')
        return dyno_err_set(err, DYNO_EENV,
                            "JAVA_HOME is '%s', which depends on the working folder: write it with "
                            "its whole path",
                            java_home);
    *out = dyno_xasprintf("%s/bin/java", java_home);
    if (access(*out, X_OK) == 0)
        return DYNO_OK;
    return dyno_err_set(
        err, DYNO_EENV,
        "JAVA_HOME is '%s', but there is no program bin/java: correct or unset it, or "
        "install the package openjdk-17-jre-headless",
        java_home);
}

static enum dyno_status check_java(const struct dyno_spark_install *install, struct dyno_err *err)
{
    bool is_three = strncmp(install->version, "3.", 2) == 0;
    int oldest = is_three ? 8 : 17;
    if (install->java_major >= oldest)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EENV,
                        "Java %d ('%s') is too old for Spark %s, which needs %s: " JAVA_CURE,
                        install->java_major, install->java, install->version,
                        is_three ? "8, 11 or 17" : "17 or 21");
}

enum dyno_status dyno_spark_install_find(const char *root, const char *home, const char *version,
                                         struct dyno_spark_install *out, struct dyno_err *err)
{
    struct dyno_spark_install found = {.home = NULL};
    enum dyno_status status = find_home(root, home, version, &found.home, err);
    if (status == DYNO_OK)
        status = read_jars(found.home, &found.version, err);
    if (status == DYNO_OK)
        status = check_submit(found.home, err);
    if (status == DYNO_OK && version != NULL && !is_version(found.version, version))
        status =
            dyno_err_set(err, DYNO_EENV,
                         "Spark %s was asked for, but '%s' holds %s: correct or unset SPARK_HOME",
                         version, found.home, found.version);
    if (status == DYNO_OK)
        status = find_java(&found.java, err);
    if (status == DYNO_OK)
        status = dyno_java_major(found.java, &found.java_major, err);
    if (status == DYNO_OK)
        status = check_java(&found, err);
    if (status == DYNO_OK)
        *out = found;
    else
        dyno_spark_install_deinit(&found);
    return status;
}

void dyno_spark_install_deinit(struct dyno_spark_install *install)
{
    free(install->home);
    free(install->version);
    free(install->java);
    *install = (struct dyno_spark_install){.home = NULL};
}
