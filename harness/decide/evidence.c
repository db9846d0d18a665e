#include "decide/evidence.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "load/record.h"
#include "store/horizon.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char select_head[] =
    "SELECT state, reason, margin, seed, blocks_planned, coalesce((SELECT value FROM fact "
    "WHERE experiment_id = ?1 AND topic = 'workload' AND name = 'name'), ''), kind, is_shared, "
    "is_early_stop, primary_metrics "
    "FROM experiment WHERE id = ?1";
static const char select_arms[] = "SELECT ordinal, name FROM arm WHERE experiment_id = ?1";
static const char select_queries[] =
    "SELECT ordinal, name, weight FROM query WHERE experiment_id = ?1 ORDER BY ordinal";
static const char select_trials[] =
    "SELECT t.id, t.block, t.start_id, a.ordinal, t.state = 'complete' AND t.is_valid, t.position "
    "FROM trial t JOIN arm a ON a.id = t.arm_id "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' ORDER BY t.id";
/* Why the first trial that may not be judged is so: why it is partial, or what its gate says. */
static const char select_fault[] =
    "SELECT coalesce(nullif(t.reason, ''), (SELECT g.text FROM gate g WHERE g.trial_id = t.id "
    "AND g.is_fatal AND NOT g.is_passed LIMIT 1), 'the trial is marked as not valid') "
    "FROM trial t WHERE t.experiment_id = ?1 AND t.role = 'measure' "
    "AND (t.state <> 'complete' OR NOT t.is_valid) ORDER BY t.id LIMIT 1";
static const char select_unapplied[] =
    "SELECT s.key || ' in ''' || a.name || '''' || "
    "CASE WHEN s.complaint = '' THEN '' ELSE ': ' || s.complaint END "
    "FROM setting s JOIN start st ON st.id = s.start_id JOIN arm a ON a.id = s.arm_id "
    "WHERE st.experiment_id = ?1 AND NOT s.is_applied ORDER BY st.ordinal, s.key LIMIT 1";
static const char select_horizon[] =
    "SELECT " DYNO_TRIAL_HORIZON_SQL " FROM trial t WHERE t.id = ?1";
static const char select_responses[] =
    "SELECT query, outcome, intended_ns, done_ns FROM record WHERE trial_id = ?1 AND phase = 1 "
    "ORDER BY query, seq";

typedef void (*take_row_fn)(sqlite3_stmt *row, void *context);

