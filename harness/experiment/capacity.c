#include "experiment/capacity.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "decide/slo.h"
#include "experiment/start.h"
#include "experiment/trial.h"
#include "stats/acceptance.h"
#include "store/capacity.h"

#include <math.h>
#include <stdlib.h>

#define STREAM_ORDER     UINT64_C(0x63617061)
#define VIOLATIONS_AIMED 3 /* a window is long enough to pass with so many */
#define WIDENINGS_MAX    12
#define BISECTIONS_MAX   8
#define SEARCH_STEPS     9 /* for the estimate */
#define START_COST_NS    (25 * DYNO_NS_PER_S)
#define STEP_COST_NS     (4 * DYNO_NS_PER_S)

/** One load that is offered. */
struct attempt {
    const char *purpose;
    int64_t sessions;
    double rate_per_s; /* NAN: closed loop */
};

struct hunt {
    struct dyno_bench *bench;
    const struct dyno_capacity_options *options;
    struct dyno_rng rng;
    int restart;
    int position;
    int64_t most_sessions;
    double accepted; /* highest rate that passed in the first restart; 0: none */
    double rejected; /* lowest that failed; 0: none */
};

/** Open loops need statements enough for the objective; nothing makes a window shorter than asked for. */
static int64_t window_ns(const struct hunt *hunt, const struct attempt *attempt)
{
    int64_t asked_ns = hunt->bench->options->load.measure_ns;
    if (isnan(attempt->rate_per_s))
        return asked_ns;
    double wanted = (double)dyno_acceptance_count(VIOLATIONS_AIMED, hunt->options->slo.quantile,
                                                  DYNO_SLO_CONFIDENCE);
    /* A Poisson count falls short of its mean: two deviations more. */
    double mean = wanted + 2.0 * sqrt(wanted);
    int64_t needed_ns = (int64_t)(mean / attempt->rate_per_s * (double)DYNO_NS_PER_S);
    if (needed_ns > hunt->options->max_window_ns)
        needed_ns = hunt->options->max_window_ns;
    return needed_ns > asked_ns ? needed_ns : asked_ns;
}

static void shape_load(const struct hunt *hunt, const struct attempt *attempt)
{
    struct dyno_load_shape *load = &hunt->bench->load;
    *load = hunt->bench->options->load;
    load->measure_ns = window_ns(hunt, attempt);
    load->sessions = attempt->sessions;
    if (isnan(attempt->rate_per_s)) {
        load->arrival = DYNO_ARRIVAL_CLOSED;
    } else {
        load->rate_per_s = attempt->rate_per_s;
        if (load->arrival == DYNO_ARRIVAL_CLOSED)
            load->arrival = DYNO_ARRIVAL_POISSON;
    }
}

/** Offer one load and say what became of it. */
static enum dyno_status offer(struct hunt *hunt, const struct attempt *attempt, bool *accepted_out,
                              struct dyno_err *err)
{
    struct dyno_bench *bench = hunt->bench;
    struct dyno_slo_result result = {.trial_id = 0};
    bool is_complete = false;
    int64_t trial_id = 0;
    if (dyno_bench_is_stopped(bench))
        return dyno_err_set(err, DYNO_ECANCELLED, "stopped");
    shape_load(hunt, attempt);
    const struct dyno_layout_trial slot = {
        .block = hunt->restart,
        .position = hunt->position++,
        .start = hunt->restart,
        .seed = dyno_mix64(bench->options->seed + (uint64_t)hunt->restart) >> 11};
    enum dyno_status status = dyno_trial_measure(bench, &slot, &is_complete, err);
    if (status == DYNO_OK)
        status = dyno_store_last_trial(bench->store, bench->experiment_id, &trial_id, err);
    const struct dyno_store_step step = {.restart = hunt->restart,
                                         .purpose = attempt->purpose,
                                         .sessions = attempt->sessions,
                                         .rate_per_s = attempt->rate_per_s,
                                         .window_ns = bench->load.measure_ns};
    if (status == DYNO_OK)
        status = dyno_store_step_add(bench->store, trial_id, &step, err);
    if (status == DYNO_OK)
        status = dyno_slo_judge(bench->store, trial_id, &hunt->options->slo, &result, err);
    if (status == DYNO_OK && !is_complete)
        status = dyno_err_set(err, dyno_bench_is_stopped(bench) ? DYNO_ECANCELLED : DYNO_EENV,
                              "a trial did not run to its end (see its warning)");
    *accepted_out = result.is_accepted;
    return status;
}

static void note_rate(struct hunt *hunt, double rate, bool is_accepted)
{
    if (is_accepted && rate > hunt->accepted)
        hunt->accepted = rate;
    if (!is_accepted && (hunt->rejected == 0.0 || rate < hunt->rejected))
        hunt->rejected = rate;
}

