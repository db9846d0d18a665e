#include "stats/splitplot.h"

#include <string.h>

static bool is_in(uint64_t set, uint32_t column)
{
    return (set >> column & 1) != 0;
}

/** Add a column to a span of columns (bit 0: the empty product); false if it was in it. */
static bool span_add(uint64_t *span, uint32_t column)
{
    uint64_t before = *span;
    if (is_in(before, column))
        return false;
    for (uint32_t member = 0; member < DYNO_FACTORIAL_MAX_RUNS; member++)
        if (is_in(before, member))
            *span |= UINT64_C(1) << (member ^ column);
    return true;
}

/* What a choice of whole-plot columns costs: factors of a session that would not vary inside a start, then
 * starts. Where every run has a start of its own, nothing varies inside one anyway. */
struct cost {
    int trapped;
    int starts;
};

static struct cost cost_of(const struct dyno_factorial *design, uint32_t whole)
{
    uint64_t span = 1;
    struct cost cost = {.trapped = 0, .starts = 1};
    for (int f = 0; f < design->factor_count; f++)
        if ((whole >> f & 1) != 0 && span_add(&span, design->columns[f]))
            cost.starts *= 2;
    for (int f = 0; f < design->factor_count && cost.starts < design->run_count; f++)
        cost.trapped += (whole >> f & 1) == 0 && is_in(span, design->columns[f]);
    return cost;
}

static bool is_cheaper(struct cost a, struct cost b)
{
    return a.trapped != b.trapped ? a.trapped < b.trapped : a.starts < b.starts;
}

static int count_of(uint32_t set)
{
    int count = 0;
    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

void dyno_splitplot_assign(struct dyno_factorial *design, const bool *is_whole)
{
    int wanted = 0;
    struct cost best = {.trapped = DYNO_FACTORIAL_MAX_FACTORS, .starts = 0};
    uint32_t chosen = 0;
    int order[DYNO_FACTORIAL_MAX_FACTORS];
    for (int f = 0; f < design->factor_count; f++)
        wanted += is_whole[f];
    if (design->is_sieve || wanted == 0)
        return;
    for (uint32_t set = 1; set < UINT32_C(1) << design->factor_count; set++) {
        if (count_of(set) != wanted)
            continue;
        struct cost cost = cost_of(design, set);
        if (is_cheaper(cost, best)) {
            best = cost;
            chosen = set;
        }
    }
    int next[2] = {0, 0};
    for (int f = 0; f < design->factor_count; f++) {
        int *place = &next[is_whole[f]];
        while ((chosen >> *place & 1) != (is_whole[f] ? 1u : 0u))
            (*place)++;
        order[f] = (*place)++;
    }
    dyno_factorial_reorder(design, order);
}

static void add_generator(struct dyno_splitplot *strata, uint32_t column)
{
    if (!span_add(&strata->between, column))
        return;
    strata->generators[strata->generator_count++] = column;
    strata->start_count *= 2;
}

static bool make_sieve(const struct dyno_factorial *design, bool has_whole, int splits,
                       struct dyno_splitplot *out)
{
    if (splits > 0)
        return false;
    out->start_count = design->is_folded ? 2 : 1;
    if (design->is_folded)
        out->between |= UINT64_C(1) << design->base_runs;
    if (has_whole) {
        out->start_count = design->run_count;
        out->between = (UINT64_C(1) << design->run_count) - 1;
    }
    return true;
}

/** Free columns that stay free together with all columns that compare starts already. */
static bool split(const struct dyno_factorial *design, int splits, struct dyno_splitplot *out)
{
    uint32_t candidates[DYNO_FACTORIAL_MAX_RUNS];
    uint64_t is_free = 0;
    size_t count = dyno_factorial_free(design, candidates);
    for (size_t i = 0; i < count; i++)
        is_free |= UINT64_C(1) << candidates[i];
    for (size_t i = 0; i < count && splits > 0; i++) {
        uint64_t span = out->between;
        if (!span_add(&span, candidates[i]) || (span & ~out->between & ~is_free) != 0)
            continue;
        add_generator(out, candidates[i]);
        splits--;
    }
    return splits == 0;
}

bool dyno_splitplot_make(const struct dyno_factorial *design, const bool *is_whole, int splits,
                         struct dyno_splitplot *out)
{
    bool has_whole = false;
    *out = (struct dyno_splitplot){.start_count = 1, .between = 1};
    for (int f = 0; f < design->factor_count; f++)
        has_whole = has_whole || is_whole[f];
    if (design->is_sieve)
        return make_sieve(design, has_whole, splits, out);
    /* First, so that no other generator brings the halves in by itself. */
    if (design->is_folded)
        add_generator(out, (uint32_t)design->base_runs);
    for (int f = 0; f < design->factor_count; f++)
        if (is_whole[f])
            add_generator(out, design->columns[f]);
    return split(design, splits, out);
}

bool dyno_splitplot_is_between(const struct dyno_splitplot *strata, uint32_t column)
{
    return is_in(strata->between, column);
}

int dyno_splitplot_start(const struct dyno_factorial *design, const struct dyno_splitplot *strata,
                         int run)
{
    if (design->is_sieve)
        return strata->start_count == design->run_count ? run
               : strata->start_count == 2               ? run / design->base_runs
                                                        : 0;
    int start = design->is_folded ? (run / design->base_runs) * (strata->start_count / 2) : 0;
    int place = 1;
    for (int i = 0; i < strata->generator_count; i++) {
        uint32_t column = strata->generators[i];
        if (design->is_folded && column == (uint32_t)design->base_runs)
            continue;
        start += dyno_factorial_sign(design, run, column) > 0 ? place : 0;
        place *= 2;
    }
    return start;
}
