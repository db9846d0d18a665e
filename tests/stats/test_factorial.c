#include "stats/factorial.h"
#include "stats/splitplot.h"
#include "stats/vectors.h"

#include <stdbool.h>

/* Resolution, clear interactions and free columns of each design: table 3.1 of the catalogue (FrF2 2.3-4). */
static const struct {
    int factors, runs, resolution;
    int clear;
    int free;
} table[] = {
    {2, 4, 0, 1, 0},   {3, 8, 0, 3, 1},   {4, 8, 4, 0, 0},    {4, 16, 0, 6, 5},
    {5, 16, 5, 10, 0}, {6, 16, 4, 0, 2},  {6, 32, 6, 15, 10}, {7, 16, 4, 0, 1},
    {7, 32, 4, 15, 6}, {8, 16, 4, 0, 0},  {8, 32, 4, 13, 3},  {9, 16, 3, 0, 0},
    {9, 32, 4, 8, 1},  {10, 32, 4, 0, 0}, {11, 32, 4, 0, 5},  {12, 32, 4, 0, 4},
};

static struct dyno_factorial make(int factors, int runs)
{
    struct dyno_factorial design = {0};
    assert_true(dyno_factorial_make(factors, runs, &design));
    return design;
}

static void test_designs_have_the_resolution_of_the_catalogue(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct dyno_factorial design = make(table[i].factors, table[i].runs);
        int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
        uint32_t free_columns[DYNO_FACTORIAL_MAX_RUNS];
        assert_int_equal(dyno_factorial_words(&design, counts), table[i].resolution);
        assert_int_equal(dyno_factorial_clear_pairs(&design), table[i].clear);
        assert_int_equal(dyno_factorial_free(&design, free_columns), table[i].free);
    }
}

static void test_word_lengths_are_those_of_minimum_aberration(void **state)
{
    (void)state;
    int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
    struct dyno_factorial design = make(8, 16);
    (void)dyno_factorial_words(&design, counts);
    assert_int_equal(counts[4], 14);
    assert_int_equal(counts[8], 1);
    design = make(12, 32);
    (void)dyno_factorial_words(&design, counts);
    assert_int_equal(counts[4], 38);
    assert_int_equal(counts[6], 52);
    design = make(7, 32);
    (void)dyno_factorial_words(&design, counts);
    assert_int_equal(counts[4], 1);
    assert_int_equal(counts[5], 2);
    uint32_t words[2];
    assert_int_equal(dyno_factorial_defining(&design, words, 2), 3);
    assert_int_equal(words[0], 0x27); /* A B C F */
}

/** Every contrast is balanced, and any two are orthogonal. */
static void assert_orthogonal(const struct dyno_factorial *design)
{
    for (uint32_t a = 1; a < (uint32_t)design->run_count; a++) {
        int sum = 0;
        for (int run = 0; run < design->run_count; run++)
            sum += dyno_factorial_sign(design, run, a);
        assert_int_equal(sum, 0);
        for (uint32_t b = a + 1; b < (uint32_t)design->run_count; b++) {
            int product = 0;
            for (int run = 0; run < design->run_count; run++)
                product +=
                    dyno_factorial_sign(design, run, a) * dyno_factorial_sign(design, run, b);
            assert_int_equal(product, 0);
        }
    }
}

static void test_all_contrasts_are_orthogonal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct dyno_factorial design = make(table[i].factors, table[i].runs);
        assert_orthogonal(&design);
        assert_true(dyno_factorial_fold(&design, 1));
        assert_orthogonal(&design);
    }
    for (int factors = 11; factors <= 12; factors++) {
        struct dyno_factorial sieve;
        assert_true(dyno_factorial_make_sieve(factors, &sieve));
        assert_int_equal(sieve.run_count, factors == 11 ? 12 : 20);
        assert_orthogonal(&sieve);
        assert_true(dyno_factorial_fold(&sieve, 0xfff));
        assert_orthogonal(&sieve);
    }
}

static void test_first_run_has_every_factor_low(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct dyno_factorial design = make(table[i].factors, table[i].runs);
        for (int f = 0; f < design.factor_count; f++)
            assert_int_equal(dyno_factorial_level(&design, 0, f), -1);
    }
    struct dyno_factorial sieve;
    assert_true(dyno_factorial_make_sieve(7, &sieve));
    for (int f = 0; f < 7; f++)
        assert_int_equal(dyno_factorial_level(&sieve, 0, f), -1);
}

/** The sign of an interaction's column is minus the product of the levels, in every run of every design. */
static void test_interactions_are_products_of_levels(void **state)
{
    (void)state;
    struct dyno_factorial design = make(9, 32);
    for (int f = 0; f < 9; f++)
        for (int g = f + 1; g < 9; g++)
            for (int run = 0; run < design.run_count; run++)
                assert_int_equal(
                    dyno_factorial_level(&design, run, f) * dyno_factorial_level(&design, run, g),
                    -dyno_factorial_sign(&design, run, dyno_factorial_interaction(&design, f, g)));
}

