#include "experiment/gathered.h"

#include "base/alloc.h"
#include "base/file.h"
#include "experiment/log_reading.h"
#include "experiment/start.h"

#include <stdio.h>
#include <stdlib.h>

/* Less than a page is left of a full disk, but another may have freed some since. */
#define FULL_DISK_BYTES (INT64_C(1) << 20)

void dyno_gathered_deinit(struct dyno_gathered *g)
{
    free(g->plan.tag);
    free(g->plan.settings);
    free(g->plan.queries);
    dyno_trial_file_close(g->child.file);
    dyno_collected_deinit(&g->collected);
    dyno_latency_rows_deinit(&g->latencies);
    free(g->statements);
    dyno_why_deinit(&g->why);
    free(g->records);
}

void dyno_gathered_read_records(struct dyno_gathered *g)
{
    uint64_t count = dyno_trial_file_count(g->child.file);
    g->records = dyno_xcalloc((size_t)count, sizeof *g->records);
    for (uint64_t seq = 0; seq < count; seq++) {
        const struct dyno_record *r = dyno_trial_file_record(g->child.file, seq);
        g->records[g->record_count++] = (struct dyno_store_record){.seq = (int64_t)seq,
                                                                   .query = r->query,
                                                                   .session = (int)r->session,
                                                                   .phase = r->phase,
                                                                   .outcome = r->outcome,
                                                                   .intended_ns = r->intended_ns,
                                                                   .claim_ns = r->claim_ns,
                                                                   .send_ns = r->send_ns,
                                                                   .exec_ns = r->exec_ns,
                                                                   .first_ns = r->first_ns,
                                                                   .done_ns = r->done_ns,
                                                                   .row_count = r->rows,
                                                                   .bytes = r->bytes,
                                                                   .checksum = r->checksum,
                                                                   .sqlstate = r->sqlstate,
                                                                   .attempt = r->attempt,
                                                                   .flags = r->flags};
    }
    dyno_trial_file_count_outcomes(g->child.file, &g->counters);
}

/* What the generator said at its end, as a part of a sentence; `out` is returned. */
static const char *last_words(const struct dyno_bench *bench, const struct dyno_generated *child,
                              char *out, size_t room)
{
    int64_t free_bytes = dyno_dir_free_bytes(bench->options->cache_dir);
    if (child->last_words[0] != '\0')
        (void)snprintf(out, room, ": %s", child->last_words);
    else if (free_bytes >= 0 && free_bytes < FULL_DISK_BYTES)
        (void)snprintf(out, room, ": the disk of '%.300s' is full, make room there",
                       bench->options->cache_dir);
    else
        (void)snprintf(out, room, " and said nothing");
    return out;
}

void dyno_gathered_explain_end(struct dyno_bench *bench, struct dyno_gathered *g)
{
    const struct dyno_generated *child = &g->child;
    struct dyno_err contradiction = DYNO_ERR_INIT;
    char words[400];
    size_t room = sizeof g->reason;
    if (child->file == NULL) {
        (void)snprintf(g->reason, room, "the generator left no records (exit code %d, signal %d)%s",
                       child->exit_code, child->signal,
                       last_words(bench, child, words, sizeof words));
        return;
    }
    const struct dyno_trial_header *header = dyno_trial_file_header(child->file);
    if (!dyno_start_is_alive(bench))
        (void)snprintf(g->reason, room, "the server went away during the trial");
    else if (child->was_killed)
        (void)snprintf(g->reason, room, "the generator did not end in time and was killed");
    else if (child->has_absent)
        (void)snprintf(g->reason, room, "%.200s (exit code %d, signal %d)%s", header->error,
                       child->exit_code, child->signal,
                       last_words(bench, child, words, sizeof words));
    else if (child->has_gap)
        (void)snprintf(g->reason, room, "%s: a fault of the driver or of ours", child->crash);
    else if (atomic_load(&header->state) == DYNO_TRIAL_FAILED)
        (void)snprintf(g->reason, room, "%.500s", header->error);
    else if (atomic_load(&header->was_interrupted) != 0)
        (void)snprintf(g->reason, room, "interrupted");
    else if (atomic_load(&header->state) != DYNO_TRIAL_FINISHED)
        (void)snprintf(g->reason, room, "the generator ended early (exit code %d)%s",
                       child->exit_code, last_words(bench, child, words, sizeof words));
    else if (dyno_trial_file_check(child->file, &contradiction) != DYNO_OK)
        (void)snprintf(g->reason, room, "%.500s", contradiction.message);
}

/* What the server wrote down in full, if it does; else what REST told of it. */
static void explain_by_log(struct dyno_bench *bench, struct dyno_gathered *g)
{
    struct dyno_reported rest = {&g->collected, g->statements, g->statement_count};
    struct dyno_str complaint;
    dyno_str_init(&complaint, 8192);
    if (g->collected.complaint != NULL)
        dyno_str_append(&complaint, g->collected.complaint);
    dyno_log_read_trial(bench, g->plan.tag, &g->why, &rest, &complaint);
    if (complaint.len > 0) {
        free(g->collected.complaint);
        g->collected.complaint = dyno_str_take(&complaint);
    }
    dyno_str_deinit(&complaint);
}

void dyno_gathered_join(struct dyno_bench *bench, size_t arm, struct dyno_gathered *g)
{
    const struct dyno_experiment_options *o = bench->options;
    struct dyno_why_options options = {.records = g->records,
                                       .record_count = g->record_count,
                                       .query_count = o->workload->query_count,
                                       .cores = o->managed != NULL ? o->managed->cores : 0};
    if (g->record_count == 0)
        return;
    options.epoch_wall_ms = dyno_trial_file_header(g->child.file)->epoch_wall_ms;
    dyno_place_init(&options.place, o->workload, &o->arms[arm]);
    dyno_why_init(&g->why, &options, "rest");
    if (bench->rest_url == NULL)
        return;
    struct dyno_join_sink sink = {dyno_why_see, &g->why};
    bool has_log = dyno_log_is_written(bench);
    dyno_explain_join(&g->collected, g->plan.tag, has_log ? NULL : &sink, &g->statements,
                      &g->statement_count);
    if (has_log)
        explain_by_log(bench, g);
    for (size_t i = 0; i < g->statement_count; i++) {
        int64_t seq = g->statements[i].seq;
        if (seq < 0 || (size_t)seq >= g->record_count)
            continue;
        const struct dyno_store_record *record = &g->records[seq];
        g->joined += record->phase == DYNO_PHASE_MEASURE && record->outcome == DYNO_OUTCOME_OK;
    }
}
