#include "load/record.h"

#include <stddef.h>

/* In the order of enum dyno_outcome. */
static const char *const outcome_names[DYNO_OUTCOME_COUNT] = {
    "empty",        "running",   "ok",      "sql_error",    "timeout", "cancelled",
    "conn_refused", "conn_lost", "auth",    "tls",          "dns",     "driver_error",
    "driver_crash", "protocol",  "skipped", "harness_error"};

_Static_assert(sizeof(struct dyno_record) == 128, "a record fills two cache lines");

const char *dyno_outcome_name(enum dyno_outcome outcome)
{
    return (size_t)outcome < DYNO_OUTCOME_COUNT ? outcome_names[outcome] : "unknown";
}

bool dyno_outcome_is_cut_off(enum dyno_outcome outcome)
{
    return outcome == DYNO_OUTCOME_EMPTY || outcome == DYNO_OUTCOME_RUNNING ||
           outcome == DYNO_OUTCOME_TIMEOUT || outcome == DYNO_OUTCOME_CANCELLED ||
           outcome == DYNO_OUTCOME_SKIPPED;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t dyno_record_service_ns(const struct dyno_record *record)
{
    return record->done_ns - record->send_ns;
}

int64_t dyno_record_wait_ns(const struct dyno_record *record)
{
    return later(0, record->claim_ns - record->intended_ns);
}

int64_t dyno_record_lag_ns(const struct dyno_record *record)
{
    return record->send_ns - later(record->intended_ns, record->claim_ns);
}

int64_t dyno_record_response_ns(const struct dyno_record *record)
{
    return record->done_ns - record->intended_ns;
}

static int is_in_order(const struct dyno_record *r)
{
    int64_t first = r->first_ns < 0 ? r->done_ns : r->first_ns;
    int64_t exec = r->exec_ns < 0 ? r->send_ns : r->exec_ns;
    return r->intended_ns <= r->send_ns && r->claim_ns <= r->send_ns && r->send_ns <= exec &&
           exec <= first && first <= r->done_ns;
}

int dyno_record_is_consistent(const struct dyno_record *record)
{
    int is_sent = record->outcome != DYNO_OUTCOME_EMPTY && record->outcome != DYNO_OUTCOME_SKIPPED;
    if (!is_sent)
        return 1;
    if (record->outcome == DYNO_OUTCOME_RUNNING)
        return record->intended_ns <= record->send_ns && record->claim_ns <= record->send_ns;
    return is_in_order(record) && dyno_record_lag_ns(record) >= 0 &&
           dyno_record_response_ns(record) == dyno_record_wait_ns(record) +
                                                  dyno_record_lag_ns(record) +
                                                  dyno_record_service_ns(record);
}

int dyno_counters_are_consistent(const struct dyno_counters *counters)
{
    return counters->completed >= 0 && counters->failed >= 0 && counters->censored >= 0 &&
           counters->offered == counters->completed + counters->failed + counters->censored &&
           counters->started <= counters->offered &&
           counters->completed + counters->failed <= counters->started;
}