static void test_chains_hold_every_interaction_once(void **state)
{
    (void)state;
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    struct dyno_factorial design = make(6, 16);
    size_t total = 0;
    size_t chains = 0;
    for (uint32_t column = 1; column < 16; column++) {
        size_t count = dyno_factorial_pairs(&design, column, pairs);
        total += count;
        chains += count > 0;
    }
    assert_int_equal(total, 15);
    assert_int_equal(chains, 7);
    /* E = ABC, F = ABD: AB + CE + DF. */
    assert_int_equal(dyno_factorial_pairs(&design, 3, pairs), 3);
    assert_int_equal(pairs[1].first, 2);
    assert_int_equal(pairs[1].second, 4);
    assert_int_equal(pairs[2].first, 3);
    assert_int_equal(pairs[2].second, 5);
}

static void test_chains_are_written_in_full(void **state)
{
    (void)state;
    char text[96];
    struct dyno_factorial design = make(6, 16);
    assert_string_equal(dyno_factorial_chain(&design, 3, text, sizeof text), "AB + CE + DF");
    assert_string_equal(dyno_factorial_chain(&design, 7, text, sizeof text), "E");
    assert_string_equal(dyno_factorial_chain(&design, 13, text, sizeof text), "free");
    assert_string_equal(dyno_factorial_chain(&design, 3, text, 6), "AB + ");
    design = make(9, 16);
    assert_string_equal(dyno_factorial_chain(&design, 1, text, sizeof text),
                        "A - BE - CF - DG - HJ");
    /* The other sign is right: the level of A is minus the product of B and E. */
    for (int run = 0; run < 16; run++)
        assert_int_equal(dyno_factorial_level(&design, run, 0),
                         -dyno_factorial_level(&design, run, 1) *
                             dyno_factorial_level(&design, run, 4));
}

static void test_fold_on_one_factor_splits_its_chains(void **state)
{
    (void)state;
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    struct dyno_factorial design = make(6, 16);
    assert_true(dyno_factorial_fold(&design, 1));
    assert_int_equal(design.run_count, 32);
    /* A B is alone now, C E + D F stay together; the first half is the design as it was. */
    assert_int_equal(
        dyno_factorial_pairs(&design, dyno_factorial_interaction(&design, 0, 1), pairs), 1);
    assert_int_equal(
        dyno_factorial_pairs(&design, dyno_factorial_interaction(&design, 2, 4), pairs), 2);
    struct dyno_factorial before = make(6, 16);
    for (int run = 0; run < 16; run++)
        for (int f = 0; f < 6; f++)
            assert_int_equal(dyno_factorial_level(&design, run, f),
                             dyno_factorial_level(&before, run, f));
    assert_false(dyno_factorial_fold(&design, 1));
}

static void test_fold_of_all_factors_lifts_resolution_three(void **state)
{
    (void)state;
    int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
    struct dyno_factorial design = make(9, 16);
    assert_int_equal(dyno_factorial_words(&design, counts), 3);
    assert_true(dyno_factorial_fold(&design, 0x1ff));
    assert_int_equal(dyno_factorial_words(&design, counts), 4);
    struct dyno_factorial sieve;
    assert_true(dyno_factorial_make_sieve(5, &sieve));
    assert_false(dyno_factorial_fold(&sieve, 3));
    assert_true(dyno_factorial_fold(&sieve, 0x1f));
    for (int run = 0; run < 12; run++)
        for (int f = 0; f < 5; f++)
            assert_int_equal(dyno_factorial_level(&sieve, run, f),
                             -dyno_factorial_level(&sieve, run + 12, f));
}

static void test_designs_that_cannot_be(void **state)
{
    (void)state;
    struct dyno_factorial design;
    assert_false(dyno_factorial_make(1, 0, &design));
    assert_false(dyno_factorial_make(13, 0, &design));
    assert_false(dyno_factorial_make(5, 8, &design));
    assert_false(dyno_factorial_make_sieve(13, &design));
    design = make(4, 16);
    assert_false(dyno_factorial_fold(&design, 0));
    assert_false(dyno_factorial_fold(&design, 0x10));
}

/** Starts of all runs: as many as announced, equally large, and constant in whole-plot factors only. */
static void assert_split_plot(const struct dyno_factorial *design, const bool *is_whole,
                              const struct dyno_splitplot *strata)
{
    int sizes[DYNO_FACTORIAL_MAX_RUNS] = {0};
    int first[DYNO_FACTORIAL_MAX_RUNS];
    bool varies[DYNO_FACTORIAL_MAX_FACTORS] = {false};
    for (int run = 0; run < design->run_count; run++) {
        int start = dyno_splitplot_start(design, strata, run);
        assert_in_range(start, 0, strata->start_count - 1);
        if (sizes[start]++ == 0)
            first[start] = run;
        for (int f = 0; f < design->factor_count; f++)
            varies[f] = varies[f] || dyno_factorial_level(design, run, f) !=
                                         dyno_factorial_level(design, first[start], f);
    }
    for (int start = 0; start < strata->start_count; start++)
        assert_int_equal(sizes[start], design->run_count / strata->start_count);
    for (int f = 0; f < design->factor_count; f++)
        if (is_whole[f] || !dyno_splitplot_is_between(strata, design->columns[f]))
            assert_int_equal(varies[f], !is_whole[f]);
    /* A contrast compares starts if and only if its sign is the same in all runs of each. */
    for (uint32_t column = 1; column < (uint32_t)design->run_count; column++) {
        bool is_constant = true;
        for (int run = 0; run < design->run_count; run++)
            is_constant = is_constant &&
                          dyno_factorial_sign(design, run, column) ==
                              dyno_factorial_sign(
                                  design, first[dyno_splitplot_start(design, strata, run)], column);
        assert_int_equal(dyno_splitplot_is_between(strata, column), is_constant);
    }
}

