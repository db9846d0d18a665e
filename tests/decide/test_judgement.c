#include "base/rng.h"
#include "decide/judgement.h"
#include "decide/statistic.h"
#include "stats/vectors.h"

#define EXPERIMENTS 400
#define BLOCKS      10
#define STATEMENTS  100

static enum dyno_verdict judge_alone(const double *ratios, size_t count, double margin,
                                     struct dyno_judgement *out)
{
    struct dyno_judgement *family[] = {out};
    *out = dyno_judgement_measure(ratios, count, 1);
    dyno_judgement_rule(family, 1, DYNO_FAMILY_PRIMARY, margin);
    return dyno_judgement_combine(family, 1);
}

static void test_clear_effects(void **state)
{
    (void)state;
    const double slower[] = {0.20, 0.22, 0.18, 0.21, 0.19, 0.20};
    double faster[6];
    for (size_t i = 0; i < 6; i++)
        faster[i] = -slower[i];
    struct dyno_judgement got;
    assert_int_equal(judge_alone(slower, 6, 0.05, &got), DYNO_VERDICT_WORSE);
    assert_int_equal(got.positive, 6);
    assert_near(got.p_sign_flip, 0.03125, 0.0);
    assert_near(got.mde, 1.43454534 * got.pairs.sd, 1e-6);
    assert_int_equal(judge_alone(faster, 6, 0.05, &got), DYNO_VERDICT_BETTER);
}

/* t(0.95, 1 df) = 6.314 and t(0.95, 2 df) = 2.920 standard errors of the means of starts. */
static void test_noise_floor_needs_three_starts(void **state)
{
    (void)state;
    const double ratios[] = {0.10, 0.10, -0.10, -0.10, 0.0, 0.0};
    const double apart[] = {0.10, 0.11, 0.09, -0.10, -0.09, -0.11};
    const int64_t two[] = {1, 1, 1, 2, 2, 2};
    const int64_t three[] = {1, 1, 2, 2, 3, 3};
    struct dyno_ratios input = {
        .log_ratios = apart, .starts = two, .count = 6, .seed = 1, .scale = (double)NAN};
    struct dyno_judgement got = dyno_judgement_of(&input);
    assert_false(got.strata.is_pooled);
    assert_true(isnan(dyno_judgement_floor(&got)));
    input.log_ratios = ratios;
    input.starts = three;
    got = dyno_judgement_of(&input);
    assert_false(got.strata.is_pooled);
    assert_near(dyno_judgement_floor(&got), 2.91998558 * 0.1 / sqrt(3.0), 1e-6);
    /* Starts that do not differ, and one alone, have blocks enough for an interval, but still are two, or one. */
    const double noise[] = {0.10, -0.10, 0.05, -0.05, 0.02, -0.02, 0.10, -0.10};
    const int64_t both[] = {1, 1, 1, 1, 2, 2, 2, 2};
    const int64_t one[] = {7, 7, 7, 7, 7, 7, 7, 7};
    const int64_t *const few[] = {both, one};
    for (size_t i = 0; i < 2; i++) {
        input = (struct dyno_ratios){
            .log_ratios = noise, .starts = few[i], .count = 8, .seed = 1, .scale = (double)NAN};
        got = dyno_judgement_of(&input);
        assert_true(got.strata.is_pooled);
        assert_true(got.strata.df > 2);
        assert_true(isnan(dyno_judgement_floor(&got)));
    }
    input.starts = NULL;
    got = dyno_judgement_of(&input);
    assert_true(dyno_judgement_floor(&got) > 0.0);
}

static void test_fewer_than_six_blocks_never_decide(void **state)
{
    (void)state;
    const double same[] = {0.0, 0.0, 0.0, 0.0, 0.0};
    const double slower[] = {1.0, 1.01, 0.99, 1.0, 1.0};
    struct dyno_judgement got;
    for (size_t n = 0; n <= 5; n++) {
        assert_int_equal(judge_alone(slower, n, 0.05, &got), DYNO_VERDICT_INCONCLUSIVE);
        assert_int_equal(got.cause, DYNO_CAUSE_FEW_BLOCKS);
        assert_int_equal(judge_alone(same, n, 0.05, &got), DYNO_VERDICT_INCONCLUSIVE);
    }
}