/** Every row of a SELECT over one id. */
static enum dyno_status each_row(sqlite3 *db, const char *sql, int64_t id, take_row_fn take,
                                 void *context, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    struct dyno_cell cell = dyno_cell_i64(id);
    enum dyno_status status = dyno_sql_select(db, sql, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take(statement, context);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return dyno_xstrdup(text != NULL ? text : "");
}

/** "response_p95,response_mean"; words that are no metric are passed over, and nothing means p50, p95 and
 *  mean. */
static void take_primary(struct dyno_evidence *evidence, char *list)
{
    bool has_any = false;
    evidence->first_primary = DYNO_METRIC_MEAN;
    char *rest = NULL;
    for (char *word = strtok_r(list, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        enum dyno_metric metric = dyno_metric_of(word);
        if (metric == DYNO_METRIC_COUNT)
            continue;
        if (!has_any)
            evidence->first_primary = metric;
        has_any = true;
        evidence->is_primary[metric] = true;
    }
    for (int metric = 0; !has_any && metric < DYNO_METRIC_PLAIN; metric++)
        evidence->is_primary[metric] = true;
}

static void take_head(sqlite3_stmt *row, void *context)
{
    struct dyno_evidence *evidence = context;
    char *seed = text_of(row, 3);
    evidence->state = text_of(row, 0);
    evidence->reason = text_of(row, 1);
    evidence->margin = sqlite3_column_double(row, 2);
    evidence->seed = strtoull(seed, NULL, 10);
    evidence->blocks_planned = sqlite3_column_int64(row, 4);
    evidence->workload = text_of(row, 5);
    evidence->kind = text_of(row, 6);
    evidence->is_shared = sqlite3_column_int(row, 7) != 0;
    evidence->is_early_stop = sqlite3_column_int(row, 8) != 0;
    char *primary = text_of(row, 9);
    take_primary(evidence, primary);
    free(primary);
    free(seed);
}

static void take_arm(sqlite3_stmt *row, void *context)
{
    struct dyno_evidence *evidence = context;
    int64_t ordinal = sqlite3_column_int64(row, 0);
    if (ordinal >= 0 && ordinal < DYNO_EVIDENCE_ARMS && evidence->arm_names[ordinal] == NULL)
        evidence->arm_names[ordinal] = text_of(row, 1);
}

static void take_query(sqlite3_stmt *row, void *context)
{
    const struct dyno_evidence_query query = {.ordinal = sqlite3_column_int64(row, 0),
                                              .name = text_of(row, 1),
                                              .weight = sqlite3_column_double(row, 2)};
    (void)dyno_vec_push(context, &query);
}

static void take_trial(sqlite3_stmt *row, void *context)
{
    int64_t ordinal = sqlite3_column_int64(row, 3);
    const struct dyno_evidence_trial trial = {
        .id = sqlite3_column_int64(row, 0),
        .block = sqlite3_column_int64(row, 1),
        .start_id = sqlite3_column_int64(row, 2),
        .arm = (size_t)ordinal,
        .is_usable = sqlite3_column_int(row, 4) != 0,
        .position = sqlite3_column_int64(row, 5),
    };
    if (ordinal >= 0)
        (void)dyno_vec_push(context, &trial);
}

static void take_text(sqlite3_stmt *row, void *context)
{
    char **text = context;
    *text = text_of(row, 0);
}

static void take_number(sqlite3_stmt *row, void *context)
{
    int64_t *number = context;
    *number = sqlite3_column_int64(row, 0);
}

/** The responses of a trial while they are read; rows come query by query. */
struct gathering {
    const struct dyno_evidence *evidence;
    struct dyno_evidence_trial *trial;
    int64_t horizon_ns;
    int64_t query;         /* whose rows come now */
    size_t first_response; /* of that query */
    size_t first_bound;
    struct dyno_vec responses; /* double */
    struct dyno_vec bounds;    /* double */
};

static struct dyno_statistic slice_statistic(struct gathering *g, size_t response, size_t bound)
{
    double *responses = g->responses.items;
    double *bounds = g->bounds.items;
    return dyno_statistic_of(responses != NULL ? responses + response : NULL,
                             g->responses.len - response, bounds != NULL ? bounds + bound : NULL,
                             g->bounds.len - bound);
}

static void close_query(struct gathering *g)
{
    for (size_t i = 0; i < g->evidence->query_count; i++)
        if (g->evidence->queries[i].ordinal == g->query)
            g->trial->queries[i] = slice_statistic(g, g->first_response, g->first_bound);
    g->first_response = g->responses.len;
    g->first_bound = g->bounds.len;
}

static void take_response(sqlite3_stmt *row, void *context)
{
    struct gathering *g = context;
    int64_t query = sqlite3_column_int64(row, 0);
    enum dyno_outcome outcome = (enum dyno_outcome)sqlite3_column_int(row, 1);
    int64_t intended_ns = sqlite3_column_int64(row, 2);
    int64_t done_ns = sqlite3_column_int64(row, 3);
    if (query != g->query)
        close_query(g);
    g->query = query;
    double known_ns = (double)((done_ns >= 0 ? done_ns : g->horizon_ns) - intended_ns);
    if (outcome == DYNO_OUTCOME_OK)
        (void)dyno_vec_push(&g->responses, &known_ns);
    else if (dyno_outcome_is_cut_off(outcome))
        (void)dyno_vec_push(&g->bounds, &known_ns);
    /* What failed has the time of an error. */
}

static enum dyno_status load_statistics(sqlite3 *db, const struct dyno_evidence *evidence,
                                        struct dyno_evidence_trial *trial, struct dyno_err *err)
{
    struct gathering g = {.evidence = evidence, .trial = trial, .query = -1};
    dyno_vec_init(&g.responses, sizeof(double));
    dyno_vec_init(&g.bounds, sizeof(double));
    trial->queries = dyno_xcalloc(evidence->query_count + 1, sizeof *trial->queries);
    for (size_t i = 0; i < evidence->query_count; i++)
        trial->queries[i] = dyno_statistic_of(NULL, 0, NULL, 0);
    enum dyno_status status =
        each_row(db, select_horizon, trial->id, take_number, &g.horizon_ns, err);
    if (status == DYNO_OK)
        status = each_row(db, select_responses, trial->id, take_response, &g, err);
    close_query(&g);
    trial->overall = slice_statistic(&g, 0, 0);
    double *weights = dyno_xcalloc(evidence->query_count + 1, sizeof *weights);
    for (size_t i = 0; i < evidence->query_count; i++)
        weights[i] = evidence->queries[i].weight;
    dyno_statistic_add_suite(&trial->overall, trial->queries, weights, evidence->query_count);
    free(weights);
    dyno_vec_deinit(&g.responses);
    dyno_vec_deinit(&g.bounds);
    return status;
}

static enum dyno_status load_lists(sqlite3 *db, struct dyno_evidence *evidence,
                                   struct dyno_err *err)
{
    struct dyno_vec queries = DYNO_VEC_INIT(struct dyno_evidence_query);
    struct dyno_vec trials = DYNO_VEC_INIT(struct dyno_evidence_trial);
    enum dyno_status status = each_row(db, select_arms, evidence->id, take_arm, evidence, err);
    if (status == DYNO_OK)
        status = each_row(db, select_queries, evidence->id, take_query, &queries, err);
    if (status == DYNO_OK)
        status = each_row(db, select_trials, evidence->id, take_trial, &trials, err);
    evidence->queries = dyno_vec_take(&queries, &evidence->query_count);
    evidence->trials = dyno_vec_take(&trials, &evidence->trial_count);
    return status;
}

void dyno_evidence_say_loss(const struct dyno_evidence *evidence, struct dyno_str *out)
{
    bool has_reason = evidence->reason[0] != '\0';
    if (has_reason && (strcmp(evidence->state, "failed") == 0 || evidence->first_fault == NULL))
        dyno_str_appendf(out, "; it ended early: %s", evidence->reason);
    else if (evidence->first_fault != NULL)
        dyno_str_appendf(out, "; the first trial that failed: %s", evidence->first_fault);
}

enum dyno_status dyno_evidence_load(struct dyno_store *store, int64_t id,
                                    struct dyno_evidence **out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    struct dyno_evidence *evidence = dyno_xcalloc(1, sizeof *evidence);
    evidence->id = id;
    *out = evidence;
    enum dyno_status status = each_row(db, select_head, id, take_head, evidence, err);
    if (status == DYNO_OK && evidence->state == NULL)
        return dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, id);
    if (status == DYNO_OK)
        status = load_lists(db, evidence, err);
    if (status == DYNO_OK)
        status = each_row(db, select_fault, id, take_text, &evidence->first_fault, err);
    if (status == DYNO_OK)
        status = each_row(db, select_unapplied, id, take_text, &evidence->unapplied, err);
    for (size_t i = 0; status == DYNO_OK && i < evidence->trial_count; i++)
        if (evidence->trials[i].is_usable)
            status = load_statistics(db, evidence, &evidence->trials[i], err);
    return status;
}

void dyno_evidence_free(struct dyno_evidence *evidence)
{
    if (evidence == NULL)
        return;
    for (size_t i = 0; i < evidence->query_count; i++)
        free(evidence->queries[i].name);
    for (size_t i = 0; i < evidence->trial_count; i++)
        free(evidence->trials[i].queries);
    for (size_t i = 0; i < DYNO_EVIDENCE_ARMS; i++)
        free(evidence->arm_names[i]);
    free(evidence->queries);
    free(evidence->trials);
    dyno_noise_deinit(&evidence->noise);
    free(evidence->kind);
    free(evidence->workload);
    free(evidence->state);
    free(evidence->reason);
    free(evidence->first_fault);
    free(evidence->unapplied);
    free(evidence);
}
