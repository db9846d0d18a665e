#include "decide/rank.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/vec.h"
#include "decide/rank_counters.h"
#include "decide/rank_results.h"
#include "decide/rank_sentence.h"
#include "spark/setting.h"
#include "stats/adjust.h"
#include "store/rank.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_MAX 8192
#define DRAWS        4000
#define DRAWS_QUERY  500
#define LEVEL        0.05

/* Everything that the verdict is made of. */
struct verdict_making {
    struct dyno_store *store;
    struct dyno_evidence *evidence;
    struct dyno_rank_design design;
    struct dyno_rank_cells cells;
    struct dyno_str mismatch; /* results that differ between rows; empty unless they do */
    struct dyno_str fault;    /* why it is invalid; empty unless it is */
    struct dyno_ranking primary;
    bool has_primary;
    struct dyno_ranking_best best;
    bool has_best;
    bool is_best_default;     /* what is best stands there already */
    struct dyno_vec effects;  /* struct dyno_store_effect, chains owned */
    struct dyno_vec errors;   /* struct dyno_store_effect_error */
    struct dyno_vec counters; /* struct dyno_store_factor_counter */
    struct dyno_vec values;   /* struct dyno_store_trial_value */
};

static void push_effect(struct verdict_making *m, enum dyno_metric metric, int64_t query,
                        const struct dyno_ranking_effect *effect)
{
    char chain[256];
    dyno_factorial_chain(&m->design.design, effect->column, chain, sizeof chain);
    const struct dyno_store_effect row = {.metric = dyno_metric_name(metric),
                                          .query = query,
                                          .column = effect->column,
                                          .chain = dyno_xstrdup(chain),
                                          .stratum = dyno_stratum_name(effect->stratum),
                                          .factor = effect->factor,
                                          .estimate = effect->estimate,
                                          .se = effect->se,
                                          .df = effect->df,
                                          .ci_low = effect->ci_low,
                                          .ci_high = effect->ci_high,
                                          .limit = effect->limit,
                                          .p = effect->p,
                                          .share = effect->share,
                                          .top = effect->factor >= 0 ? effect->standing.top
                                                                     : (double)NAN,
                                          .place_low = effect->standing.low,
                                          .place_high = effect->standing.high,
                                          .verdict = dyno_finding_name(effect->finding)};
    (void)dyno_vec_push(&m->effects, &row);
}

static void push_ranking(struct verdict_making *m, enum dyno_metric metric, int64_t query,
                         const struct dyno_ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++)
        push_effect(m, metric, query, &ranking->effects[i]);
    for (int s = 0; s < DYNO_STRATUM_COUNT; s++) {
        const struct dyno_ranking_error *error = &ranking->errors[s];
        const struct dyno_store_effect_error row = {
            .metric = dyno_metric_name(metric),
            .query = query,
            .stratum = dyno_stratum_name((enum dyno_stratum)s),
            .method = error->error.is_pooled ? "replicates" : "lenth",
            .contrasts = (int64_t)error->error.contrasts,
            .replicates = (int64_t)m->cells.replicates,
            .se = error->error.se,
            .df = error->error.df,
            .margin = error->margin,
            .limit = error->limit};
        if (error->error.contrasts > 0)
            (void)dyno_vec_push(&m->errors, &row);
    }
}

static void analyse(const struct verdict_making *m, const double *logs, size_t draws,
                    struct dyno_ranking *out)
{
    const struct dyno_ranking_input input = {.design = &m->design.design,
                                             .strata = &m->design.strata,
                                             .logs = logs,
                                             .replicates = m->cells.replicates,
                                             .draws = draws,
                                             .seed = m->evidence->seed};
    dyno_ranking_make(&input, out);
}

static void say_lack(struct verdict_making *m, enum dyno_lack lack, int run)
{
    const char *metric = dyno_metric_word(m->design.metric);
    if (lack == DYNO_LACK_FEW)
        dyno_str_appendf(
            &m->fault,
            "%s response is not estimable in row %d: it needs %zu completed statements "
            "in each trial; lengthen the window or raise the rate",
            metric, run + 1, dyno_metric_min_count(m->design.metric));
    else
        dyno_str_appendf(&m->fault,
                         "%s response is not estimable in row %d: statements were cut off "
                         "(unfinished or timed out); lower the rate, or use --arrival closed",
                         metric, run + 1);
}

