#include "experiment/capacity.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "decide/slo_window.h"
#include "experiment/start.h"
#include "experiment/trial.h"
#include "store/capacity.h"

#include <math.h>
#include <stdlib.h>

#define STREAM_ORDER   UINT64_C(0x63617061)
#define WIDENINGS_MAX  12
#define ATTEMPTS_MAX   3 /* at a rate in a trial that cannot be used */
#define BISECTIONS_MAX 8
#define SEARCH_STEPS   9 /* for the estimate */
#define START_COST_NS  (25 * DYNO_NS_PER_S)
#define STEP_COST_NS   (2 * DYNO_NS_PER_S)

/** One load that is offered. */
struct attempt {
    const char *purpose;
    int64_t sessions;
    double rate_per_s; /* NAN: closed loop */
};

/* Two rates of the search that differ by less are one. */
#define SAME_RATE 1e-9

struct hunt {
    struct dyno_bench *bench;
    const struct dyno_capacity_options *options;
    struct dyno_rng rng;
    int restart;
    int position;
    int64_t most_sessions;
    double accepted;   /* highest rate that passed in the first restart; 0: none */
    double before;     /* the one that passed before it; 0: none */
    double rejected;   /* lowest that failed; 0: none */
    bool is_undecided; /* the search met a rate that no trial of it could judge */
    struct dyno_slo_window window;
};

static struct dyno_slo_window plan_windows(const struct dyno_capacity_options *options,
                                           const struct dyno_load_shape *load)
{
    return (struct dyno_slo_window){.slo = &options->slo,
                                    .is_random = load->arrival != DYNO_ARRIVAL_CONSTANT,
                                    .asked_ns = load->measure_ns,
                                    .max_ns = options->max_window_ns};
}

