#include "base/alloc.h"
#include "base/clock.h"
#include "decide/gates_parts.h"
#include "load/record.h"
#include "stats/ks.h"
#include "stats/mser.h"
#include "stats/quantile.h"
#include "stats/sort.h"

#include <math.h>
#include <stdlib.h>

#define ARRIVALS_LIMIT  0.001
#define MIN_GAPS        50
#define BACKLOG_LIMIT   0.05
#define CHANGE_LIMIT    0.2
#define SEGMENTS        10
#define MIN_PER_SEGMENT 10
#define STEADY_LIMIT    0.5

static bool has_waited(const struct dyno_store_record *record)
{
    return record->claim_ns > record->intended_ns;
}

static int by_send(const void *a, const void *b)
{
    const struct dyno_store_record *x = *(const struct dyno_store_record *const *)a;
    const struct dyno_store_record *y = *(const struct dyno_store_record *const *)b;
    return (x->send_ns > y->send_ns) - (x->send_ns < y->send_ns);
}

/* Gaps between sends that follow each other without a backlog. In order of time, not of number: a send that
 * is late by more than a gap is overtaken by the next one. */
static size_t collect_gaps(const struct dyno_gate_facts *facts, double *gaps)
{
    const struct dyno_store_record **sent = dyno_xcalloc(facts->record_count + 1, sizeof *sent);
    size_t sent_count = 0;
    size_t count = 0;
    size_t waited = 0;
    for (size_t i = 0; i < facts->record_count; i++)
        if (dyno_gate_was_sent(&facts->records[i]))
            sent[sent_count++] = &facts->records[i];
    qsort(sent, sent_count, sizeof *sent, by_send);
    for (size_t i = 0; i < sent_count; i++) {
        waited += has_waited(sent[i]);
        if (i > 0 && !has_waited(sent[i]) && !has_waited(sent[i - 1]))
            gaps[count++] =
                (double)(sent[i]->send_ns - sent[i - 1]->send_ns) / (double)DYNO_NS_PER_S;
    }
    free(sent);
    /* With a backlog the gaps that are left are not a fair sample of all. */
    return (double)waited > BACKLOG_LIMIT * (double)facts->offered ? 0 : count;
}

static void judge_arrivals(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    if (!facts->is_poisson)
        return;
    double *gaps = dyno_xcalloc(facts->record_count + 1, sizeof *gaps);
    size_t count = collect_gaps(facts, gaps);
    dyno_sort_f64(gaps, count);
    double p = dyno_ks_exponential(gaps, count, facts->rate_per_s, NULL);
    free(gaps);
    if (count < MIN_GAPS || isnan(p))
        return;
    struct dyno_store_gate gate = {.name = "arrivals",
                                   .value = p,
                                   .limit = ARRIVALS_LIMIT,
                                   .unit = "p",
                                   .is_passed = p > ARRIVALS_LIMIT};
    dyno_gate_add(judging, gate, "%s",
                  gate.is_passed
                      ? "the gaps between sends are those of a Poisson process"
                      : "the gaps between sends are not those of a Poisson process of the planned "
                        "rate (Kolmogorov-Smirnov): the generator bends them, or chance did, once "
                        "in 1000 trials");
}

/* One completed statement: when, and how long beside the median of its query. */
struct ratio {
    int64_t at_ns;
    int query;
    double value;
};

