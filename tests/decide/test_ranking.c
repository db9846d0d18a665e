/* Simulated rankings with known effects, judged by the same code that judges real ones. */
#include "base/rng.h"
#include "decide/ranking.h"
#include "decide/scene.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CELLS (DYNO_FACTORIAL_MAX_RUNS * 8)

/* What is true of a simulated server: effects on the log scale, high against low. */
struct truth {
    double main[DYNO_FACTORIAL_MAX_FACTORS];
    int first, second; /* of the one interaction */
    double interaction;
    double start_noise; /* sd of what the trials of a start share */
    double trial_noise;
};

struct bench {
    struct dyno_factorial design;
    struct dyno_splitplot strata;
    size_t replicates;
    size_t draws; /* for the places */
};

static struct bench bench_of(int sessions, int statics, size_t replicates)
{
    struct bench bench = {.replicates = replicates, .draws = 200};
    bool is_whole[DYNO_FACTORIAL_MAX_FACTORS] = {false};
    for (int f = sessions; f < sessions + statics; f++)
        is_whole[f] = true;
    assert_true(dyno_factorial_make(sessions + statics, 0, &bench.design));
    dyno_splitplot_assign(&bench.design, is_whole);
    assert_true(dyno_splitplot_make(&bench.design, is_whole, 0, &bench.strata));
    return bench;
}

static void simulate(const struct bench *bench, const struct truth *truth, uint64_t seed,
                     struct dyno_ranking *out)
{
    double logs[MAX_CELLS];
    struct dyno_rng rng;
    dyno_rng_init(&rng, seed, 3);
    for (size_t r = 0; r < bench->replicates; r++) {
        double starts[DYNO_FACTORIAL_MAX_RUNS];
        double block = 0.05 * scene_normal(&rng);
        for (int s = 0; s < bench->strata.start_count; s++)
            starts[s] = block + truth->start_noise * scene_normal(&rng);
        for (int run = 0; run < bench->design.run_count; run++) {
            double y = 20.0 + starts[dyno_splitplot_start(&bench->design, &bench->strata, run)] +
                       truth->trial_noise * scene_normal(&rng);
            for (int f = 0; f < bench->design.factor_count; f++)
                y += truth->main[f] / 2.0 * dyno_factorial_level(&bench->design, run, f);
            y += truth->interaction / 2.0 *
                 dyno_factorial_level(&bench->design, run, truth->first) *
                 dyno_factorial_level(&bench->design, run, truth->second);
            logs[r * (size_t)bench->design.run_count + (size_t)run] = y;
        }
    }
    const struct dyno_ranking_input input = {.design = &bench->design,
                                             .strata = &bench->strata,
                                             .logs = logs,
                                             .replicates = bench->replicates,
                                             .draws = bench->draws,
                                             .seed = seed};
    dyno_ranking_make(&input, out);
}

/* Smallest k with P(K <= k) >= level; as qbinom of R. */
static unsigned binomial_quantile(double level, double p, unsigned n)
{
    unsigned k = 0;
    while (gsl_cdf_binomial_P(k, p, n) < level)
        k++;
    return k;
}

static bool has_found(const struct dyno_ranking *ranking)
{
    bool found = false;
    for (size_t i = 0; i < ranking->count; i++)
        found = found || ranking->effects[i].finding == DYNO_FINDING_FOUND;
    return found;
}

/* How many of `rounds` rankings of a world in which nothing matters find something. Each design has noise of its
 * own: shared seeds would make one unlucky draw look like a fault of several designs. */
static int false_findings(const struct bench *bench, double start_noise, uint64_t first, int rounds)
{
    const struct truth none = {.trial_noise = 0.04, .start_noise = start_noise};
    struct dyno_ranking ranking;
    int wrong = 0;
    for (int round = 0; round < rounds; round++) {
        simulate(bench, &none, first + (uint64_t)round, &ranking);
        wrong += has_found(&ranking);
    }
    return wrong;
}

