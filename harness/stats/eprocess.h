/**
 * Evidence that may be looked at after every block: a bet on the sign of the differences. If the arms do not
 * differ, swapping the labels of a block flips the sign of its difference, and no strategy of betting is
 * expected to gain: P(wealth ever reaches 1 / alpha) <= alpha (Ville). No normality, any number of looks.
 *
 * With a scale fixed beforehand, the wealth is the average of eight bets 1 +- tanh(lambda d), lambda = 0.5, 1,
 * 2, 5 per scale, both signs. Without one it is the Krichevsky-Trofimov mixture over signs alone:
 * 2^t B(k + 1/2, t - k + 1/2) / B(1/2, 1/2) for k positive of t.
 */
#ifndef DYNO_STATS_EPROCESS_H
#define DYNO_STATS_EPROCESS_H

#include <stddef.h>

#define DYNO_EPROCESS_BETS 8

struct dyno_eprocess {
    double scale; /**< of the differences, fixed before the first; NaN: bet on signs only */
    size_t count; /**< of differences that are not 0 */
    size_t positive;
    double log_wealth[DYNO_EPROCESS_BETS];
};

/** `scale` over 0, or NaN for the sign form. It must not come from the differences themselves. */
void dyno_eprocess_init(struct dyno_eprocess *process, double scale);

/** Take one difference in. A zero, or what is not finite, changes nothing. */
void dyno_eprocess_add(struct dyno_eprocess *process, double difference);

/** The wealth now: 1 before the first difference. */
double dyno_eprocess_value(const struct dyno_eprocess *process);

#endif
