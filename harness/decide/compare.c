#include "decide/compare.h"

#include "base/alloc.h"
#include "base/json.h"
#include "decide/contrast.h"
#include "decide/disturbance.h"
#include "decide/fingerprint.h"
#include "decide/results.h"
#include "decide/sentence.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_MAX 4096

/** Everything that the verdict is made of. */
struct comparison {
    struct dyno_evidence *evidence;
    struct dyno_results results;
    struct dyno_contrasts contrasts;
    struct dyno_store_disturbance disturbances[DYNO_DISTURBANCE_MAX];
    size_t disturbance_count;
    struct dyno_str fault; /* why it is invalid; empty unless it is */
    enum dyno_verdict verdict;
};

static void find_fault(struct comparison *c)
{
    const struct dyno_evidence *evidence = c->evidence;
    if (evidence->unapplied != NULL) {
        dyno_str_appendf(&c->fault, "a setting did not take effect: %s", evidence->unapplied);
    } else if (c->results.is_mismatch) {
        dyno_str_append(&c->fault, dyno_str_text(&c->results.mismatch));
    } else if (evidence->trial_count == 0) {
        dyno_str_append(&c->fault, "no trial was measured");
        dyno_evidence_say_loss(evidence, &c->fault);
    } else if (c->contrasts.block_count == 0) {
        dyno_str_append(&c->fault, "no block has a valid trial in both arms");
        dyno_evidence_say_loss(evidence, &c->fault);
    }
}

/** Where the noise floor took the place of the margin that was asked for. */
static void add_noise(cJSON *list, const struct comparison *c)
{
    double largest = 0.0;
    for (size_t i = 0; i < c->contrasts.primary_count; i++)
        largest = fmax(largest, c->contrasts.primary[i]->floor);
    if (largest > log1p(c->evidence->margin))
        dyno_json_push_text(list,
                            "margin raised to %.2g %%, the noise floor of experiment %" PRId64,
                            100.0 * expm1(largest), c->evidence->noise.experiment_id);
}

static void add_disturbances(cJSON *list, const struct comparison *c)
{
    for (size_t i = 0; i < c->disturbance_count; i++) {
        const struct dyno_store_disturbance *d = &c->disturbances[i];
        char size[32];
        if (!d->is_seen)
            continue;
        dyno_sentence_percent(d->estimate, size, sizeof size);
        dyno_json_push_text(list, "%s of %s seen in %s",
                            strcmp(d->name, "carry_over") == 0 ? "carry-over" : d->name, size,
                            dyno_metric_word(dyno_metric_of(d->metric)));
    }
}

