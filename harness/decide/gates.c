#include "decide/gates.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "decide/gates_parts.h"
#include "load/record.h"
#include "stats/quantile.h"
#include "stats/sort.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LAG_LIMIT_MS         1.0
#define LAG_SHARE_OF_SERVICE 0.01
#define FINE_P99_MS          0.2
#define FINE_P999_MS         1.0
#define FINE_P999_OF_SERVICE 0.05
#define FINE_STATEMENTS      1000
#define LAG_FATAL_SHARE      0.05
#define SESSIONS_BUSY_LIMIT  0.05
#define OFFERED_RATE_LIMIT   0.95
#define ERRORS_LIMIT         0.01
#define SAMPLES_PER_QUERY    INT64_C(2)
#define CENSORED_FATAL       0.05
#define JOINED_LIMIT         0.9
#define GENERATOR_CPU_LIMIT  0.5

void dyno_gate_add(struct dyno_judging *judging, struct dyno_store_gate gate, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(gate.text, sizeof gate.text, fmt, args);
    va_end(args);
    judging->gates[judging->count++] = gate;
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

bool dyno_gate_was_sent(const struct dyno_store_record *record)
{
    return record->phase == DYNO_PHASE_MEASURE && record->send_ns >= 0;
}

/** Generator lag: from when the statement was due and its session free, to when it was sent. */
static double lag_ms(const struct dyno_store_record *record)
{
    int64_t ready_ns =
        record->claim_ns > record->intended_ns ? record->claim_ns : record->intended_ns;
    return (double)(record->send_ns - ready_ns) / (double)DYNO_NS_PER_MS;
}

static double service_ms(const struct dyno_store_record *record)
{
    if (record->outcome != DYNO_OUTCOME_OK)
        return (double)NAN;
    return (double)(record->done_ns - record->send_ns) / (double)DYNO_NS_PER_MS;
}

/** Quantiles over the measured records that were sent; values that are NaN do not count. */
static void quantiles_over(const struct dyno_gate_facts *facts,
                           double (*value_of)(const struct dyno_store_record *record),
                           const double *p, double *out, size_t wanted)
{
    double *values = dyno_xcalloc(facts->record_count + 1, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < facts->record_count; i++) {
        if (!dyno_gate_was_sent(&facts->records[i]))
            continue;
        values[count] = value_of(&facts->records[i]);
        count += isnan(values[count]) ? 0u : 1u;
    }
    dyno_sort_f64(values, count);
    for (size_t i = 0; i < wanted; i++)
        out[i] = dyno_quantile(values, count, p[i]);
    free(values);
}

static void look_at_times(struct dyno_judging *judging)
{
    const double tail[] = {0.99, 0.999};
    const double middle = 0.5;
    double lags[2];
    quantiles_over(judging->facts, lag_ms, tail, lags, 2);
    quantiles_over(judging->facts, service_ms, &middle, &judging->median_service_ms, 1);
    judging->lag_p99_ms = lags[0];
    judging->lag_p999_ms = lags[1];
}

/** What share of all response time was the generator's own lateness. */
static double lag_share(const struct dyno_gate_facts *facts)
{
    double lag = 0;
    double response = 0;
    for (size_t i = 0; i < facts->record_count; i++) {
        const struct dyno_store_record *record = &facts->records[i];
        if (!dyno_gate_was_sent(record) || record->outcome != DYNO_OUTCOME_OK)
            continue;
        lag += lag_ms(record);
        response += (double)(record->done_ns - record->intended_ns) / (double)DYNO_NS_PER_MS;
    }
    return response > 0 ? lag / response : (double)NAN;
}

static void judge_lag(struct dyno_judging *judging)
{
    double lag = judging->lag_p99_ms;
    double service = judging->median_service_ms;
    if (isnan(lag))
        return;
    double limit = LAG_LIMIT_MS;
    if (!isnan(service))
        limit = fmax(limit, LAG_SHARE_OF_SERVICE * service);
    struct dyno_store_gate gate = {.name = "generator_lag_p99",
                                   .value = lag,
                                   .limit = limit,
                                   .unit = "ms",
                                   .is_fatal = lag_share(judging->facts) > LAG_FATAL_SHARE,
                                   .is_passed = lag <= limit};
    if (gate.is_passed)
        dyno_gate_add(judging, gate, "the generator sent statements on time");
    else
        dyno_gate_add(
            judging, gate,
            "the generator itself sent late: 1 %% of the statements by %.1f ms or more, which is "
            "part of their response time; lower the rate, or give the generator a core of its own",
            lag);
}

/** The sharper question, from statements enough to answer it: what a tail of short statements asks for. */
static void judge_fine_lag(struct dyno_judging *judging)
{
    double service = isnan(judging->median_service_ms) ? 0.0 : judging->median_service_ms;
    double p99_limit = fmax(FINE_P99_MS, LAG_SHARE_OF_SERVICE * service);
    double p999_limit = fmax(FINE_P999_MS, FINE_P999_OF_SERVICE * service);
    double p99 = judging->lag_p99_ms;
    double p999 = judging->lag_p999_ms;
    if (isnan(p99) || judging->facts->completed < FINE_STATEMENTS)
        return;
    double worst = fmax(p99 / p99_limit, p999 / p999_limit);
    struct dyno_store_gate gate = {.name = "generator_lag_fine",
                                   .value = worst,
                                   .limit = 1.0,
                                   .unit = "ratio",
                                   .is_passed = worst <= 1.0};
    if (gate.is_passed)
        dyno_gate_add(judging, gate, "the generator was on time for the tail too");
    else
        dyno_gate_add(
            judging, gate,
            "1 %% of the statements were sent %.2g ms or more late, 0.1 %% of them %.2g ms "
            "(asked: at most %.2g and %.2g ms): high percentiles of so short statements "
            "are partly the generator's; give it a core of its own",
            p99, p999, p99_limit, p999_limit);
}

static int compare_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/** For how long of the measured time all sessions had a statement under way. */
static int64_t all_busy_ns(const struct dyno_gate_facts *facts)
{
    int64_t *sends = dyno_xcalloc(facts->record_count + 1, sizeof *sends);
    int64_t *dones = dyno_xcalloc(facts->record_count + 1, sizeof *dones);
    size_t count = 0;
    int64_t busy_ns = 0;
    for (size_t i = 0; i < facts->record_count; i++) {
        const struct dyno_store_record *record = &facts->records[i];
        if (!dyno_gate_was_sent(record))
            continue;
        sends[count] = record->send_ns;
        dones[count++] = record->done_ns >= 0 ? record->done_ns : INT64_MAX;
    }
    qsort(sends, count, sizeof *sends, compare_i64);
    qsort(dones, count, sizeof *dones, compare_i64);
    size_t ended = 0;
    for (size_t begun = 0; begun < count; begun++) {
        while (dones[ended] <= sends[begun])
            ended++;
        /* Full from this send on, until the next statement ends. */
        if (begun + 1 - ended >= (size_t)facts->sessions && dones[ended] != INT64_MAX)
            busy_ns += dones[ended] - sends[begun];
    }
    free(sends);
    free(dones);
    return busy_ns;
}

static void judge_sessions(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    int64_t sent = 0;
    int64_t waited = 0;
    for (size_t i = 0; i < facts->record_count; i++) {
        const struct dyno_store_record *record = &facts->records[i];
        sent += dyno_gate_was_sent(record) ? 1 : 0;
        waited += dyno_gate_was_sent(record) && record->claim_ns > record->intended_ns ? 1 : 0;
    }
    if (!facts->is_open_loop || sent == 0 || facts->sessions < 1)
        return;
    double value = fmin(1.0, share(all_busy_ns(facts), facts->measure_ns));
    struct dyno_store_gate gate = {.name = "sessions_busy",
                                   .value = value,
                                   .limit = SESSIONS_BUSY_LIMIT,
                                   .unit = "ratio",
                                   .is_passed = value <= SESSIONS_BUSY_LIMIT};
    if (gate.is_passed)
        dyno_gate_add(judging, gate, "a session was free nearly all the time");
    else
        dyno_gate_add(
            judging, gate,
            "limited by the %lld sessions: all were busy %.0f %% of the time, and %.0f %% of the "
            "statements waited for a free one, which is part of their response time; use more "
            "sessions or a lower rate",
            (long long)facts->sessions, 100.0 * value, 100.0 * share(waited, sent));
}

static void judge_offered_rate(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    int64_t sent = 0;
    for (size_t i = 0; i < facts->record_count; i++)
        sent += dyno_gate_was_sent(&facts->records[i]) ? 1 : 0;
    double value = share(sent, facts->offered);
    if (!facts->is_open_loop || isnan(value))
        return;
    struct dyno_store_gate gate = {.name = "offered_rate",
                                   .value = value,
                                   .limit = OFFERED_RATE_LIMIT,
                                   .unit = "ratio",
                                   .is_fatal = true,
                                   .is_passed = value >= OFFERED_RATE_LIMIT};
    if (gate.is_passed)
        dyno_gate_add(judging, gate, "the planned load was put on the server");
    else
        dyno_gate_add(
            judging, gate,
            "only %lld of %lld planned statements were sent: the server or the sessions cannot "
            "keep up with the rate; lower it (--rate) or measure in a closed loop",
            (long long)sent, (long long)facts->offered);
}

static void judge_outcomes(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    double errors = share(facts->failed, facts->offered);
    double censored = share(facts->censored, facts->offered);
    if (!isnan(errors))
        dyno_gate_add(judging,
                      (struct dyno_store_gate){.name = "errors",
                                               .value = errors,
                                               .limit = ERRORS_LIMIT,
                                               .unit = "ratio",
                                               .is_fatal = true,
                                               .is_passed = errors <= ERRORS_LIMIT},
                      errors <= ERRORS_LIMIT
                          ? "%lld of %lld statements failed"
                          : "%lld of %lld statements failed, more than 1 %%: see the "
                            "error samples for what the server said",
                      (long long)facts->failed, (long long)facts->offered);
    if (!isnan(censored))
        dyno_gate_add(
            judging,
            (struct dyno_store_gate){.name = "censored",
                                     .value = censored,
                                     .limit = 0.0,
                                     .unit = "ratio",
                                     .is_fatal = censored > CENSORED_FATAL,
                                     .is_passed = facts->censored <= 0},
            facts->censored <= 0
                ? "%lld of %lld statements were left unfinished"
                : "%lld of %lld statements were not finished when the trial ended, so the largest "
                  "response times are not known; lower the rate or lengthen the window",
            (long long)facts->censored, (long long)facts->offered);
}

static void judge_samples(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    int64_t enough = facts->queries > 0 ? SAMPLES_PER_QUERY * facts->queries : 1;
    int64_t completed = facts->completed > 0 ? facts->completed : 0;
    struct dyno_store_gate gate = {.name = "samples",
                                   .value = (double)completed,
                                   .limit = (double)enough,
                                   .unit = "statements",
                                   .is_fatal = completed == 0,
                                   .is_passed = completed >= enough};
    if (completed == 0)
        dyno_gate_add(judging, gate,
                      "no statement was completed in the measured window: nothing to judge; "
                      "lengthen the window or look at the errors");
    else if (!gate.is_passed)
        dyno_gate_add(
            judging, gate,
            "only %lld statements of %lld queries were completed in the measured window, so "
            "each trial has another mix of them and their mean varies with it; lengthen "
            "the window (--measure)",
            (long long)completed, (long long)facts->queries);
    else
        dyno_gate_add(judging, gate, "%lld statement%s completed in the measured window",
                      (long long)completed, completed == 1 ? " was" : "s were");
}

static void judge_spark(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    if (facts->dropped_events >= 0.0) {
        struct dyno_store_gate gate = {.name = "dropped_events",
                                       .value = facts->dropped_events,
                                       .unit = "events",
                                       .is_passed = facts->dropped_events <= 0.0};
        dyno_gate_add(judging, gate,
                      gate.is_passed
                          ? "Spark dropped no events"
                          : "Spark dropped listener events, so its numbers are incomplete; "
                            "response times are not affected. A larger "
                            "spark.scheduler.listenerbus.eventqueue.capacity helps");
    }
    if (facts->joined_ratio >= 0.0) {
        struct dyno_store_gate gate = {.name = "joined",
                                       .value = facts->joined_ratio,
                                       .limit = JOINED_LIMIT,
                                       .unit = "ratio",
                                       .is_passed = facts->joined_ratio >= JOINED_LIMIT};
        dyno_gate_add(judging, gate,
                      gate.is_passed
                          ? "the statements were found again in Spark's own numbers"
                          : "many statements were not found again in Spark's own numbers, which "
                            "then describe only part of the load; response times are not affected");
    }
}

static void judge_surroundings(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    dyno_gate_add(judging,
                  (struct dyno_store_gate){.name = "settings_applied",
                                           .value = facts->were_settings_applied ? 1.0 : 0.0,
                                           .limit = 1.0,
                                           .unit = "",
                                           .is_fatal = true,
                                           .is_passed = facts->were_settings_applied},
                  facts->were_settings_applied
                      ? "every setting read back as it was asked for"
                      : "a setting of the profile did not take effect in the "
                        "sessions; the proof of settings names it");
    dyno_gate_add(judging,
                  (struct dyno_store_gate){.name = "server_alive",
                                           .value = facts->is_server_alive ? 1.0 : 0.0,
                                           .limit = 1.0,
                                           .unit = "",
                                           .is_fatal = true,
                                           .is_passed = facts->is_server_alive},
                  facts->is_server_alive
                      ? "the server was up at the end of the trial"
                      : "the server went away during the trial; its log says why");
    if (!(facts->generator_cpu_ratio >= 0.0))
        return;
    struct dyno_store_gate gate = {.name = "generator_cpu",
                                   .value = facts->generator_cpu_ratio,
                                   .limit = GENERATOR_CPU_LIMIT,
                                   .unit = "ratio",
                                   .is_passed = facts->generator_cpu_ratio <= GENERATOR_CPU_LIMIT};
    dyno_gate_add(judging, gate,
                  gate.is_passed
                      ? "the generator used little of the machine"
                      : "the generator used over half of the machine's CPU and competes with a "
                        "server on the same host; lower the rate or run it elsewhere");
}

static void judge_driver(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    struct dyno_store_gate crashes = {.name = "generator_crashes",
                                      .value = (double)facts->generator_crashes,
                                      .unit = "crashes",
                                      .is_fatal = true,
                                      .is_passed = facts->generator_crashes == 0};
    struct dyno_store_gate stuck = {.name = "stuck_sessions",
                                    .value = (double)facts->stuck_sessions,
                                    .unit = "sessions",
                                    .is_fatal = true,
                                    .is_passed = facts->stuck_sessions == 0};
    if (crashes.is_passed)
        dyno_gate_add(judging, crashes, "no load process crashed");
    else
        dyno_gate_add(judging, crashes, "%s; load was missing for a while",
                      facts->crash == NULL || facts->crash[0] == '\0' ? "the generator crashed"
                                                                      : facts->crash);
    if (stuck.is_passed)
        dyno_gate_add(judging, stuck, "the driver came back from every call");
    else
        dyno_gate_add(judging, stuck,
                      "the driver held %lld sessions in a call and ignored cancels, until its "
                      "process was ended: their statements are unfinished",
                      (long long)facts->stuck_sessions);
}

size_t dyno_gates_judge(const struct dyno_gate_facts *facts, struct dyno_store_gate *gates,
                        bool *is_valid_out)
{
    struct dyno_judging judging = {.facts = facts, .gates = gates, .count = 0};
    look_at_times(&judging);
    judge_lag(&judging);
    judge_fine_lag(&judging);
    judge_sessions(&judging);
    judge_offered_rate(&judging);
    judge_outcomes(&judging);
    judge_samples(&judging);
    judge_spark(&judging);
    judge_surroundings(&judging);
    judge_driver(&judging);
    dyno_gates_judge_machine(&judging);
    dyno_gates_judge_pattern(&judging);
    *is_valid_out = true;
    for (size_t i = 0; i < judging.count; i++)
        if (gates[i].is_fatal && !gates[i].is_passed)
            *is_valid_out = false;
    return judging.count;
}