static void test_split_plots_need_few_starts(void **state)
{
    (void)state;
    /* Four whole-plot factors of six share 8 starts where they form a word. */
    static const struct {
        int factors;
        unsigned whole;
        int starts;
    } cases[] = {{5, 0x01, 2}, {5, 0x18, 4},  {6, 0x38, 8},   {6, 0x0f, 8},   {8, 0x81, 4},
                 {8, 0x07, 8}, {8, 0xff, 16}, {12, 0x800, 2}, {12, 0x00f, 8}, {7, 0x00, 1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool is_whole[DYNO_FACTORIAL_MAX_FACTORS];
        struct dyno_splitplot strata;
        struct dyno_factorial design = make(cases[i].factors, 0);
        for (int f = 0; f < DYNO_FACTORIAL_MAX_FACTORS; f++)
            is_whole[f] = (cases[i].whole >> f & 1) != 0;
        dyno_splitplot_assign(&design, is_whole);
        assert_true(dyno_splitplot_make(&design, is_whole, 0, &strata));
        assert_int_equal(strata.start_count, cases[i].starts);
        assert_split_plot(&design, is_whole, &strata);
        if (2 * design.base_runs <= DYNO_FACTORIAL_MAX_RUNS) {
            assert_true(dyno_factorial_fold(&design, 2));
            assert_true(dyno_splitplot_make(&design, is_whole, 0, &strata));
            assert_split_plot(&design, is_whole, &strata);
            for (int run = 0; run < design.run_count; run++)
                assert_int_equal(dyno_splitplot_start(&design, &strata, run) >=
                                     strata.start_count / 2,
                                 run >= design.base_runs);
        }
    }
}

static void test_free_columns_split_into_more_starts(void **state)
{
    (void)state;
    const bool none[DYNO_FACTORIAL_MAX_FACTORS] = {false};
    struct dyno_splitplot strata;
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    struct dyno_factorial design = make(7, 32);
    assert_true(dyno_splitplot_make(&design, none, 1, &strata));
    assert_int_equal(strata.start_count, 2);
    assert_split_plot(&design, none, &strata);
    for (uint32_t column = 1; column < 32; column++)
        if (dyno_splitplot_is_between(&strata, column)) {
            assert_int_equal(dyno_factorial_main(&design, column), -1);
            assert_int_equal(dyno_factorial_pairs(&design, column, pairs), 0);
        }
    design = make(5, 16);
    assert_false(dyno_splitplot_make(&design, none, 1, &strata));
}

static void test_sieve_with_a_restart_has_a_start_for_each_run(void **state)
{
    (void)state;
    bool is_whole[DYNO_FACTORIAL_MAX_FACTORS] = {false};
    struct dyno_factorial design;
    struct dyno_splitplot strata;
    assert_true(dyno_factorial_make_sieve(6, &design));
    assert_true(dyno_splitplot_make(&design, is_whole, 0, &strata));
    assert_int_equal(strata.start_count, 1);
    is_whole[3] = true;
    assert_true(dyno_splitplot_make(&design, is_whole, 0, &strata));
    assert_int_equal(strata.start_count, 12);
    assert_split_plot(&design, is_whole, &strata);
    assert_false(dyno_splitplot_make(&design, is_whole, 1, &strata));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_designs_have_the_resolution_of_the_catalogue),
        cmocka_unit_test(test_word_lengths_are_those_of_minimum_aberration),
        cmocka_unit_test(test_all_contrasts_are_orthogonal),
        cmocka_unit_test(test_first_run_has_every_factor_low),
        cmocka_unit_test(test_interactions_are_products_of_levels),
        cmocka_unit_test(test_chains_hold_every_interaction_once),
        cmocka_unit_test(test_chains_are_written_in_full),
        cmocka_unit_test(test_fold_on_one_factor_splits_its_chains),
        cmocka_unit_test(test_fold_of_all_factors_lifts_resolution_three),
        cmocka_unit_test(test_designs_that_cannot_be),
        cmocka_unit_test(test_split_plots_need_few_starts),
        cmocka_unit_test(test_free_columns_split_into_more_starts),
        cmocka_unit_test(test_sieve_with_a_restart_has_a_start_for_each_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
