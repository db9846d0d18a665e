/**
 * Validity gates of a trial: what must hold before its numbers may be judged. Each has a value, a limit
 * and a text with cause and cure; a fatal one that fails makes the trial invalid, never invisible.
 */
#ifndef DYNO_DECIDE_GATES_H
#define DYNO_DECIDE_GATES_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

/** What the gates look at. NAN or -1 where something was not measured: that gate is then left out. */
struct dyno_gate_facts {
    const struct dyno_store_record *records; /**< of the measured window and the warm-up */
    size_t record_count;
    bool is_open_loop;
    int64_t measure_ns;
    int64_t sessions;
    int64_t offered, completed, failed, censored;
    double dropped_events;      /**< Spark listener events dropped during the trial */
    double joined_ratio;        /**< share of completed statements found again in Spark's numbers */
    double generator_cpu_ratio; /**< CPU of the generator / (window x cores of the machine) */
    bool were_settings_applied;
    bool is_server_alive;
};

#define DYNO_GATE_MAX 16

/**
 * Fill `gates` (room for DYNO_GATE_MAX); returns how many. `*is_valid_out`: no fatal gate failed.
 *
 * Gates: generator_lag_p99 (limit max(1 ms, 1 % of median service); fatal only where lag makes over 5 % of
 * all response time), sessions_busy (share of sends that had to wait for a session; reported, over 5 % "limited by the
 * sessions", not fatal), offered_rate (starts / planned, within 5 %; fatal), errors (failed / offered;
 * over 1 % fatal), censored (any: not fatal under 5 %, fatal above), dropped_events (over 0: not fatal,
 * Spark's numbers incomplete), joined (below 0.9: not fatal), settings_applied (fatal), server_alive
 * (fatal), generator_cpu (over 0.5 not fatal), samples (completed 0: fatal).
 * sessions_busy and offered_rate have a meaning in an open loop only and are left out of a closed one.
 */
size_t dyno_gates_judge(const struct dyno_gate_facts *facts, struct dyno_store_gate *gates,
                        bool *is_valid_out);

#endif
