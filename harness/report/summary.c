#include "report/summary.h"

#include "stats/quantile.h"

#include <math.h>

/* Fewest durations from which a quantile is told: dyno_quantile_min_count at 95 %, below which its
 * interval is open. The verdict uses the same limits. */
#define FEWEST_FOR_P50 6
#define FEWEST_FOR_P90 36
#define FEWEST_FOR_P95 72
#define FEWEST_FOR_P99 368

static double quantile_if(const double *sorted, size_t count, double p, size_t fewest)
{
    return count >= fewest ? dyno_quantile(sorted, count, p) : (double)NAN;
}

static double mean_of(const double *values, size_t count)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return count > 0 ? mean : (double)NAN;
}

struct dyno_report_summary dyno_report_summarize(const double *sorted, size_t count)
{
    return (struct dyno_report_summary){
        .n = (int64_t)count,
        .min_ns = count > 0 ? sorted[0] : (double)NAN,
        .p50_ns = quantile_if(sorted, count, 0.50, FEWEST_FOR_P50),
        .p90_ns = quantile_if(sorted, count, 0.90, FEWEST_FOR_P90),
        .p95_ns = quantile_if(sorted, count, 0.95, FEWEST_FOR_P95),
        .p99_ns = quantile_if(sorted, count, 0.99, FEWEST_FOR_P99),
        .mean_ns = mean_of(sorted, count),
        .max_ns = count > 0 ? sorted[count - 1] : (double)NAN,
    };
}

double dyno_report_curve_p(size_t point)
{
    static const double tail[] = {0.995, 0.999, 1};
    return point < 100 ? (double)point / 100 : tail[point - 100];
}

void dyno_report_curve_fill(struct dyno_report_curve *curve, const double *sorted, size_t count)
{
    for (size_t i = 0; i < DYNO_REPORT_CURVE_POINTS; i++)
        curve->ns[i] = dyno_quantile(sorted, count, dyno_report_curve_p(i));
}

double dyno_report_bin_edge_ns(int i)
{
    return pow(10, (double)i / DYNO_REPORT_BINS_PER_DECADE);
}

static int bin_of(double ns)
{
    if (ns < 1)
        return 0;
    int bin = (int)floor(log10(ns) * DYNO_REPORT_BINS_PER_DECADE);
    return bin < DYNO_REPORT_BINS ? bin : DYNO_REPORT_BINS - 1;
}

void dyno_report_histogram_fill(struct dyno_report_histogram *histogram, const double *values,
                                size_t count)
{
    *histogram = (struct dyno_report_histogram){.first = DYNO_REPORT_BINS, .last = -1};
    for (size_t i = 0; i < count; i++) {
        int bin = bin_of(values[i]);
        histogram->counts[bin]++;
        histogram->n++;
        if (bin < histogram->first)
            histogram->first = bin;
        if (bin > histogram->last)
            histogram->last = bin;
    }
}

static struct dyno_report_point mean_point(const struct dyno_report_point *points, size_t from,
                                           size_t to)
{
    struct dyno_report_point mean = {.t_ns = 0, .value_ns = 0};
    for (size_t i = from; i < to; i++) {
        mean.t_ns += points[i].t_ns / (double)(to - from);
        mean.value_ns += points[i].value_ns / (double)(to - from);
    }
    return mean;
}

static double triangle(const struct dyno_report_point *a, const struct dyno_report_point *b,
                       const struct dyno_report_point *c)
{
    return fabs((a->t_ns - c->t_ns) * (b->value_ns - a->value_ns) -
                (a->t_ns - b->t_ns) * (c->value_ns - a->value_ns));
}

size_t dyno_report_thin(struct dyno_report_point *points, size_t count, size_t room)
{
    if (count <= room || room < 3)
        return count < room ? count : room;
    /* Written in place: kept points never overtake the bucket that is read. */
    struct dyno_report_point last = points[0];
    size_t kept = 1;
    for (size_t bucket = 0; bucket + 2 < room; bucket++) {
        size_t from = 1 + bucket * (count - 2) / (room - 2);
        size_t to = 1 + (bucket + 1) * (count - 2) / (room - 2);
        size_t next = bucket + 3 < room ? 1 + (bucket + 2) * (count - 2) / (room - 2) : count;
        struct dyno_report_point mean = mean_point(points, to, next);
        size_t best = from;
        for (size_t i = from + 1; i < to; i++)
            if (triangle(&last, &points[i], &mean) > triangle(&last, &points[best], &mean))
                best = i;
        last = points[best];
        points[kept++] = last;
    }
    points[kept++] = points[count - 1];
    return kept;
}
