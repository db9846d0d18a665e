#include "collect/host.h"

#include "base/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
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

static double seconds_of(double ticks)
{
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

/* `count` numbers with white space between them; false if there are fewer. */
static bool read_numbers(const char *text, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        out[i] = strtod(text, &end);
        if (end == text)
            return false;
        text = end;
    }
    return true;
}

static void note_cpu(struct dyno_series *series, int64_t now_ns)
{
    enum {
        USER,
        NICE,
        SYSTEM,
        IDLE,
        IOWAIT,
        IRQ,
        SOFTIRQ,
        STEAL,
        CPU_FIELDS
    };
    char head[HEAD_BYTES];
    double ticks[CPU_FIELDS];
    if (!read_head("/proc/stat", head) || strncmp(head, "cpu ", 4) != 0 ||
        !read_numbers(head + 4, ticks, CPU_FIELDS))
        return;
    note(series, "cpu_user_s", now_ns, seconds_of(ticks[USER] + ticks[NICE]));
    note(series, "cpu_system_s", now_ns, seconds_of(ticks[SYSTEM] + ticks[IRQ] + ticks[SOFTIRQ]));
    note(series, "cpu_idle_s", now_ns, seconds_of(ticks[IDLE]));
    note(series, "cpu_iowait_s", now_ns, seconds_of(ticks[IOWAIT]));
    note(series, "cpu_steal_s", now_ns, seconds_of(ticks[STEAL]));
}

static void note_memory(struct dyno_series *series, int64_t now_ns)
{
    static const char key[] = "MemAvailable:";
    char head[HEAD_BYTES];
    double value = 0;
    if (read_head("/proc/loadavg", head) && read_numbers(head, &value, 1))
        note(series, "load1", now_ns, value);
    const char *line = read_head("/proc/meminfo", head) ? strstr(head, key) : NULL;
    if (line != NULL && read_numbers(line + sizeof key - 1, &value, 1))
        note(series, "mem_available_bytes", now_ns, value * 1024);
}

struct usage {
    double cpu_s;
    double rss_bytes;
    int processes;
};

/* The program's name stands in parentheses and may hold anything, so fields count from the last ')':
 * after it come the state and then numbers. What ended children used is counted with their parent, so
 * that the sum never falls. */
static void add_process(const char *name, pid_t group, struct usage *sum)
{
    enum {
        GROUP = 1,
        USER = 10,
        SYSTEM = 11,
        REAPED_USER = 12,
        REAPED_SYSTEM = 13,
        RSS = 20,
        STAT_FIELDS = 21
    };
    char path[64];
    char head[HEAD_BYTES];
    double fields[STAT_FIELDS];
    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    const char *tail = read_head(path, head) ? strrchr(head, ')') : NULL;
    if (tail == NULL || strlen(tail) < 4 || !read_numbers(tail + 3, fields, STAT_FIELDS) ||
        (pid_t)fields[GROUP] != group)
        return;
    sum->cpu_s +=
        seconds_of(fields[USER] + fields[SYSTEM] + fields[REAPED_USER] + fields[REAPED_SYSTEM]);
    sum->rss_bytes += fields[RSS] * (double)sysconf(_SC_PAGESIZE);
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

/* By how much a counter of the host grew from its first sample to its last; NAN without two of them. */
static double growth(const struct dyno_store_counter *counters, size_t count, const char *name,
                     double *elapsed_s_out)
{
    const struct dyno_store_counter *first = NULL;
    const struct dyno_store_counter *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(counters[i].source, "host") != 0 || strcmp(counters[i].name, name) != 0)
            continue;
        first = first == NULL ? &counters[i] : first;
        last = &counters[i];
    }
    if (first == last)
        return (double)NAN;
    *elapsed_s_out = (double)(last->t_ns - first->t_ns) / (double)DYNO_NS_PER_S;
    return last->value - first->value;
}

double dyno_host_cpu_beside_server_s(const struct dyno_store_counter *counters, size_t count,
                                     double *elapsed_s_out)
{
    *elapsed_s_out = (double)NAN;
    double machine_s = growth(counters, count, "cpu_user_s", elapsed_s_out) +
                       growth(counters, count, "cpu_system_s", elapsed_s_out);
    return machine_s - growth(counters, count, "server_cpu_s", elapsed_s_out);
}
