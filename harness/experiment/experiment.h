/**
 * An experiment from the first server start to the verdict: the one room that calls the other bench
 * rooms. It starts and stops servers, attaches data, proves settings, warms up, runs trials in the
 * order of the layout, and has each of them collected, explained, stored and judged.
 */
#ifndef DYNO_EXPERIMENT_EXPERIMENT_H
#define DYNO_EXPERIMENT_EXPERIMENT_H

#include "base/log.h"
#include "base/status.h"
#include "decide/slo.h"
#include "plan/load_shape.h"
#include "plan/profile.h"
#include "plan/rank.h"
#include "plan/workload.h"
#include "spark/install.h"
#include "spark/server.h"
#include "target/target.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is going on, for a line on the terminal. */
struct dyno_progress {
    const char *stage; /**< "start 1 of 3: waiting for Spark" */
    int trial;         /**< trials finished so far */
    int trial_count;   /**< 0: not known beforehand */
    int64_t done;      /**< statements of the running trial */
    int64_t errors;
    int64_t elapsed_ns;   /**< of the experiment */
    int64_t remaining_ns; /**< estimate for the rest; -1 if unknown */
};

/** How a managed server is to be started. */
struct dyno_managed_options {
    struct dyno_spark_install install;
    enum dyno_spark_kind kind;
    int cores;
    int workers;
    const char *driver_memory;
    const char *auth;        /**< "NOSASL" or "NONE" */
    const char *odbc_driver; /**< path of libsparkodbc.so, for target odbc */
    bool has_event_log;      /**< the server writes an event log, which is read after each trial */
};

/** Of a capacity experiment; `blocks` are its restarts. */
struct dyno_capacity_options {
    struct dyno_slo slo;
    const char *slo_text;    /**< as typed */
    const int64_t *sessions; /**< loads of the closed loop */
    size_t session_count;
    double precision;      /**< the search ends when rejected / accepted is at most 1 + this */
    int64_t max_window_ns; /**< of an open-loop step */
    double cores;          /**< executor cores of the server */
};

/** What a ranking needs beside arms and load. Borrowed. */
struct dyno_rank_options {
    const struct dyno_rank *rank; /**< its arms are the experiment's */
    const char *metric;           /**< that decides: "response_mean" ... */
    const char *const *arguments; /**< words of the command, for taking it up again */
    size_t argument_count;
    int64_t resume_id; /**< the experiment to be taken up again; 0: a new one */
};

/** Everything is borrowed for the call. */
struct dyno_experiment_options {
    const char *kind;         /**< "run", "compare", "aa", "rank" ... */
    const char *command;      /**< as the user typed it, for the report */
    const char *const *words; /**< the same, word by word */
    size_t word_count;
    const struct dyno_workload *workload;
    const struct dyno_profile *arms; /**< base first */
    size_t arm_count;
    const struct dyno_rank_options *rank; /**< NULL unless it is a ranking */
    struct dyno_load_shape load;
    int blocks;
    int starts;
    uint64_t seed;
    double margin;
    const struct dyno_capacity_options *capacity; /**< NULL: another kind */
    const char *primary; /**< names of the metrics that decide, "response_p95,..."; NULL: all */
    bool is_early_stop;  /**< stop between blocks once the e-process has decided */
    bool is_fresh; /**< each trial on a server start of its own, even if the arms could share */
    struct dyno_target_config target;           /**< managed: only kind and fetch_rows are read */
    const struct dyno_managed_options *managed; /**< NULL: an external server */
    const char *rest_url;                       /**< external server; NULL: none */
    const char *event_log_path; /**< of an external server: its log, or the folder of all; NULL */
    bool continue_on_failure;
    int generators;         /**< load processes of a measured trial; 0 or 1: one */
    int generator_restarts; /**< of each one that crashes, in a trial */
    const char *store_path;
    const char *cache_dir; /**< absolute; data, servers, trial files */
    const char *self_path; /**< this program, for generator processes */
    const char *tool_version;
    const struct dyno_log *log;
    const atomic_int *stop; /**< 0 run, 1 finish soon, 2 now */
    void (*on_progress)(void *ctx, const struct dyno_progress *progress);
    void *progress_ctx;
};

/** What became of it. */
struct dyno_experiment_result {
    int64_t experiment_id; /**< 0: nothing was stored */
    bool was_interrupted;
    bool was_finished; /**< its end is in the store; if not, it looks as if it still ran */
};

/**
 * Run it. Results that were reached are stored even if it fails half-way. DYNO_EINPUT: a setting is
 * unknown, refused or without effect, or the workload does not fit; DYNO_EENV, DYNO_ECONN, DYNO_EAUTH,
 * DYNO_ETIMEOUT: the server did not come up or went away; DYNO_ECANCELLED: stopped on request.
 */
enum dyno_status dyno_experiment_run(const struct dyno_experiment_options *options,
                                     struct dyno_experiment_result *result,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Reach the external server, prove the settings and attach the data as a run would, and write the plan of its one
 * trial to `path`, for `sparkdyno generate` on other machines and dyno_shares_take_in afterwards. No load is
 * started and nothing is stored.
 */
enum dyno_status dyno_experiment_hand_out(const struct dyno_experiment_options *options,
                                          const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

/** How long it will take, by rule of thumb: starts, warm-up, windows. */
int64_t dyno_experiment_estimate_ns(const struct dyno_experiment_options *options);

/** The plan as one JSON text (what is run, in which order, with which seed); the caller frees. */
char *dyno_experiment_plan_json(const struct dyno_experiment_options *options,
                                struct dyno_err *err);

/** One line of a preflight. */
typedef void (*dyno_check_fn)(void *ctx, bool is_ok, const char *what, const char *detail);

/**
 * Preflight without load: look at disk, limits and clock; start (or reach) the server, for each arm anew
 * where they cannot share one; connect through the target, and prove the settings of each arm. Returns the first failure; `report` hears of every step.
 */
enum dyno_status dyno_experiment_check(const struct dyno_experiment_options *options,
                                       dyno_check_fn report, void *ctx,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
