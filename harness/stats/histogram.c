#include "stats/histogram.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

static int magnitude_of(int64_t value)
{
    return 63 - __builtin_clzll((unsigned long long)value);
}

/* Buckets of doubling width that cover `highest`. */
static int bucket_count(const struct dyno_histogram_range *range, int64_t first_untracked)
{
    int count = 1;
    while (first_untracked <= range->highest) {
        if (first_untracked > INT64_MAX / 2)
            return count + 1;
        first_untracked *= 2;
        count++;
    }
    return count;
}

enum dyno_status dyno_histogram_init(struct dyno_histogram *histogram,
                                     const struct dyno_histogram_range *range, struct dyno_err *err)
{
    memset(histogram, 0, sizeof *histogram);
    if (range->digits < 1 || range->digits > 5)
        return dyno_err_set(err, DYNO_EINPUT,
                            "a histogram of %d digits is not possible: from 1 to 5", range->digits);
    if (range->lowest < 1 || range->highest / 2 < range->lowest)
        return dyno_err_set(err, DYNO_EINPUT,
                            "a histogram from %lld to %lld is not possible: from at least 1 to at "
                            "least twice that",
                            (long long)range->lowest, (long long)range->highest);
    int64_t units = 2;
    for (int i = 0; i < range->digits; i++)
        units *= 10;
    histogram->range = *range;
    histogram->half_magnitude = magnitude_of(units - 1);
    histogram->unit_magnitude = magnitude_of(range->lowest);
    if (histogram->unit_magnitude + histogram->half_magnitude > 60)
        return dyno_err_set(err, DYNO_EINPUT, "a histogram from %lld with %d digits is too wide",
                            (long long)range->lowest, range->digits);
    histogram->half_count = INT64_C(1) << histogram->half_magnitude;
    histogram->mask = (2 * histogram->half_count - 1) << histogram->unit_magnitude;
    int buckets = bucket_count(range, (2 * histogram->half_count) << histogram->unit_magnitude);
    histogram->counts_len = (int32_t)((buckets + 1) * histogram->half_count);
    histogram->min = INT64_MAX;
    return DYNO_OK;
}

void dyno_histogram_deinit(struct dyno_histogram *histogram)
{
    free(histogram->counts);
    memset(histogram, 0, sizeof *histogram);
}

void dyno_histogram_clear(struct dyno_histogram *histogram)
{
    if (histogram->room > 0)
        memset(histogram->counts, 0, (size_t)histogram->room * sizeof *histogram->counts);
    histogram->total = 0;
    histogram->overflow = 0;
    histogram->min = INT64_MAX;
    histogram->max = 0;
}

int32_t dyno_histogram_index(const struct dyno_histogram *h, int64_t value)
{
    int bucket = magnitude_of(value | h->mask) - h->unit_magnitude - h->half_magnitude;
    int64_t within = value >> (bucket + h->unit_magnitude);
    return (int32_t)(((int64_t)(bucket + 1) << h->half_magnitude) + within - h->half_count);
}

/* How far the bucket of an index is shifted, and its place there. */
static int64_t place_of(const struct dyno_histogram *h, int32_t index, int *shift_out)
{
    int bucket = (int)(index >> h->half_magnitude) - 1;
    int64_t within = (index & (h->half_count - 1)) + h->half_count;
    if (bucket < 0) {
        within -= h->half_count;
        bucket = 0;
    }
    *shift_out = bucket + h->unit_magnitude;
    return within;
}

int64_t dyno_histogram_bucket_low(const struct dyno_histogram *h, int32_t index)
{
    int shift = 0;
    int64_t within = place_of(h, index, &shift);
    return within << shift;
}

int64_t dyno_histogram_bucket_high(const struct dyno_histogram *h, int32_t index)
{
    int shift = 0;
    int64_t within = place_of(h, index, &shift);
    return (within << shift) + ((INT64_C(1) << shift) - 1);
}