static int by_query(const void *a, const void *b)
{
    const struct ratio *x = a;
    const struct ratio *y = b;
    if (x->query != y->query)
        return x->query < y->query ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_time(const void *a, const void *b)
{
    const struct ratio *x = a;
    const struct ratio *y = b;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

/* Service times over the median of their query, in order of time: one series for a mix of queries. */
static size_t collect_ratios(const struct dyno_gate_facts *facts, struct ratio *ratios)
{
    size_t count = 0;
    for (size_t i = 0; i < facts->record_count; i++) {
        const struct dyno_store_record *r = &facts->records[i];
        if (dyno_gate_was_sent(r) && r->outcome == DYNO_OUTCOME_OK && r->done_ns > r->send_ns)
            ratios[count++] =
                (struct ratio){r->intended_ns, r->query, (double)(r->done_ns - r->send_ns)};
    }
    qsort(ratios, count, sizeof *ratios, by_query);
    for (size_t from = 0, to = 0; from < count; from = to) {
        while (to < count && ratios[to].query == ratios[from].query)
            to++;
        double median = ratios[from + (to - from) / 2].value;
        for (size_t i = from; i < to; i++)
            ratios[i].value /= median;
    }
    qsort(ratios, count, sizeof *ratios, by_time);
    return count;
}

/* A straight line through the medians of ten equal parts: how far it goes, beside its middle. */
static double change_over_window(const struct ratio *ratios, size_t count)
{
    double *values = dyno_xcalloc(count, sizeof *values);
    double medians[SEGMENTS];
    double mean = 0;
    double slope = 0;
    double spread = 0;
    for (size_t s = 0; s < SEGMENTS; s++) {
        size_t from = s * count / SEGMENTS;
        size_t to = (s + 1) * count / SEGMENTS;
        for (size_t i = from; i < to; i++)
            values[i - from] = ratios[i].value;
        dyno_sort_f64(values, to - from);
        medians[s] = dyno_quantile(values, to - from, 0.5);
        mean += medians[s] / SEGMENTS;
    }
    for (size_t s = 0; s < SEGMENTS; s++) {
        double off = (double)s - (SEGMENTS - 1) / 2.0;
        slope += off * (medians[s] - mean);
        spread += off * off;
    }
    free(values);
    return slope / spread * (SEGMENTS - 1) / mean;
}

static void judge_change(struct dyno_judging *judging, const struct ratio *ratios, size_t count)
{
    double change = change_over_window(ratios, count);
    struct dyno_store_gate gate = {.name = "stationary",
                                   .value = fabs(change),
                                   .limit = CHANGE_LIMIT,
                                   .unit = "ratio",
                                   .is_passed = fabs(change) <= CHANGE_LIMIT};
    if (gate.is_passed)
        dyno_gate_add(judging, gate, "service times had no trend over the window");
    else
        dyno_gate_add(judging, gate,
                      "service times went %s by %.0f %% over the window: the server was still "
                      "warming up, filling up, or overloaded; one number for it says little",
                      change > 0 ? "up" : "down", 100 * fabs(change));
}

static void judge_steady(struct dyno_judging *judging, const struct ratio *ratios, size_t count)
{
    double *values = dyno_xcalloc(count, sizeof *values);
    double *scratch = dyno_xcalloc(count / DYNO_MSER_BATCH + 1, sizeof *scratch);
    for (size_t i = 0; i < count; i++)
        values[i] = ratios[i].value;
    struct dyno_mser mser = dyno_mser5(values, count, scratch);
    free(scratch);
    free(values);
    struct dyno_store_gate gate = {.name = "steady",
                                   .value = (double)mser.truncate / (double)count,
                                   .limit = STEADY_LIMIT,
                                   .unit = "ratio",
                                   .is_passed = mser.is_steady};
    dyno_gate_add(judging, gate, "%s",
                  gate.is_passed
                      ? "service times were steady, from the begin or after the share given here"
                      : "no steady state was found in this window (MSER-5): warm up longer "
                        "(--warmup, --warmup-max) or measure longer");
}

void dyno_gates_judge_pattern(struct dyno_judging *judging)
{
    const struct dyno_gate_facts *facts = judging->facts;
    struct ratio *ratios = dyno_xcalloc(facts->record_count + 1, sizeof *ratios);
    size_t count = collect_ratios(facts, ratios);
    judge_arrivals(judging);
    if (count >= (size_t)SEGMENTS * MIN_PER_SEGMENT) {
        judge_change(judging, ratios, count);
        judge_steady(judging, ratios, count);
    }
    free(ratios);
}