static void test_small_clear_effect_is_not_worse(void **state)
{
    (void)state;
    const double ratios[] = {0.03, 0.10, 0.01, 0.02, 0.08, 0.02, 0.03, 0.02};
    struct dyno_judgement got;
    assert_int_equal(judge_alone(ratios, 8, 0.05, &got), DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(got.cause, DYNO_CAUSE_SMALL);
    /* The same numbers against a smaller margin are worse, against a larger one equivalent. */
    assert_int_equal(judge_alone(ratios, 8, 0.01, &got), DYNO_VERDICT_WORSE);
    assert_int_equal(judge_alone(ratios, 8, 0.10, &got), DYNO_VERDICT_EQUIVALENT);
}

static void test_open_interval_is_inconclusive(void **state)
{
    (void)state;
    const double ratios[] = {0.3, -0.2, 0.1, -0.1, 0.2, -0.25};
    struct dyno_judgement got;
    assert_int_equal(judge_alone(ratios, 6, 0.05, &got), DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(got.cause, DYNO_CAUSE_OPEN);
    assert_true(got.mde > 0.2);
}

/** Seven blocks up, one down by more than the least of them: t is clear, the signs are not. */
static void test_tests_that_disagree_are_named(void **state)
{
    (void)state;
    const double ratios[] = {0.5, 0.5, 0.5, 0.5, 0.5, -0.05, -0.05};
    struct dyno_judgement got = dyno_judgement_measure(ratios, 7, 1);
    assert_true(got.pairs.ci_low > 0.0);
    struct dyno_judgement *family[] = {&got};
    dyno_judgement_rule(family, 1, DYNO_FAMILY_PRIMARY, 0.05);
    assert_true(got.p_sign_flip > 0.05);
    assert_int_equal(got.verdict, DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(got.cause, DYNO_CAUSE_TESTS_DIFFER);
}

static void test_family_takes_a_weak_finding_away(void **state)
{
    (void)state;
    const double weak[] = {0.05, 0.30, 0.02, 0.35, 0.28, 0.01, 0.22, 0.03};
    const double open[] = {0.3, -0.2, 0.1, -0.1, 0.2, -0.25, 0.1, -0.1};
    struct dyno_judgement a = dyno_judgement_measure(weak, 8, 1);
    struct dyno_judgement b = dyno_judgement_measure(open, 8, 1);
    struct dyno_judgement c = dyno_judgement_measure(open, 8, 1);
    struct dyno_judgement *family[] = {&a, &b, &c};
    dyno_judgement_rule(family, 1, DYNO_FAMILY_PRIMARY, 0.05);
    assert_int_equal(a.verdict, DYNO_VERDICT_WORSE);
    dyno_judgement_rule(family, 3, DYNO_FAMILY_PRIMARY, 0.05);
    assert_near(a.p_adjusted, 3.0 * a.pairs.p, 1e-12);
    assert_int_equal(a.verdict, DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(a.cause, DYNO_CAUSE_MULTIPLICITY);
}

static void test_combination_of_verdicts(void **state)
{
    (void)state;
    struct dyno_judgement better = {.verdict = DYNO_VERDICT_BETTER};
    struct dyno_judgement worse = {.verdict = DYNO_VERDICT_WORSE};
    struct dyno_judgement same = {.verdict = DYNO_VERDICT_EQUIVALENT};
    struct dyno_judgement open = {.verdict = DYNO_VERDICT_INCONCLUSIVE};
    struct dyno_judgement *both[] = {&better, &same, &worse};
    struct dyno_judgement *some[] = {&open, &same, &worse};
    struct dyno_judgement *all[] = {&same, &same};
    struct dyno_judgement *most[] = {&same, &open};
    struct dyno_judgement *one[] = {&open, &better};
    assert_int_equal(dyno_judgement_combine(both, 3), DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(dyno_judgement_combine(some, 3), DYNO_VERDICT_WORSE);
    assert_int_equal(dyno_judgement_combine(all, 2), DYNO_VERDICT_EQUIVALENT);
    assert_int_equal(dyno_judgement_combine(most, 2), DYNO_VERDICT_INCONCLUSIVE);
    assert_int_equal(dyno_judgement_combine(one, 2), DYNO_VERDICT_BETTER);
    assert_int_equal(dyno_judgement_combine(NULL, 0), DYNO_VERDICT_INCONCLUSIVE);
}

static void test_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(dyno_verdict_exit_code(DYNO_VERDICT_BETTER), 0);
    assert_int_equal(dyno_verdict_exit_code(DYNO_VERDICT_EQUIVALENT), 0);
    assert_int_equal(dyno_verdict_exit_code(DYNO_VERDICT_WORSE), 99);
    assert_int_equal(dyno_verdict_exit_code(DYNO_VERDICT_INCONCLUSIVE), 125);
    assert_int_equal(dyno_verdict_exit_code(DYNO_VERDICT_INVALID), 4);
}

static double normal(struct dyno_rng *rng)
{
    double radius = sqrt(-2.0 * log1p(-dyno_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * dyno_rng_uniform(rng));
}

/** One trial: a restart effect that all its statements share, and noise of each. */
static struct dyno_statistic simulate_trial(struct dyno_rng *rng, double restart_sd, double effect)
{
    double values[STATEMENTS];
    double shared = effect * exp(restart_sd * normal(rng));
    for (size_t i = 0; i < STATEMENTS; i++)
        values[i] = 5e8 * shared * exp(0.3 * normal(rng));
    return dyno_statistic_of(values, STATEMENTS, NULL, 0);
}

/** One experiment through everything that decides: statistics, three metrics, Holm, the combination. */
static enum dyno_verdict simulate(struct dyno_rng *rng, size_t blocks, double restart_sd,
                                  double effect, double margin)
{
    double ratios[DYNO_METRIC_COUNT][64];
    struct dyno_judgement judgements[DYNO_METRIC_COUNT];
    struct dyno_judgement *family[DYNO_METRIC_COUNT];
    for (size_t block = 0; block < blocks; block++) {
        struct dyno_statistic base = simulate_trial(rng, restart_sd, 1.0);
        struct dyno_statistic candidate = simulate_trial(rng, restart_sd, effect);
        for (int m = 0; m < DYNO_METRIC_COUNT; m++)
            ratios[m][block] = log(candidate.value[m] / base.value[m]);
    }
    for (int m = 0; m < DYNO_METRIC_COUNT; m++) {
        judgements[m] = dyno_judgement_measure(ratios[m], blocks, 1);
        family[m] = &judgements[m];
    }
    dyno_judgement_rule(family, DYNO_METRIC_COUNT, DYNO_FAMILY_PRIMARY, margin);
    return dyno_judgement_combine(family, DYNO_METRIC_COUNT);
}

static size_t count_findings(size_t blocks, double restart_sd, double effect, double margin,
                             uint64_t seed)
{
    struct dyno_rng rng;
    size_t findings = 0;
    dyno_rng_init(&rng, seed, blocks);
    for (size_t i = 0; i < EXPERIMENTS; i++) {
        enum dyno_verdict verdict = simulate(&rng, blocks, restart_sd, effect, margin);
        findings += verdict == DYNO_VERDICT_BETTER || verdict == DYNO_VERDICT_WORSE ? 1u : 0u;
    }
    return findings;
}

static void test_equal_arms_are_rarely_told_apart(void **state)
{
    (void)state;
    const double restart_sds[] = {0.03, 0.10, 0.25};
    for (size_t i = 0; i < COUNT_OF(restart_sds); i++) {
        size_t six = count_findings(6, restart_sds[i], 1.0, 0.05, 11);
        size_t ten = count_findings(BLOCKS, restart_sds[i], 1.0, 0.05, 12);
        print_message("restart sd %.0f %%: %zu and %zu of %d found at 6 and %d blocks\n",
                      100 * restart_sds[i], six, ten, EXPERIMENTS, BLOCKS);
        assert_true(six <= EXPERIMENTS / 20);
        assert_true(ten <= EXPERIMENTS / 20);
    }
}

/** With no margin to help: what the tests alone keep below 5 %. */
static void test_error_rate_holds_without_a_margin(void **state)
{
    (void)state;
    size_t found = count_findings(BLOCKS, 0.03, 1.0, 0.0, 13);
    print_message("no margin: %zu of %d\n", found, EXPERIMENTS);
    assert_true(found <= EXPERIMENTS / 20);
}

static void test_real_effect_is_found_nearly_always(void **state)
{
    (void)state;
    size_t found = count_findings(BLOCKS, 0.03, 1.2, 0.05, 14);
    print_message("+20 %%: %zu of %d\n", found, EXPERIMENTS);
    assert_true(found >= EXPERIMENTS * 99 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_effects),
        cmocka_unit_test(test_noise_floor_needs_three_starts),
        cmocka_unit_test(test_fewer_than_six_blocks_never_decide),
        cmocka_unit_test(test_small_clear_effect_is_not_worse),
        cmocka_unit_test(test_open_interval_is_inconclusive),
        cmocka_unit_test(test_tests_that_disagree_are_named),
        cmocka_unit_test(test_family_takes_a_weak_finding_away),
        cmocka_unit_test(test_combination_of_verdicts),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_equal_arms_are_rarely_told_apart),
        cmocka_unit_test(test_error_rate_holds_without_a_margin),
        cmocka_unit_test(test_real_effect_is_found_nearly_always),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
