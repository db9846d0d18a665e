#include "spark/proc.h"

#include "base/file.h"
#include "base/process.h"
#include "base/vec.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than the kernel lets a program be started with. */
#define MAX_ENVIRONMENT_BYTES ((size_t)8 * 1024 * 1024)
#define STATE_LISTEN          0x0A

static char process_state(pid_t pid)
{
    char path[64];
    char *text = NULL;
    size_t len = 0;
    char state = 'X';
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (dyno_file_read(path, 4096, &text, &len, NULL) != DYNO_OK)
        return state;
    const char *bracket = strrchr(text, ')');
    if (bracket != NULL && bracket[1] == ' ')
        state = bracket[2];
    free(text);
    return state;
}

bool dyno_proc_is_alive(pid_t pid, uint64_t start_ticks)
{
    if (pid <= 0 || start_ticks == 0 || dyno_process_start_ticks(pid) != start_ticks)
        return false;
    char state = process_state(pid);
    return state != 'Z' && state != 'X';
}

static bool has_mark(pid_t pid, const char *mark)
{
    char path[64];
    char *text = NULL;
    size_t len = 0;
    bool found = false;
    (void)snprintf(path, sizeof path, "/proc/%ld/environ", (long)pid);
    if (dyno_file_read(path, MAX_ENVIRONMENT_BYTES, &text, &len, NULL) != DYNO_OK)
        return false;
    for (size_t at = 0; at < len && !found; at += strlen(text + at) + 1)
        found = strcmp(text + at, mark) == 0;
    free(text);
    return found;
}

size_t dyno_proc_find_marked(const char *mark, pid_t **pids_out)
{
    struct dyno_vec pids = DYNO_VEC_INIT(pid_t);
    size_t count = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        pid_t pid =
            isdigit((unsigned char)entry->d_name[0]) ? (pid_t)strtol(entry->d_name, NULL, 10) : 0;
        if (pid > 1 && pid != getpid() && has_mark(pid, mark) && process_state(pid) != 'Z')
            dyno_vec_push(&pids, &pid);
    }
    if (dir != NULL)
        closedir(dir);
    *pids_out = dyno_vec_take(&pids, &count);
    return count;
}

/* Columns of /proc/net/tcp, by white space. */
enum {
    COLUMN_LOCAL = 1,
    COLUMN_STATE = 3,
    COLUMN_INODE = 9,
    COLUMNS
};

/* The inode in one line of it if it listens on `port`, else 0. */
static uint64_t listener_in_line(char *line, uint16_t port)
{
    const char *columns[COLUMNS] = {NULL};
    char *rest = NULL;
    char *word = strtok_r(line, " ", &rest);
    for (int i = 0; i < COLUMNS && word != NULL; i++) {
        columns[i] = word;
        word = strtok_r(NULL, " ", &rest);
    }
    if (columns[COLUMN_INODE] == NULL)
        return 0;
    const char *colon = strchr(columns[COLUMN_LOCAL], ':');
    bool is_it = colon != NULL && strtoul(colon + 1, NULL, 16) == port &&
                 strtoul(columns[COLUMN_STATE], NULL, 16) == STATE_LISTEN;
    return is_it ? strtoull(columns[COLUMN_INODE], NULL, 10) : 0;
}

static uint64_t listener_in_table(const char *path, uint16_t port)
{
    char line[512];
    uint64_t inode = 0;
    FILE *table = fopen(path, "re");
    while (table != NULL && inode == 0 && fgets(line, sizeof line, table) != NULL)
        inode = listener_in_line(line, port);
    if (table != NULL)
        (void)fclose(table);
    return inode;
}

uint64_t dyno_proc_listener(uint16_t port)
{
    /* Java listens on IPv6 sockets even for 127.0.0.1 unless it is told otherwise. */
    uint64_t inode = listener_in_table("/proc/self/net/tcp6", port);
    return inode != 0 ? inode : listener_in_table("/proc/self/net/tcp", port);
}

bool dyno_proc_owns_socket(pid_t pid, uint64_t inode)
{
    char folder[64];
    char wanted[64];
    char path[sizeof folder + NAME_MAX + 2];
    char target[128];
    bool found = false;
    (void)snprintf(folder, sizeof folder, "/proc/%ld/fd", (long)pid);
    (void)snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
    DIR *dir = opendir(folder);
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL && !found;
         entry = readdir(dir)) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ssize_t len = readlink(path, target, sizeof target - 1);
        if (len > 0) {
            target[len] = '\0';
            found = strcmp(target, wanted) == 0;
        }
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}
