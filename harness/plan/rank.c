#include "plan/rank.h"

#include "base/alloc.h"
#include "base/plural.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REPLICATES   100
#define MAX_DEFAULT_RUNS 20

/* A stratum whose contrasts are few needs replicates to know its own noise; with 15 contrasts Lenth's method
 * does. So the starts of a ranking stay between 8 and 32, however many settings need a restart. */
static int usual_replicates(const struct dyno_rank *rank)
{
    static const int by_starts[] = {2, 4, 3, 2};
    int level = 0;
    if (rank->design.run_count <= 8 && !dyno_rank_has_static(rank))
        return rank->design.run_count <= 4 ? 6 : 4;
    for (int starts = rank->strata.start_count / (rank->design.is_folded ? 2 : 1); starts > 1;
         starts /= 2)
        level++;
    return level < 4 ? by_starts[level] : 1;
}

static enum dyno_status choose_design(const struct dyno_rank_request *request,
                                      struct dyno_rank *rank, struct dyno_err *err)
{
    const struct dyno_factors *factors = request->factors;
    int count = (int)factors->count;
    if (factors->count < DYNO_FACTORS_MIN)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%zu factor%s cannot be ranked: from %d to %d are possible (for one "
                            "setting use compare)",
                            factors->count, dyno_plural((long long)factors->count),
                            DYNO_FACTORS_MIN, DYNO_FACTORS_MAX);
    if (factors->count > DYNO_FACTORS_MAX)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%s: too many factors: %zu, at most %d are possible; leave some out "
                            "with --without",
                            factors->items[DYNO_FACTORS_MAX].place, factors->count,
                            DYNO_FACTORS_MAX);
    bool is_made = request->is_sieve
                       ? dyno_factorial_make_sieve(count, &rank->design)
                       : dyno_factorial_make(count, (int)request->runs, &rank->design);
    if (!is_made)
        return dyno_err_set(err, DYNO_EINPUT,
                            "there is no design of %" PRId64
                            " runs for %d factors: 16 or 32 from 6 "
                            "to 9, 8 or 16 for 4, else leave the number away",
                            request->runs, count);
    if (request->is_sieve && request->runs != 0 && request->runs != rank->design.run_count)
        return dyno_err_set(err, DYNO_EINPUT, "a sieve for %d factors has %d runs", count,
                            rank->design.run_count);
    return DYNO_OK;
}

static enum dyno_status fold(const struct dyno_rank_request *request, struct dyno_rank *rank,
                             struct dyno_err *err)
{
    if (request->fold == NULL)
        return DYNO_OK;
    size_t at = dyno_factors_find(request->factors, request->fold);
    if (strcmp(request->fold, "all") == 0)
        rank->folded = (UINT32_C(1) << rank->design.factor_count) - 1;
    else if (at < request->factors->count)
        rank->folded = UINT32_C(1) << at;
    else
        return dyno_err_set(err, DYNO_EINPUT, "--fold: '%s' is no factor, nor 'all'",
                            request->fold);
    if (!dyno_factorial_fold(&rank->design, rank->folded))
        return dyno_err_set(err, DYNO_EINPUT,
                            "--fold: a sieve is folded on all factors, a design of at most 32 runs "
                            "on one or all");
    return DYNO_OK;
}

static enum dyno_status lay_out_starts(const struct dyno_rank_request *request,
                                       struct dyno_rank *rank, struct dyno_err *err)
{
    for (size_t f = 0; f < request->factors->count; f++)
        rank->is_whole[f] = request->factors->items[f].scope == DYNO_SETTING_STATIC;
    dyno_splitplot_assign(&rank->design, rank->is_whole);
    enum dyno_status status = fold(request, rank, err);
    if (status != DYNO_OK)
        return status;
    rank->splits = (int)request->splits;
    if (!dyno_splitplot_make(&rank->design, rank->is_whole, rank->splits, &rank->strata))
        return dyno_err_set(err, DYNO_EINPUT,
                            "--splits: this design has not so many free columns to confound starts "
                            "with; raise --replicates instead");
    rank->replicates = request->replicates > 0 ? (int)request->replicates : usual_replicates(rank);
    rank->default_runs = (int)request->default_runs;
    if (request->default_runs < 0)
        rank->default_runs = dyno_rank_has_static(rank) ? 0 : 2;
    if (rank->replicates > MAX_REPLICATES || rank->default_runs > MAX_DEFAULT_RUNS)
        return dyno_err_set(err, DYNO_EINPUT, "at most %d replicates and %d default runs",
                            MAX_REPLICATES, MAX_DEFAULT_RUNS);
    return DYNO_OK;
}