static void shape_load(const struct hunt *hunt, const struct attempt *attempt)
{
    struct dyno_load_shape *load = &hunt->bench->load;
    *load = hunt->bench->options->load;
    if (!isnan(attempt->rate_per_s))
        load->measure_ns = dyno_slo_window_ns(&hunt->window, attempt->rate_per_s);
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
static enum dyno_status offer(struct hunt *hunt, const struct attempt *attempt,
                              struct dyno_slo_result *out, struct dyno_err *err)
{
    struct dyno_bench *bench = hunt->bench;
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
        status = dyno_slo_judge(bench->store, trial_id, &hunt->options->slo, out, err);
    if (status == DYNO_OK && !is_complete)
        status = dyno_err_set(err, dyno_bench_is_stopped(bench) ? DYNO_ECANCELLED : DYNO_EENV,
                              "a trial did not run to its end (see its warning)");
    return status;
}

static void note_rate(struct hunt *hunt, double rate, const struct dyno_slo_result *result)
{
    hunt->is_undecided = !result->is_decided;
    if (hunt->is_undecided)
        return;
    if (result->is_accepted && rate > hunt->accepted) {
        hunt->before = hunt->accepted;
        hunt->accepted = rate;
    }
    if (!result->is_accepted && (hunt->rejected == 0.0 || rate < hunt->rejected))
        hunt->rejected = rate;
}

/** A trial that cannot be used (the generator was late, say) tells nothing of the rate: it is offered again. */
static enum dyno_status try_rate(struct hunt *hunt, double rate, struct dyno_err *err)
{
    const struct attempt attempt = {
        .purpose = "search", .sessions = hunt->most_sessions, .rate_per_s = rate};
    struct dyno_slo_result result = {.trial_id = 0};
    enum dyno_status status = DYNO_OK;
    for (int i = 0; status == DYNO_OK && !result.is_usable && i < ATTEMPTS_MAX; i++)
        status = offer(hunt, &attempt, &result, err);
    if (status == DYNO_OK)
        note_rate(hunt, rate, &result);
    return status;
}

/** Widen until both ends are known, or no allowed window would decide a lower rate. */
static enum dyno_status widen(struct hunt *hunt, struct dyno_err *err)
{
    double rate = hunt->bench->options->load.rate_per_s;
    double lowest = dyno_slo_window_lowest_rate(&hunt->window);
    enum dyno_status status = DYNO_OK;
    for (int i = 0; i < WIDENINGS_MAX; i++) {
        status = try_rate(hunt, rate, err);
        bool has_both = hunt->accepted > 0.0 && hunt->rejected > 0.0;
        bool is_lowest = hunt->accepted == 0.0 && rate <= lowest;
        if (status != DYNO_OK || hunt->is_undecided || has_both || is_lowest)
            break;
        rate = hunt->accepted > 0.0 ? rate * 2.0 : fmax(rate / 2.0, lowest);
    }
    return status;
}

/** One step of the search below the accepted rate: where the answer falls back to. */
static double step_below(const struct hunt *hunt)
{
    double step =
        hunt->rejected > 0.0 ? hunt->rejected / hunt->accepted : 1.0 + hunt->options->precision;
    return hunt->accepted / step;
}

/** Widen, then halve on the log scale. */
static enum dyno_status search(struct hunt *hunt, struct dyno_err *err)
{
    enum dyno_status status = widen(hunt, err);
    for (int i = 0; status == DYNO_OK && !hunt->is_undecided && i < BISECTIONS_MAX; i++) {
        if (hunt->accepted == 0.0 || hunt->rejected == 0.0 ||
            hunt->rejected / hunt->accepted <= 1.0 + hunt->options->precision)
            break;
        status = try_rate(hunt, sqrt(hunt->accepted * hunt->rejected), err);
    }
    /* So that it has a trial in this restart too, if the search did not pass there. It moves neither end. */
    struct dyno_slo_result result = {.trial_id = 0};
    const struct attempt below = {
        .purpose = "search", .sessions = hunt->most_sessions, .rate_per_s = step_below(hunt)};
    if (status == DYNO_OK && hunt->accepted > 0.0 && hunt->bench->options->blocks > 1 &&
        below.rate_per_s >= dyno_slo_window_lowest_rate(&hunt->window) &&
        fabs(hunt->before / below.rate_per_s - 1.0) > SAME_RATE)
        status = offer(hunt, &below, &result, err);
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
    const double rates[] = {hunt->accepted, hunt->rejected, step_below(hunt)};
    double lowest = dyno_slo_window_lowest_rate(&hunt->window);
    for (size_t i = 0; i < 3; i++)
        if (rates[i] >= lowest)
            attempts[count++] = (struct attempt){
                .purpose = "retest", .sessions = hunt->most_sessions, .rate_per_s = rates[i]};
    return count;
}

static enum dyno_status run_restart(struct hunt *hunt, struct dyno_err *err)
{
    struct attempt *attempts = dyno_xcalloc(hunt->options->session_count + 3, sizeof *attempts);
    size_t count = plan_restart(hunt, attempts);
    struct dyno_slo_result result = {.trial_id = 0};
    enum dyno_status status = dyno_start_open(hunt->bench, hunt->restart, err);
    dyno_rng_shuffle(&hunt->rng, attempts, count, sizeof *attempts);
    hunt->position = 0;
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = offer(hunt, &attempts[i], &result, err);
    if (status == DYNO_OK && hunt->restart == 0)
        status = search(hunt, err);
    free(attempts);
    return status;
}

enum dyno_status dyno_capacity_run(struct dyno_bench *bench, struct dyno_err *err)
{
    struct hunt hunt = {.bench = bench,
                        .options = bench->options->capacity,
                        .window = plan_windows(bench->options->capacity, &bench->options->load)};
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

enum dyno_status dyno_capacity_check(const struct dyno_experiment_options *o, struct dyno_err *err)
{
    const struct dyno_slo_window window = plan_windows(o->capacity, &o->load);
    if (o->load.step_count > 0)
        return dyno_err_set(
            err, DYNO_EINPUT,
            "capacity looks for one rate itself: begin at --rate R, not with steps");
    return dyno_slo_window_check(&window, o->load.rate_per_s, err);
}

int64_t dyno_capacity_estimate_ns(const struct dyno_experiment_options *o)
{
    const struct dyno_capacity_options *c = o->capacity;
    const struct dyno_slo_window window = plan_windows(c, &o->load);
    int64_t step_ns = o->load.trial_warmup_ns + STEP_COST_NS;
    int64_t open_ns = dyno_slo_window_ns(&window, o->load.rate_per_s) + step_ns;
    int64_t curve_ns = (int64_t)c->session_count * (o->load.measure_ns + step_ns);
    int64_t restart_ns = curve_ns + (o->managed != NULL ? START_COST_NS : 0);
    return o->blocks * restart_ns + (SEARCH_STEPS + 3 * (o->blocks - 1)) * open_ns;
}
