#include "decide/compare.h"

#include "base/alloc.h"
#include "base/json.h"
#include "decide/contrast.h"
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
        if (evidence->reason[0] != '\0')
            dyno_str_appendf(&c->fault, " (%s)", evidence->reason);
    } else if (c->contrasts.block_count == 0) {
        dyno_str_append(&c->fault, "no block has a valid trial in both arms");
        if (evidence->first_fault != NULL)
            dyno_str_appendf(&c->fault, "; the first trial that failed: %s", evidence->first_fault);
        else if (evidence->reason[0] != '\0')
            dyno_str_appendf(&c->fault, " (%s)", evidence->reason);
    }
}

static void add_text(cJSON *list, const char *fmt, ...) DYNO_PRINTF(2, 3);

static void add_text(cJSON *list, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

/** What a reader must know beside the verdict; the caller frees the JSON list. */
static char *make_qualifiers(const struct comparison *c)
{
    const struct dyno_contrasts *contrasts = &c->contrasts;
    size_t count = contrasts->block_count;
    cJSON *list = cJSON_CreateArray();
    if (count > 0 && count < DYNO_JUDGEMENT_MIN_BLOCKS)
        add_text(list, "provisional: %zu of at least %d blocks", count, DYNO_JUDGEMENT_MIN_BLOCKS);
    if (contrasts->start_pairs == 1)
        add_text(list, "on one server start");
    if (contrasts->blocks_run > count)
        add_text(list, "%zu of %zu blocks left out: a trial was missing or not valid",
                 contrasts->blocks_run - count, contrasts->blocks_run);
    if ((int64_t)contrasts->blocks_run < c->evidence->blocks_planned)
        add_text(list, "stopped after %zu of %" PRId64 " blocks", contrasts->blocks_run,
                 c->evidence->blocks_planned);
    for (int metric = 0; count > 0 && metric < DYNO_METRIC_COUNT; metric++)
        if (dyno_contrasts_overall(contrasts, (enum dyno_metric)metric, true) == NULL)
            add_text(list, "%s not estimable", dyno_metric_word((enum dyno_metric)metric));
    if (c->results.wavering.len > 0)
        add_text(list, "results vary from run to run within an arm: %s",
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
        contrast->query < 0 ? c->contrasts.primary_count : c->contrasts.exploratory_count;
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
        .verdict = dyno_verdict_name(judgement->verdict),
    };
    dyno_sentence_reason(contrast, c->evidence->margin, tests, row.reason, sizeof row.reason);
    if (c->verdict == DYNO_VERDICT_INVALID) {
        row.verdict = dyno_verdict_name(DYNO_VERDICT_INVALID);
        (void)snprintf(row.reason, sizeof row.reason, "%.*s", (int)sizeof row.reason - 1,
                       dyno_str_text(&c->fault));
    }
    return row;
}

static enum dyno_status put(struct dyno_store *store, const struct comparison *c,
                            struct dyno_err *err)
{
    size_t count = c->contrasts.count;
    struct dyno_store_contrast *rows = dyno_xcalloc(count + 1, sizeof *rows);
    struct dyno_str sentence;
    bool is_invalid = c->verdict == DYNO_VERDICT_INVALID;
    dyno_str_init(&sentence, SENTENCE_MAX);
    for (size_t i = 0; i < count; i++)
        rows[i] = row_of(c, &c->contrasts.items[i]);
    dyno_sentence_compare(c->evidence, &c->contrasts, c->verdict,
                          is_invalid ? dyno_str_text(&c->fault) : NULL, &sentence);
    char *qualifiers = make_qualifiers(c);
    const struct dyno_store_verdict verdict = {
        .verdict = dyno_verdict_name(c->verdict),
        .sentence = dyno_str_text(&sentence),
        .qualifiers_json = qualifiers,
        .exit_code = dyno_verdict_exit_code(c->verdict),
    };
    enum dyno_status status =
        dyno_store_verdict_put(store, c->evidence->id, rows, count, &verdict, err);
    cJSON_free(qualifiers);
    dyno_str_deinit(&sentence);
    free(rows);
    return status;
}

enum dyno_status dyno_compare_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct comparison c = {.evidence = NULL};
    dyno_str_init(&c.fault, SENTENCE_MAX);
    enum dyno_status status = dyno_evidence_load(store, id, &c.evidence, err);
    if (status == DYNO_OK)
        status = dyno_results_compare(store, id, &c.results, err);
    if (status != DYNO_OK)
        goto done;
    if (c.evidence->arm_names[1] == NULL) {
        status = dyno_err_set(err, DYNO_EINPUT,
                              "experiment %" PRId64 " has no second arm to compare with", id);
        goto done;
    }
    dyno_contrasts_make(c.evidence, &c.contrasts);
    find_fault(&c);
    c.verdict = c.fault.len > 0
                    ? DYNO_VERDICT_INVALID
                    : dyno_judgement_combine(c.contrasts.primary, c.contrasts.primary_count);
    status = put(store, &c, err);
done:
    dyno_contrasts_deinit(&c.contrasts);
    dyno_results_deinit(&c.results);
    dyno_evidence_free(c.evidence);
    dyno_str_deinit(&c.fault);
    return status;
}
