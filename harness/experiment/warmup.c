#include "experiment/warmup.h"

#include "base/alloc.h"
#include "load/steady.h"

#include <stdlib.h>

enum dyno_status dyno_warmup_judge(const struct dyno_bench *bench, const struct dyno_gathered *g,
                                   struct dyno_err *err)
{
    const struct dyno_workload *w = bench->options->workload;
    if (dyno_bench_is_stopped(bench))
        return dyno_err_set(err, DYNO_ECANCELLED, "stopped");
    if (g->reason[0] != '\0')
        return dyno_err_set(err, DYNO_EENV, "warm-up: %s", g->reason);
    for (size_t i = 0; i < g->record_count; i++) {
        const struct dyno_store_record *r = &g->records[i];
        if (r->outcome == DYNO_OUTCOME_OK || r->outcome == DYNO_OUTCOME_EMPTY)
            continue;
        const struct dyno_trial_header *header = dyno_trial_file_header(g->child.file);
        const char *text = header->error_sample_count > 0 ? header->error_samples[0].text : "";
        const char *query = (size_t)r->query < w->query_count ? w->queries[r->query].name : "?";
        return dyno_err_set_sql(err, DYNO_EINPUT, r->sqlstate, 0,
                                "query '%s' of workload '%s' failed in the warm-up (%s): %s", query,
                                w->name, dyno_outcome_name((enum dyno_outcome)r->outcome), text);
    }
    return DYNO_OK;
}

struct dyno_store_warmup *dyno_warmup_look(struct dyno_bench *bench, const struct dyno_gathered *g)
{
    const struct dyno_workload *w = bench->options->workload;
    const struct dyno_load_shape *load = &g->plan.load;
    struct dyno_store_warmup *rows = dyno_xcalloc(w->query_count, sizeof *rows);
    struct dyno_steady *steady = dyno_xcalloc(w->query_count, sizeof *steady);
    if (g->child.file != NULL)
        (void)dyno_steady_look(g->child.file, w->query_count, steady);
    for (size_t i = 0; i < w->query_count; i++) {
        rows[i] = (struct dyno_store_warmup){.query = (int)i,
                                             .executions = steady[i].executions,
                                             .truncated = steady[i].truncated,
                                             .is_steady = steady[i].is_steady,
                                             .before_ns = steady[i].mean_before_ns,
                                             .after_ns = steady[i].mean_after_ns};
        if (load->warmup_max > load->warmup_executions && !steady[i].is_steady)
            dyno_bench_warn(bench, 0, "never_steady",
                            "query '%s' never became steady in %lld executions: its service times "
                            "still changed when the warm-up had to end; raise --warmup-max",
                            w->queries[i].name, (long long)steady[i].executions);
    }
    free(steady);
    return rows;
}
