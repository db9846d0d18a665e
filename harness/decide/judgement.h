/**
 * The numeric core of a comparison: from log ratios of blocks to a verdict. Knows neither store nor words.
 *
 * With d = ln(candidate / base) of each block, delta = max(ln(1 + margin), noise floor of the A/A), and p values
 * adjusted within a family of tests:
 *
 *   worse         the 95 % interval lies above 0, the estimate is above +delta, the adjusted p value of the
 *                 t test is at most 5 %, and the p value of the sign-flip test is at most 5 %
 *   better        the same, mirrored
 *   equivalent    the 90 % interval lies inside (-delta, +delta): two one-sided tests at 5 %
 *   inconclusive  anything else, and always with fewer than 6 blocks; `cause` says why
 *
 * The sign-flip test guards each finding and is not adjusted: with 6 blocks it cannot go below 0.031.
 *
 * Blocks of one server start are not independent of that start: where the starts differ, they are the sample
 * (stats/strata.h), and the intervals have one degree of freedom fewer than there are starts.
 *
 * A judgement that may end early (is_sequential) finds better or worse by its e-process alone, wealth at least
 * 20, for that may be looked at after each block; equivalence needs the planned blocks.
 */
#ifndef DYNO_DECIDE_JUDGEMENT_H
#define DYNO_DECIDE_JUDGEMENT_H

#include "stats/paired.h"
#include "stats/strata.h"
#include "stats/walsh.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_JUDGEMENT_MIN_BLOCKS   6
#define DYNO_JUDGEMENT_FLOOR_STARTS 3

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
    struct dyno_paired pairs;  /**< of the log ratios */
    struct dyno_strata strata; /**< the same ratios, by server start */
    struct dyno_walsh walsh;   /**< the same without normality */
    double floor;              /**< noise floor as a log ratio; 0: none known */
    double delta; /**< the margin that counted, as a log ratio; set by dyno_judgement_rule */
    double p_equivalence; /**< two one-sided tests against delta; set by dyno_judgement_rule */
    double e_value;
    bool is_sequential; /**< by the e-process */
    bool is_complete;   /**< all planned blocks were run; matters where is_sequential */
    double p_sign_flip;
    double p_adjusted; /**< of the t test; set by dyno_judgement_rule */
    double mde;        /**< log ratio seen with 80 % power at 5 %; NaN below 2 blocks */
    size_t positive;   /**< blocks in which the candidate was slower */
    enum dyno_verdict verdict;
    enum dyno_cause cause;
};

/** What a judgement is made from. */
struct dyno_ratios {
    const double *log_ratios;
    const int64_t *starts; /**< of each block; NULL: one start each */
    size_t count;
    uint64_t seed; /**< of the sign-flip test */
    double scale;  /**< sd of a block's log ratio from an A/A, for the e-process; NaN: none */
    bool
        is_played; /**< of a played experiment: only what the rule looks at, and above 14 blocks without the
                         sign-flip test, which then follows the t test */
};
struct dyno_judgement dyno_judgement_of(const struct dyno_ratios *ratios);

/** The numbers of blocks with a start each; verdict stays inconclusive until dyno_judgement_rule. */
struct dyno_judgement dyno_judgement_measure(const double *log_ratios, size_t count, uint64_t seed);

/**
 * The noise floor that an A/A shows: the smallest margin, as a log ratio, at which it would have been called
 * equivalent to itself. NaN with fewer than DYNO_JUDGEMENT_FLOOR_STARTS server starts, however many blocks they have: what
 * starts add is not known from one, and from two the interval is six deviations wide, a margin that hides every effect.
 */
double dyno_judgement_floor(const struct dyno_judgement *judgement);

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
