#include "decide/disturbance.h"

#include "base/alloc.h"
#include "decide/sentence.h"
#include "stats/adjust.h"
#include "stats/twosample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEN_LEVEL 0.01

/** An effect and its p value. */
struct effect {
    double size;
    double p;
};

static double log_value(const struct dyno_block *block, size_t arm, enum dyno_metric metric)
{
    return log(block->trials[arm]->overall.value[metric]);
}

static struct effect find_drift(const struct dyno_contrasts *contrasts, enum dyno_metric metric)
{
    size_t count = contrasts->block_count;
    double *levels = dyno_xcalloc(count, sizeof *levels);
    for (size_t i = 0; i < count; i++)
        levels[i] = (log_value(&contrasts->blocks[i], 0, metric) +
                     log_value(&contrasts->blocks[i], 1, metric)) /
                    2.0;
    struct dyno_slope slope = dyno_slope(levels, count);
    free(levels);
    return (struct effect){.size = slope.slope * (double)(count - 1), .p = slope.p};
}

/** Two heaps of values, filled one by one. */
struct heaps {
    double *values[2];
    size_t counts[2];
};

static void heaps_init(struct heaps *heaps, size_t room)
{
    for (size_t i = 0; i < 2; i++) {
        heaps->values[i] = dyno_xcalloc(room + 1, sizeof(double));
        heaps->counts[i] = 0;
    }
}

static void heaps_put(struct heaps *heaps, bool is_second, double value)
{
    size_t heap = is_second ? 1 : 0;
    heaps->values[heap][heaps->counts[heap]++] = value;
}

/** Second heap minus first; the heaps are freed. */
static struct effect heaps_take(struct heaps *heaps)
{
    struct dyno_twosample got =
        dyno_pooled(heaps->values[1], heaps->counts[1], heaps->values[0], heaps->counts[0]);
    free(heaps->values[0]);
    free(heaps->values[1]);
    return (struct effect){.size = got.difference, .p = got.p};
}

static struct effect find_order(const struct dyno_contrasts *contrasts, enum dyno_metric metric)
{
    size_t count = contrasts->block_count;
    double *ratios = dyno_xcalloc(count, sizeof *ratios);
    struct heaps heaps;
    heaps_init(&heaps, count);
    dyno_contrasts_ratios(contrasts, metric, ratios);
    for (size_t i = 0; i < count; i++) {
        const struct dyno_block *block = &contrasts->blocks[i];
        bool is_base_first = block->trials[0]->position < block->trials[1]->position;
        heaps_put(&heaps, is_base_first, ratios[i]);
    }
    free(ratios);
    struct effect out = heaps_take(&heaps);
    out.size /= 2.0;
    return out;
}

static struct effect find_carry_over(const struct dyno_evidence *evidence,
                                     const struct dyno_contrasts *contrasts,
                                     enum dyno_metric metric)
{
    double means[DYNO_EVIDENCE_ARMS] = {0.0, 0.0};
    for (size_t i = 0; i < contrasts->block_count * DYNO_EVIDENCE_ARMS; i++)
        means[i % DYNO_EVIDENCE_ARMS] +=
            log_value(&contrasts->blocks[i / DYNO_EVIDENCE_ARMS], i % DYNO_EVIDENCE_ARMS, metric) /
            (double)contrasts->block_count;
    struct heaps heaps;
    heaps_init(&heaps, evidence->trial_count);
    for (size_t i = 1; i < evidence->trial_count; i++) {
        const struct dyno_evidence_trial *before = &evidence->trials[i - 1];
        const struct dyno_evidence_trial *trial = &evidence->trials[i];
        double value = trial->is_usable ? trial->overall.value[metric] : (double)NAN;
        if (trial->start_id == before->start_id && value > 0.0)
            heaps_put(&heaps, before->arm == 1, log(value) - means[trial->arm]);
    }
    return heaps_take(&heaps);
}

static void tell(struct dyno_store_disturbance *row, const char *what)
{
    char size[32];
    if (isnan(row->p)) {
        (void)snprintf(row->text, sizeof row->text, "%s: could not be looked for", row->name);
        return;
    }
    dyno_sentence_percent(row->estimate, size, sizeof size);
    (void)snprintf(row->text, sizeof row->text, "%s: %s (p = %.3f), %s", what, size, row->p,
                   row->is_seen ? "seen: the random order keeps it out of the ratios on average, "
                                  "but warm up longer or spread blocks over more starts"
                                : "not told apart from chance");
}

static size_t look(const struct dyno_evidence *evidence, const struct dyno_contrasts *contrasts,
                   enum dyno_metric metric, struct dyno_store_disturbance *out)
{
    static const char *const names[DYNO_DISTURBANCE_KINDS] = {"drift", "order", "carry_over"};
    const struct effect effects[DYNO_DISTURBANCE_KINDS] = {
        find_drift(contrasts, metric), find_order(contrasts, metric),
        find_carry_over(evidence, contrasts, metric)};
    for (size_t i = 0; i < DYNO_DISTURBANCE_KINDS; i++)
        out[i] = (struct dyno_store_disturbance){.metric = dyno_metric_name(metric),
                                                 .name = names[i],
                                                 .estimate = effects[i].size,
                                                 .p = effects[i].p};
    return DYNO_DISTURBANCE_KINDS;
}

size_t dyno_disturbances_find(const struct dyno_evidence *evidence,
                              const struct dyno_contrasts *contrasts,
                              struct dyno_store_disturbance out[DYNO_DISTURBANCE_MAX])
{
    static const char *const what[DYNO_DISTURBANCE_KINDS] = {
        "drift from the first block to the last", "second place in a block against the first",
        "after a trial of the candidate against after one of the base"};
    double p[DYNO_DISTURBANCE_MAX] = {0.0};
    double adjusted[DYNO_DISTURBANCE_MAX] = {0.0};
    size_t count = 0;
    if (contrasts->block_count < DYNO_JUDGEMENT_MIN_BLOCKS)
        return 0;
    for (size_t i = 0; i < contrasts->count; i++)
        if (contrasts->items[i].is_primary && contrasts->items[i].is_estimable)
            count += look(evidence, contrasts, contrasts->items[i].metric, out + count);
    for (size_t i = 0; i < count; i++)
        p[i] = out[i].p;
    dyno_adjust_holm(p, count, adjusted);
    for (size_t i = 0; i < count; i++) {
        out[i].is_seen = adjusted[i] < SEEN_LEVEL;
        tell(&out[i], what[i % DYNO_DISTURBANCE_KINDS]);
    }
    return count;
}
