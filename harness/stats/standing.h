/**
 * How sure a ranking of effects is: draws of what the true effects may be, given their estimates and errors.
 *
 * With a flat prior and a common variance in each stratum, effect = estimate + s z, where s^2 = se^2 df / X,
 * X is chi-squared with df degrees of freedom and one draw of it serves the whole stratum, z is normal. Seeded.
 */
#ifndef DYNO_STATS_STANDING_H
#define DYNO_STATS_STANDING_H

#include <stddef.h>
#include <stdint.h>

#define DYNO_STANDING_MAX    16
#define DYNO_STANDING_STRATA 2

struct dyno_standing_effect {
    double estimate;
    size_t stratum; /**< below DYNO_STANDING_STRATA */
};

struct dyno_standing_error {
    double se;
    double df;
};

/** Places by size, from 1 (largest). */
struct dyno_standing {
    double top; /**< share of draws in which it is among the first three */
    int low;    /**< 5 % of its places are smaller (nearer the top) ... */
    int high;   /**< ... 95 % are at most this */
};

/** At most DYNO_STANDING_MAX effects. A stratum whose error is not known (NaN) makes every place possible. */
void dyno_standing(const struct dyno_standing_effect *effects, size_t count,
                   const struct dyno_standing_error errors[DYNO_STANDING_STRATA], size_t draws,
                   uint64_t seed, struct dyno_standing *out);

#endif
