#include "cli/explain_log.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "explain/finding.h"
#include "explain/trace_rows.h"
#include "explain/tracer.h"
#include "report/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct dyno_explanation_choice *choice;
    struct dyno_findings *findings;
    const struct dyno_tracer *tracer;
    struct dyno_report_account account; /* sums */
    struct dyno_vec kept;               /* struct dyno_explained, slowest first */
    int64_t without_times, unfinished;
};

static char *cleaned(const char *text)
{
    return text == NULL ? dyno_xstrdup("") : dyno_report_clean(text, strlen(text));
}

static bool is_chosen(const struct dyno_trace *trace, const char *word)
{
    char id[32];
    (void)snprintf(id, sizeof id, "%lld", (long long)trace->execution_id);
    return strcmp(word, trace->operation) == 0 || strcmp(word, id) == 0;
}

static int64_t begin_ms(const struct dyno_trace *trace)
{
    return trace->operation_start_ms >= 0 ? trace->operation_start_ms : trace->begin_ms;
}

static char *titles_of(const struct dyno_rule_case *c)
{
    struct dyno_findings *findings = dyno_findings_new(0);
    struct dyno_str text;
    size_t count = 0;
    dyno_str_init(&text, 4096);
    dyno_findings_see(findings, DYNO_FINDING_ALL, 0, c);
    struct dyno_store_finding *list = dyno_findings_list(findings, NULL, &count);
    for (size_t i = 0; i < count; i++)
        dyno_str_appendf(&text, "%s%s", i > 0 ? ", " : "", list[i].title);
    dyno_findings_list_free(list, count);
    dyno_findings_free(findings);
    char *titles = dyno_xstrdup(dyno_str_text(&text));
    dyno_str_deinit(&text);
    return titles;
}

static void fill(struct dyno_explained *out, const struct dyno_rule_case *c)
{
    const struct dyno_trace *trace = c->trace;
    struct dyno_vec rows = DYNO_VEC_INIT(struct dyno_store_stage);
    dyno_trace_rows(trace, (double)begin_ms(trace), &rows);
    *out = (struct dyno_explained){.total_ns = c->account->total_ns,
                                   .source = dyno_xstrdup("eventlog"),
                                   .sql = cleaned(trace->text),
                                   .findings = titles_of(c)};
    out->id = trace->execution_id >= 0
                  ? dyno_xasprintf("%lld", (long long)trace->execution_id)
                  : dyno_xstrdup(trace->operation[0] != '\0' ? trace->operation : "?");
    out->what = dyno_xstrdup(trace->is_failed       ? "failed"
                             : trace->is_unfinished ? "unfinished"
                                                    : "");
    memcpy(out->part_ns, c->account->part_ns, sizeof out->part_ns);
    out->stages = dyno_vec_take(&rows, &out->stage_count);
}

static void drop_last(struct dyno_vec *kept)
{
    struct dyno_explained *last = dyno_vec_at(kept, kept->len - 1);
    free(last->id);
    free(last->what);
    free(last->sql);
    free(last->source);
    free(last->stages);
    free(last->findings);
    kept->len--;
}

/* Into its place among the slowest. */
static void keep(struct reading *reading, const struct dyno_rule_case *c)
{
    struct dyno_vec *kept = &reading->kept;
    size_t room = reading->choice->statement != NULL ? 100 : (size_t)reading->choice->slowest;
    struct dyno_explained *items = kept->items;
    if (room == 0 || (kept->len == room && items[room - 1].total_ns >= c->account->total_ns))
        return;
    if (kept->len == room)
        drop_last(kept);
    size_t at = kept->len;
    (void)dyno_vec_push(kept, NULL);
    items = kept->items;
    while (at > 0 && items[at - 1].total_ns < c->account->total_ns) {
        items[at] = items[at - 1];
        at--;
    }
    fill(&items[at], c);
}

static void see(void *ctx, struct dyno_trace *trace)
{
    struct reading *reading = ctx;
    struct dyno_time_account account;
    if (!dyno_time_account_alone(trace, &account)) {
        reading->without_times++;
        return;
    }
    struct dyno_tracer_facts told;
    dyno_tracer_facts(reading->tracer, &told);
    struct dyno_rule_case c = {.trace = trace, .account = &account, .cores = told.cores};
    reading->unfinished += trace->is_unfinished ? 1 : 0;
    reading->account.statements++;
    for (int i = 0; i < DYNO_PARTS; i++)
        reading->account.part_ns[i] += (double)account.part_ns[i];
    if (!trace->is_failed)
        dyno_findings_see(reading->findings, DYNO_FINDING_ALL, trace->execution_id, &c);
    if (reading->choice->statement == NULL || is_chosen(trace, reading->choice->statement))
        keep(reading, &c);
}