static void keep_values(struct verdict_making *m)
{
    size_t count = m->cells.replicates * (size_t)m->design.design.run_count;
    for (size_t i = 0; i < count; i++) {
        const struct dyno_evidence_trial *trial = m->cells.trials[i];
        const struct dyno_store_trial_value row = {.trial_id = trial->id,
                                                   .metric = dyno_metric_name(m->design.metric),
                                                   .value_ns =
                                                       trial->overall.value[m->design.metric]};
        (void)dyno_vec_push(&m->values, &row);
    }
}

static void analyse_overall(struct verdict_making *m)
{
    for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
        enum dyno_lack lack = DYNO_LACK_NONE;
        int run = 0;
        struct dyno_ranking ranking;
        double *logs = dyno_rank_cells_logs(&m->cells, (enum dyno_metric)metric, DYNO_RANK_OVERALL,
                                            &lack, &run);
        bool is_primary = (enum dyno_metric)metric == m->design.metric;
        if (logs == NULL) {
            if (is_primary)
                say_lack(m, lack, run);
            continue;
        }
        analyse(m, logs, is_primary ? DRAWS : DRAWS_QUERY, &ranking);
        push_ranking(m, (enum dyno_metric)metric, -1, &ranking);
        if (is_primary) {
            m->primary = ranking;
            m->has_primary = true;
        }
        free(logs);
    }
}

/* Queries are looked through, not decided by: what counts as found is settled among all of them. */
static void settle_queries(struct dyno_ranking *rankings, size_t count)
{
    size_t total = 0;
    for (size_t q = 0; q < count; q++)
        total += rankings[q].count;
    double *p = dyno_xcalloc(2 * total + 1, sizeof *p);
    double *adjusted = p + total;
    size_t at = 0;
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < rankings[q].count; i++)
            p[at++] = rankings[q].effects[i].finding == DYNO_FINDING_OPEN
                          ? (double)NAN
                          : rankings[q].effects[i].p;
    dyno_adjust_bh(p, total, adjusted);
    at = 0;
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < rankings[q].count; i++, at++) {
            struct dyno_ranking_effect *effect = &rankings[q].effects[i];
            if (effect->finding == DYNO_FINDING_OPEN)
                continue;
            effect->finding = adjusted[at] <= LEVEL ? DYNO_FINDING_FOUND
                              : p[at] <= LEVEL      ? DYNO_FINDING_POSSIBLE
                                                    : DYNO_FINDING_NOT_FOUND;
        }
    free(p);
}

static void analyse_queries(struct verdict_making *m)
{
    size_t room = m->evidence->query_count + 1;
    struct dyno_ranking *rankings = dyno_xcalloc(room, sizeof *rankings);
    int64_t *ordinals = dyno_xcalloc(room, sizeof *ordinals);
    size_t count = 0;
    /* The suite is made of the means of queries. */
    enum dyno_metric metric =
        m->design.metric == DYNO_METRIC_SUITE ? DYNO_METRIC_MEAN : m->design.metric;
    for (size_t q = 0; q < m->evidence->query_count; q++) {
        enum dyno_lack lack = DYNO_LACK_NONE;
        int run = 0;
        double *logs = dyno_rank_cells_logs(&m->cells, metric, q, &lack, &run);
        if (logs == NULL)
            continue;
        analyse(m, logs, DRAWS_QUERY, &rankings[count]);
        ordinals[count++] = m->evidence->queries[q].ordinal;
        free(logs);
    }
    settle_queries(rankings, count);
    for (size_t i = 0; i < count; i++)
        push_ranking(m, metric, ordinals[i], &rankings[i]);
    free(rankings);
    free(ordinals);
}

static void find_fault(struct verdict_making *m)
{
    const struct dyno_evidence *evidence = m->evidence;
    if (evidence->unapplied != NULL) {
        dyno_str_appendf(&m->fault, "a setting did not take effect: %s", evidence->unapplied);
    } else if (m->mismatch.len > 0) {
        dyno_str_append(&m->fault, dyno_str_text(&m->mismatch));
    } else if (evidence->trial_count == 0) {
        dyno_str_append(&m->fault, "no trial was measured");
        dyno_evidence_say_loss(evidence, &m->fault);
    } else if (m->cells.replicates == 0) {
        dyno_str_appendf(&m->fault,
                         "no replicate has a valid trial of every row, %zu are missing: %s"
                         "sparkdyno rank --resume %" PRId64 " runs them",
                         m->cells.missing,
                         strcmp(evidence->state, "failed") == 0 ? "once it is mended, " : "",
                         evidence->id);
        dyno_evidence_say_loss(evidence, &m->fault);
    }
}