/** What a reader must know beside the verdict; the caller frees the JSON list. */
static char *make_qualifiers(const struct comparison *c)
{
    const struct dyno_contrasts *contrasts = &c->contrasts;
    size_t count = contrasts->block_count;
    cJSON *list = cJSON_CreateArray();
    if (count > 0 && count < DYNO_JUDGEMENT_MIN_BLOCKS)
        dyno_json_push_text(list, "provisional: %zu of at least %d blocks", count,
                            DYNO_JUDGEMENT_MIN_BLOCKS);
    if (contrasts->start_pairs == 1)
        dyno_json_push_text(list, "on one server start");
    if (contrasts->blocks_run > count)
        dyno_json_push_text(list, "%zu of %zu blocks left out: a trial was missing or not valid",
                            contrasts->blocks_run - count, contrasts->blocks_run);
    if ((int64_t)contrasts->blocks_run < c->evidence->blocks_planned)
        dyno_json_push_text(list, "stopped after %zu of %" PRId64 " blocks", contrasts->blocks_run,
                            c->evidence->blocks_planned);
    for (size_t i = 0; i < contrasts->count; i++)
        if (contrasts->items[i].is_primary && !contrasts->items[i].is_estimable)
            dyno_json_push_text(list, "%s not estimable",
                                dyno_metric_word(contrasts->items[i].metric));
    add_noise(list, c);
    add_disturbances(list, c);
    if (c->results.wavering.len > 0)
        dyno_json_push_text(list, "results vary from run to run within an arm: %s",
                            dyno_str_text(&c->results.wavering));
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

static struct dyno_store_contrast row_of(const struct comparison *c,
                                         const struct dyno_contrast *contrast)
{
    const struct dyno_judgement *judgement = &contrast->judgement;
    const struct dyno_paired *pairs = &judgement->pairs;
    size_t tests =
        contrast->is_primary ? c->contrasts.primary_count : c->contrasts.exploratory_count;
    struct dyno_store_contrast row = {
        .metric = dyno_metric_name(contrast->metric),
        .query = (int)contrast->query,
        .blocks = (int)pairs->count,
        .base_value = contrast->base_ns,
        .candidate_value = contrast->candidate_ns,
        .log_ratio = pairs->mean,
        .sd = pairs->sd,
        .ci_low = pairs->ci_low,
        .ci_high = pairs->ci_high,
        .ci90_low = pairs->ci90_low,
        .ci90_high = pairs->ci90_high,
        .p_t = pairs->p,
        .p_sign_flip = judgement->p_sign_flip,
        .mde = judgement->mde,
        .is_primary = contrast->is_primary,
        .df = pairs->df,
        .p_adjusted = judgement->p_adjusted,
        .p_equivalence = judgement->p_equivalence,
        .margin = contrast->is_estimable ? judgement->delta : (double)NAN,
        .hl = judgement->walsh.estimate,
        .hl_low = judgement->walsh.ci_low,
        .hl_high = judgement->walsh.ci_high,
        .sd_within = judgement->strata.within_sd,
        .sd_between = judgement->strata.between_sd,
        .e_value = contrast->is_estimable ? judgement->e_value : (double)NAN,
        .verdict = dyno_verdict_name(judgement->verdict),
    };
    dyno_sentence_reason(contrast, tests, row.reason, sizeof row.reason);
    if (c->verdict == DYNO_VERDICT_INVALID) {
        row.verdict = dyno_verdict_name(DYNO_VERDICT_INVALID);
        (void)snprintf(row.reason, sizeof row.reason, "%.*s", (int)sizeof row.reason - 1,
                       dyno_str_text(&c->fault));
    }
    return row;
}

static void say(const struct comparison *c, bool is_aa, struct dyno_str *out)
{
    const char *fault = c->fault.len > 0 ? dyno_str_text(&c->fault) : NULL;
    if (is_aa)
        dyno_sentence_aa(c->evidence, &c->contrasts, c->verdict, fault, out);
    else
        dyno_sentence_compare(c->evidence, &c->contrasts, c->verdict, fault, out);
}

static enum dyno_status put(struct dyno_store *store, const struct comparison *c,
                            const char *aa_verdict, struct dyno_err *err)
{
    size_t count = c->contrasts.count;
    struct dyno_store_contrast *rows = dyno_xcalloc(count + 1, sizeof *rows);
    struct dyno_str sentence;
    /* An A/A without a false finding is a good one, whether or not it is narrow enough to be equivalent. */
    bool is_noise = aa_verdict != NULL && strcmp(aa_verdict, "valid") == 0;
    dyno_str_init(&sentence, SENTENCE_MAX);
    for (size_t i = 0; i < count; i++)
        rows[i] = row_of(c, &c->contrasts.items[i]);
    say(c, aa_verdict != NULL, &sentence);
    char *qualifiers = make_qualifiers(c);
    const struct dyno_store_verdict verdict = {
        .verdict = aa_verdict != NULL ? aa_verdict : dyno_verdict_name(c->verdict),
        .sentence = dyno_str_text(&sentence),
        .qualifiers_json = qualifiers,
        .exit_code = is_noise ? 0 : dyno_verdict_exit_code(c->verdict),
    };
    enum dyno_status status =
        dyno_store_verdict_put(store, c->evidence->id, rows, count, &verdict, err);
    if (status == DYNO_OK)
        status = dyno_store_disturbances_put(store, c->evidence->id, c->disturbances,
                                             c->disturbance_count, err);
    cJSON_free(qualifiers);
    dyno_str_deinit(&sentence);
    free(rows);
    return status;
}

/** Everything up to the verdict; `c` is released with release() whatever comes back. */
static enum dyno_status examine(struct dyno_store *store, int64_t id, struct comparison *c,
                                struct dyno_err *err)
{
    struct dyno_fingerprint fingerprint;
    memset(c, 0, sizeof *c);
    dyno_str_init(&c->fault, SENTENCE_MAX);
    enum dyno_status status = dyno_evidence_load(store, id, &c->evidence, err);
    if (status == DYNO_OK)
        status = dyno_results_compare(store, id, &c->results, err);
    if (status == DYNO_OK)
        status = dyno_fingerprint_make(store, id, &fingerprint, err);
    if (status == DYNO_OK && strcmp(c->evidence->kind, "aa") != 0)
        status =
            dyno_noise_find(store, &fingerprint, c->evidence->is_shared, &c->evidence->noise, err);
    if (status != DYNO_OK)
        return status;
    if (c->evidence->arm_names[1] == NULL)
        return dyno_err_set(err, DYNO_EINPUT,
                            "experiment %" PRId64 " has no second arm to compare with", id);
    dyno_contrasts_make(c->evidence, &c->contrasts);
    c->disturbance_count = dyno_disturbances_find(c->evidence, &c->contrasts, c->disturbances);
    find_fault(c);
    c->verdict = c->fault.len > 0
                     ? DYNO_VERDICT_INVALID
                     : dyno_judgement_combine(c->contrasts.primary, c->contrasts.primary_count);
    return DYNO_OK;
}

static void release(struct comparison *c)
{
    dyno_contrasts_deinit(&c->contrasts);
    dyno_results_deinit(&c->results);
    dyno_evidence_free(c->evidence);
    dyno_str_deinit(&c->fault);
}

enum dyno_status dyno_compare_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct comparison c;
    enum dyno_status status = examine(store, id, &c, err);
    if (status == DYNO_OK)
        status = put(store, &c, NULL, err);
    release(&c);
    return status;
}

