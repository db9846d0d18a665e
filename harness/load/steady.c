#include "load/steady.h"

#include "base/alloc.h"
#include "stats/mser.h"

#include <math.h>
#include <stdlib.h>

static bool has_ended_well(const struct dyno_record *record, size_t query)
{
    return __atomic_load_n(&record->outcome, __ATOMIC_ACQUIRE) == DYNO_OUTCOME_OK &&
           record->query == query;
}

static struct dyno_steady look(const double *values, size_t count, double *scratch)
{
    struct dyno_steady out = {
        .executions = (int64_t)count, .mean_before_ns = (double)NAN, .mean_after_ns = (double)NAN};
    struct dyno_mser mser = dyno_mser5(values, count, scratch);
    if (count < DYNO_STEADY_MIN)
        return out;
    double sum = 0;
    for (size_t i = 0; i < DYNO_MSER_BATCH; i++)
        sum += values[i];
    out.truncated = (int64_t)mser.truncate;
    out.is_steady = mser.is_steady;
    out.mean_before_ns = sum / DYNO_MSER_BATCH;
    out.mean_after_ns = mser.mean_after;
    return out;
}

bool dyno_steady_look(struct dyno_trial_file *file, size_t query_count, struct dyno_steady *out)
{
    uint64_t slots = dyno_trial_file_count(file);
    double *values = dyno_xcalloc((size_t)slots + 1, sizeof *values);
    double *scratch = dyno_xcalloc((size_t)slots / DYNO_MSER_BATCH + 1, sizeof *scratch);
    bool are_all = query_count > 0;
    for (size_t query = 0; query < query_count; query++) {
        size_t count = 0;
        for (uint64_t slot = 0; slot < slots; slot++) {
            const struct dyno_record *record = dyno_trial_file_record(file, slot);
            if (has_ended_well(record, query))
                values[count++] = (double)dyno_record_service_ns(record);
        }
        out[query] = look(values, count, scratch);
        are_all = are_all && out[query].is_steady;
    }
    free(scratch);
    free(values);
    return are_all;
}
