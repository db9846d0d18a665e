/** Where things are: the project (workloads, profiles, Spark), results, cache, this program. */
#ifndef DYNO_CLI_PLACES_H
#define DYNO_CLI_PLACES_H

struct cli_places {
    char *self; /**< this program's file */
    char *root; /**< folder with workloads/ and profiles/: the working folder, the source tree that
                             this program was built in, or <prefix>/share/sparkdyno */
    char *
        odbc_driver; /**< libsparkodbc.so beside the build or in <prefix>/lib/odbc; NULL if not found */
    char *workload_dirs[3]; /**< ends with NULL */
    char *profile_dirs[3];
};

void cli_places_init(struct cli_places *places);
void cli_places_deinit(struct cli_places *places);

#endif
