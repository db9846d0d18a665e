/** State of a running experiment, shared by the files of this room; not for other rooms. */
#ifndef DYNO_EXPERIMENT_BENCH_H
#define DYNO_EXPERIMENT_BENCH_H

#include "experiment/experiment.h"
#include "plan/layout.h"
#include "spark/rest.h"
#include "store/store.h"

struct dyno_bench {
    const struct dyno_experiment_options *options;
    struct dyno_store *store;
    int64_t experiment_id;
    struct dyno_layout layout;
    struct dyno_load_shape load; /**< of the trial that runs; the options' own but for capacity */
    int64_t *arm_ids;
    bool *has_plan; /**< arm x query: its plan text is stored */
    bool *is_done;  /**< for each trial of the layout: run before this was taken up again */
    int64_t warmup_executions; /**< of each arm in this start */
    int starts_before;         /**< those of the runs before */
    char *work_dir;            /**< scratch of this experiment, see scratch.h; NULL: none yet */
    int work_lock;
    int files_made; /**< numbers the scratch files */
    int trials_run;
    int64_t begun_ns;
    int64_t trial_cost_ns; /**< what the last trial took, for the estimate */
    bool has_facts;        /**< driver and server facts are stored */

    /* The server that runs now. */
    struct dyno_spark_server *server; /**< NULL: external, or none */
    struct dyno_rest *rest;           /**< NULL: no REST */
    char *rest_url;
    char *app_id;
    int64_t start_id;
    int starts_made;
    int layout_start; /**< index into layout.starts; -1: no server is up */
    struct dyno_target_config target;
    int64_t retained_jobs;
    char *log_path;     /**< its event log; NULL: none that we can read */
    int64_t log_offset; /**< up to where it was read; 0 if it can only be read from its begin */
};

/** Has a stop been asked for? */
bool dyno_bench_is_stopped(const struct dyno_bench *bench);

/** Tell the terminal what is going on. */
void dyno_bench_progress(struct dyno_bench *bench, const char *stage, int64_t done, int64_t errors);

/** A new file name below the scratch folder; the caller frees. */
char *dyno_bench_scratch(struct dyno_bench *bench, const char *stem, const char *ending);

/** Store a warning and show it. `trial_id` 0: about the experiment. */
void dyno_bench_warn(struct dyno_bench *bench, int64_t trial_id, const char *code, const char *fmt,
                     ...) DYNO_PRINTF(4, 5);

#endif
