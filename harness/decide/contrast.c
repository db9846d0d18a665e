#include "decide/contrast.h"

#include "base/alloc.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OVERALL SIZE_MAX

/** The last usable trial of an arm in a block: one that was repeated replaces the one before. */
static const struct dyno_evidence_trial *trial_of(const struct dyno_evidence *evidence,
                                                  int64_t block, size_t arm)
{
    const struct dyno_evidence_trial *found = NULL;
    for (size_t i = 0; i < evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &evidence->trials[i];
        if (trial->block == block && trial->arm == arm && trial->is_usable)
            found = trial;
    }
    return found;
}

static bool is_first_of_block(const struct dyno_evidence *evidence, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (evidence->trials[i].block == evidence->trials[at].block)
            return false;
    return true;
}

static void find_blocks(const struct dyno_evidence *evidence, struct dyno_contrasts *out)
{
    struct dyno_vec blocks = DYNO_VEC_INIT(struct dyno_block);
    for (size_t i = 0; i < evidence->trial_count; i++) {
        if (!is_first_of_block(evidence, i))
            continue;
        struct dyno_block block = {.trials = {NULL, NULL}};
        for (size_t arm = 0; arm < DYNO_EVIDENCE_ARMS; arm++)
            block.trials[arm] = trial_of(evidence, evidence->trials[i].block, arm);
        if (block.trials[0] != NULL && block.trials[1] != NULL)
            (void)dyno_vec_push(&blocks, &block);
        out->blocks_run++;
    }
    out->blocks = dyno_vec_take(&blocks, &out->block_count);
}

/** Is the start of (block, arm) one that an earlier place has already shown? */
static bool is_known_start(const struct dyno_contrasts *contrasts, size_t block, size_t arm)
{
    int64_t start = contrasts->blocks[block].trials[arm]->start_id;
    for (size_t place = 0; place < block * DYNO_EVIDENCE_ARMS + arm; place++) {
        const struct dyno_block *other = &contrasts->blocks[place / DYNO_EVIDENCE_ARMS];
        if (other->trials[place % DYNO_EVIDENCE_ARMS]->start_id == start)
            return true;
    }
    return false;
}

static bool is_same_pair(const struct dyno_block *a, const struct dyno_block *b)
{
    return a->trials[0]->start_id == b->trials[0]->start_id &&
           a->trials[1]->start_id == b->trials[1]->start_id;
}

static void count_starts(struct dyno_contrasts *out)
{
    for (size_t i = 0; i < out->block_count; i++) {
        size_t first = 0;
        while (!is_same_pair(&out->blocks[i], &out->blocks[first]))
            first++;
        out->blocks[i].starts = (int64_t)first;
        out->start_pairs += first == i ? 1u : 0u;
        for (size_t arm = 0; arm < DYNO_EVIDENCE_ARMS; arm++)
            out->start_count += is_known_start(out, i, arm) ? 0u : 1u;
    }
}

static const struct dyno_statistic *statistic_at(const struct dyno_evidence_trial *trial,
                                                 size_t query)
{
    return query == OVERALL ? &trial->overall : &trial->queries[query];
}

/** Look at every trial of the blocks: has each of them a value? */
static void check_estimable(const struct dyno_contrasts *contrasts, size_t query,
                            struct dyno_contrast *contrast)
{
    contrast->least = SIZE_MAX;
    for (size_t i = 0; i < contrasts->block_count * DYNO_EVIDENCE_ARMS; i++) {
        const struct dyno_evidence_trial *trial =
            contrasts->blocks[i / DYNO_EVIDENCE_ARMS].trials[i % DYNO_EVIDENCE_ARMS];
        const struct dyno_statistic *statistic = statistic_at(trial, query);
        if (statistic->completed < contrast->least)
            contrast->least = statistic->completed;
        /* Too few statements is the cause to name first: more of them are needed in any case. */
        if (statistic->lack[contrast->metric] != DYNO_LACK_NONE && contrast->lack != DYNO_LACK_FEW)
            contrast->lack = statistic->lack[contrast->metric];
        if (!(statistic->value[contrast->metric] > 0.0) && contrast->lack == DYNO_LACK_NONE)
            contrast->lack = DYNO_LACK_FEW;
    }
    contrast->is_estimable = contrast->lack == DYNO_LACK_NONE;
}

static double log_ratio(const struct dyno_block *block, enum dyno_metric metric, size_t query)
{
    return log(statistic_at(block->trials[1], query)->value[metric]) -
           log(statistic_at(block->trials[0], query)->value[metric]);
}

/** What an A/A says about a metric, and how the evidence may be looked at. */
static void equip(const struct dyno_evidence *evidence, const struct dyno_contrasts *contrasts,
                  struct dyno_contrast *contrast)
{
    const struct dyno_noise_row *noise =
        dyno_noise_row_of(&evidence->noise, contrast->metric, contrast->query);
    struct dyno_judgement *judgement = &contrast->judgement;
    judgement->floor = noise != NULL && noise->floor > 0.0 ? noise->floor : 0.0;
    judgement->is_sequential = evidence->is_early_stop && contrast->is_primary;
    judgement->is_complete = (int64_t)contrasts->blocks_run >= evidence->blocks_planned;
}