static void predict_best(struct verdict_making *m)
{
    m->has_best = dyno_ranking_predict(&m->design.design, &m->primary, &m->best);
    m->is_best_default = m->has_best;
    for (int f = 0; f < m->design.design.factor_count && m->has_best; f++) {
        const struct dyno_rank_factor *factor = &m->design.factors[f];
        if ((m->best.set >> f & 1) == 0)
            continue;
        const char *value = (m->best.high >> f & 1) != 0 ? factor->high : factor->low;
        m->is_best_default = m->is_best_default && factor->server_default != NULL &&
                             dyno_setting_value_equal(value, factor->server_default);
    }
}

static enum dyno_status count_counters(struct verdict_making *m, struct dyno_err *err)
{
    size_t runs = (size_t)m->design.design.run_count;
    size_t count = m->cells.replicates * runs;
    struct dyno_rank_trial *trials = dyno_xcalloc(count + 1, sizeof *trials);
    for (size_t i = 0; i < count; i++)
        trials[i] = (struct dyno_rank_trial){
            .id = m->cells.trials[i]->id,
            .run = (int)(i % runs),
            .log = log(m->cells.trials[i]->overall.value[m->design.metric])};
    enum dyno_status status =
        dyno_rank_counters(m->store, &m->design, trials, count, &m->counters, err);
    free(trials);
    return status;
}