enum dyno_status dyno_compare_is_settled(struct dyno_store *store, int64_t id, bool *out,
                                         struct dyno_err *err)
{
    struct comparison c;
    enum dyno_status status = examine(store, id, &c, err);
    *out =
        status == DYNO_OK && (c.verdict == DYNO_VERDICT_BETTER || c.verdict == DYNO_VERDICT_WORSE);
    release(&c);
    return status;
}

static enum dyno_status put_noise(struct dyno_store *store, const struct comparison *c,
                                  struct dyno_err *err)
{
    struct dyno_store_noise *rows = dyno_xcalloc(c->contrasts.count + 1, sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i < c->contrasts.count; i++) {
        const struct dyno_contrast *contrast = &c->contrasts.items[i];
        const struct dyno_judgement *judgement = &contrast->judgement;
        if (!contrast->is_estimable)
            continue;
        rows[count++] = (struct dyno_store_noise){
            .metric = dyno_metric_name(contrast->metric),
            .query = contrast->query,
            .blocks = (int64_t)c->contrasts.block_count,
            .starts = (int64_t)c->contrasts.start_count,
            .is_shared = c->evidence->is_shared,
            .log_ratio = judgement->pairs.mean,
            .sd = judgement->strata.sd,
            .sd_within = judgement->strata.within_sd,
            .sd_between = judgement->strata.between_sd,
            .floor = dyno_judgement_floor(judgement),
        };
    }
    enum dyno_status status = dyno_store_noise_put(store, c->evidence->id, rows, count, err);
    free(rows);
    return status;
}

/** A difference between a profile and itself is a fault of the bench, or chance. */
static void note_false_finding(struct comparison *c)
{
    const struct dyno_contrast *head =
        dyno_contrasts_overall(&c->contrasts, c->evidence->first_primary, true);
    char size[32] = "?";
    if (c->verdict != DYNO_VERDICT_BETTER && c->verdict != DYNO_VERDICT_WORSE)
        return;
    if (head != NULL)
        dyno_sentence_percent(head->judgement.pairs.mean, size, sizeof size);
    dyno_str_appendf(&c->fault,
                     "a difference of %s was found where there is none: chance makes one A/A in "
                     "twenty so, otherwise the bench favours a place or a time",
                     size);
    c->verdict = DYNO_VERDICT_INVALID;
}

enum dyno_status dyno_aa_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct comparison c;
    const char *verdict = "valid";
    enum dyno_status status = examine(store, id, &c, err);
    if (status == DYNO_OK)
        note_false_finding(&c);
    if (c.fault.len > 0)
        verdict = "invalid";
    else if (c.contrasts.block_count < DYNO_JUDGEMENT_MIN_BLOCKS)
        verdict = "inconclusive";
    else if (status == DYNO_OK)
        status = put_noise(store, &c, err);
    if (status == DYNO_OK)
        status = put(store, &c, verdict, err);
    release(&c);
    return status;
}
