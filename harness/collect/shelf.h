/**
 * JSON documents by number, each once, sorted: the jobs, stage attempts or executions of a trial.
 * A document that is settled is final; a later copy of it is dropped.
 */
#ifndef DYNO_COLLECT_SHELF_H
#define DYNO_COLLECT_SHELF_H

#include "base/json.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_shelf_item {
    int64_t id;
    int64_t attempt; /**< of a stage; 0 elsewhere */
    cJSON *json;     /**< owned */
    bool is_settled;
};

struct dyno_shelf {
    struct dyno_vec items; /**< struct dyno_shelf_item, ascending by id, then attempt */
};

void dyno_shelf_init(struct dyno_shelf *shelf);

/** Frees the documents too. */
void dyno_shelf_deinit(struct dyno_shelf *shelf);

/** Takes `json`; it replaces what is there under the same numbers, unless that is settled. */
void dyno_shelf_put(struct dyno_shelf *shelf, int64_t id, int64_t attempt, cJSON *json);

/** The entry of these numbers or NULL; borrowed until the next put. */
struct dyno_shelf_item *dyno_shelf_find(const struct dyno_shelf *shelf, int64_t id,
                                        int64_t attempt);

/** Entry `i`; borrowed until the next put. */
struct dyno_shelf_item *dyno_shelf_at(const struct dyno_shelf *shelf, size_t i);

/** Hand all documents to the caller, who frees each and the array; NULL for none. Empty afterwards. */
cJSON **dyno_shelf_take(struct dyno_shelf *shelf, size_t *count_out);

#endif