static void test_nothing_is_found_where_nothing_is(void **state)
{
    (void)state;
    /* The designs that a user gets without saying anything, and those without replicates. Over 400,000 rounds each
     * (+- 0.1 points): 1.3 % to 3.4 % by Lenth's error, 4.4 % to 4.9 % by that of replicates. */
    static const struct {
        int sessions, statics;
        size_t replicates;
        double start_noise;
    } cases[] = {{4, 0, 2, 0},    {6, 0, 2, 0},    {8, 0, 1, 0},    {12, 0, 2, 0},
                 {12, 0, 1, 0},   {5, 1, 4, 0.03}, {4, 2, 3, 0.03}, {3, 3, 2, 0.03},
                 {2, 4, 1, 0.03}, {2, 0, 6, 0},    {5, 0, 1, 0}};
    enum {
        ROUNDS = 20000
    };
    /* What a true rate of 5 % stays below in 999 of 1000 such counts, summed over the designs too. */
    const int most = (int)binomial_quantile(0.999, 0.05, ROUNDS);
    int all = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench = bench_of(cases[i].sessions, cases[i].statics, cases[i].replicates);
        bench.draws = 0;
        int wrong = false_findings(&bench, cases[i].start_noise, 1000000 * (i + 1), ROUNDS);
        if (getenv("DYNO_TEST_SHOW") != NULL)
            print_message("%d session, %d static, %zu replicates: %.2f %% false\n",
                          cases[i].sessions, cases[i].statics, cases[i].replicates,
                          100.0 * wrong / ROUNDS);
        all += wrong;
        assert_in_range(wrong, 1, most);
    }
    assert_true(all <= (int)(sizeof cases / sizeof cases[0]) * ROUNDS / 20);
}

static void test_known_effects_are_found_in_their_order(void **state)
{
    (void)state;
    /* Three of six session settings matter, and two of them interact: 60 %, -25 %, 15 %, and 25 %. */
    struct bench bench = bench_of(6, 0, 2);
    const struct truth truth = {.main = {0.47, 0, -0.29, 0, 0, 0.14},
                                .first = 0,
                                .second = 2,
                                .interaction = 0.22,
                                .trial_noise = 0.04};
    struct dyno_ranking ranking;
    int ordered = 0;
    int interactions = 0;
    int false_ones = 0;
    for (uint64_t round = 1; round <= 200; round++) {
        simulate(&bench, &truth, round, &ranking);
        const struct dyno_ranking_effect *a = dyno_ranking_main(&ranking, 0);
        const struct dyno_ranking_effect *c = dyno_ranking_main(&ranking, 2);
        const struct dyno_ranking_effect *f = dyno_ranking_main(&ranking, 5);
        ordered += a->finding == DYNO_FINDING_FOUND && c->finding == DYNO_FINDING_FOUND &&
                   f->finding == DYNO_FINDING_FOUND && a->estimate > -c->estimate &&
                   -c->estimate > f->estimate && f->estimate > 0;
        uint32_t column = dyno_factorial_interaction(&bench.design, 0, 2);
        for (size_t i = 0; i < ranking.count; i++) {
            const struct dyno_ranking_effect *effect = &ranking.effects[i];
            bool is_true = effect->column == column || effect == a || effect == c || effect == f;
            interactions += effect->column == column && effect->finding == DYNO_FINDING_FOUND &&
                            effect->estimate > 0;
            false_ones += !is_true && effect->finding == DYNO_FINDING_FOUND;
        }
    }
    assert_true(ordered >= 195);
    assert_true(interactions >= 198);
    assert_true(false_ones <= 10);
}

static void test_intervals_hold_the_truth(void **state)
{
    (void)state;
    struct bench bench = bench_of(3, 2, 3);
    const struct truth truth = {
        .main = {0.2, 0, 0.1, 0.3, 0}, .start_noise = 0.05, .trial_noise = 0.05};
    struct dyno_ranking ranking;
    int held[5] = {0};
    for (uint64_t round = 1; round <= 400; round++) {
        simulate(&bench, &truth, round, &ranking);
        for (int f = 0; f < 5; f++) {
            const struct dyno_ranking_effect *effect = dyno_ranking_main(&ranking, f);
            held[f] += effect->ci_low <= truth.main[f] && truth.main[f] <= effect->ci_high;
        }
    }
    /* 95 %, and three standard errors of 400 rounds to either side. */
    for (int f = 0; f < 5; f++)
        assert_in_range(held[f], 367, 393);
    assert_int_equal(dyno_ranking_main(&ranking, 3)->stratum, DYNO_STRATUM_BETWEEN);
    assert_int_equal(dyno_ranking_main(&ranking, 0)->stratum, DYNO_STRATUM_WITHIN);
    assert_true(dyno_ranking_main(&ranking, 3)->se > 1.3 * dyno_ranking_main(&ranking, 0)->se);
}

static void test_a_stratum_that_cannot_know_its_noise_is_open(void **state)
{
    (void)state;
    /* One setting that needs a restart, in two starts: nothing to compare their difference with. */
    struct bench bench = bench_of(4, 1, 1);
    const struct truth truth = {.main = {0.5, 0, 0, 0, 3.0}, .trial_noise = 0.02};
    struct dyno_ranking ranking;
    simulate(&bench, &truth, 1, &ranking);
    assert_int_equal(dyno_ranking_main(&ranking, 4)->finding, DYNO_FINDING_OPEN);
    assert_int_equal(dyno_ranking_main(&ranking, 0)->finding, DYNO_FINDING_FOUND);
    assert_false(ranking.errors[DYNO_STRATUM_BETWEEN].is_known);
}

