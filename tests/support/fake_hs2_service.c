#include "support/fake_hs2_service.h"

#include <math.h>

/* Streams of one seed: the factor of a start must not depend on how many statements came before. */
enum {
    STREAM_SERVICE = 0,
    STREAM_RESTART = 1
};

static double or_default(double value, double other)
{
    return value > 0 ? value : other;
}

/* Box and Muller's first. */
static double draw_normal(struct dyno_rng *rng)
{
    const double two_pi = 6.283185307179586;
    double radius = sqrt(-2.0 * log(1.0 - dyno_rng_uniform(rng)));
    return radius * cos(two_pi * dyno_rng_uniform(rng));
}

void fake_service_init(struct fake_service *service, const struct dyno_fake_hs2_options *options)
{
    struct dyno_rng restart;
    dyno_rng_init(&restart, options->restart_seed, STREAM_RESTART);
    *service = (struct fake_service){
        .mean_ns = options->service_ns,
        .distribution = options->distribution,
        .sigma = or_default(options->sigma, 1.0),
        .spread = or_default(options->spread, 1.0),
        .slow_share = or_default(options->slow_share, 0.1),
        .slow_factor = or_default(options->slow_factor, 10.0),
        .warmup_extra = options->warmup_extra,
        .warmup_count = or_default(options->warmup_count, 20.0),
        .drift_per_s = options->drift_per_s,
        .restart = options->restart_sigma * draw_normal(&restart),
    };
    dyno_rng_init(&service->rng, options->seed, STREAM_SERVICE);
}

/* The mean over both humps is that of the server: fast * (1 - share + share * factor). */
static double draw_bimodal(struct fake_service *service, double mean)
{
    double share = service->slow_share;
    double fast = mean / (1.0 - share + share * service->slow_factor);
    return dyno_rng_uniform(&service->rng) < share ? fast * service->slow_factor : fast;
}

static double draw(struct fake_service *service)
{
    double mean = (double)service->mean_ns;
    double sigma = service->sigma;
    switch (service->distribution) {
    case DYNO_FAKE_EXPONENTIAL:
        return dyno_rng_exponential(&service->rng, mean);
    case DYNO_FAKE_LOGNORMAL:
        return mean * exp(sigma * draw_normal(&service->rng) - sigma * sigma / 2.0);
    case DYNO_FAKE_UNIFORM:
        return mean * (1.0 + service->spread * (2.0 * dyno_rng_uniform(&service->rng) - 1.0));
    case DYNO_FAKE_BIMODAL:
        return draw_bimodal(service, mean);
    default:
        return mean;
    }
}

int64_t fake_service_next_ns(struct fake_service *service, int64_t age_ns, double factor)
{
    if (service->mean_ns <= 0)
        return 0;
    double warmup =
        1.0 + service->warmup_extra * exp(-(double)service->drawn / service->warmup_count);
    double age_s = (double)age_ns / 1e9;
    service->drawn++;
    return (int64_t)(draw(service) * warmup * factor *
                     exp(service->drift_per_s * age_s + service->restart));
}
