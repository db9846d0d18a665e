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
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new = is_new && !is_same_pair(&out->blocks[i], &out->blocks[k]);
        out->start_pairs += is_new ? 1u : 0u;
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

static struct dyno_contrast measure(const struct dyno_contrasts *contrasts, uint64_t seed,
                                    enum dyno_metric metric, size_t query)
{
    struct dyno_contrast out = {
        .metric = metric, .base_ns = (double)NAN, .candidate_ns = (double)NAN};
    size_t count = contrasts->block_count;
    double *ratios = dyno_xcalloc(count + 1, sizeof *ratios);
    double logs[DYNO_EVIDENCE_ARMS] = {0.0, 0.0};
    check_estimable(contrasts, query, &out);
    for (size_t i = 0; out.is_estimable && i < count; i++) {
        double value[DYNO_EVIDENCE_ARMS];
        for (size_t arm = 0; arm < DYNO_EVIDENCE_ARMS; arm++) {
            value[arm] = log(statistic_at(contrasts->blocks[i].trials[arm], query)->value[metric]);
            logs[arm] += value[arm];
        }
        ratios[i] = value[1] - value[0];
    }
    out.judgement = dyno_judgement_measure(ratios, out.is_estimable ? count : 0, seed);
    if (out.is_estimable) {
        out.base_ns = exp(logs[0] / (double)count);
        out.candidate_ns = exp(logs[1] / (double)count);
    }
    free(ratios);
    return out;
}

static void judge(struct dyno_contrasts *contrasts, double margin)
{
    struct dyno_judgement **others = dyno_xcalloc(contrasts->count + 1, sizeof(void *));
    for (size_t i = 0; i < contrasts->count; i++) {
        struct dyno_contrast *contrast = &contrasts->items[i];
        if (!contrast->is_estimable)
            continue;
        if (contrast->query < 0)
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
    out->items = dyno_xcalloc((evidence->query_count + 1) * DYNO_METRIC_COUNT, sizeof *out->items);
    for (size_t row = 0; row <= evidence->query_count; row++) {
        size_t query = row == 0 ? OVERALL : row - 1;
        for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
            struct dyno_contrast *contrast = &out->items[out->count++];
            *contrast = measure(out, evidence->seed, (enum dyno_metric)metric, query);
            contrast->query = row == 0 ? -1 : evidence->queries[query].ordinal;
        }
    }
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
