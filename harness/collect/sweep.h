/**
 * Reading the jobs, executions and stages of one trial before Spark forgets them. A sweep may be
 * repeated: each one adds what is new, and what was whole is not read again.
 */
#ifndef DYNO_COLLECT_SWEEP_H
#define DYNO_COLLECT_SWEEP_H

#include "base/status.h"
#include "base/vec.h"
#include "collect/feed.h"
#include "collect/shape.h"
#include "collect/shelf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How far /sql was read. Executions are listed by ascending id, oldest evicted first. */
struct dyno_sql_cursor {
    int64_t offset;   /**< entries listed below and with `last_id` */
    int64_t first_id; /**< the oldest that was listed then; -1: none */
    int64_t last_id;  /**< the newest that was listed then; -1: none */
    bool is_known;
};

struct dyno_sweep {
    struct dyno_feed *feed; /**< borrowed */
    char *needle;           /**< "sparkdyno <tag>:" */
    struct dyno_shelf jobs;
    struct dyno_shelf stages;
    struct dyno_shelf executions;
    struct dyno_vec seen_jobs; /**< int64_t, sorted: every job id that was listed, ours or not */
    struct dyno_sql_cursor cursor;
    int64_t last_id_before;   /**< newest execution before the trial; -1: none or not known */
    int64_t lost_executions;  /**< evicted between `last_id_before` and the first one listed */
    int64_t lost_stages;      /**< that ran and could not be read */
    double stages_per_job;    /**< of the last /jobs; at least 1 */
    struct dyno_oddities odd; /**< in what is kept */
};

/** `feed` must outlive the sweep. */
void dyno_sweep_init(struct dyno_sweep *sweep, struct dyno_feed *feed, const char *tag);
void dyno_sweep_deinit(struct dyno_sweep *sweep);

/** Find the end of /sql before the trial begins (some twenty small calls). A failure costs nothing but
 *  longer reading afterwards. */
enum dyno_status dyno_sweep_begin(struct dyno_sweep *sweep, struct dyno_err *err) DYNO_MUST_CHECK;

/** Read what is new. `is_last`: take jobs and stages that still run as they are, and count what is
 *  lost. The first failure is returned; what was read until then is kept. */
enum dyno_status dyno_sweep_run(struct dyno_sweep *sweep, bool is_last,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** Ids of [first_id, end_id) that never were in a listing. `first_id` below 0: the first job of the
 *  trial; `end_id` below 0: after the newest that was listed. */
int64_t dyno_sweep_lost_jobs(const struct dyno_sweep *sweep, int64_t first_id, int64_t end_id);

/** The id after the newest job that was listed so far; 0 before any. */
int64_t dyno_sweep_next_job(const struct dyno_sweep *sweep);

/** Jobs of the trial that still ran when they were read last: what a cancel did not reach. `first_out`: the id of
 *  the first one, -1 if there is none. */
int64_t dyno_sweep_running_jobs(const struct dyno_sweep *sweep, int64_t *first_out);

/** Is this description one of the trial's? NULL is none. */
bool dyno_sweep_is_tagged(const struct dyno_sweep *sweep, const char *description);

/* The parts of dyno_sweep_run, each in a file of its own. */
enum dyno_status dyno_sweep_executions(struct dyno_sweep *sweep, bool is_last,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_sweep_stages(struct dyno_sweep *sweep, bool is_last,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

#endif
