/**
 * How long the scripted server serves a statement: a draw from a distribution with a known mean, times
 * factors that add up on the log scale. No clock and no lock in here, so every formula can be tested alone.
 *
 *     service = draw * (1 + extra * exp(-n / count)) * exp(drift * age + restart + effects)
 *
 * n counts the draws from 0, age is the server's in seconds, restart is one normal draw for each start,
 * effects is the sum for the session's settings.
 */
#ifndef DYNO_FAKE_HS2_SERVICE_H
#define DYNO_FAKE_HS2_SERVICE_H

#include "base/rng.h"
#include "support/fake_hs2.h"

struct fake_service {
    int64_t mean_ns;
    enum dyno_fake_distribution distribution;
    double sigma;
    double spread;
    double slow_share;
    double slow_factor;
    double warmup_extra;
    double warmup_count;
    double drift_per_s;
    double restart; /**< of this start; a logarithm */
    int64_t drawn;
    struct dyno_rng rng;
};

/** Takes what it needs from the options, defaults in place of zeros, and draws the start's own factor. */
void fake_service_init(struct fake_service *service, const struct dyno_fake_hs2_options *options);

/** The next service time of a server of that age. @param factor of the settings, 1: none. One thread. */
int64_t fake_service_next_ns(struct fake_service *service, int64_t age_ns, double factor);

#endif
