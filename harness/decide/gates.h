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
    double
        other_cpu_ratio; /**< CPU of neither server nor generator / (time x cores); same host only */
    int64_t queries;     /**< of the mix; 0: not known */
    bool were_settings_applied;
    bool is_server_alive;
    bool is_poisson;         /**< arrivals of one rate over the whole window */
    double rate_per_s;       /**< of those */
    double stall_p999_ms;    /**< naps of the generator that lasted too long */
    double steal_ratio;      /**< of the machine's CPU time */
    double thread_cpu_ratio; /**< busiest session: CPU time / window */
    double clock_drift_ppm;
    double wall_step_ms;      /**< the wall clock moved by so much more than the monotonic one */
    const char *clock_source; /**< NULL or "": unknown */
    int64_t generator_crashes;
    const char *crash;      /**< the first of them, as a sentence; "" or NULL: not known */
    int64_t stuck_sessions; /**< that the driver never gave back, though they were cancelled */
    int64_t shares;   /**< on machines that agreed on a time to begin; 0 or 1: there are no such */
    int64_t machines; /**< that these ran on */
    double
        begin_spread_ms; /**< between the first and the last of those, offsets of clocks included */
    double begin_bound_ms; /**< the same with what the clocks may be off by; at least the spread */
    bool are_clocks_known; /**< one machine, or the clocks of all are synchronised */
};

#define DYNO_GATE_MAX 32

/**
 * Fill `gates` (room for DYNO_GATE_MAX); returns how many. `*is_valid_out`: no fatal gate failed.
 *
 * Gates: generator_lag_p99 (limit max(1 ms, 1 % of median service); fatal only where lag makes over 5 % of
 * all response time), sessions_busy (share of sends that had to wait for a session; reported, over 5 % "limited by the
 * sessions", not fatal), offered_rate (starts / planned, within 5 %; fatal), errors (failed / offered;
 * over 1 % fatal), censored (any: not fatal under 5 %, fatal above), dropped_events (over 0: not fatal,
 * Spark's numbers incomplete), joined (below 0.9: not fatal), settings_applied (fatal), server_alive
 * (fatal), generator_crashes (any is fatal), stuck_sessions (any is fatal), generator_cpu (over 0.5 not fatal), samples (completed 0: fatal; fewer than
 * 2 for each query of the mix: not fatal).
 * generator_lag_fine (from 1,000 statements on, not fatal): lag p99 over max(0.2 ms, 1 % of median service) or
 * p99.9 over max(1 ms, 5 % of it); the value is the larger of the two over its limit.
 * sessions_busy and offered_rate have a meaning in an open loop only and are left out of a closed one.
 * sessions_busy is the share of time in which all sessions had a statement under way.
 *
 * shares_begin: generators on machines of their own began within 1 % of the window, by what is known of their
 * clocks; fatal if they did not, and not fatal where clocks that may be off, or are not synchronised, leave it open.
 *
 * other_cpu (over 0.1, not fatal) tells of other programs on the machine of server and generator.
 *
 * About the generator and its machine, none fatal but the first: clock_source (hpet and acpi_pm are too
 * slow to read), clock_drift (under 100 ppm), wall_step (under 500 ms), generator_stalls (99.9 % of naps
 * of 5 ms too long by at most max(5 ms, 5 % of median service)), generator_thread (no session over 0.7 of a core), steal (under 1 %).
 * About the pattern of the load and of the answers, none fatal: arrivals (p over 0.001 that the gaps
 * between sends are exponential; Poisson without backlog, from 50 gaps on), stationary (service times,
 * each over its query's median, change by under 20 % over the window), steady (MSER-5 finds the end of a
 * warm-up in the first half of the window, or none).
 */
size_t dyno_gates_judge(const struct dyno_gate_facts *facts, struct dyno_store_gate *gates,
                        bool *is_valid_out);

#endif
