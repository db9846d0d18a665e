#include "experiment/bench.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

bool dyno_bench_is_stopped(const struct dyno_bench *bench)
{
    return bench->options->stop != NULL && atomic_load(bench->options->stop) != 0;
}

void dyno_bench_progress(struct dyno_bench *bench, const char *stage, int64_t done, int64_t errors)
{
    const struct dyno_experiment_options *o = bench->options;
    if (o->on_progress == NULL)
        return;
    /* How many a search takes shows while it searches. */
    int total = o->capacity != NULL ? 0 : (int)bench->layout.trial_count;
    int64_t remaining = -1;
    if (bench->trial_cost_ns > 0 && total > 0)
        remaining = bench->trial_cost_ns * (total - bench->trials_run);
    struct dyno_progress progress = {.stage = stage,
                                     .trial = bench->trials_run,
                                     .trial_count = total,
                                     .done = done,
                                     .errors = errors,
                                     .elapsed_ns = dyno_now_ns() - bench->begun_ns,
                                     .remaining_ns = remaining};
    o->on_progress(o->progress_ctx, &progress);
}

char *dyno_bench_scratch(struct dyno_bench *bench, const char *stem, const char *ending)
{
    char *name = dyno_xasprintf("%s-%d.%s", stem, ++bench->files_made, ending);
    char *path = dyno_path_join(bench->work_dir, name);
    free(name);
    return path;
}

void dyno_bench_warn(struct dyno_bench *bench, int64_t trial_id, const char *code, const char *fmt,
                     ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    dyno_log(bench->options->log, DYNO_LOG_WARNING, "%s", text);
    struct dyno_err err = DYNO_ERR_INIT;
    if (bench->store != NULL &&
        dyno_store_warning_add(bench->store, bench->experiment_id, trial_id, code, text, &err))
        dyno_log(bench->options->log, DYNO_LOG_WARNING, "cannot store a warning: %s", err.message);
}
