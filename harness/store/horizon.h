/** Until when a trial looked at its statements. */
#ifndef DYNO_STORE_HORIZON_H
#define DYNO_STORE_HORIZON_H

/** An SQL expression over `trial t`: the moment until which a statement without an end is known to have been
 *  unfinished. It is the end of the window, or the last end seen in the drain after it. */
#define DYNO_TRIAL_HORIZON_SQL                                                                     \
    "max(t.measure_end_ns, coalesce((SELECT s.last_done_ns FROM trial_sum s WHERE s.trial_id = t.id), 0))"

#endif
