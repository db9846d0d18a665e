#include "load/latency.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>

/* Both histograms of one query and outcome while their second lasts. */
struct cell {
    int64_t second;
    bool is_open;
    bool has_memory;
    struct dyno_histogram histograms[DYNO_LATENCY_KINDS];
};

struct walk {
    struct cell *cells; /* by query and outcome */
    size_t query_count;
    dyno_latency_fn fn;
    void *ctx;
};

const char *dyno_latency_kind_name(enum dyno_latency_kind kind)
{
    return kind == DYNO_LATENCY_RESPONSE ? "response" : "service";
}

static enum dyno_status hand_over(struct walk *walk, size_t at, struct dyno_err *err)
{
    struct cell *cell = &walk->cells[at];
    enum dyno_status status = DYNO_OK;
    for (int kind = 0; status == DYNO_OK && cell->is_open && kind < DYNO_LATENCY_KINDS; kind++) {
        const struct dyno_latency latency = {.second = cell->second,
                                             .query = (uint16_t)(at / DYNO_OUTCOME_COUNT),
                                             .outcome =
                                                 (enum dyno_outcome)(at % DYNO_OUTCOME_COUNT),
                                             .kind = (enum dyno_latency_kind)kind,
                                             .histogram = &cell->histograms[kind]};
        status = walk->fn(walk->ctx, &latency, err);
        dyno_histogram_clear(&cell->histograms[kind]);
    }
    cell->is_open = false;
    return status;
}

static enum dyno_status open_cell(struct cell *cell, int64_t second, struct dyno_err *err)
{
    static const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    enum dyno_status status = DYNO_OK;
    for (int kind = 0; status == DYNO_OK && !cell->has_memory && kind < DYNO_LATENCY_KINDS; kind++)
        status = dyno_histogram_init(&cell->histograms[kind], &range, err);
    cell->has_memory = true;
    cell->is_open = true;
    cell->second = second;
    return status;
}

static enum dyno_status add_record(struct walk *walk, const struct dyno_record *record,
                                   enum dyno_outcome outcome, struct dyno_err *err)
{
    size_t at = (size_t)record->query * DYNO_OUTCOME_COUNT + (size_t)outcome;
    struct cell *cell = &walk->cells[at];
    int64_t second = record->intended_ns / DYNO_NS_PER_S;
    enum dyno_status status = DYNO_OK;
    if (cell->is_open && cell->second != second)
        status = hand_over(walk, at, err);
    if (status == DYNO_OK && !cell->is_open)
        status = open_cell(cell, second, err);
    if (status != DYNO_OK)
        return status;
    dyno_histogram_record(&cell->histograms[DYNO_LATENCY_RESPONSE], dyno_record_response_ns(record),
                          1);
    dyno_histogram_record(&cell->histograms[DYNO_LATENCY_SERVICE], dyno_record_service_ns(record),
                          1);
    return DYNO_OK;
}

static enum dyno_outcome outcome_of(const struct dyno_record *record)
{
    return (enum dyno_outcome)__atomic_load_n(&record->outcome, __ATOMIC_ACQUIRE);
}

/* Did the server or the driver answer? Only then has it a latency. */
static bool has_ended(enum dyno_outcome outcome)
{
    return outcome != DYNO_OUTCOME_EMPTY && outcome != DYNO_OUTCOME_RUNNING &&
           outcome != DYNO_OUTCOME_CANCELLED && outcome != DYNO_OUTCOME_SKIPPED &&
           outcome < DYNO_OUTCOME_COUNT;
}

static void make_room(struct walk *walk, uint16_t query)
{
    size_t wanted = (size_t)query + 1;
    if (wanted <= walk->query_count)
        return;
    walk->cells = dyno_xrealloc(walk->cells, wanted * DYNO_OUTCOME_COUNT * sizeof *walk->cells);
    for (size_t i = walk->query_count * DYNO_OUTCOME_COUNT; i < wanted * DYNO_OUTCOME_COUNT; i++)
        walk->cells[i] = (struct cell){.is_open = false};
    walk->query_count = wanted;
}

enum dyno_status dyno_latency_each(struct dyno_trial_file *file, dyno_latency_fn fn, void *ctx,
                                   struct dyno_err *err)
{
    struct walk walk = {.fn = fn, .ctx = ctx};
    uint64_t count = dyno_trial_file_count(file);
    enum dyno_status status = DYNO_OK;
    for (uint64_t seq = 0; seq < count && status == DYNO_OK; seq++) {
        const struct dyno_record *record = dyno_trial_file_record(file, seq);
        enum dyno_outcome outcome = outcome_of(record);
        if (record->phase != DYNO_PHASE_MEASURE || !has_ended(outcome))
            continue;
        make_room(&walk, record->query);
        status = add_record(&walk, record, outcome, err);
    }
    for (size_t at = 0; at < walk.query_count * DYNO_OUTCOME_COUNT; at++) {
        if (status == DYNO_OK)
            status = hand_over(&walk, at, err);
        for (int kind = 0; walk.cells[at].has_memory && kind < DYNO_LATENCY_KINDS; kind++)
            dyno_histogram_deinit(&walk.cells[at].histograms[kind]);
    }
    free(walk.cells);
    return status;
}