/* {"aqe": "true", ...}, with the settings that each factor sets. */
static char *best_json(const struct verdict_making *m)
{
    cJSON *json = cJSON_CreateObject();
    for (int f = 0; f < m->design.design.factor_count; f++) {
        const struct dyno_rank_factor *factor = &m->design.factors[f];
        if ((m->best.set >> f & 1) != 0)
            dyno_json_add_string(json, factor->name,
                                 (m->best.high >> f & 1) != 0 ? factor->high : factor->low);
    }
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

/* What a reader must know beside the verdict; the caller frees the JSON list. */
static char *make_qualifiers(const struct verdict_making *m)
{
    const struct dyno_rank_design *design = &m->design;
    cJSON *list = cJSON_CreateArray();
    if (design->design.is_sieve)
        dyno_json_push_text(list,
                            "a sieve: every main effect is mixed with interactions of the others");
    else if (design->resolution == 3)
        dyno_json_push_text(list,
                            "resolution III: main effects are mixed with interactions of two");
    if (m->has_primary && m->cells.replicates == 1)
        dyno_json_push_text(
            list, "one replicate: the noise is judged from the effects themselves (Lenth)");
    if (m->cells.replicates > 0 && (int)m->cells.replicates < design->replicates)
        dyno_json_push_text(
            list, "%d of %d replicates left out: %zu trials are missing or not valid",
            design->replicates - (int)m->cells.replicates, design->replicates, m->cells.missing);
    if (m->is_best_default)
        dyno_json_push_text(list, "the server's defaults stand at the best levels already");
    else if (m->has_best && m->best.is_guess)
        dyno_json_push_text(
            list, "the best profile takes a chain of interactions for the one whose settings "
                  "matter by themselves");
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

static bool is_all_open(const struct dyno_ranking *ranking)
{
    bool is_open = true;
    for (size_t i = 0; i < ranking->count; i++)
        is_open = is_open && (ranking->effects[i].factor < 0 ||
                              ranking->effects[i].finding == DYNO_FINDING_OPEN);
    return is_open;
}

static bool has_found(const struct dyno_ranking *ranking)
{
    bool found = false;
    for (size_t i = 0; i < ranking->count; i++)
        found = found || ranking->effects[i].finding == DYNO_FINDING_FOUND;
    return found;
}

static struct dyno_store_verdict judge(const struct verdict_making *m, struct dyno_str *sentence)
{
    struct dyno_store_verdict out = {.verdict = "invalid", .exit_code = 4};
    if (m->fault.len > 0) {
        dyno_str_appendf(sentence, "no ranking, it is not valid: %s", dyno_str_text(&m->fault));
        out.sentence = dyno_str_text(sentence);
        return out;
    }
    const struct dyno_rank_told told = {.design = &m->design,
                                        .cells = &m->cells,
                                        .ranking = &m->primary,
                                        .workload = m->evidence->workload};
    dyno_rank_sentence(&told, sentence);
    out.sentence = dyno_str_text(sentence);
    out.verdict = has_found(&m->primary)     ? "ranked"
                  : is_all_open(&m->primary) ? "inconclusive"
                                             : "nothing-found";
    out.exit_code = strcmp(out.verdict, "inconclusive") == 0 ? 125 : 0;
    return out;
}

static enum dyno_status put(struct verdict_making *m, struct dyno_err *err)
{
    struct dyno_str sentence;
    dyno_str_init(&sentence, SENTENCE_MAX);
    struct dyno_store_verdict verdict = judge(m, &sentence);
    char *qualifiers = make_qualifiers(m);
    char *best = m->has_best && !m->is_best_default ? best_json(m) : NULL;
    int fold = m->has_primary ? dyno_ranking_fold_on(&m->design.design, &m->primary) : -1;
    const struct dyno_store_ranking ranking = {
        .effects = m->effects.items,
        .effect_count = m->effects.len,
        .errors = m->errors.items,
        .error_count = m->errors.len,
        .counters = m->counters.items,
        .counter_count = m->counters.len,
        .values = m->values.items,
        .value_count = m->values.len,
        .best_json = best,
        .best_ns = m->has_best ? exp(m->best.log) : (double)NAN,
        .default_ns = dyno_rank_cells_default(&m->cells, m->design.metric),
        .fold = fold >= 0 ? m->design.factors[fold].name : ""};
    verdict.qualifiers_json = qualifiers;
    enum dyno_status status =
        dyno_store_ranking_put(m->store, m->evidence->id, &ranking, &verdict, err);
    cJSON_free(qualifiers);
    cJSON_free(best);
    dyno_str_deinit(&sentence);
    return status;
}

static void making_deinit(struct verdict_making *m)
{
    for (size_t i = 0; i < m->effects.len; i++) {
        const struct dyno_store_effect *effect = dyno_vec_at(&m->effects, i);
        union {
            const char *in;
            char *out;
        } chain = {effect->chain};
        free(chain.out);
    }
    dyno_vec_deinit(&m->effects);
    dyno_vec_deinit(&m->errors);
    dyno_vec_deinit(&m->counters);
    dyno_vec_deinit(&m->values);
    dyno_rank_cells_deinit(&m->cells);
    dyno_rank_design_deinit(&m->design);
    dyno_evidence_free(m->evidence);
    dyno_str_deinit(&m->fault);
    dyno_str_deinit(&m->mismatch);
}

enum dyno_status dyno_rank_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct verdict_making m = {.store = store};
    dyno_vec_init(&m.effects, sizeof(struct dyno_store_effect));
    dyno_vec_init(&m.errors, sizeof(struct dyno_store_effect_error));
    dyno_vec_init(&m.counters, sizeof(struct dyno_store_factor_counter));
    dyno_vec_init(&m.values, sizeof(struct dyno_store_trial_value));
    dyno_str_init(&m.fault, SENTENCE_MAX);
    dyno_str_init(&m.mismatch, SENTENCE_MAX);
    enum dyno_status status = dyno_evidence_load(store, id, &m.evidence, err);
    if (status == DYNO_OK)
        status = dyno_rank_design_load(store, id, &m.design, err);
    if (status == DYNO_OK)
        status = dyno_rank_results(store, id, &m.mismatch, err);
    if (status != DYNO_OK)
        goto done;
    dyno_rank_cells_make(m.evidence, &m.design, &m.cells);
    find_fault(&m);
    if (m.cells.replicates > 0) {
        analyse_overall(&m);
        analyse_queries(&m);
    }
    if (m.has_primary) {
        keep_values(&m);
        status = count_counters(&m, err);
    }
    if (m.has_primary && m.fault.len == 0)
        predict_best(&m);
    if (status == DYNO_OK)
        status = put(&m, err);
done:
    making_deinit(&m);
    return status;
}
