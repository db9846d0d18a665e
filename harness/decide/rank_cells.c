#include "decide/rank_cells.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

static const struct dyno_evidence_trial *find(const struct dyno_rank_cells *cells, int replicate,
                                              int run)
{
    const struct dyno_factorial *design = &cells->design->design;
    int64_t block = (int64_t)(run / design->base_runs) * cells->design->replicates + replicate;
    const struct dyno_evidence_trial *found = NULL;
    for (size_t i = 0; i < cells->evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &cells->evidence->trials[i];
        if (trial->block == block && trial->arm == (size_t)run + 1 && trial->is_usable)
            found = trial;
    }
    return found;
}

void dyno_rank_cells_make(const struct dyno_evidence *evidence,
                          const struct dyno_rank_design *design, struct dyno_rank_cells *out)
{
    int runs = design->design.run_count;
    *out = (struct dyno_rank_cells){.evidence = evidence, .design = design};
    out->trials = dyno_xcalloc((size_t)design->replicates * (size_t)runs, sizeof *out->trials);
    for (int replicate = 0; replicate < design->replicates; replicate++) {
        const struct dyno_evidence_trial **row = out->trials + out->replicates * (size_t)runs;
        size_t missing = 0;
        for (int run = 0; run < runs; run++) {
            row[run] = find(out, replicate, run);
            missing += row[run] == NULL ? 1u : 0u;
        }
        out->missing += missing;
        out->replicates += missing == 0 ? 1u : 0u;
    }
}

void dyno_rank_cells_deinit(struct dyno_rank_cells *cells)
{
    free(cells->trials);
    *cells = (struct dyno_rank_cells){.trials = NULL};
}

double *dyno_rank_cells_logs(const struct dyno_rank_cells *cells, enum dyno_metric metric,
                             size_t query, enum dyno_lack *lack_out, int *run_out)
{
    size_t runs = (size_t)cells->design->design.run_count;
    size_t count = cells->replicates * runs;
    double *logs = dyno_xcalloc(count + 1, sizeof *logs);
    for (size_t i = 0; i < count; i++) {
        const struct dyno_evidence_trial *trial = cells->trials[i];
        const struct dyno_statistic *statistic =
            query == DYNO_RANK_OVERALL ? &trial->overall : &trial->queries[query];
        if (!(statistic->value[metric] > 0.0)) {
            *lack_out = statistic->lack[metric];
            *run_out = (int)(i % runs);
            free(logs);
            return NULL;
        }
        logs[i] = log(statistic->value[metric]);
    }
    return logs;
}

double dyno_rank_cells_default(const struct dyno_rank_cells *cells, enum dyno_metric metric)
{
    double sum = 0.0;
    double count = 0.0;
    for (size_t i = 0; i < cells->evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &cells->evidence->trials[i];
        if (trial->arm != 0 || !trial->is_usable)
            continue;
        sum += log(trial->overall.value[metric]);
        count += 1.0;
    }
    return count > 0.0 ? exp(sum / count) : (double)NAN;
}