static enum dyno_status try_rate(struct hunt *hunt, double rate, const char *purpose,
                                 struct dyno_err *err)
{
    const struct attempt attempt = {
        .purpose = purpose, .sessions = hunt->most_sessions, .rate_per_s = rate};
    bool is_accepted = false;
    enum dyno_status status = offer(hunt, &attempt, &is_accepted, err);
    if (status == DYNO_OK && hunt->restart == 0)
        note_rate(hunt, rate, is_accepted);
    return status;
}

/** Widen until both ends are known, then halve on the log scale. */
static enum dyno_status search(struct hunt *hunt, struct dyno_err *err)
{
    double rate = hunt->bench->options->load.rate_per_s;
    enum dyno_status status = DYNO_OK;
    for (int i = 0; status == DYNO_OK && i < WIDENINGS_MAX; i++) {
        status = try_rate(hunt, rate, "search", err);
        if (hunt->accepted > 0.0 && hunt->rejected > 0.0)
            break;
        rate = hunt->accepted > 0.0 ? rate * 2.0 : rate / 2.0;
    }
    for (int i = 0; status == DYNO_OK && i < BISECTIONS_MAX; i++) {
        if (hunt->accepted == 0.0 || hunt->rejected == 0.0 ||
            hunt->rejected / hunt->accepted <= 1.0 + hunt->options->precision)
            break;
        status = try_rate(hunt, sqrt(hunt->accepted * hunt->rejected), "search", err);
    }
    return status;
}

static size_t plan_restart(const struct hunt *hunt, struct attempt *attempts)
{
    size_t count = 0;
    for (size_t i = 0; i < hunt->options->session_count; i++)
        attempts[count++] = (struct attempt){
            .purpose = "curve", .sessions = hunt->options->sessions[i], .rate_per_s = (double)NAN};
    if (hunt->restart == 0 || hunt->accepted == 0.0)
        return count;
    double step =
        hunt->rejected > 0.0 ? hunt->rejected / hunt->accepted : 1.0 + hunt->options->precision;
    const double rates[] = {hunt->accepted, hunt->rejected, hunt->accepted / step};
    for (size_t i = 0; i < 3; i++)
        if (rates[i] > 0.0)
            attempts[count++] = (struct attempt){
                .purpose = "retest", .sessions = hunt->most_sessions, .rate_per_s = rates[i]};
    return count;
}

static enum dyno_status run_restart(struct hunt *hunt, struct dyno_err *err)
{
    struct attempt *attempts = dyno_xcalloc(hunt->options->session_count + 3, sizeof *attempts);
    size_t count = plan_restart(hunt, attempts);
    bool is_accepted = false;
    enum dyno_status status = dyno_start_open(hunt->bench, hunt->restart, err);
    dyno_rng_shuffle(&hunt->rng, attempts, count, sizeof *attempts);
    hunt->position = 0;
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = offer(hunt, &attempts[i], &is_accepted, err);
    if (status == DYNO_OK && hunt->restart == 0)
        status = search(hunt, err);
    free(attempts);
    return status;
}

enum dyno_status dyno_capacity_run(struct dyno_bench *bench, struct dyno_err *err)
{
    struct hunt hunt = {.bench = bench, .options = bench->options->capacity};
    enum dyno_status status = DYNO_OK;
    dyno_rng_init(&hunt.rng, bench->options->seed, STREAM_ORDER);
    for (size_t i = 0; i < hunt.options->session_count; i++)
        if (hunt.options->sessions[i] > hunt.most_sessions)
            hunt.most_sessions = hunt.options->sessions[i];
    for (; status == DYNO_OK && hunt.restart < bench->options->blocks; hunt.restart++) {
        status = run_restart(&hunt, err);
        if (bench->layout_start >= 0)
            dyno_start_close(bench, NULL);
    }
    return status;
}

int64_t dyno_capacity_estimate_ns(const struct dyno_experiment_options *o)
{
    const struct dyno_capacity_options *c = o->capacity;
    double wanted =
        (double)dyno_acceptance_count(VIOLATIONS_AIMED, c->slo.quantile, DYNO_SLO_CONFIDENCE);
    int64_t open_ns = (int64_t)(wanted / o->load.rate_per_s * (double)DYNO_NS_PER_S);
    if (open_ns > c->max_window_ns)
        open_ns = c->max_window_ns;
    if (open_ns < o->load.measure_ns)
        open_ns = o->load.measure_ns;
    int64_t curve_ns = (int64_t)c->session_count * (o->load.measure_ns + STEP_COST_NS);
    int64_t restart_ns = curve_ns + (o->managed != NULL ? START_COST_NS : 0);
    return o->blocks * restart_ns + (SEARCH_STEPS + 3 * (o->blocks - 1)) * (open_ns + STEP_COST_NS);
}
