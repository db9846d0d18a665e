#include "base/file.h"
#include "base/units.h"
#include "collect/collector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MAX_FILE_BYTES                                                                             \
    ((size_t)8 * 1024 * 1024) /* /proc/cpuinfo of a thousand cores is over 1 MiB */

static void set_value(struct dyno_host_fact *fact, const char *text)
{
    size_t len = strcspn(text, "\n");
    (void)snprintf(fact->value, sizeof fact->value, "%.*s", (int)(len < 150 ? len : 150), text);
}

/* The whole file's first line, or `fallback`. */
static void from_file(struct dyno_host_fact *fact, const char *path, const char *fallback)
{
    char *text = NULL;
    size_t len = 0;
    if (dyno_file_read(path, MAX_FILE_BYTES, &text, &len, NULL) == DYNO_OK && len > 1)
        set_value(fact, text);
    else
        set_value(fact, fallback);
    free(text);
}

static void find_kernel(struct dyno_host_fact *fact)
{
    struct utsname name;
    if (uname(&name) == 0)
        (void)snprintf(fact->value, sizeof fact->value, "%.40s %.80s %.30s", name.sysname,
                       name.release, name.machine);
}

static void find_system(struct dyno_host_fact *fact)
{
    char *text = NULL;
    size_t len = 0;
    const char *at = NULL;
    if (dyno_file_read("/etc/os-release", MAX_FILE_BYTES, &text, &len, NULL) == DYNO_OK)
        at = strstr(text, "PRETTY_NAME=\"");
    if (at != NULL) {
        set_value(fact, at + strlen("PRETTY_NAME=\""));
        fact->value[strcspn(fact->value, "\"")] = '\0';
    }
    free(text);
}

/* The value of one line of /proc/cpuinfo; the first core stands for all. */
static void find_cpu(struct dyno_host_fact *fact)
{
    char *text = NULL;
    size_t len = 0;
    const char *at = NULL;
    if (dyno_file_read("/proc/cpuinfo", MAX_FILE_BYTES, &text, &len, NULL) == DYNO_OK)
        at = strstr(text, "model name");
    if (at != NULL)
        at = strchr(at, ':');
    set_value(fact, at == NULL ? "unknown" : at + 1 + strspn(at + 1, " \t"));
    free(text);
}

static void find_cores(struct dyno_host_fact *fact)
{
    (void)snprintf(fact->value, sizeof fact->value, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
}

static void find_memory(struct dyno_host_fact *fact)
{
    char size[32];
    int64_t bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    set_value(fact, dyno_format_bytes(bytes, size, sizeof size));
}

static void find_cpu_limit(struct dyno_host_fact *fact)
{
    from_file(fact, "/sys/fs/cgroup/cpu.max", "none");
}

static void find_governor(struct dyno_host_fact *fact)
{
    from_file(fact, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "not shown");
}

static void find_clock_source(struct dyno_host_fact *fact)
{
    from_file(fact, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "unknown");
}

static void find_huge_pages(struct dyno_host_fact *fact)
{
    from_file(fact, "/sys/kernel/mm/transparent_hugepage/enabled", "unknown");
}

static void find_virtualisation(struct dyno_host_fact *fact)
{
    char *text = NULL;
    size_t len = 0;
    bool is_virtual =
        dyno_file_read("/proc/cpuinfo", MAX_FILE_BYTES, &text, &len, NULL) == DYNO_OK &&
        strstr(text, " hypervisor") != NULL;
    if (dyno_file_exists("/.dockerenv") || dyno_file_exists("/run/.containerenv"))
        set_value(fact, is_virtual ? "container in a virtual machine" : "container");
    else
        set_value(fact, is_virtual ? "virtual machine" : "none seen");
    free(text);
}

static const struct {
    const char *name;
    void (*find)(struct dyno_host_fact *fact);
} sources[] = {
    {"system", find_system},
    {"kernel", find_kernel},
    {"cpu", find_cpu},
    {"cores", find_cores},
    {"memory", find_memory},
    {"cpu_limit", find_cpu_limit},
    {"governor", find_governor},
    {"clock_source", find_clock_source},
    {"huge_pages", find_huge_pages},
    {"virtualisation", find_virtualisation},
};

size_t dyno_collect_host_facts(struct dyno_host_fact *facts, size_t room)
{
    size_t count = sizeof sources / sizeof sources[0];
    if (count > room)
        count = room;
    for (size_t i = 0; i < count; i++) {
        facts[i] = (struct dyno_host_fact){.name = sources[i].name, .value = "unknown"};
        sources[i].find(&facts[i]);
    }
    return count;
}