static enum dyno_status check_base(const struct dyno_rank_request *request, struct dyno_err *err)
{
    for (size_t f = 0; f < request->factors->count; f++) {
        const struct dyno_factor *factor = &request->factors->items[f];
        for (size_t k = 0; k < factor->key_count; k++)
            if (dyno_profile_get(request->base, factor->keys[k]) != NULL)
                return dyno_err_set(err, DYNO_EINPUT,
                                    "%s: '%s' is a factor, but profile '%s' sets it too: leave it "
                                    "out of one of them",
                                    factor->place, factor->keys[k], request->base->name);
    }
    return DYNO_OK;
}

static void set(struct dyno_profile *profile, const char *key, const char *value)
{
    char *assignment = dyno_xasprintf("%s=%s", key, value);
    /* Keys and values were checked when they were read. */
    (void)!dyno_profile_override(profile, assignment, NULL);
    free(assignment);
}

void dyno_rank_profile(const struct dyno_factors *factors, const struct dyno_profile *base,
                       uint32_t high, const char *name, struct dyno_profile *out)
{
    struct dyno_str comment;
    dyno_str_init(&comment, 8192);
    *out = (struct dyno_profile){.name = dyno_xstrdup(name), .path = dyno_xstrdup("")};
    for (size_t i = 0; i < base->setting_count; i++)
        set(out, base->settings[i].key, base->settings[i].value);
    for (size_t f = 0; f < factors->count; f++) {
        const struct dyno_factor *factor = &factors->items[f];
        const char *value = (high >> f & 1) != 0 ? factor->high : factor->low;
        dyno_str_appendf(&comment, "%s%s=%s", f > 0 ? " " : "", factor->name, value);
        for (size_t k = 0; k < factor->key_count; k++)
            set(out, factor->keys[k], value);
    }
    out->comment = dyno_xstrdup(dyno_str_text(&comment));
    dyno_str_deinit(&comment);
}

static uint32_t levels_of(const struct dyno_rank *rank, int row)
{
    uint32_t high = 0;
    for (int f = 0; f < rank->design.factor_count; f++)
        high |= dyno_factorial_level(&rank->design, row, f) > 0 ? UINT32_C(1) << f : 0;
    return high;
}

static void copy_base(const struct dyno_profile *base, struct dyno_profile *out)
{
    const struct dyno_factors none = {.items = NULL};
    dyno_rank_profile(&none, base, 0, base->name, out);
    free(out->comment);
    out->comment = dyno_xstrdup(base->comment);
    /* A profile without settings has no sum until something is put into it. */
    memcpy(out->sha256, base->sha256, sizeof out->sha256);
}

static void make_arms(const struct dyno_rank_request *request, struct dyno_rank *rank)
{
    char name[16];
    rank->arm_count = (size_t)rank->design.run_count + 1;
    rank->arms = dyno_xcalloc(rank->arm_count, sizeof *rank->arms);
    copy_base(request->base, &rank->arms[0]);
    for (int row = 0; row < rank->design.run_count; row++) {
        (void)snprintf(name, sizeof name, "row-%02d", row + 1);
        dyno_rank_profile(request->factors, request->base, levels_of(rank, row), name,
                          &rank->arms[row + 1]);
    }
}

enum dyno_status dyno_rank_make(const struct dyno_rank_request *request, struct dyno_rank *out,
                                struct dyno_err *err)
{
    struct dyno_rank rank = {.factors = request->factors};
    enum dyno_status status = choose_design(request, &rank, err);
    if (status == DYNO_OK)
        status = lay_out_starts(request, &rank, err);
    if (status == DYNO_OK)
        status = check_base(request, err);
    if (status != DYNO_OK)
        return status;
    make_arms(request, &rank);
    *out = rank;
    return DYNO_OK;
}

void dyno_rank_deinit(struct dyno_rank *rank)
{
    for (size_t i = 0; i < rank->arm_count; i++)
        dyno_profile_deinit(&rank->arms[i]);
    free(rank->arms);
    *rank = (struct dyno_rank){.arms = NULL};
}

const char *dyno_rank_value(const struct dyno_rank *rank, int row, size_t factor)
{
    const struct dyno_factor *f = &rank->factors->items[factor];
    return dyno_factorial_level(&rank->design, row, (int)factor) > 0 ? f->high : f->low;
}

int dyno_rank_blocks(const struct dyno_rank *rank)
{
    return rank->replicates * (rank->design.is_folded ? 2 : 1);
}

bool dyno_rank_has_static(const struct dyno_rank *rank)
{
    bool has_static = false;
    for (int f = 0; f < rank->design.factor_count; f++)
        has_static = has_static || rank->is_whole[f];
    return has_static;
}
