#include "report/summary.h"

#include "stats/quantile.h"

#include <math.h>

/* Fewest durations from which a quantile is told as an estimate; below, its interval is open. */
static const struct {
    double p; /* below 0: the mean */
    size_t fewest;
} numbers[DYNO_REPORT_NUMBERS] = {
    [DYNO_REPORT_MIN] = {0.0, 1},
    [DYNO_REPORT_P50] = {0.50, DYNO_QUANTILE_FEWEST_P50},
    [DYNO_REPORT_P90] = {0.90, DYNO_QUANTILE_FEWEST_P90},
    [DYNO_REPORT_P95] = {0.95, DYNO_QUANTILE_FEWEST_P95},
    [DYNO_REPORT_P99] = {0.99, DYNO_QUANTILE_FEWEST_P99},
    [DYNO_REPORT_MEAN] = {-1.0, 1},
    [DYNO_REPORT_MAX] = {1.0, 1},
};

static struct dyno_report_told tell(const struct dyno_report_durations *d,
                                    enum dyno_report_number number)
{
    struct dyno_bounded at = {.value = (double)NAN, .is_bound = d->bound_count > 0};
    if (d->count + d->bound_count == 0)
        return (struct dyno_report_told){at.value, DYNO_REPORT_UNKNOWN};
    if (numbers[number].p < 0)
        at = dyno_mean_bounded(d->sorted, d->count, d->bounds, d->bound_count);
    else
        at = dyno_quantile_bounded(d->sorted, d->count, d->bounds, d->bound_count,
                                   numbers[number].p);
    enum dyno_report_known known = at.is_bound                         ? DYNO_REPORT_ABOVE
                                   : d->count < numbers[number].fewest ? DYNO_REPORT_SAMPLE
                                                                       : DYNO_REPORT_ESTIMATE;
    return (struct dyno_report_told){at.value, known};
}

static double estimate(const struct dyno_report_told *told)
{
    return told->known == DYNO_REPORT_ESTIMATE ? told->ns : (double)NAN;
}

struct dyno_report_summary dyno_report_summarize(const struct dyno_report_durations *durations)
{
    struct dyno_report_summary out = {.n = (int64_t)durations->count,
                                      .cut_off = (int64_t)durations->bound_count};
    for (int i = 0; i < DYNO_REPORT_NUMBERS; i++)
        out.told[i] = tell(durations, (enum dyno_report_number)i);
    out.min_ns = estimate(&out.told[DYNO_REPORT_MIN]);
    out.p50_ns = estimate(&out.told[DYNO_REPORT_P50]);
    out.p90_ns = estimate(&out.told[DYNO_REPORT_P90]);
    out.p95_ns = estimate(&out.told[DYNO_REPORT_P95]);
    out.p99_ns = estimate(&out.told[DYNO_REPORT_P99]);
    out.mean_ns = estimate(&out.told[DYNO_REPORT_MEAN]);
    out.max_ns = estimate(&out.told[DYNO_REPORT_MAX]);
    return out;
}

bool dyno_report_has_known(const struct dyno_report_summary *summary, enum dyno_report_known known)
{
    for (int i = DYNO_REPORT_P50; i < DYNO_REPORT_NUMBERS; i++)
        if (summary->told[i].known == known)
            return true;
    return false;
}

double dyno_report_curve_p(size_t point)
{
    static const double tail[] = {0.995, 0.999, 1};
    return point < 100 ? (double)point / 100 : tail[point - 100];
}

void dyno_report_curve_fill(struct dyno_report_curve *curve, const struct dyno_report_durations *d)
{
    for (size_t i = 0; i < DYNO_REPORT_CURVE_POINTS; i++) {
        struct dyno_bounded at = dyno_quantile_bounded(d->sorted, d->count, d->bounds,
                                                       d->bound_count, dyno_report_curve_p(i));
        curve->ns[i] = at.is_bound ? (double)NAN : at.value;
    }
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