static struct dyno_judgement judgement_of(const struct dyno_evidence *evidence,
                                          const struct dyno_contrasts *contrasts,
                                          const struct dyno_contrast *contrast, size_t query)
{
    size_t count = contrast->is_estimable ? contrasts->block_count : 0;
    double *ratios = dyno_xcalloc(count + 1, sizeof *ratios);
    int64_t *starts = dyno_xcalloc(count + 1, sizeof *starts);
    const struct dyno_noise_row *noise =
        dyno_noise_row_of(&evidence->noise, contrast->metric, contrast->query);
    for (size_t i = 0; i < count; i++) {
        ratios[i] = log_ratio(&contrasts->blocks[i], contrast->metric, query);
        starts[i] = contrasts->blocks[i].starts;
    }
    const struct dyno_ratios input = {.log_ratios = ratios,
                                      .starts = starts,
                                      .count = count,
                                      .seed = evidence->seed,
                                      .scale = noise != NULL ? noise->sd : (double)NAN};
    struct dyno_judgement out = dyno_judgement_of(&input);
    free(ratios);
    free(starts);
    return out;
}

static struct dyno_contrast measure(const struct dyno_evidence *evidence,
                                    const struct dyno_contrasts *contrasts, enum dyno_metric metric,
                                    size_t query)
{
    size_t count = contrasts->block_count;
    bool is_declared =
        evidence->is_early_stop ? metric == evidence->first_primary : evidence->is_primary[metric];
    struct dyno_contrast out = {
        .metric = metric,
        .query = query == OVERALL ? -1 : evidence->queries[query].ordinal,
        .is_primary = query == OVERALL && is_declared,
        .base_ns = (double)NAN,
        .candidate_ns = (double)NAN,
    };
    check_estimable(contrasts, query, &out);
    out.judgement = judgement_of(evidence, contrasts, &out, query);
    equip(evidence, contrasts, &out);
    if (!out.is_estimable)
        return out;
    double logs[DYNO_EVIDENCE_ARMS] = {0.0, 0.0};
    for (size_t i = 0; i < count * DYNO_EVIDENCE_ARMS; i++)
        logs[i % DYNO_EVIDENCE_ARMS] +=
            log(statistic_at(
                    contrasts->blocks[i / DYNO_EVIDENCE_ARMS].trials[i % DYNO_EVIDENCE_ARMS], query)
                    ->value[metric]);
    out.base_ns = exp(logs[0] / (double)count);
    out.candidate_ns = exp(logs[1] / (double)count);
    return out;
}

static void judge(struct dyno_contrasts *contrasts, double margin)
{
    struct dyno_judgement **others = dyno_xcalloc(contrasts->count + 1, sizeof(void *));
    for (size_t i = 0; i < contrasts->count; i++) {
        struct dyno_contrast *contrast = &contrasts->items[i];
        if (!contrast->is_estimable)
            continue;
        if (contrast->is_primary)
            contrasts->primary[contrasts->primary_count++] = &contrast->judgement;
        else
            others[contrasts->exploratory_count++] = &contrast->judgement;
    }
    dyno_judgement_rule(contrasts->primary, contrasts->primary_count, DYNO_FAMILY_PRIMARY, margin);
    dyno_judgement_rule(others, contrasts->exploratory_count, DYNO_FAMILY_EXPLORATORY, margin);
    free(others);
}

void dyno_contrasts_make(const struct dyno_evidence *evidence, struct dyno_contrasts *out)
{
    memset(out, 0, sizeof *out);
    find_blocks(evidence, out);
    if (out->block_count == 0)
        return;
    count_starts(out);
    out->items = dyno_xcalloc(DYNO_METRIC_COUNT + evidence->query_count * DYNO_METRIC_PLAIN,
                              sizeof *out->items);
    for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++)
        if (metric != DYNO_METRIC_SUITE || evidence->query_count > 1)
            out->items[out->count++] = measure(evidence, out, (enum dyno_metric)metric, OVERALL);
    for (size_t place = 0; place < evidence->query_count * DYNO_METRIC_PLAIN; place++)
        out->items[out->count++] =
            measure(evidence, out, (enum dyno_metric)(place % DYNO_METRIC_PLAIN),
                    place / DYNO_METRIC_PLAIN);
    judge(out, evidence->margin);
}

void dyno_contrasts_deinit(struct dyno_contrasts *contrasts)
{
    free(contrasts->blocks);
    free(contrasts->items);
    memset(contrasts, 0, sizeof *contrasts);
}

const struct dyno_contrast *dyno_contrasts_overall(const struct dyno_contrasts *contrasts,
                                                   enum dyno_metric metric, bool is_estimable)
{
    for (size_t i = 0; i < contrasts->count; i++) {
        const struct dyno_contrast *contrast = &contrasts->items[i];
        if (contrast->query < 0 && contrast->metric == metric)
            return contrast->is_estimable || !is_estimable ? contrast : NULL;
    }
    return NULL;
}

void dyno_contrasts_ratios(const struct dyno_contrasts *contrasts, enum dyno_metric metric,
                           double *out)
{
    for (size_t i = 0; i < contrasts->block_count; i++)
        out[i] = log_ratio(&contrasts->blocks[i], metric, OVERALL);
}
