#include "experiment/why.h"

#include "base/alloc.h"
#include "explain/server_rule.h"
#include "explain/time_account.h"
#include "explain/trace_rows.h"
#include "load/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of so many statements of a trial the stages are kept. */
#define SLOWEST_KEPT 100

static bool is_measured(const struct dyno_store_record *record)
{
    return record->phase == DYNO_PHASE_MEASURE && record->outcome == DYNO_OUTCOME_OK;
}

static int compare_down(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static int64_t slow_from(const struct dyno_why_options *options)
{
    int64_t *times = dyno_xcalloc(options->record_count + 1, sizeof *times);
    size_t count = 0;
    for (size_t i = 0; i < options->record_count; i++)
        if (is_measured(&options->records[i]))
            times[count++] = options->records[i].done_ns - options->records[i].intended_ns;
    qsort(times, count, sizeof *times, compare_down);
    int64_t slow_ns = count > SLOWEST_KEPT ? times[SLOWEST_KEPT - 1] : 0;
    free(times);
    return slow_ns;
}

void dyno_why_init(struct dyno_why *why, const struct dyno_why_options *options, const char *source)
{
    *why = (struct dyno_why){.options = *options, .source = source};
    dyno_vec_init(&why->accounts, sizeof(struct dyno_store_account));
    dyno_vec_init(&why->stages, sizeof(struct dyno_store_stage));
    why->seen = dyno_findings_new(options->query_count);
    why->slow_ns = slow_from(options);
}

void dyno_why_deinit(struct dyno_why *why)
{
    dyno_vec_deinit(&why->accounts);
    dyno_vec_deinit(&why->stages);
    dyno_findings_free(why->seen);
    dyno_findings_list_free(why->findings, why->finding_count);
    dyno_place_deinit(&why->options.place);
    *why = (struct dyno_why){.source = NULL};
}

static struct dyno_moments moments_of(const struct dyno_why *why,
                                      const struct dyno_store_record *record)
{
    return (struct dyno_moments){.intended_ns = record->intended_ns,
                                 .claim_ns = record->claim_ns,
                                 .send_ns = record->send_ns,
                                 .exec_ns = record->exec_ns,
                                 .done_ns = record->done_ns,
                                 .epoch_wall_ms = why->options.epoch_wall_ms};
}

static void keep_account(struct dyno_why *why, int64_t seq, const struct dyno_time_account *account)
{
    struct dyno_store_account row = {.seq = seq, .source = why->source};
    memcpy(row.part_ns, account->part_ns, sizeof row.part_ns);
    dyno_vec_push(&why->accounts, &row);
}

static void note_plan(struct dyno_why *why, const char *plan)
{
    why->has_plan = why->has_plan || plan != NULL;
    why->reads_cache =
        why->reads_cache || (plan != NULL && strstr(plan, "InMemoryTableScan") != NULL);
}

void dyno_why_see(void *ctx, struct dyno_trace *trace)
{
    struct dyno_why *why = ctx;
    struct dyno_time_account account;
    if (trace->seq < 0 || (size_t)trace->seq >= why->options.record_count)
        return;
    const struct dyno_store_record *record = &why->options.records[trace->seq];
    struct dyno_moments moments = moments_of(why, record);
    dyno_time_account(trace, &moments, &account);
    if (account.total_ns > 0)
        keep_account(why, trace->seq, &account);
    if (!is_measured(record))
        return;
    struct dyno_rule_case c = {.trace = trace, .account = &account, .cores = why->options.cores};
    dyno_findings_see(why->seen, record->query, trace->seq, &c);
    note_plan(why, trace->plan);
    if (record->done_ns - record->intended_ns >= why->slow_ns)
        dyno_trace_rows(trace, (double)why->options.epoch_wall_ms + (double)record->send_ns / 1e6,
                        &why->stages);
}

void dyno_why_see_plan(struct dyno_why *why, int64_t query, char *plan)
{
    static const char *const names[] = {"broadcast_missed", "broadcast_large", "plan_changed"};
    struct dyno_time_account account = {.total_ns = 0};
    struct dyno_trace trace;
    dyno_trace_init(&trace, -1);
    trace.plan = plan;
    struct dyno_rule_case c = {.trace = &trace, .account = &account, .cores = why->options.cores};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct dyno_rule *rule = dyno_rule_find(names[i]);
        struct dyno_rule_value value = {.value = (double)NAN};
        rule->measure(&c, &value);
        dyno_findings_add(why->seen, rule, query, -1, &value);
    }
    note_plan(why, plan);
    trace.plan = NULL;
    dyno_trace_deinit(&trace);
}

static int compare_accounts(const void *a, const void *b)
{
    const struct dyno_store_account *x = a;
    const struct dyno_store_account *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static void sort_accounts(struct dyno_vec *accounts)
{
    if (accounts->len > 1)
        qsort(accounts->items, accounts->len, accounts->item_bytes, compare_accounts);
}

/* The client's own parts are known without Spark. A statement that was told of twice keeps one account. */
static void complete_accounts(struct dyno_why *why)
{
    struct dyno_vec all = DYNO_VEC_INIT(struct dyno_store_account);
    size_t at = 0;
    sort_accounts(&why->accounts);
    for (size_t seq = 0; seq < why->options.record_count; seq++) {
        struct dyno_store_account row = {.seq = -1};
        while (at < why->accounts.len &&
               ((struct dyno_store_account *)dyno_vec_at(&why->accounts, at))->seq == (int64_t)seq)
            row = *(struct dyno_store_account *)dyno_vec_at(&why->accounts, at++);
        if (row.seq < 0) {
            struct dyno_moments moments = moments_of(why, &why->options.records[seq]);
            struct dyno_time_account account;
            dyno_time_account(NULL, &moments, &account);
            if (account.total_ns <= 0)
                continue;
            row = (struct dyno_store_account){.seq = (int64_t)seq, .source = "none"};
            memcpy(row.part_ns, account.part_ns, sizeof row.part_ns);
        }
        dyno_vec_push(&all, &row);
    }
    dyno_vec_deinit(&why->accounts);
    why->accounts = all;
}

void dyno_why_judge(struct dyno_why *why, const struct dyno_store_counter *counters, size_t count)
{
    complete_accounts(why);
    dyno_server_rules_see(why->seen, counters, count, why->reads_cache || !why->has_plan);
    struct dyno_rule_place place = dyno_place_words(&why->options.place);
    why->findings =
        dyno_findings_list(why->seen, place.workload == NULL ? NULL : &place, &why->finding_count);
}
