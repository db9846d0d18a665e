#include "experiment/shares_begin.h"

#include <math.h>
#include <string.h>

#define US_PER_MS 1000.0

/* One clock for all: containers of a machine share its kernel, whatever their names are. */
static bool is_same_machine(const struct dyno_store_share *a, const struct dyno_store_share *b)
{
    if (a->kernel[0] != '\0' && b->kernel[0] != '\0')
        return strcmp(a->kernel, b->kernel) == 0;
    return strcmp(a->host, b->host) == 0;
}

static bool has_known_clock(const struct dyno_store_share *share)
{
    return share->is_clock_synced && share->clock_error_us >= 0;
}

static double error_ms(const struct dyno_store_share *share)
{
    return has_known_clock(share) ? (double)share->clock_error_us / US_PER_MS : 0.0;
}

static void add_pair(const struct dyno_store_share *a, const struct dyno_store_share *b,
                     struct dyno_shares_begin *out)
{
    double wall_ms = (double)(a->epoch_wall_ms - b->epoch_wall_ms);
    double offset_ms = (double)(a->clock_offset_us - b->clock_offset_us) / US_PER_MS;
    bool is_one_clock = is_same_machine(a, b);
    double spread_ms = fabs(is_one_clock ? wall_ms : wall_ms + offset_ms);
    double bound_ms = is_one_clock ? spread_ms : spread_ms + error_ms(a) + error_ms(b);
    out->wall_spread_ms = fmax(out->wall_spread_ms, fabs(wall_ms));
    out->spread_ms = fmax(out->spread_ms, spread_ms);
    out->bound_ms = fmax(out->bound_ms, bound_ms);
}

void dyno_shares_begin_find(const struct dyno_store_share *rows, size_t count,
                            struct dyno_shares_begin *out)
{
    bool are_all_known = true;
    *out = (struct dyno_shares_begin){.machines = 0};
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++) {
            is_new = is_new && !is_same_machine(&rows[i], &rows[k]);
            if (rows[i].epoch_wall_ms != 0 && rows[k].epoch_wall_ms != 0)
                add_pair(&rows[i], &rows[k], out);
        }
        out->machines += is_new;
        are_all_known = are_all_known && has_known_clock(&rows[i]);
    }
    out->are_clocks_known = out->machines < 2 || are_all_known;
}