static void take_findings(const struct reading *reading, struct dyno_explanation *out)
{
    size_t count = 0;
    struct dyno_store_finding *list = dyno_findings_list(reading->findings, NULL, &count);
    out->findings = dyno_xcalloc(count + 1, sizeof *out->findings);
    for (size_t i = 0; i < count; i++)
        out->findings[i] = (struct dyno_report_finding){
            .rule = dyno_xstrdup(list[i].rule),
            .severity = dyno_xstrdup(list[i].severity),
            .title = dyno_xstrdup(list[i].title),
            .unit = dyno_xstrdup(list[i].unit),
            .what = dyno_xstrdup(list[i].what),
            .arm = dyno_xstrdup(""),
            .query = dyno_xstrdup(""),
            .value = list[i].value,
            .threshold = list[i].threshold,
            .trials = 1,
            .statements = list[i].statements,
            .judged = list[i].judged,
            .example = list[i].example_seq < 0
                           ? dyno_xstrdup("")
                           : dyno_xasprintf("%lld", (long long)list[i].example_seq),
            .evidence = dyno_xstrdup(list[i].evidence),
            .advice = dyno_xstrdup(list[i].advice),
            .command = dyno_xstrdup("")};
    out->finding_count = count;
    dyno_findings_list_free(list, count);
}

static char *notes_of(const struct reading *reading, const struct dyno_eventlog *log,
                      const struct dyno_tracer *tracer)
{
    struct dyno_eventlog_facts facts;
    struct dyno_tracer_facts told;
    struct dyno_str notes;
    dyno_str_init(&notes, (size_t)16 * 1024);
    dyno_eventlog_facts(log, &facts);
    dyno_tracer_facts(tracer, &told);
    if (facts.troubles[0] != '\0')
        dyno_str_appendf(&notes, "the log is incomplete: %s. ", facts.troubles);
    if (told.folded_tasks > 0)
        dyno_str_appendf(&notes, "%lld tasks of very large stages count by their sums only. ",
                         (long long)told.folded_tasks);
    if (reading->unfinished > 0)
        dyno_str_appendf(&notes, "%lld statements have no end in the log. ",
                         (long long)reading->unfinished);
    if (reading->without_times > 0)
        dyno_str_appendf(&notes, "%lld statements without times were left out. ",
                         (long long)reading->without_times);
    char *text = cleaned(dyno_str_text(&notes));
    dyno_str_deinit(&notes);
    return text;
}

static struct dyno_explanation *explain(struct reading *reading, const struct dyno_eventlog *log,
                                        const struct dyno_tracer *tracer)
{
    struct dyno_explanation *out = dyno_xcalloc(1, sizeof *out);
    struct dyno_tracer_facts told;
    struct dyno_eventlog_facts facts;
    dyno_tracer_facts(tracer, &told);
    dyno_eventlog_facts(log, &facts);
    char *title = dyno_xasprintf("event log of %s (%s), Spark %s: %lld events, %lld not needed",
                                 told.app_id, told.app_name, told.version, (long long)facts.events,
                                 (long long)facts.other_events);
    out->title = cleaned(title);
    free(title);
    out->notes = notes_of(reading, log, tracer);
    out->account = reading->account;
    for (int i = 0; i < DYNO_PARTS && out->account.statements > 0; i++) {
        out->account.part_ns[i] /= (double)out->account.statements;
        out->account.total_ns += out->account.part_ns[i];
    }
    out->account.by_log = out->account.statements;
    take_findings(reading, out);
    out->statements = dyno_vec_take(&reading->kept, &out->statement_count);
    return out;
}

enum dyno_status cli_explain_log(const char *path, const struct dyno_explanation_choice *choice,
                                 struct dyno_explanation **out, struct dyno_err *err)
{
    struct reading reading = {.choice = choice, .kept = DYNO_VEC_INIT(struct dyno_explained)};
    struct dyno_eventlog *log = NULL;
    reading.findings = dyno_findings_new(0);
    struct dyno_tracer *tracer = dyno_tracer_new(NULL, see, &reading);
    reading.tracer = tracer;
    enum dyno_status status = dyno_eventlog_open(path, &log, err);
    if (status == DYNO_OK)
        status = dyno_tracer_read(tracer, log, err);
    if (status == DYNO_OK && choice->statement != NULL && reading.kept.len == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND,
                              "the log has no statement '%s': write the id of its SQL execution or "
                              "of its operation",
                              choice->statement);
    if (status == DYNO_OK)
        *out = explain(&reading, log, tracer);
    while (reading.kept.len > 0)
        drop_last(&reading.kept);
    dyno_vec_deinit(&reading.kept);
    dyno_findings_free(reading.findings);
    dyno_tracer_free(tracer);
    dyno_eventlog_close(log);
    return status;
}
