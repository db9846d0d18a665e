#include "load/machine.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Anew at each boot, and the same in all containers of a machine. */
#define KERNEL_ID     "/proc/sys/kernel/random/boot_id"
#define MAX_KERNEL_ID 256

static void note_kernel(struct dyno_trial_header *header)
{
    char *text = NULL;
    size_t len = 0;
    if (dyno_file_read(KERNEL_ID, MAX_KERNEL_ID, &text, &len, NULL) != DYNO_OK)
        return;
    (void)snprintf(header->kernel, sizeof header->kernel, "%.*s", (int)strcspn(text, "\n"), text);
    free(text);
}

static void note_clock(struct dyno_trial_header *header)
{
    struct timex timex = {.modes = 0};
    int state = adjtimex(&timex);
    header->is_clock_synced = state >= 0 && state != TIME_ERROR;
    header->clock_error_us = state >= 0 ? timex.maxerror : -1;
    header->clock_offset_us =
        (timex.status & STA_NANO) != 0 ? timex.offset / 1000 : (int64_t)timex.offset;
}

void dyno_machine_note(struct dyno_trial_header *header)
{
    struct utsname name;
    if (uname(&name) == 0)
        (void)snprintf(header->host, sizeof header->host, "%.63s", name.nodename);
    note_kernel(header);
    note_clock(header);
}

double dyno_machine_cpu_ratio(int64_t cpu_ns, int64_t window_ns)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (window_ns <= 0)
        return (double)NAN;
    return (double)cpu_ns / (double)window_ns / (double)(cores > 0 ? cores : 1);
}
