/** What the machine says about itself, from /proc. */
#ifndef DYNO_COLLECT_HOST_H
#define DYNO_COLLECT_HOST_H

#include "collect/series.h"

#include <stdint.h>
#include <sys/types.h>

/**
 * Add one sample as source "host". Seconds of CPU since boot, summed over all cores: cpu_user_s (with
 * nice), cpu_system_s (with interrupts), cpu_idle_s, cpu_iowait_s, cpu_steal_s; load1;
 * mem_available_bytes; and, if `server_pid` is not 0, server_cpu_s and server_rss_bytes, summed over the
 * processes of its process group. What cannot be read is left out.
 */
void dyno_host_note(pid_t server_pid, struct dyno_series *series, int64_t now_ns);

/**
 * Seconds of CPU that the machine spent outside the server's processes between the first and the last of these
 * samples, load process and supervisor included; `*elapsed_s_out` is the time between them. NAN where there are
 * not two samples of machine and server.
 */
double dyno_host_cpu_beside_server_s(const struct dyno_store_counter *counters, size_t count,
                                     double *elapsed_s_out);

#endif
