#include "stats/eprocess.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double lambdas[DYNO_EPROCESS_BETS] = {0.5, 1.0, 2.0, 5.0, -0.5, -1.0, -2.0, -5.0};

void dyno_eprocess_init(struct dyno_eprocess *process, double scale)
{
    memset(process, 0, sizeof *process);
    process->scale = scale > 0.0 && isfinite(scale) ? scale : (double)NAN;
}

void dyno_eprocess_add(struct dyno_eprocess *process, double difference)
{
    if (difference == 0.0 || !isfinite(difference))
        return;
    process->count++;
    process->positive += difference > 0.0 ? 1u : 0u;
    if (isnan(process->scale))
        return;
    for (size_t i = 0; i < DYNO_EPROCESS_BETS; i++) {
        /* log(1 + tanh(x)) = log 2 - log(1 + exp(-2x)), which keeps its digits where tanh is near -1. */
        double x = lambdas[i] * difference / process->scale;
        double loss = x < 0.0 ? -2.0 * x + log1p(exp(2.0 * x)) : log1p(exp(-2.0 * x));
        process->log_wealth[i] += log(2.0) - loss;
    }
}

double dyno_eprocess_value(const struct dyno_eprocess *process)
{
    double n = (double)process->count;
    double k = (double)process->positive;
    if (isnan(process->scale))
        return exp(n * log(2.0) + lgamma(k + 0.5) + lgamma(n - k + 0.5) - lgamma(n + 1.0) -
                   2.0 * lgamma(0.5));
    double sum = 0.0;
    for (size_t i = 0; i < DYNO_EPROCESS_BETS; i++)
        sum += exp(process->log_wealth[i]);
    return sum / DYNO_EPROCESS_BETS;
}
