/** The list of gates while it is made. Private to decide/. */
#ifndef DYNO_DECIDE_GATES_PARTS_H
#define DYNO_DECIDE_GATES_PARTS_H

#include "decide/gates.h"

struct dyno_judging {
    const struct dyno_gate_facts *facts;
    double median_service_ms;       /**< of measured statements that ended well; NAN if none */
    double lag_p99_ms, lag_p999_ms; /**< of measured statements that were sent; NAN if none */
    struct dyno_store_gate *gates;
    size_t count;
};

/** Add a gate with its text. */
void dyno_gate_add(struct dyno_judging *judging, struct dyno_store_gate gate, const char *fmt, ...)
    DYNO_PRINTF(3, 4);

/** Of the measured window, and sent? */
bool dyno_gate_was_sent(const struct dyno_store_record *record);

/** Clocks, stalls, CPU of the generator and its machine. */
void dyno_gates_judge_machine(struct dyno_judging *judging);

/** Arrivals as planned, answers without a trend. */
void dyno_gates_judge_pattern(struct dyno_judging *judging);

#endif
