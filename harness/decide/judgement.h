/**
 * The numeric core of a comparison: from log ratios of blocks to a verdict. Knows neither store nor words.
 *
 * With d = ln(candidate / base) of each block, delta = ln(1 + margin), and p values adjusted within a family
 * of tests:
 *
 *   worse         the 95 % interval lies above 0, the estimate is above +delta, the adjusted p value of the
 *                 t test is at most 5 %, and the p value of the sign-flip test is at most 5 %
 *   better        the same, mirrored
 *   equivalent    the 90 % interval lies inside (-delta, +delta): two one-sided tests at 5 %
 *   inconclusive  anything else, and always with fewer than 6 blocks; `cause` says why
 *
 * The sign-flip test guards each finding and is not adjusted: with 6 blocks it cannot go below 0.031.
 */
#ifndef DYNO_DECIDE_JUDGEMENT_H
#define DYNO_DECIDE_JUDGEMENT_H

#include "stats/paired.h"

#include <stddef.h>
#include <stdint.h>

#define DYNO_JUDGEMENT_MIN_BLOCKS 6

enum dyno_verdict {
    DYNO_VERDICT_BETTER,
    DYNO_VERDICT_WORSE,
    DYNO_VERDICT_EQUIVALENT,
    DYNO_VERDICT_INCONCLUSIVE,
    DYNO_VERDICT_INVALID
};

/** "better", ...: as in the tables contrast and verdict. */
const char *dyno_verdict_name(enum dyno_verdict verdict);

/** better, equivalent 0; worse 99; inconclusive 125; invalid 4. */
int dyno_verdict_exit_code(enum dyno_verdict verdict);

enum dyno_cause {
    DYNO_CAUSE_NONE,         /**< the verdict speaks for itself */
    DYNO_CAUSE_FEW_BLOCKS,   /**< fewer than 6 */
    DYNO_CAUSE_OPEN,         /**< neither clear of 0 nor inside the margin */
    DYNO_CAUSE_SMALL,        /**< clear of 0, but the estimate is within the margin */
    DYNO_CAUSE_MULTIPLICITY, /**< clear alone, not among so many tests */
    DYNO_CAUSE_TESTS_DIFFER  /**< the t interval is clear, the sign-flip test is not */
};

struct dyno_judgement {
    struct dyno_paired pairs; /**< of the log ratios */
    double p_sign_flip;
    double p_adjusted; /**< of the t test; set by dyno_judgement_rule */
    double mde;        /**< log ratio seen with 80 % power at 5 %; NaN below 2 blocks */
    size_t positive;   /**< blocks in which the candidate was slower */
    enum dyno_verdict verdict;
    enum dyno_cause cause;
};

/** The numbers; verdict stays inconclusive until dyno_judgement_rule. `seed` for the sign-flip test. */
struct dyno_judgement dyno_judgement_measure(const double *log_ratios, size_t count, uint64_t seed);

enum dyno_family {
    DYNO_FAMILY_PRIMARY,    /**< few, declared beforehand: Holm */
    DYNO_FAMILY_EXPLORATORY /**< a list to look through: Benjamini-Hochberg */
};

/** Verdicts for a family of judgements. Those without a p value do not count among the tests. */
void dyno_judgement_rule(struct dyno_judgement *const *judgements, size_t count,
                         enum dyno_family family, double margin);

/**
 * One verdict from the primary family: better or worse if some metric says so and none says the opposite;
 * equivalent if all do; inconclusive otherwise.
 */
enum dyno_verdict dyno_judgement_combine(struct dyno_judgement *const *judgements, size_t count);

#endif