static void test_shares_and_places(void **state)
{
    (void)state;
    struct bench bench = bench_of(5, 0, 2);
    const struct truth truth = {.main = {0.1, 0.6, 0, 0, 0.3}, .trial_noise = 0.01};
    struct dyno_ranking ranking;
    simulate(&bench, &truth, 4, &ranking);
    double sum = 0;
    for (size_t i = 0; i < ranking.count; i++)
        sum += ranking.effects[i].share;
    assert_true(fabs(sum - 1.0) < 1e-9);
    assert_true(fabs(dyno_ranking_main(&ranking, 1)->share - 0.36 / 0.46) < 0.03);
    assert_int_equal(dyno_ranking_main(&ranking, 1)->standing.high, 1);
    assert_int_equal(dyno_ranking_main(&ranking, 4)->standing.low, 2);
    assert_true(dyno_ranking_main(&ranking, 0)->standing.top > 0.99);
    assert_true(dyno_ranking_main(&ranking, 2)->standing.top < 0.01);
}

static void test_best_takes_interactions_into_account(void **state)
{
    (void)state;
    /* A is slow at high, except together with B at high: then it is the fastest of all. */
    struct bench bench = bench_of(5, 0, 2);
    const struct truth truth = {.main = {0.1, -0.3, 0, 0, 0},
                                .first = 0,
                                .second = 1,
                                .interaction = -0.4,
                                .trial_noise = 0.01};
    struct dyno_ranking ranking;
    struct dyno_ranking_best best;
    simulate(&bench, &truth, 2, &ranking);
    assert_true(dyno_ranking_predict(&bench.design, &ranking, &best));
    assert_int_equal(best.set, 3);
    assert_int_equal(best.high, 3);
    assert_false(best.is_guess);
    assert_true(fabs(best.log - (ranking.mean + 0.05 - 0.15 - 0.2)) < 0.03);
    const struct truth none = {.trial_noise = 0.01};
    simulate(&bench, &none, 2, &ranking);
    assert_false(dyno_ranking_predict(&bench.design, &ranking, &best));
}

static void test_chain_is_named_by_its_main_effects_and_a_fold_is_proposed(void **state)
{
    (void)state;
    struct bench bench = bench_of(6, 0, 2);
    struct truth truth = {.main = {0.2, 0.3, 0, 0, 0, 0},
                          .first = 0,
                          .second = 1,
                          .interaction = 0.3,
                          .trial_noise = 0.01};
    struct dyno_ranking ranking;
    struct dyno_ranking_best best;
    simulate(&bench, &truth, 9, &ranking);
    assert_true(dyno_ranking_predict(&bench.design, &ranking, &best));
    assert_true(best.is_guess);
    assert_int_equal(dyno_ranking_fold_on(&bench.design, &ranking), 1);
    assert_true(dyno_factorial_fold(&bench.design, 2));
    bool none[DYNO_FACTORIAL_MAX_FACTORS] = {false};
    assert_true(dyno_splitplot_make(&bench.design, none, 0, &bench.strata));
    simulate(&bench, &truth, 9, &ranking);
    assert_true(dyno_ranking_predict(&bench.design, &ranking, &best));
    assert_false(best.is_guess);
    assert_int_equal(dyno_ranking_fold_on(&bench.design, &ranking), -1);
    /* Without an interaction there is nothing to fold for, but for what 5 % of rankings find by chance. */
    enum {
        ROUNDS = 2000
    };
    int folds = 0;
    truth.interaction = 0;
    bench = bench_of(6, 0, 2);
    bench.draws = 0;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        simulate(&bench, &truth, round, &ranking);
        folds += dyno_ranking_fold_on(&bench.design, &ranking) >= 0;
    }
    assert_in_range(folds, 0, binomial_quantile(0.999, 0.05, ROUNDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_found_where_nothing_is),
        cmocka_unit_test(test_known_effects_are_found_in_their_order),
        cmocka_unit_test(test_intervals_hold_the_truth),
        cmocka_unit_test(test_a_stratum_that_cannot_know_its_noise_is_open),
        cmocka_unit_test(test_shares_and_places),
        cmocka_unit_test(test_best_takes_interactions_into_account),
        cmocka_unit_test(test_chain_is_named_by_its_main_effects_and_a_fold_is_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
