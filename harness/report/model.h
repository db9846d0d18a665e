/**
 * The report's model: every number that any writer shows, in the order in which it is shown. Built once
 * from the database; constant afterwards. All texts are clean (report/clean.h) and owned by the model.
 *
 * Statements count as "measured" if their trial is a measured one, complete and valid, their intended
 * time lies in the window, and, for durations and for Spark's numbers, their outcome is ok. If an arm
 * has no valid trial at all, the invalid and partial ones are shown instead and `is_of_valid_trials`
 * says so.
 */
#ifndef DYNO_REPORT_MODEL_H
#define DYNO_REPORT_MODEL_H

#include "base/json.h"
#include "report/rank_model.h"
#include "report/server.h"
#include "report/spark_metric.h"
#include "report/summary.h"
#include "report/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_REPORT_ARMS          2
#define DYNO_REPORT_OVER_TIME_MAX 600
#define DYNO_REPORT_ERRORS_MAX    5
#define DYNO_REPORT_OVERALL       (-1) /**< in place of a query's ordinal */

struct dyno_report_head {
    int64_t id;
    char *kind, *name, *state, *reason;
    char *seed; /**< decimal */
    double margin;
    int64_t blocks_planned, starts_planned;
    bool is_shared; /**< the arms share server starts */
    char *plan_json, *plan_sha256, *tool_version, *created_utc, *finished_utc;
    char *command; /**< as typed, NULL if the plan does not hold it */
    char **words;  /**< the same word by word; NULL as above */
    size_t word_count;
    bool has_verdict;
    char *verdict; /**< "better" ... or "unjudged" */
    char *sentence;
    char **qualifiers;
    size_t qualifier_count;
    int exit_code;
    char *next; /**< what to do now */
};

enum dyno_report_series {
    DYNO_REPORT_RESPONSE,
    DYNO_REPORT_SERVICE,
    DYNO_REPORT_WAIT,
    DYNO_REPORT_LAG,
    DYNO_REPORT_SERIES_COUNT
};
const char *dyno_report_series_name(enum dyno_report_series series);

struct dyno_report_arm {
    int64_t id;
    char *role, *name, *comment, *sha256;
    int64_t trials, valid_trials;
    int64_t offered, completed, failed, censored; /**< of the trials that count */
    double window_s;                              /**< of the trials that count, together */
    struct dyno_report_summary series[DYNO_REPORT_SERIES_COUNT];
    struct dyno_report_curve curves[2]; /**< response, service */
    struct dyno_report_histogram histograms[2];
    struct dyno_report_point *over_time; /**< response by intended time, thinned */
    size_t over_time_count;
};

struct dyno_report_gate {
    char *name, *unit, *text;
    double value, limit;
    bool is_fatal, is_passed;
};

struct dyno_report_trial {
    int64_t id;
    bool is_warmup;
    int64_t block, position; /**< -1 where there is none */
    size_t arm;
    int64_t start; /**< ordinal */
    bool is_complete, is_valid;
    bool is_counted; /**< its statements are in the arm's numbers */
    char *reason, *tag, *seed, *started_utc;
    int64_t epoch_wall_ms, begin_ns, end_ns;
    int64_t offered, started, completed, failed, censored, joined;
    int64_t generator_cpu_ns, generator_rss_bytes;
    struct dyno_report_summary response, service;
    struct dyno_report_summary *queries; /**< response by query, as many as the model has */
    struct dyno_report_gate *gates;
    size_t gate_count;
};

/** One gate over all measured trials. */
struct dyno_report_gate_sum {
    const char *name, *unit;
    const char *text; /**< of a failure, if there was one */
    bool is_fatal;
    int64_t trials, failures;
    double worst_value, limit; /**< of the trial that failed, or came nearest to the limit */
};

struct dyno_report_query_arm {
    struct dyno_report_summary response, service;
    int64_t errors; /**< failed statements */
    int64_t joined; /**< completed statements that Spark's numbers were found for */
    double spark[DYNO_SPARK_METRICS]; /**< means per statement; NAN if not known */
};

struct dyno_report_query {
    int64_t ordinal;
    char *name, *sql;
    double weight;
    struct dyno_report_query_arm arms[DYNO_REPORT_ARMS];
};

struct dyno_report_block_ratio {
    int64_t block;
    double ratio; /**< candidate / base */
};

struct dyno_report_contrast {
    char *metric;           /**< response_p50 ... */
    int64_t query;          /**< ordinal or DYNO_REPORT_OVERALL */
    const char *query_name; /**< "all queries" for the latter */
    int64_t blocks;
    double base_ns, candidate_ns;
    double ratio, ci95[2], ci90[2]; /**< candidate / base */
    double p_t, p_sign_flip;
    double
        visible_ratio; /**< the smallest change that this run could have seen, as a ratio over 1 */
    bool is_primary;
    double df, p_adjusted, p_equivalence;
    double margin_ratio;        /**< the margin that counted: the asked one, or the noise floor */
    double robust, robust95[2]; /**< Hodges-Lehmann ratio and its exact interval */
    double sd_within,
        sd_between; /**< of log ratios, within a server start and between starts; NAN: unknown */
    double e_value;
    char *verdict, *reason;
    struct dyno_report_block_ratio *block_ratios;
    size_t block_ratio_count;
};

struct dyno_report_proof {
    int64_t start; /**< ordinal */
    size_t arm;
    char *asked, *applied, *server_default, *source, *complaint;
    bool is_applied;
};

