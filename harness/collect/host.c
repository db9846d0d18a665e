#include "collect/host.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough for the head of every file that is read here; what lies beyond is not looked at. */
#define HEAD_BYTES 4096

static bool read_head(const char *path, char buf[HEAD_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, buf, HEAD_BYTES - 1);
    (void)close(fd);
    buf[len > 0 ? len : 0] = '\0';
    return len > 0;
}

static void note(struct dyno_series *series, const char *name, int64_t now_ns, double value)
{
    dyno_series_add(series, "host", name, now_ns, value);
}

static double seconds_of(uint64_t ticks)
{
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static void note_cpu(struct dyno_series *series, int64_t now_ns)
{
    char head[HEAD_BYTES];
    uint64_t user = 0;
    uint64_t nice = 0;
    uint64_t system = 0;
    uint64_t idle = 0;
    uint64_t iowait = 0;
    uint64_t irq = 0;
    uint64_t softirq = 0;
    uint64_t steal = 0;
    if (!read_head("/proc/stat", head))
        return;
    int fields = sscanf(head,
                        "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                        " %" SCNu64 " %" SCNu64,
                        &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal);
    if (fields != 8)
        return;
    note(series, "cpu_user_s", now_ns, seconds_of(user + nice));
    note(series, "cpu_system_s", now_ns, seconds_of(system + irq + softirq));
    note(series, "cpu_idle_s", now_ns, seconds_of(idle));
    note(series, "cpu_iowait_s", now_ns, seconds_of(iowait));
    note(series, "cpu_steal_s", now_ns, seconds_of(steal));
}

static void note_memory(struct dyno_series *series, int64_t now_ns)
{
    char head[HEAD_BYTES];
    double load = NAN;
    uint64_t kib = 0;
    if (read_head("/proc/loadavg", head) && sscanf(head, "%lf", &load) == 1)
        note(series, "load1", now_ns, load);
    const char *line = read_head("/proc/meminfo", head) ? strstr(head, "MemAvailable:") : NULL;
    if (line != NULL && sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
        note(series, "mem_available_bytes", now_ns, (double)kib * 1024);
}

struct usage {
    double cpu_s;
    double rss_bytes;
    int processes;
};

/* The program's name stands in parentheses and may hold anything, so fields count from the last ')'. */
static void add_process(const char *name, pid_t group, struct usage *sum)
{
    char path[64];
    char head[HEAD_BYTES];
    int its_group = 0;
    uint64_t user = 0;
    uint64_t system = 0;
    uint64_t pages = 0;
    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    if (!read_head(path, head))
        return;
    const char *tail = strrchr(head, ')');
    int fields = tail == NULL ? 0
                              : sscanf(tail,
                                       ") %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64
                                       " %" SCNu64 " %*d %*d %*d %*d %*d %*d %*u %*u %" SCNu64,
                                       &its_group, &user, &system, &pages);
    if (fields != 4 || its_group != group)
        return;
    sum->cpu_s += seconds_of(user + system);
    sum->rss_bytes += (double)pages * (double)sysconf(_SC_PAGESIZE);
    sum->processes++;
}

static void note_server(pid_t server_pid, struct dyno_series *series, int64_t now_ns)
{
    struct usage sum = {0, 0, 0};
    pid_t group = getpgid(server_pid);
    DIR *proc = group > 0 ? opendir("/proc") : NULL;
    if (proc == NULL)
        return;
    for (const struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc)) {
        if (isdigit((unsigned char)entry->d_name[0]))
            add_process(entry->d_name, group, &sum);
    }
    (void)closedir(proc);
    if (sum.processes == 0)
        return;
    note(series, "server_cpu_s", now_ns, sum.cpu_s);
    note(series, "server_rss_bytes", now_ns, sum.rss_bytes);
}

void dyno_host_note(pid_t server_pid, struct dyno_series *series, int64_t now_ns)
{
    note_cpu(series, now_ns);
    note_memory(series, now_ns);
    if (server_pid > 0)
        note_server(server_pid, series, now_ns);
}
