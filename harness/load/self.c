#include "load/self.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "load/generator.h"
#include "load/monitor.h"
#include "load/trial_file.h"
#include "stats/histogram.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define WINDOW_NS   (DYNO_NS_PER_S / 2)
#define CLOCK_READS 200000
#define NAPS        500
#define OPEN_RATE   1000.0

/* One trial on the null target; the caller closes `*file_out`. */
static enum dyno_status run_null(const char *path, const struct dyno_load_shape *load,
                                 struct dyno_trial_file **file_out, struct dyno_err *err)
{
    char tag[] = "self";
    char name[] = "null";
    char sql[] = "SELECT 1";
    struct dyno_trial_query query = {.name = name, .sql = sql, .weight = 1};
    struct dyno_trial_plan plan = {.tag = tag,
                                   .seed = 1,
                                   .target = {.kind = DYNO_TARGET_NULL},
                                   .queries = &query,
                                   .query_count = 1,
                                   .load = *load};
    const struct dyno_generator_options options = {.plan = &plan, .trial_path = path};
    enum dyno_status status = dyno_generate(&options, err);
    if (status == DYNO_OK)
        status = dyno_trial_file_open(path, file_out, err);
    return status;
}

static enum dyno_status measure_rate(const char *path, struct dyno_self *out, struct dyno_err *err)
{
    struct dyno_load_shape load = DYNO_LOAD_SHAPE_INIT;
    struct dyno_trial_file *file = NULL;
    struct dyno_counters counters = {.completed = 0};
    load.arrival = DYNO_ARRIVAL_CLOSED;
    load.sessions = 1;
    load.trial_warmup_ns = 0;
    load.measure_ns = WINDOW_NS;
    enum dyno_status status = run_null(path, &load, &file, err);
    if (status == DYNO_OK)
        dyno_trial_file_count_outcomes(file, &counters);
    if (status == DYNO_OK && counters.completed == 0)
        status = dyno_err_set(err, DYNO_EENV, "the generator completed nothing in 0.5 s");
    dyno_trial_file_close(file);
    if (status != DYNO_OK)
        return status;
    out->statement_ns = (double)WINDOW_NS / (double)counters.completed;
    out->statements_per_s = 1e9 / out->statement_ns;
    return DYNO_OK;
}

static enum dyno_status measure_lag(const char *path, struct dyno_self *out, struct dyno_err *err)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_load_shape load = DYNO_LOAD_SHAPE_INIT;
    struct dyno_trial_file *file = NULL;
    struct dyno_histogram lags;
    enum dyno_status status = dyno_histogram_init(&lags, &range, err);
    load.rate_per_s = OPEN_RATE;
    load.sessions = 8;
    load.trial_warmup_ns = 0;
    load.measure_ns = WINDOW_NS;
    if (status == DYNO_OK)
        status = run_null(path, &load, &file, err);
    for (uint64_t seq = 0; status == DYNO_OK && seq < dyno_trial_file_count(file); seq++) {
        const struct dyno_record *record = dyno_trial_file_record(file, seq);
        if (record->outcome == DYNO_OUTCOME_OK)
            dyno_histogram_record(&lags, dyno_record_lag_ns(record), 1);
    }
    out->lag_p99_ns = dyno_histogram_quantile(&lags, 0.99);
    dyno_trial_file_close(file);
    dyno_histogram_deinit(&lags);
    return status;
}

static enum dyno_status measure_naps(struct dyno_self *out, struct dyno_err *err)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram naps;
    int slack = prctl(PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL);
    enum dyno_status status = dyno_histogram_init(&naps, &range, err);
    /* As in the sessions' threads. */
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    for (int i = 0; status == DYNO_OK && i < NAPS; i++) {
        int64_t wake_ns = dyno_now_ns() + DYNO_NS_PER_MS;
        dyno_sleep_until_ns(wake_ns);
        dyno_histogram_record(&naps, dyno_now_ns() - wake_ns, 1);
    }
    (void)prctl(PR_SET_TIMERSLACK, slack > 0 ? (unsigned long)slack : 0UL, 0UL, 0UL, 0UL);
    out->nap_p50_ns = dyno_histogram_quantile(&naps, 0.5);
    out->nap_p99_ns = dyno_histogram_quantile(&naps, 0.99);
    out->nap_max_ns = naps.max;
    dyno_histogram_deinit(&naps);
    return status;
}

static double clock_read_ns(void)
{
    int64_t begin_ns = dyno_now_ns();
    for (int i = 0; i < CLOCK_READS; i++)
        (void)dyno_now_ns();
    return (double)(dyno_now_ns() - begin_ns) / CLOCK_READS;
}

enum dyno_status dyno_self_measure(const char *folder, struct dyno_self *out, struct dyno_err *err)
{
    char *path = dyno_xasprintf("%s/self-%d.records", folder, (int)getpid());
    memset(out, 0, sizeof *out);
    dyno_monitor_clock_source(out->clock_source);
    out->clock_read_ns = clock_read_ns();
    enum dyno_status status = dyno_dir_make(folder, err);
    if (status == DYNO_OK)
        status = measure_rate(path, out, err);
    if (status == DYNO_OK)
        status = measure_lag(path, out, err);
    if (status == DYNO_OK)
        status = measure_naps(out, err);
    (void)unlink(path);
    free(path);
    return status;
}
