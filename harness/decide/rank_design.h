/** The design of a ranking as the store holds it. */
#ifndef DYNO_DECIDE_RANK_DESIGN_H
#define DYNO_DECIDE_RANK_DESIGN_H

#include "base/status.h"
#include "decide/statistic.h"
#include "stats/splitplot.h"
#include "store/store.h"

struct dyno_rank_factor {
    char *name, *settings_json, *low, *high;
    bool is_static;
    char *server_default; /**< what the server has by itself; NULL: not known */
};

struct dyno_rank_design {
    struct dyno_factorial design;
    struct dyno_splitplot strata;
    struct dyno_rank_factor factors[DYNO_FACTORIAL_MAX_FACTORS];
    int replicates, resolution, default_runs;
    enum dyno_metric metric; /**< that decides */
};

/** DYNO_EINPUT if experiment `id` has no design, or one that cannot be. Release with dyno_rank_design_deinit,
 *  also after a failure. */
enum dyno_status dyno_rank_design_load(struct dyno_store *store, int64_t id,
                                       struct dyno_rank_design *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_rank_design_deinit(struct dyno_rank_design *design);

#endif