/** One key, in all arms and starts. */
struct dyno_report_setting {
    char *key, *scope;
    bool is_different; /**< the arms have different values, asked for or default */
    const char *asked[DYNO_REPORT_ARMS]; /**< NULL: this arm leaves it alone */
    const char *applied[DYNO_REPORT_ARMS];
    const char *server_default; /**< NULL: not known */
    int64_t starts[DYNO_REPORT_ARMS], applied_starts[DYNO_REPORT_ARMS];
    struct dyno_report_proof *proofs;
    size_t proof_count;
};

struct dyno_report_fact {
    char *topic, *name, *value;
};

struct dyno_report_start {
    int64_t id, ordinal;
    int arm; /**< -1: shared */
    char *state, *reason, *app_id, *spark_version, *started_utc;
    double ready_ms, attach_ms, warmup_ms;
};

/** Warm-up: the n-th execution of a query after a start, over all starts of the arm. */
struct dyno_report_warmup_point {
    size_t arm;
    int64_t query, execution; /**< from 1 */
    int64_t n;                /**< starts */
    double service_ns;        /**< median over the starts */
};

/** A Spark number that differs between the arms; coincidence with latency, not its cause. */
struct dyno_report_change {
    enum dyno_spark_metric metric;
    const struct dyno_report_query *query; /**< where it changed most */
    double base, candidate;
    double ratio;        /**< INFINITY if the base has 0 */
    double weight;       /**< by which changes are sorted */
    size_t also_queries; /**< others in which it changed in the same direction */
};

struct dyno_report_plan {
    const struct dyno_report_query *query;
    char *text[DYNO_REPORT_ARMS]; /**< NULL: none was seen */
    int64_t execution_id[DYNO_REPORT_ARMS];
    bool is_same;           /**< but for Spark's running numbers */
    size_t first_different; /**< line, from 1; 0 if the same or one is missing */
};

struct dyno_report_error {
    const char *query_name;
    const char *arm_name;
    const char *outcome;
    char *sqlstate;
    int64_t count;
    char *text; /**< of one of them; "" if none was kept */
};

/** What else moved the numbers: drift, order, carry_over. */
struct dyno_report_disturbance {
    char *metric, *name, *text;
    double ratio, p; /**< NAN: could not be looked for */
    bool is_seen;
};

struct dyno_report_warning {
    int64_t trial; /**< id, 0: about the experiment */
    char *code, *text;
};

struct dyno_report_model {
    struct dyno_report_head head;
    bool is_of_valid_trials;
    struct dyno_report_arm arms[DYNO_REPORT_ARMS];
    size_t arm_count;
    struct dyno_report_query *queries;
    size_t query_count;
    struct dyno_report_query overall; /**< all queries together */
    struct dyno_report_contrast *contrasts;
    size_t contrast_count;
    cJSON *capacity; /**< what a capacity experiment found; NULL for other kinds */
    struct dyno_report_disturbance *disturbances;
    size_t disturbance_count;
    struct dyno_report_setting *settings;
    size_t setting_count;
    struct dyno_report_fact *facts;
    size_t fact_count;
    struct dyno_report_start *starts;
    size_t start_count;
    struct dyno_report_trial *trials; /**< in the order of time */
    size_t trial_count;
    struct dyno_report_gate_sum *gates; /**< failed ones first */
    size_t gate_count;
    struct dyno_report_warmup_point *warmup; /**< by arm, query, execution */
    size_t warmup_count;
    struct dyno_report_change *changes; /**< largest first */
    size_t change_count;
    struct dyno_report_account
        accounts[DYNO_REPORT_ARMS]; /**< means over the statements that count */
    struct dyno_report_server servers[DYNO_REPORT_ARMS];
    struct dyno_report_finding *findings; /**< severe ones first */
    size_t finding_count;
    char *together; /**< what changed together with the response time, in one line; NULL: nothing */
    struct dyno_report_plan *plans;
    size_t plan_count;
    struct dyno_report_error *errors; /**< most frequent first */
    size_t error_count;
    int64_t error_kinds; /**< also those that `errors` has no room for */
    struct dyno_report_warning *warnings;
    size_t warning_count;
    struct dyno_report_rank *rank; /**< of a ranking, whose rows are no arms here; NULL otherwise */
};

/** "compare": two arms with a contrast. */
bool dyno_report_is_compare(const struct dyno_report_model *model);

/** Does the arm's time account say more than the client's own parts? */
bool dyno_report_has_account(const struct dyno_report_model *model, size_t arm);

/** What an arm is called among both: its profile, or its role where both have the same (an aa). */
const char *dyno_report_arm_word(const struct dyno_report_model *model, size_t arm);

/** The contrast of a metric and query (ordinal or DYNO_REPORT_OVERALL); NULL if there is none. */
const struct dyno_report_contrast *dyno_report_contrast_find(const struct dyno_report_model *model,
                                                             const char *metric, int64_t query);

/** The metric in which single queries are told: response_p50 if every query has a ratio of it, else
 *  response_mean, which needs fewer statements. */
const char *dyno_report_query_metric(const struct dyno_report_model *model);

/** The query with this ordinal; NULL if there is none. */
struct dyno_report_query *dyno_report_query_find(const struct dyno_report_model *model,
                                                 int64_t ordinal);

/** How many gates failed in at least one trial. */
size_t dyno_report_gates_failed(const struct dyno_report_model *model);

#endif
