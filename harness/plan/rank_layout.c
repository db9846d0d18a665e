#include "base/alloc.h"
#include "base/rng.h"
#include "plan/rank.h"

#include <stdlib.h>

/* Streams of the seed: one for each block, whatever comes before or after it. */
#define STREAM_ORDER UINT64_C(1000)

struct laying {
    const struct dyno_rank *rank;
    struct dyno_layout *layout;
    struct dyno_rng rng;
    int block;
    int position;
    uint64_t seed;
};

static void add_trial(struct laying *l, int arm)
{
    l->layout->trials[l->layout->trial_count++] =
        (struct dyno_layout_trial){.block = l->block,
                                   .position = l->position++,
                                   .arm = arm,
                                   .start = (int)l->layout->start_count - 1,
                                   .seed = l->seed};
}

/* The base profile stands spread over the start: in the middle of equal parts of it. */
static void add_start(struct laying *l, int *arms, size_t count, int default_runs)
{
    size_t done = 0;
    bool is_single = count + (default_runs > 0) == 1;
    l->layout->starts[l->layout->start_count++].arm = !is_single ? -1 : count == 1 ? arms[0] : 0;
    dyno_rng_shuffle(&l->rng, arms, count, sizeof *arms);
    for (int k = 0; k < default_runs; k++) {
        size_t until = count * (size_t)(2 * k + 1) / (size_t)(2 * default_runs);
        while (done < until)
            add_trial(l, arms[done++]);
        add_trial(l, 0);
    }
    while (done < count)
        add_trial(l, arms[done++]);
}

/* Rows of one start of one half, as arms. */
static size_t rows_of(const struct dyno_rank *rank, int start, int *arms)
{
    size_t count = 0;
    for (int row = 0; row < rank->design.run_count; row++)
        if (dyno_splitplot_start(&rank->design, &rank->strata, row) == start)
            arms[count++] = row + 1;
    return count;
}

/* How many of the block's default runs a start of a session-only ranking takes. */
static int share_of(int total, int start, int starts)
{
    return total * (start + 1) / starts - total * start / starts;
}

static void lay_block(struct laying *l, int half)
{
    const struct dyno_rank *rank = l->rank;
    int arms[DYNO_FACTORIAL_MAX_RUNS];
    int order[DYNO_FACTORIAL_MAX_RUNS + 1];
    int starts = rank->strata.start_count / (rank->design.is_folded ? 2 : 1);
    bool has_own_start = dyno_rank_has_static(rank) && rank->default_runs > 0;
    int count = starts + (has_own_start ? 1 : 0);
    for (int i = 0; i < count; i++)
        order[i] = i;
    dyno_rng_shuffle(&l->rng, order, (size_t)count, sizeof *order);
    for (int i = 0; i < count; i++) {
        if (order[i] == starts) {
            add_start(l, arms, 0, rank->default_runs);
            continue;
        }
        size_t rows = rows_of(rank, half * starts + order[i], arms);
        add_start(l, arms, rows, has_own_start ? 0 : share_of(rank->default_runs, i, starts));
    }
}

void dyno_rank_layout(const struct dyno_rank *rank, uint64_t seed, struct dyno_layout *out)
{
    int blocks = dyno_rank_blocks(rank);
    int halves = rank->design.is_folded ? 2 : 1;
    int starts = rank->strata.start_count / halves + 1;
    struct laying l = {.rank = rank, .layout = out};
    *out = (struct dyno_layout){.trials = NULL};
    out->trials =
        dyno_xcalloc((size_t)blocks * (size_t)(rank->design.base_runs + rank->default_runs),
                     sizeof *out->trials);
    out->starts = dyno_xcalloc((size_t)blocks * (size_t)starts, sizeof *out->starts);
    for (l.block = 0; l.block < blocks; l.block++) {
        dyno_rng_init(&l.rng, seed, STREAM_ORDER + (uint64_t)l.block);
        l.position = 0;
        /* Below 2^53, so that JSON holds it. */
        l.seed = dyno_rng_next(&l.rng) >> 11;
        lay_block(&l, l.block / rank->replicates);
    }
}
