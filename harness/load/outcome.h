/** From the status of a call to the outcome of a statement. */
#ifndef DYNO_LOAD_OUTCOME_H
#define DYNO_LOAD_OUTCOME_H

#include "base/status.h"
#include "load/record.h"

/** Why we cut a statement short, if we did. */
enum dyno_cut {
    DYNO_CUT_NONE,
    DYNO_CUT_DEADLINE, /**< its own time limit */
    DYNO_CUT_END       /**< the end of the drain, or a stop */
};

/** What to put into the record. A statement that ended well before the cut reached it is ok. */
enum dyno_outcome dyno_outcome_of(const struct dyno_err *failure, enum dyno_status status,
                                  enum dyno_cut cut);

#endif
