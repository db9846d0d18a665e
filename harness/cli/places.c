#include "cli/places.h"

#include "base/alloc.h"
#include "base/file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_UP 6

static bool is_root(const char *dir)
{
    char *workloads = dyno_path_join(dir, "workloads");
    char *profiles = dyno_path_join(dir, "profiles");
    bool found = dyno_dir_exists(workloads) && dyno_dir_exists(profiles);
    free(workloads);
    free(profiles);
    return found;
}

/* Cut the last part of a path; false at the top. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return false;
    *slash = '\0';
    return true;
}

static char *find_root(const char *self)
{
    char *found = NULL;
    char *dir = dyno_path_absolute(".");
    size_t len = strlen(dir);
    if (len > 2 && strcmp(dir + len - 2, "/.") == 0)
        dir[len - 2] = '\0';
    if (is_root(dir))
        return dir;
    char *above = dyno_xstrdup(self);
    for (int i = 0; found == NULL && i < LEVELS_UP && go_up(above); i++) {
        char *share = dyno_path_join(above, "share/sparkdyno");
        if (is_root(above))
            found = dyno_xstrdup(above);
        else if (is_root(share))
            found = dyno_xstrdup(share);
        free(share);
    }
    free(above);
    if (found == NULL)
        return dir;
    free(dir);
    return found;
}

/* In the build tree the driver lies in odbc/ beside our cli/; installed, in lib/odbc or lib/<arch>/odbc. */
static char *find_driver(const char *self)
{
    static const char *const names[] = {"odbc/libsparkodbc.so", "lib/odbc/libsparkodbc.so",
                                        "lib/x86_64-linux-gnu/odbc/libsparkodbc.so",
                                        "lib/aarch64-linux-gnu/odbc/libsparkodbc.so"};
    const char *named = getenv("SPARKDYNO_ODBC_DRIVER");
    if (named != NULL && named[0] != '\0')
        return dyno_path_absolute(named);
    char *above = dyno_xstrdup(self);
    char *found = NULL;
    for (int level = 0; found == NULL && level < 3 && go_up(above); level++) {
        for (size_t i = 0; found == NULL && i < sizeof names / sizeof names[0]; i++) {
            char *path = dyno_path_join(above, names[i]);
            if (dyno_file_exists(path))
                found = path;
            else
                free(path);
        }
    }
    free(above);
    return found;
}

void cli_places_init(struct cli_places *places)
{
    memset(places, 0, sizeof *places);
    places->self = dyno_path_of_self();
    if (places->self == NULL)
        places->self = dyno_xstrdup("/proc/self/exe");
    places->root = find_root(places->self);
    places->odbc_driver = find_driver(places->self);
    places->workload_dirs[0] = dyno_xstrdup("workloads");
    places->workload_dirs[1] = dyno_path_join(places->root, "workloads");
    places->profile_dirs[0] = dyno_xstrdup("profiles");
    places->profile_dirs[1] = dyno_path_join(places->root, "profiles");
}

void cli_places_deinit(struct cli_places *places)
{
    for (int i = 0; i < 2; i++) {
        free(places->workload_dirs[i]);
        free(places->profile_dirs[i]);
    }
    free(places->self);
    free(places->root);
    free(places->odbc_driver);
}
