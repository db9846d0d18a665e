#include "stats/mser.h"

#include <math.h>

#define MIN_BATCHES 4

static void fill_batches(const double *values, size_t batch_count, double *batches)
{
    for (size_t i = 0; i < batch_count; i++) {
        double sum = 0;
        for (size_t k = 0; k < DYNO_MSER_BATCH; k++)
            sum += values[i * DYNO_MSER_BATCH + k];
        batches[i] = sum / DYNO_MSER_BATCH;
    }
}

struct dyno_mser dyno_mser5(const double *values, size_t count, double *batches)
{
    struct dyno_mser best = {.statistic = (double)NAN, .mean_after = (double)NAN};
    size_t k = count / DYNO_MSER_BATCH;
    double mean = 0;
    double squares = 0; /* about the mean */
    if (k < MIN_BATCHES)
        return best;
    fill_batches(values, k, batches);
    /* From the end, one batch more each time (Welford). */
    for (size_t d = k; d-- > 0;) {
        double n = (double)(k - d);
        double off = batches[d] - mean;
        mean += off / n;
        squares += off * (batches[d] - mean);
        double statistic = squares / (n * n);
        if (d <= k / 2 && !(statistic > best.statistic)) {
            best.statistic = statistic;
            best.truncate = d * DYNO_MSER_BATCH;
            best.mean_after = mean;
        }
    }
    best.is_steady = isfinite(best.statistic) && best.truncate / DYNO_MSER_BATCH < k / 2;
    return best;
}
