/** Whether shares on several machines began together: each names its begin by its own clock only. */
#ifndef DYNO_EXPERIMENT_SHARES_BEGIN_H
#define DYNO_EXPERIMENT_SHARES_BEGIN_H

#include "store/share.h"

#include <stdbool.h>
#include <stddef.h>

struct dyno_shares_begin {
    size_t machines;       /**< kernels; by name of the host where a kernel is not known */
    double wall_spread_ms; /**< between the first and the last begin, as the clocks showed them */
    double spread_ms; /**< the same with what the kernels were still taking out of their clocks */
    double
        bound_ms; /**< and with what the synchronised ones may be off by, as their kernels state */
    bool are_clocks_known; /**< one machine, or all are synchronised and state their error */
};

/** Over those of `rows` that began. Any thread. */
void dyno_shares_begin_find(const struct dyno_store_share *rows, size_t count,
                            struct dyno_shares_begin *out);

#endif