static int64_t bucket_middle(const struct dyno_histogram *h, int32_t index)
{
    int shift = 0;
    int64_t within = place_of(h, index, &shift);
    return (within << shift) + (INT64_C(1) << shift) / 2;
}

static void make_room(struct dyno_histogram *h, int32_t index)
{
    int64_t room = h->room > 0 ? h->room : FIRST_ROOM;
    while (room <= index)
        room *= 2;
    if (room > h->counts_len)
        room = h->counts_len;
    h->counts = dyno_xrealloc(h->counts, (size_t)room * sizeof *h->counts);
    memset(h->counts + h->room, 0, (size_t)(room - h->room) * sizeof *h->counts);
    h->room = (int32_t)room;
}

void dyno_histogram_record(struct dyno_histogram *h, int64_t value, int64_t count)
{
    int32_t index = value < 0 ? h->counts_len : dyno_histogram_index(h, value);
    if (index >= h->counts_len) {
        h->overflow += count;
        return;
    }
    if (index >= h->room)
        make_room(h, index);
    h->counts[index] += count;
    h->total += count;
    h->min = value < h->min ? value : h->min;
    h->max = value > h->max ? value : h->max;
}

void dyno_histogram_add(struct dyno_histogram *into, const struct dyno_histogram *from)
{
    /* The ends as they were, not those of their buckets. */
    int64_t min = from->min < into->min ? from->min : into->min;
    int64_t max = from->max > into->max ? from->max : into->max;
    int64_t before = into->total;
    for (int32_t i = 0; i < from->room; i++)
        if (from->counts[i] > 0)
            dyno_histogram_record(into, dyno_histogram_bucket_low(from, i), from->counts[i]);
    into->overflow += from->overflow;
    if (into->total == before)
        return;
    into->min = min;
    into->max = max;
}

int64_t dyno_histogram_quantile(const struct dyno_histogram *h, double p)
{
    int64_t seen = 0;
    if (h->total == 0 || isnan(p))
        return 0;
    if (p <= 0)
        return h->min;
    /* One step down, or 0.07 * 100 would be over 7. */
    double below = nextafter(p < 1 ? p : 1.0, 0.0);
    int64_t rank = (int64_t)ceil(below * (double)h->total);
    rank = rank < 1 ? 1 : rank > h->total ? h->total : rank;
    for (int32_t i = 0; i < h->room; i++) {
        seen += h->counts[i];
        if (seen < rank)
            continue;
        int64_t high = dyno_histogram_bucket_high(h, i);
        return high < h->max ? high : h->max;
    }
    return h->max;
}

double dyno_histogram_mean(const struct dyno_histogram *h)
{
    double sum = 0;
    for (int32_t i = 0; i < h->room; i++)
        if (h->counts[i] > 0)
            sum += (double)h->counts[i] * (double)bucket_middle(h, i);
    return h->total == 0 ? 0.0 : sum / (double)h->total;
}

double dyno_histogram_deviation(const struct dyno_histogram *h)
{
    double mean = dyno_histogram_mean(h);
    double sum = 0;
    for (int32_t i = 0; i < h->room; i++) {
        double off = h->counts[i] > 0 ? (double)bucket_middle(h, i) - mean : 0.0;
        sum += (double)h->counts[i] * off * off;
    }
    return h->total == 0 ? 0.0 : sqrt(sum / (double)h->total);
}

int64_t dyno_histogram_count_at(const struct dyno_histogram *h, int32_t index)
{
    return index < h->room ? h->counts[index] : 0;
}

int64_t dyno_histogram_low(const struct dyno_histogram *h)
{
    for (int32_t i = 0; i < h->room; i++)
        if (h->counts[i] > 0)
            return dyno_histogram_bucket_low(h, i);
    return 0;
}

int64_t dyno_histogram_high(const struct dyno_histogram *h)
{
    for (int32_t i = h->room; i > 0; i--)
        if (h->counts[i - 1] > 0)
            return dyno_histogram_bucket_high(h, i - 1);
    return 0;
}
