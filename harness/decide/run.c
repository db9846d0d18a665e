#include "base/json.h"
#include "base/plural.h"
#include "base/str.h"
#include "base/units.h"
#include "decide/compare.h"
#include "decide/evidence.h"
#include "decide/judgement.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define SENTENCE_MAX 4096

/** The usable trials of a run, added up. */
struct run_summary {
    size_t usable;
    size_t completed;
    double log_sum[DYNO_METRIC_COUNT];
    size_t counted[DYNO_METRIC_COUNT];  /* trials that have the metric */
    double told_sum[DYNO_METRIC_COUNT]; /* of the logarithms of what can be said in any case */
    bool is_bound[DYNO_METRIC_COUNT];   /* and one of these is only a bound */
};

static struct run_summary summarise(const struct dyno_evidence *evidence)
{
    struct run_summary out = {.usable = 0};
    for (size_t i = 0; i < evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &evidence->trials[i];
        if (!trial->is_usable)
            continue;
        out.usable++;
        out.completed += trial->overall.completed;
        for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
            out.told_sum[metric] += log(trial->overall.told[metric].value);
            out.is_bound[metric] = out.is_bound[metric] || trial->overall.told[metric].is_bound;
            if (!(trial->overall.value[metric] > 0.0))
                continue;
            out.log_sum[metric] += log(trial->overall.value[metric]);
            out.counted[metric]++;
        }
    }
    return out;
}

/* What is no estimate: "> 12.3 s", or the sample's own quantile and why it has no interval. */
static void append_lacking(struct dyno_str *out, const struct run_summary *summary,
                           enum dyno_metric metric)
{
    char duration[32];
    double ns = exp(summary->told_sum[metric] / (double)summary->usable);
    if (!(ns > 0.0)) {
        dyno_str_append(out, "not known");
        return;
    }
    (void)dyno_format_duration((int64_t)ns, duration, sizeof duration);
    if (summary->is_bound[metric])
        dyno_str_appendf(out, "> %s (some were cut off)", duration);
    else
        dyno_str_appendf(out, "~%s (no interval from under %zu statements)", duration,
                         dyno_metric_min_count(metric));
}

static void append_metrics(struct dyno_str *out, const struct run_summary *summary)
{
    static const enum dyno_metric order[] = {DYNO_METRIC_MEAN, DYNO_METRIC_P50, DYNO_METRIC_P95};
    for (size_t i = 0; i < DYNO_METRIC_PLAIN; i++) {
        enum dyno_metric metric = order[i];
        char duration[32];
        dyno_str_append(out, i == 0 ? " response " : ", ");
        dyno_str_appendf(out, "%s ", dyno_metric_word(metric));
        if (summary->counted[metric] < summary->usable) {
            append_lacking(out, summary, metric);
            continue;
        }
        double ns = exp(summary->log_sum[metric] / (double)summary->usable);
        dyno_str_append(out, dyno_format_duration((int64_t)ns, duration, sizeof duration));
    }
}

static void say(struct dyno_str *out, const struct dyno_evidence *evidence,
                const struct run_summary *summary)
{
    dyno_str_appendf(
        out, "%s under %s:", evidence->workload[0] != '\0' ? evidence->workload : "the workload",
        evidence->arm_names[0] != NULL ? evidence->arm_names[0] : "?");
    if (evidence->unapplied != NULL) {
        dyno_str_appendf(out, " not valid, a setting did not take effect: %s", evidence->unapplied);
    } else if (summary->usable > 0) {
        append_metrics(out, summary);
        dyno_str_appendf(out, " over %zu statements in %zu trial%s", summary->completed,
                         summary->usable, dyno_plural((long long)summary->usable));
    } else if (evidence->trial_count > 0) {
        dyno_str_appendf(out, " no valid trial: %s",
                         evidence->first_fault != NULL ? evidence->first_fault : "unknown cause");
    } else {
        dyno_str_append(out, " no trial was measured");
        if (evidence->reason[0] != '\0')
            dyno_str_appendf(out, " (%s)", evidence->reason);
    }
}

static char *make_qualifiers(const struct dyno_evidence *evidence,
                             const struct run_summary *summary)
{
    char text[128];
    cJSON *list = cJSON_CreateArray();
    if (summary->usable > 0 && summary->usable < evidence->trial_count) {
        (void)snprintf(text, sizeof text, "%zu of %zu trials left out: not valid",
                       evidence->trial_count - summary->usable, evidence->trial_count);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    if ((int64_t)evidence->trial_count < evidence->blocks_planned) {
        (void)snprintf(text, sizeof text, "stopped after %zu of %" PRId64 " trials",
                       evidence->trial_count, evidence->blocks_planned);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    char *json = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return json;
}

enum dyno_status dyno_run_decide(struct dyno_store *store, int64_t id, struct dyno_err *err)
{
    struct dyno_evidence *evidence = NULL;
    enum dyno_status status = dyno_evidence_load(store, id, &evidence, err);
    if (status == DYNO_OK) {
        struct run_summary summary = summarise(evidence);
        struct dyno_str sentence;
        dyno_str_init(&sentence, SENTENCE_MAX);
        say(&sentence, evidence, &summary);
        bool is_valid = summary.usable > 0 && evidence->unapplied == NULL;
        char *qualifiers = make_qualifiers(evidence, &summary);
        const struct dyno_store_verdict verdict = {
            .verdict = is_valid ? "valid" : dyno_verdict_name(DYNO_VERDICT_INVALID),
            .sentence = dyno_str_text(&sentence),
            .qualifiers_json = qualifiers,
            .exit_code = is_valid ? 0 : dyno_verdict_exit_code(DYNO_VERDICT_INVALID),
        };
        status = dyno_store_verdict_put(store, id, NULL, 0, &verdict, err);
        cJSON_free(qualifiers);
        dyno_str_deinit(&sentence);
    }
    dyno_evidence_free(evidence);
    return status;
}
