#include "plan/layout.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_ARMS   1000
#define MAX_BLOCKS 100000

/* Streams of the seed, so that orders do not depend on how many trial seeds were drawn. */
#define STREAM_ORDER UINT64_C(1)
#define STREAM_TRIAL UINT64_C(2)

static void fill_block(struct dyno_layout *layout, int arm_count, int block, struct dyno_rng *order)
{
    int *arms = dyno_xcalloc((size_t)arm_count, sizeof *arms);
    for (int i = 0; i < arm_count; i++)
        arms[i] = i;
    dyno_rng_shuffle(order, arms, (size_t)arm_count, sizeof *arms);
    for (int i = 0; i < arm_count; i++)
        layout->trials[(size_t)block * (size_t)arm_count + (size_t)i] =
            (struct dyno_layout_trial){.block = block, .position = i, .arm = arms[i]};
    free(arms);
}

/* Below 2^53, so that JSON holds it. */
static uint64_t trial_seed(struct dyno_rng *rng)
{
    return dyno_rng_next(rng) >> 11;
}

/* Blocks spread over the starts as evenly as they go, earlier starts taking what is left over. */
static void assign_shared(struct dyno_layout *layout, int block_count, int start_count)
{
    layout->start_count = (size_t)start_count;
    layout->starts = dyno_xcalloc(layout->start_count, sizeof *layout->starts);
    for (size_t i = 0; i < layout->start_count; i++)
        layout->starts[i].arm = -1;
    int each = block_count / start_count;
    int larger = block_count % start_count;
    int in_larger = larger * (each + 1);
    for (size_t i = 0; i < layout->trial_count; i++) {
        int block = layout->trials[i].block;
        layout->trials[i].start =
            block < in_larger ? block / (each + 1) : larger + (block - in_larger) / each;
    }
}

static void assign_fresh(struct dyno_layout *layout)
{
    layout->start_count = layout->trial_count;
    layout->starts = dyno_xcalloc(layout->start_count, sizeof *layout->starts);
    for (size_t i = 0; i < layout->trial_count; i++) {
        layout->trials[i].start = (int)i;
        layout->starts[i].arm = layout->trials[i].arm;
    }
}

enum dyno_status dyno_layout_make(int arm_count, int block_count, bool is_shared, int start_count,
                                  uint64_t seed, struct dyno_layout *out, struct dyno_err *err)
{
    struct dyno_layout layout = {.trials = NULL};
    struct dyno_rng order;
    struct dyno_rng trial;
    if (arm_count < 1 || arm_count > MAX_ARMS)
        return dyno_err_set(err, DYNO_EINPUT, "%d arms are not possible: from 1 to %d", arm_count,
                            MAX_ARMS);
    if (block_count < 1 || block_count > MAX_BLOCKS)
        return dyno_err_set(err, DYNO_EINPUT, "%d blocks are not possible: from 1 to %d",
                            block_count, MAX_BLOCKS);
    if (is_shared && (start_count < 1 || start_count > block_count))
        return dyno_err_set(err, DYNO_EINPUT,
                            "%d server starts for %d blocks are not possible: from 1 to the number "
                            "of blocks",
                            start_count, block_count);
    dyno_rng_init(&order, seed, STREAM_ORDER);
    dyno_rng_init(&trial, seed, STREAM_TRIAL);
    layout.trial_count = (size_t)arm_count * (size_t)block_count;
    layout.trials = dyno_xcalloc(layout.trial_count, sizeof *layout.trials);
    for (int block = 0; block < block_count; block++) {
        uint64_t block_seed = trial_seed(&trial);
        fill_block(&layout, arm_count, block, &order);
        for (int i = 0; i < arm_count; i++)
            layout.trials[(size_t)block * (size_t)arm_count + (size_t)i].seed = block_seed;
    }
    if (is_shared)
        assign_shared(&layout, block_count, start_count);
    else
        assign_fresh(&layout);
    *out = layout;
    return DYNO_OK;
}

void dyno_layout_deinit(struct dyno_layout *layout)
{
    free(layout->trials);
    free(layout->starts);
    *layout = (struct dyno_layout){.trials = NULL};
}

bool dyno_layout_has_arm(const struct dyno_layout *layout, int start, int arm)
{
    for (size_t i = 0; i < layout->trial_count; i++)
        if (layout->trials[i].start == start && layout->trials[i].arm == arm)
            return true;
    return false;
}

int dyno_layout_first_arm(const struct dyno_layout *layout, int start)
{
    size_t i = 0;
    while (i + 1 < layout->trial_count && layout->trials[i].start != start)
        i++;
    return layout->trials[i].arm;
}

int dyno_layout_arms(const struct dyno_layout *layout, int start, int arm_count)
{
    int count = 0;
    for (int arm = 0; arm < arm_count; arm++)
        count += dyno_layout_has_arm(layout, start, arm);
    return count;
}
