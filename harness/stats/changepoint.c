#include "stats/changepoint.h"

#include "stats/moments.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <string.h>

/** Sum of squares as the test takes it: Otava feeds the deviation with divisor n as if it were the sample's. */
static double square_sum(const struct dyno_moments *moments, bool is_compat)
{
    double n = (double)moments->count;
    return is_compat ? moments->m2 * (n - 1.0) / n : moments->m2;
}

double dyno_changepoint_p(const double *left, size_t left_count, const double *right,
                          size_t right_count, bool is_compat)
{
    if (left_count == 0 || right_count == 0 || left_count + right_count <= 2)
        return 1.0;
    struct dyno_moments a = dyno_moments_of(left, left_count);
    struct dyno_moments b = dyno_moments_of(right, right_count);
    double df = (double)(left_count + right_count - 2);
    double variance = (square_sum(&a, is_compat) + square_sum(&b, is_compat)) / df;
    double se = sqrt(variance * (1.0 / (double)left_count + 1.0 / (double)right_count));
    double difference = fabs(a.mean - b.mean);
    if (difference == 0.0)
        return 1.0;
    if (!(se > 0.0))
        return 0.0;
    return 2.0 * gsl_cdf_tdist_Q(difference / se, df);
}

/** A place and how strongly it divides. */
struct candidate {
    size_t index; /* 0: none */
    size_t begin, end;
    double q;
};

static double sum_to(const double *values, size_t begin, size_t end, double from)
{
    double sum = 0.0;
    for (size_t i = begin; i < end; i++)
        sum += fabs(values[i] - from);
    return sum;
}

/** For one place, the best end of what lies right of it: the far end may belong to yet another regime. */
static double best_q(const double *values, size_t begin, size_t at, size_t end, double left)
{
    double best = (double)-INFINITY;
    double cross = 0.0;
    double right = 0.0;
    double n = (double)(at - begin);
    for (size_t stop = at + 1; stop <= end; stop++) {
        double m = (double)(stop - at);
        cross += sum_to(values, begin, at, values[stop - 1]);
        right += sum_to(values, at, stop - 1, values[stop - 1]);
        double q = 2.0 / (m + n) * cross;
        if (n > 1.0)
            q -= 2.0 * m / ((m + n) * (n - 1.0)) * left;
        if (m > 1.0)
            q -= 2.0 * n / ((m + n) * (m - 1.0)) * right;
        best = fmax(best, q);
    }
    return best;
}

static void look_into(const double *values, size_t begin, size_t end, struct candidate *best)
{
    double left = 0.0;
    for (size_t at = begin + 1; at < end; at++) {
        left += sum_to(values, begin, at - 1, values[at - 1]);
        double q = best_q(values, begin, at, end, left);
        if (q > best->q)
            *best = (struct candidate){.index = at, .begin = begin, .end = end, .q = q};
    }
}

static void insert_sorted(size_t *points, size_t count, size_t index)
{
    size_t at = count;
    for (; at > 0 && points[at - 1] > index; at--)
        points[at] = points[at - 1];
    points[at] = index;
}

/** E-divisive on [begin, end); the points found go to `points`, sorted. */
static size_t divide(const double *values, size_t begin, size_t end, double max_p, bool is_compat,
                     size_t *points)
{
    size_t count = 0;
    for (;;) {
        struct candidate best = {.index = 0, .q = (double)-INFINITY};
        for (size_t i = 0; i <= count; i++)
            look_into(values, i == 0 ? begin : points[i - 1], i == count ? end : points[i], &best);
        if (best.index == 0)
            return count;
        double p = dyno_changepoint_p(values + best.begin, best.index - best.begin,
                                      values + best.index, best.end - best.index, is_compat);
        if (p > max_p)
            return count;
        insert_sorted(points, count++, best.index);
    }
}

static double weak_level(double max_p)
{
    if (max_p < 0.05)
        return 10.0 * max_p;
    return max_p < 0.5 ? 2.0 * max_p : max_p;
}

static bool is_known(const struct dyno_changepoint *points, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++)
        if (points[i].index == index)
            return true;
    return false;
}

static size_t split(const double *values, size_t count,
                    const struct dyno_changepoint_options *options, struct dyno_changepoint *out,
                    size_t *scratch)
{
    size_t found = 0;
    size_t window = options->window < 2 ? 2 : options->window;
    for (size_t start = 0; start < count;) {
        size_t end = start + window < count ? start + window : count;
        size_t fresh =
            divide(values, start, end, weak_level(options->max_p), options->is_compat, scratch);
        size_t next = start + window / 2;
        for (size_t i = 0; i < fresh; i++)
            if (!is_known(out, found, scratch[i]))
                out[found++] = (struct dyno_changepoint){.index = scratch[i]};
        if (fresh > 0 && scratch[fresh - 1] > next)
            next = scratch[fresh - 1];
        start = next;
    }
    return found;
}

static void sort_points(struct dyno_changepoint *points, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct dyno_changepoint point = points[i];
        size_t at = i;
        for (; at > 0 && points[at - 1].index > point.index; at--)
            points[at] = points[at - 1];
        points[at] = point;
    }
}

/** Test a point between its neighbours. */
static void measure(const double *values, size_t count, bool is_compat,
                    struct dyno_changepoint *points, size_t point_count, size_t at)
{
    struct dyno_changepoint *point = &points[at];
    size_t begin = at == 0 ? 0 : points[at - 1].index;
    size_t end = at + 1 == point_count ? count : points[at + 1].index;
    struct dyno_moments before = dyno_moments_of(values + begin, point->index - begin);
    struct dyno_moments after = dyno_moments_of(values + point->index, end - point->index);
    point->mean_before = before.mean;
    point->mean_after = after.mean;
    point->magnitude =
        fmax(fabs(after.mean / before.mean - 1.0), fabs(before.mean / after.mean - 1.0));
    point->p = dyno_changepoint_p(values + begin, point->index - begin, values + point->index,
                                  end - point->index, is_compat);
}

/** The one to drop next; `count` if all may stay. */
static size_t weakest(const struct dyno_changepoint *points, size_t count,
                      const struct dyno_changepoint_options *options)
{
    size_t largest_p = 0;
    size_t smallest = 0;
    for (size_t i = 1; i < count; i++) {
        largest_p = points[i].p > points[largest_p].p ? i : largest_p;
        smallest = points[i].magnitude < points[smallest].magnitude ? i : smallest;
    }
    if (points[largest_p].p >= options->max_p)
        return largest_p;
    return points[smallest].magnitude > options->min_magnitude ? count : smallest;
}

size_t dyno_changepoints(const double *values, size_t count,
                         const struct dyno_changepoint_options *options,
                         struct dyno_changepoint *out, size_t *scratch)
{
    bool is_compat = options->is_compat;
    size_t found = split(values, count, options, out, scratch);
    sort_points(out, found);
    for (size_t i = 0; i < found; i++)
        measure(values, count, is_compat, out, found, i);
    while (found > 0) {
        size_t drop = weakest(out, found, options);
        if (drop == found)
            break;
        memmove(out + drop, out + drop + 1, (found - drop - 1) * sizeof *out);
        found--;
        /* Otava measures anew what follows the gap and what follows that; we, what lies on either side. */
        size_t first = is_compat ? drop : drop - (drop > 0 ? 1 : 0);
        for (size_t at = first; at < found && at <= (is_compat ? drop + 1 : drop); at++)
            measure(values, count, is_compat, out, found, at);
    }
    return found;
}
