/** How one of several machines that ran a trial together began with its share. */
#ifndef DYNO_STORE_SHARE_H
#define DYNO_STORE_SHARE_H

#include <stdbool.h>
#include <stdint.h>

/** One row of table share. Texts are borrowed. */
struct dyno_store_share {
    int64_t share; /**< from 1 */
    const char *host, *kernel;
    int64_t epoch_wall_ms, late_ns, clock_offset_us, clock_error_us;
    bool is_clock_synced;
    int64_t statements;
};

#endif
