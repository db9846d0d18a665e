#include "base/clock.h"
#include "decide/gates_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STALL_LIMIT_MS     5.0
#define STALL_OF_SERVICE   0.05
#define STEAL_LIMIT        0.01
#define OTHER_CPU_LIMIT    0.1
#define THREAD_CPU_LIMIT   0.7
#define DRIFT_LIMIT_PPM    100.0
#define WALL_STEP_LIMIT_MS 500.0
#define BEGIN_OF_WINDOW    0.01

/* One that holds while the value is at most the limit; left out if there is no value. */
static void judge_value(struct dyno_judging *judging, struct dyno_store_gate gate, const char *good,
                        const char *bad)
{
    if (isnan(gate.value))
        return;
    gate.is_passed = gate.value <= gate.limit;
    dyno_gate_add(judging, gate, "%s", gate.is_passed ? good : bad);
}

static void judge_clock_source(struct dyno_judging *judging)
{
    const char *source = judging->facts->clock_source;
    if (source == NULL || source[0] == '\0')
        return;
    bool is_slow = strcmp(source, "hpet") == 0 || strcmp(source, "acpi_pm") == 0;
    struct dyno_store_gate gate = {.name = "clock_source",
                                   .value = is_slow ? 0.0 : 1.0,
                                   .limit = 1.0,
                                   .unit = "",
                                   .is_fatal = true,
                                   .is_passed = !is_slow};
    if (is_slow)
        dyno_gate_add(judging, gate,
                      "the kernel reads its clock from '%s', which takes microseconds: use a "
                      "machine whose clock source is tsc",
                      source);
    else
        dyno_gate_add(judging, gate, "the kernel reads its clock from '%s'", source);
}

/* Where server and generator share cores, naps of milliseconds are late; that matters to short statements. */
static void judge_stalls(struct dyno_judging *judging)
{
    double limit = STALL_LIMIT_MS;
    if (!isnan(judging->median_service_ms))
        limit = fmax(limit, STALL_OF_SERVICE * judging->median_service_ms);
    double value = judging->facts->stall_p999_ms;
    char bad[sizeof((struct dyno_store_gate *)0)->text];
    (void)snprintf(bad, sizeof bad,
                   "the generator's machine stalls: 1 in 1000 naps lasted %.1f ms too long, "
                   "which any statement may have suffered too; give it cores of its own",
                   value);
    judge_value(judging,
                (struct dyno_store_gate){
                    .name = "generator_stalls", .value = value, .limit = limit, .unit = "ms"},
                "the generator's machine did not stall", bad);
}

/* Each share's times count from its own begin, so they stay true; but the load was another than planned.
 * Each names that begin by its own clock, which proves nothing where nobody sets the clocks. */
static void judge_begin(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    struct dyno_store_gate gate = {.name = "shares_begin",
                                   .value = facts->begin_bound_ms,
                                   .limit = BEGIN_OF_WINDOW * (double)facts->measure_ns /
                                            (double)DYNO_NS_PER_MS,
                                   .unit = "ms"};
    if (facts->shares < 2)
        return;
    bool were_apart = facts->begin_spread_ms > gate.limit;
    gate.is_passed = facts->are_clocks_known && gate.value <= gate.limit;
    gate.is_fatal = were_apart || gate.is_passed;
    if (were_apart)
        dyno_gate_add(
            judging, gate,
            "the shares of the trial did not begin together, so their arrivals did not fall "
            "where they were planned: name a later --start-at, by which all of them are "
            "connected, and have all machines' clocks synchronised");
    else if (!facts->are_clocks_known)
        dyno_gate_add(
            judging, gate,
            "whether the shares began at one time is not known: each did by its own clock, "
            "and not all clocks of the %lld machines are synchronised; have NTP or the like "
            "set them",
            (long long)facts->machines);
    else if (!gate.is_passed)
        dyno_gate_add(
            judging, gate,
            "whether the shares began at one time is not certain: the clocks of the %lld "
            "machines may be so far apart, as their kernels state; let time synchronisation "
            "settle, or measure for longer",
            (long long)facts->machines);
    else
        dyno_gate_add(judging, gate, "the shares of the trial began together");
}

void dyno_gates_judge_machine(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    judge_begin(judging);
    judge_clock_source(judging);
    judge_value(judging,
                (struct dyno_store_gate){.name = "clock_drift",
                                         .value = fabs(facts->clock_drift_ppm),
                                         .limit = DRIFT_LIMIT_PPM,
                                         .unit = "ppm"},
                "the clock ran evenly",
                "the clock was sped up or slowed down during the trial, and durations with it: "
                "let time synchronisation settle first");
    judge_value(judging,
                (struct dyno_store_gate){.name = "wall_step",
                                         .value = fabs(facts->wall_step_ms),
                                         .limit = WALL_STEP_LIMIT_MS,
                                         .unit = "ms"},
                "the wall clock was not set",
                "the wall clock was set during the trial; durations are not affected, but times of "
                "day, and the join with Spark's, may be off");
    judge_stalls(judging);
    judge_value(judging,
                (struct dyno_store_gate){.name = "generator_thread",
                                         .value = facts->thread_cpu_ratio,
                                         .limit = THREAD_CPU_LIMIT,
                                         .unit = "ratio"},
                "no session's thread was near its limit",
                "a session's thread used most of a core: the client is part of what is measured; "
                "use more sessions, or a lower rate for each");
    judge_value(
        judging,
        (struct dyno_store_gate){
            .name = "steal", .value = facts->steal_ratio, .limit = STEAL_LIMIT, .unit = "ratio"},
        "the machine had its CPU for itself",
        "the host of this virtual machine took CPU time from it: times are longer than the "
        "server's own");
    judge_value(judging,
                (struct dyno_store_gate){.name = "other_cpu",
                                         .value = facts->other_cpu_ratio,
                                         .limit = OTHER_CPU_LIMIT,
                                         .unit = "ratio"},
                "server and generator had the machine for themselves",
                "other programs used over a tenth of the machine's CPU beside server and "
                "generator, and times are longer and wilder for it: measure on a quiet machine");
}
