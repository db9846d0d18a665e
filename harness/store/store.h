/**
 * The results file: one SQLite database in WAL mode. One thread uses one store.
 *
 * A trial lands whole, in one transaction, with its records, counters, joined Spark numbers and gates.
 * Opening repairs nothing silently: a newer schema or a foreign file is refused and left untouched;
 * experiments whose owner process is gone are marked 'interrupted'.
 */
#ifndef DYNO_STORE_STORE_H
#define DYNO_STORE_STORE_H

#include "base/status.h"
#include "spark/setting.h"
#include "store/part.h"
#include "store/share.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct dyno_store;

#define DYNO_STORE_VERSION 1

/** Open for writing; made with its folder if it is not there. DYNO_EIO (disk full, read-only, not a
 *  database), DYNO_EINPUT (newer schema, foreign file), DYNO_EENV (locked by another writer). */
enum dyno_status dyno_store_open(const char *path, struct dyno_store **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Open for reading only; DYNO_ENOTFOUND if there is no file. The last reader leaves no -wal and -shm behind. */
enum dyno_status dyno_store_open_readonly(const char *path, struct dyno_store **out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_store_close(struct dyno_store *store);

/** Before reading: mark experiments whose owner process is gone as interrupted, as dyno_store_open does, if
 *  there is such a file and it may be written. What goes wrong shows when the file is read. */
void dyno_store_settle(const char *path);

/** For decide/ and report/model.c, which bring their own SELECTs. Borrowed. */
struct sqlite3 *dyno_store_handle(struct dyno_store *store);

struct dyno_store_experiment {
    const char *kind; /**< "run", "compare", "aa" or "capacity" */
    const char *name;
    uint64_t seed;
    double margin;
    int blocks_planned;
    int starts_planned;
    bool is_shared;
    const char *plan_json;
    const char *primary_metrics; /**< "response_p95,..."; NULL: all */
    bool is_early_stop;
};
/** New experiment in state 'running', owned by this process. */
enum dyno_status dyno_store_experiment_add(struct dyno_store *store,
                                           const struct dyno_store_experiment *experiment,
                                           int64_t *id_out, struct dyno_err *err) DYNO_MUST_CHECK;
/** `state`: "finished", "interrupted" or "failed"; durable (synchronous) when it returns. */
enum dyno_status dyno_store_experiment_finish(struct dyno_store *store, int64_t id,
                                              const char *state, const char *reason,
                                              struct dyno_err *err) DYNO_MUST_CHECK;
/** Insert or replace one fact. */
enum dyno_status dyno_store_fact_put(struct dyno_store *store, int64_t experiment_id,
                                     const char *topic, const char *name, const char *value,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_store_arm {
    int ordinal;      /**< 0 base or only, 1 candidate */
    const char *role; /**< "only", "base" or "candidate" */
    const char *name;
    const char *comment;
    const char *sha256;
};
/** One arm of an experiment. */
enum dyno_status dyno_store_arm_add(struct dyno_store *store, int64_t experiment_id,
                                    const struct dyno_store_arm *arm, int64_t *id_out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_store_query_add(struct dyno_store *store, int64_t experiment_id, int ordinal,
                                      const char *name, const char *sql, double weight,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** `arm_id` 0: shared by all arms. */
enum dyno_status dyno_store_start_add(struct dyno_store *store, int64_t experiment_id, int ordinal,
                                      int64_t arm_id, int64_t *id_out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;
/** What is NULL or NAN keeps its former value. */
struct dyno_store_start_state {
    const char *state; /**< 'running', 'stopped', 'failed' */
    const char *reason;
    const char *app_id;
    const char *spark_version;
    double ready_ms;
    double reach_ms;
    double proof_ms;
    double attach_ms;
    double warmup_ms;
};
enum dyno_status dyno_store_start_update(struct dyno_store *store, int64_t start_id,
                                         const struct dyno_store_start_state *state,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_store_settings_put(struct dyno_store *store, int64_t start_id, int64_t arm_id,
                                         const struct dyno_setting_proof *proofs, size_t count,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** How many settings of an arm are stored as proved to be in effect in a start. */
enum dyno_status dyno_store_settings_proved(struct dyno_store *store, int64_t start_id,
                                            int64_t arm_id, int64_t *count_out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

/** One row of table record; a plain copy of what the generator wrote. */
struct dyno_store_record {
    int64_t seq;
    int query;
    int session;
    int phase;
    int outcome;
    int64_t intended_ns, claim_ns, send_ns, exec_ns, first_ns, done_ns;
    int64_t row_count;
    int64_t bytes;
    uint64_t checksum;
    const char *sqlstate;
    int attempt;
    int flags;
};

/** One row of table spark_statement. Values that are not known are NAN (REAL) or -1 (execution_id). */
struct dyno_spark_statement {
    int64_t seq;
    int64_t execution_id;
    int64_t jobs, stages, skipped_stages, tasks, failed_tasks;
    double execution_ms, job_ms, run_ms, cpu_ms, gc_ms, deserialize_ms, scheduler_delay_ms;
    int64_t shuffle_read_bytes, shuffle_write_bytes;
    double shuffle_fetch_ms;
    int64_t spill_memory_bytes, spill_disk_bytes, input_bytes, input_records, output_bytes;
    int64_t peak_memory_bytes;
    double task_max_ms, task_median_ms, skew_ratio;
};

/** One row of table account. The parts in the order of its columns. */
struct dyno_store_account {
    int64_t seq;
    const char *source; /**< "rest", "eventlog", or "none": only the client's own parts are known */
    int64_t part_ns[DYNO_PARTS];
};

/** One row of table stage. Values that are not known are NAN. */
struct dyno_store_stage {
    int64_t seq, stage_id, attempt, job_id;
    double submit_ms, complete_ms;
    bool is_critical;
    int64_t tasks, failed_tasks, empty_tasks;
    double run_ms, cpu_ms, gc_ms, delay_ms;
    int64_t input_bytes, shuffle_read_bytes, shuffle_write_bytes, spill_disk_bytes;
    double task_median_ms, task_max_ms;
};

/** One row of table finding. Texts are borrowed, but for the two that say otherwise. */
struct dyno_store_finding {
    const char *rule;
    int64_t query; /**< -1: the server */
    const char *severity, *title;
    double value, threshold;
    const char *unit, *what;
    int64_t statements, judged, example_seq;
    const char *advice;
    char *evidence, *command; /**< owned by whoever made it */
};

struct dyno_store_counter {
    const char *source;
    char name[96];
    int64_t t_ns;
    double value;
};

struct dyno_store_gate {
    const char *name;
    double value;
    double limit;
    const char *unit;
    bool is_fatal;
    bool is_passed;
    char text[256];
};

struct dyno_store_error_sample {
    int query;
    int outcome;
    const char *sqlstate;
    const char *text;
};

/** One row of table histogram; borrowed. */
struct dyno_store_histogram {
    int query;
    int outcome;
    const char *kind; /**< "response" or "service" */
    int64_t second;
    int64_t count, overflow;
    int64_t min_ns, max_ns; /**< -1: none */
    const void *payload;
    size_t payload_len;
};

/** One row of table warmup. */
struct dyno_store_warmup {
    int query;
    int64_t executions, truncated;
    bool is_steady;
    double before_ns, after_ns; /**< NAN: none */
};

struct dyno_store_trial {
    const char *role; /**< "warmup" or "measure" */
    int block;        /**< -1: none */
    int position;
    int64_t arm_id;
    int64_t start_id;
    const char *state; /**< "complete" or "partial" */
    const char *reason;
    const char *tag;
    uint64_t seed;
    int64_t epoch_wall_ms;
    int64_t measure_begin_ns, measure_end_ns;
    int64_t offered, started, completed, failed, censored, joined;
    bool is_valid;
    int64_t generator_cpu_ns;
    int64_t generator_rss_bytes;
    const struct dyno_store_record *records;
    size_t record_count;
    const struct dyno_spark_statement *statements;
    size_t statement_count;
    const struct dyno_store_account *accounts;
    size_t account_count;
    const struct dyno_store_stage *stages;
    size_t stage_count;
    const struct dyno_store_finding *findings;
    size_t finding_count;
    const struct dyno_store_counter *counters;
    size_t counter_count;
    const struct dyno_store_gate *gates;
    size_t gate_count;
    const struct dyno_store_error_sample *errors;
    size_t error_count;
    const char *schedule_sha256; /**< NULL: none */
    const struct dyno_store_warmup *warmups;
    size_t warmup_count;
    const struct dyno_store_histogram *histograms;
    size_t histogram_count;
    const struct dyno_store_share
        *shares; /**< of a trial that was put together of several machines' */
    size_t share_count;
};
/** The whole trial in one transaction: all of it or nothing. Disk full: DYNO_EIO, the file stays sound. */
enum dyno_status dyno_store_trial_add(struct dyno_store *store, int64_t experiment_id,
                                      const struct dyno_store_trial *trial, int64_t *id_out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** The plan text of one arm and query; replaces a former one. */
enum dyno_status dyno_store_plan_put(struct dyno_store *store, int64_t experiment_id,
                                     int64_t arm_id, int query, int64_t execution_id,
                                     const char *text, struct dyno_err *err) DYNO_MUST_CHECK;

/** `trial_id` 0: about the experiment. */
enum dyno_status dyno_store_warning_add(struct dyno_store *store, int64_t experiment_id,
                                        int64_t trial_id, const char *code, const char *text,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_store_contrast {
    const char *metric;
    int query;
    int blocks;
    double base_value, candidate_value;
    double log_ratio, sd, ci_low, ci_high, ci90_low, ci90_high, p_t, p_sign_flip,
        mde; /**< NAN: none */
    bool is_primary;
    double df, p_adjusted, p_equivalence, margin, hl, hl_low, hl_high, sd_within, sd_between,
        e_value; /**< NAN: none */
    const char *verdict;
    char reason[256];
};
struct dyno_store_verdict {
    const char *verdict;
    const char *sentence;
    const char *qualifiers_json;
    int exit_code;
};
/** Replace all contrasts and the verdict of an experiment, in one transaction. */
enum dyno_status dyno_store_verdict_put(struct dyno_store *store, int64_t experiment_id,
                                        const struct dyno_store_contrast *contrasts, size_t count,
                                        const struct dyno_store_verdict *verdict,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** Resolve "latest", a number, or a unique prefix of a name to an experiment id; DYNO_ENOTFOUND. */
enum dyno_status dyno_store_experiment_find(struct dyno_store *store, const char *word,
                                            int64_t *id_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
