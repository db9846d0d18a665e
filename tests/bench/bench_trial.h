/* One trial of a benchmark: a plan to be altered, its records in a file that goes with it. */
#ifndef DYNO_BENCH_TRIAL_H
#define DYNO_BENCH_TRIAL_H

#include "load/run.h"
#include "load/trial_file.h"

struct bench_trial {
    struct dyno_trial_plan plan;   /* may be changed until bench_trial_run */
    struct dyno_trial_file *file;  /* the records, after bench_trial_run */
    struct dyno_counters counters; /* of the records */
    struct dyno_trial_query query;
    char path[256];
    char tag[8];
    char name[8];
    char sql[16];
};

/*
 * A trial of `SELECT 1` on the null target without a warm-up; the file is made in `folder` (NULL: /tmp).
 * `trial` points into itself: it must not be moved. False after a message if there can be no file.
 */
bool bench_trial_init(struct bench_trial *trial, const char *folder);

/* Runs the plan in this process, in `world` (NULL: the real one). False after a message if it failed. */
bool bench_trial_run(struct bench_trial *trial, const struct dyno_generator_world *world);

/* Quantiles of the completed statements' generator lag, as one line. */
void bench_trial_print_lags(const struct bench_trial *trial);

/* CPU time of all the process's threads in seconds. */
double bench_trial_cpu_s(const struct bench_trial *trial);

void bench_trial_deinit(struct bench_trial *trial);

#endif
