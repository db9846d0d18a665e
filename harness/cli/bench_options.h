/** Options that run, compare and check share, and how they become an experiment. */
#ifndef DYNO_CLI_BENCH_OPTIONS_H
#define DYNO_CLI_BENCH_OPTIONS_H

#include "cli/command.h"
#include "cli/options.h"
#include "cli/places.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "experiment/experiment.h"

/** Loads of one closed-loop curve. */
#define CLI_SESSIONS_MAX 32

/** As typed; zero or NULL where nothing was said. */
struct cli_bench_options {
    /* What is asked. */
    int64_t blocks, starts;
    int64_t seed;
    double margin;
    const char *primary;
    bool is_early_stop, is_fresh, wants_plan;
    const char *slo, *session_list;
    int64_t restarts, max_window_ns;
    double precision;
    double detect; /**< effect to be found, as a ratio */
    double scale;
    struct cli_list conf;      /**< onto every arm */
    struct cli_list base_conf; /**< onto the base only */
    struct cli_list candidate_conf;
    /* Load. */
    const char *arrival, *steps, *burst, *think_kind, *replay;
    double speed;
    bool is_pinned;
    int64_t visit, warmup_max;
    double rate;
    int64_t sessions, think_ns, warmup, trial_warmup_ns, measure_ns, timeout_ns, drain_ns;
    /* Server. */
    const char *target;
    const char *connection, *host, *auth, *user, *password_file, *schema, *rest_url,
        *event_log_path;
    int64_t port, fetch_rows, null_service_ns;
    const char *spark_home, *spark_version, *kind, *driver_memory;
    int64_t cores, workers;
    bool has_event_log;
    int64_t generators, generator_restarts;
    /* Ranking. */
    const char *base, *fold, *metric, *write_profile;
    struct cli_list without;
    int64_t runs, splits, replicates, default_runs, confirm_blocks, resume;
    bool is_sieve, no_confirm;
    /* Results. */
    const char *db, *cache_dir, *html, *on_failure, *write_plan;
    bool wants_json, is_dry_run, is_self, no_color, is_quiet;
    int verbosity;
};

/** The values that stand if nothing is said (durations and counts of -1: the workload's). */
void cli_bench_options_defaults(struct cli_bench_options *options);

/** Tables for the verbs. */
extern const struct cli_option cli_run_options[];
extern const struct cli_option cli_compare_options[];
extern const struct cli_option cli_aa_options[];
extern const struct cli_option cli_capacity_options[];
extern const struct cli_option cli_check_options[];
extern const struct cli_option cli_rank_options[];

/** An experiment made from options and words; owns what the experiment borrows. */
struct cli_bench {
    struct cli_places places;
    struct dyno_workload workload;
    struct dyno_profile arms[2];
    size_t arm_count;
    struct dyno_managed_options managed;
    struct dyno_experiment_options experiment;
    char *cache_dir;
    struct cli_command command;
    char *password;
    char *primary;
    struct dyno_capacity_options capacity;
    int64_t sessions[CLI_SESSIONS_MAX];
    char *connection;
};

/**
 * Read workload and profiles and fill `bench->experiment`. Words: WORKLOAD [PROFILE [PROFILE]].
 * Everything that can be wrong without a server is said here: DYNO_EINPUT, DYNO_EENV (no Spark, no Java).
 */
enum dyno_status cli_bench_init(struct cli_bench *bench, const char *kind,
                                const struct cli_bench_options *options,
                                const struct cli_words *words,
                                struct dyno_err *err) DYNO_MUST_CHECK;
void cli_bench_deinit(struct cli_bench *bench);

#endif
