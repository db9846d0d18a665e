#include "stats/usl.h"

#include "stats/paired.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_multifit_nlinear.h>

#include <math.h>

#define STEPS     200
#define TOLERANCE 1e-12
#define REACH     1.5

/** The points, and which parameters are free: gamma always, alpha and beta by their bits. */
struct problem {
    const double *loads;
    const double *rates;
    size_t count;
    bool has_alpha, has_beta;
    double scale; /* gamma is fitted in units of it */
};

static void unpack(const struct problem *problem, const gsl_vector *x, double *gamma, double *alpha,
                   double *beta)
{
    size_t at = 1;
    *gamma = gsl_vector_get(x, 0) * problem->scale;
    *alpha = problem->has_alpha ? gsl_vector_get(x, at++) : 0.0;
    *beta = problem->has_beta ? gsl_vector_get(x, at) : 0.0;
}

static int residuals(const gsl_vector *x, void *context, gsl_vector *out)
{
    const struct problem *problem = context;
    double gamma = 0.0;
    double alpha = 0.0;
    double beta = 0.0;
    unpack(problem, x, &gamma, &alpha, &beta);
    for (size_t i = 0; i < problem->count; i++) {
        double n = problem->loads[i];
        double rate = gamma * n / (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0));
        gsl_vector_set(out, i, (rate - problem->rates[i]) / problem->scale);
    }
    return GSL_SUCCESS;
}

static size_t free_count(const struct problem *problem)
{
    return 1u + (problem->has_alpha ? 1u : 0u) + (problem->has_beta ? 1u : 0u);
}

/** Standard errors from the covariance, scaled by the residual variance. */
static void take_errors(const struct problem *problem, gsl_multifit_nlinear_workspace *work,
                        struct dyno_usl *out)
{
    size_t p = free_count(problem);
    gsl_matrix *covariance = gsl_matrix_alloc(p, p);
    double variance = out->rss / (problem->scale * problem->scale) / (double)out->df;
    size_t at = 1;
    gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0.0, covariance);
    out->gamma_se = sqrt(gsl_matrix_get(covariance, 0, 0) * variance) * problem->scale;
    if (problem->has_alpha) {
        out->alpha_se = sqrt(gsl_matrix_get(covariance, at, at) * variance);
        at++;
    }
    if (problem->has_beta)
        out->beta_se = sqrt(gsl_matrix_get(covariance, at, at) * variance);
    gsl_matrix_free(covariance);
}

static struct dyno_usl fit_one(struct problem *problem)
{
    struct dyno_usl out = {
        .gamma_se = (double)NAN, .alpha_se = (double)NAN, .beta_se = (double)NAN};
    size_t p = free_count(problem);
    if (problem->count < p)
        return out;
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf fdf = {.f = residuals, .n = problem->count, .p = p, .params = problem};
    double begin[3] = {1.0, problem->has_alpha ? 0.01 : 1e-4, 1e-4};
    gsl_vector_view start = gsl_vector_view_array(begin, p);
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, problem->count, p);
    int info = 0;
    double sum = 0.0;
    int code = gsl_multifit_nlinear_init(&start.vector, &fdf, work);
    if (code == GSL_SUCCESS)
        (void)gsl_multifit_nlinear_driver(STEPS, TOLERANCE, TOLERANCE, TOLERANCE, NULL, NULL, &info,
                                          work);
    unpack(problem, gsl_multifit_nlinear_position(work), &out.gamma, &out.alpha, &out.beta);
    gsl_blas_ddot(gsl_multifit_nlinear_residual(work), gsl_multifit_nlinear_residual(work), &sum);
    out.rss = sum * problem->scale * problem->scale;
    out.df = problem->count - p;
    out.is_fitted = code == GSL_SUCCESS && isfinite(out.rss) && out.gamma > 0.0 &&
                    out.alpha >= 0.0 && out.alpha <= 1.0 && out.beta >= 0.0 && out.beta <= 1.0;
    if (out.is_fitted && out.df > 0)
        take_errors(problem, work, &out);
    gsl_multifit_nlinear_free(work);
    return out;
}

static size_t different_loads(const double *loads, size_t count)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new = is_new && loads[k] != loads[i];
        different += is_new ? 1u : 0u;
    }
    return different;
}

struct dyno_usl dyno_usl_fit(const double *loads, const double *rates, size_t count)
{
    struct dyno_usl best = {.is_fitted = false};
    struct problem problem = {.loads = loads, .rates = rates, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (!(loads[i] > 0.0) || !(rates[i] > 0.0))
            return best;
        problem.scale = fmax(problem.scale, rates[i] / loads[i]);
    }
    if (different_loads(loads, count) < 3)
        return best;
    for (int set = 0; set < 4; set++) {
        problem.has_alpha = (set & 1) != 0;
        problem.has_beta = (set & 2) != 0;
        struct dyno_usl got = fit_one(&problem);
        if (got.is_fitted && (!best.is_fitted || got.rss < best.rss))
            best = got;
    }
    if (best.is_fitted) {
        best.peak_load = best.beta > 0.0 ? sqrt((1.0 - best.alpha) / best.beta) : (double)INFINITY;
        best.peak_rate = best.beta > 0.0 ? dyno_usl_rate(&best, best.peak_load) : (double)NAN;
    }
    return best;
}

double dyno_usl_rate(const struct dyno_usl *usl, double load)
{
    return usl->gamma * load / (1.0 + usl->alpha * (load - 1.0) + usl->beta * load * (load - 1.0));
}

bool dyno_usl_has_peak(const struct dyno_usl *usl, double largest_load)
{
    if (!usl->is_fitted || !(usl->beta > 0.0) || isnan(usl->beta_se) || usl->df == 0)
        return false;
    double low = usl->beta - dyno_t_multiplier(0.95, (double)usl->df) * usl->beta_se;
    return low > 0.0 && usl->peak_load <= REACH * largest_load;
}
