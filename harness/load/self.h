/** What the generator itself can do on this machine, and what it costs: the floor of every figure. */
#ifndef DYNO_LOAD_SELF_H
#define DYNO_LOAD_SELF_H

#include "base/status.h"

#include <stdint.h>

struct dyno_self {
    double statements_per_s; /**< one session, closed loop, a target that takes no time */
    double statement_ns;     /**< the inverse: what one record costs */
    double clock_read_ns;
    int64_t nap_p50_ns; /**< how much later than asked a sleep of 1 ms ends */
    int64_t nap_p99_ns;
    int64_t nap_max_ns;
    int64_t lag_p99_ns; /**< generator lag at 1000 statements/s, 8 sessions, Poisson */
    char clock_source[32];
};

/** Takes about 2 s. `folder` is for a trial file, which is removed again. */
enum dyno_status dyno_self_measure(const char *folder, struct dyno_self *out,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

#endif
