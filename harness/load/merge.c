#include "load/merge.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "load/setup.h"
#include "load/trial_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than can be asked for. */
#define MAX_SHARES 10000

static enum dyno_status refuse(const char *path, const char *what, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EINPUT, "'%s' %s", path, what);
}

/* The shares of one trial, by number; NULL where none is known yet. */
struct pieces {
    struct dyno_trial_file **files;
    const char **paths; /* borrowed */
    uint32_t count;
    const struct dyno_trial_header *first; /* of those that were opened */
};

static enum dyno_status check_fits(const struct pieces *pieces,
                                   const struct dyno_trial_header *header, const char *path,
                                   struct dyno_err *err)
{
    const struct dyno_trial_header *first = pieces->first;
    if (header->shares != pieces->count || header->share >= pieces->count)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is a share of %u, the first file is one of %u",
                            path, header->shares, pieces->count);
    if (pieces->files[header->share] != NULL)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is share %u of %u, and so is '%s'", path,
                            header->share + 1, pieces->count, pieces->paths[header->share]);
    if (strcmp(first->plan_sha256, header->plan_sha256) != 0)
        return refuse(path, "is of another plan than the first file", err);
    if (strcmp(first->schedule_sha256, header->schedule_sha256) != 0)
        return refuse(path, "is of another schedule than the first file", err);
    return DYNO_OK;
}

static enum dyno_status check_end(const struct pieces *pieces,
                                  const struct dyno_trial_header *header, const char *path,
                                  struct dyno_err *err)
{
    const struct dyno_trial_header *first = pieces->first;
    if (atomic_load(&header->state) != DYNO_TRIAL_FINISHED)
        return refuse(path, "is of a generator that has not finished", err);
    if (first->measure_begin_ns != header->measure_begin_ns ||
        first->measure_end_ns != header->measure_end_ns)
        return refuse(path, "has another window than the first file", err);
    return DYNO_OK;
}

/* One more piece; the first says of how many. */
static enum dyno_status add_piece(struct pieces *pieces, const char *path, bool must_be_finished,
                                  struct dyno_err *err)
{
    struct dyno_trial_file *file = NULL;
    enum dyno_status status = dyno_trial_file_open(path, &file, err);
    if (status != DYNO_OK)
        return status;
    const struct dyno_trial_header *header = dyno_trial_file_header(file);
    if (pieces->first == NULL) {
        pieces->first = header;
        pieces->count = header->shares > 0 && header->shares <= MAX_SHARES ? header->shares : 1;
        pieces->files = dyno_xcalloc(pieces->count, sizeof *pieces->files);
        pieces->paths = dyno_xcalloc(pieces->count, sizeof *pieces->paths);
    }
    status = check_fits(pieces, header, path, err);
    if (status == DYNO_OK && must_be_finished)
        status = check_end(pieces, header, path, err);
    if (status != DYNO_OK) {
        if (pieces->first == header)
            pieces->first = NULL;
        dyno_trial_file_close(file);
        return status;
    }
    pieces->files[header->share] = file;
    pieces->paths[header->share] = path;
    return DYNO_OK;
}

/* "2 and 3 of 3" */
static void name_missing(const struct pieces *pieces, char *out, size_t room)
{
    size_t len = 0;
    uint32_t missing = 0;
    uint32_t named = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < pieces->count; i++)
        missing += pieces->files[i] == NULL;
    for (uint32_t i = 0; i < pieces->count && len + 32 < room; i++) {
        if (pieces->files[i] != NULL)
            continue;
        const char *before = named == 0 ? "" : named + 1 == missing ? " and " : ", ";
        len += (size_t)snprintf(out + len, room - len, "%s%u", before, i + 1);
        named++;
    }
    (void)snprintf(out + len, room - len, "%s of %u", named < missing ? " ..." : "", pieces->count);
}

/* A share that left nothing, as one that never began: all of its part of the schedule stays unsent. */
static enum dyno_status stand_in(struct pieces *pieces, uint32_t share,
                                 const struct dyno_merge_options *options, const char *out_path,
                                 struct dyno_err *err)
{
    char missing[256];
    char *path = dyno_xasprintf("%s.absent", out_path);
    const struct dyno_generator_options absent = {
        .plan = options->plan, .trial_path = path, .share = share, .shares = pieces->count};
    const struct dyno_generator_world world = {.clock = dyno_clock_real(),
                                               .ops = dyno_target_ops(options->plan->target.kind)};
    struct dyno_run *run = NULL;
    name_missing(pieces, missing, sizeof missing);
    enum dyno_status status = dyno_run_new(&absent, &world, &run, err);
    if (status == DYNO_OK) {
        struct dyno_err failure = DYNO_ERR_INIT;
        (void)dyno_err_set(&failure, DYNO_ENOTFOUND, "no records were left by share %s", missing);
        dyno_run_fail(run, &failure);
        atomic_store(&run->header->state, DYNO_TRIAL_FAILED);
        memcpy(run->header->plan_sha256, pieces->first->plan_sha256,
               sizeof run->header->plan_sha256);
        dyno_run_free(run);
        status = add_piece(pieces, path, false, err);
        pieces->paths[share] = out_path;
    }
    (void)remove(path);
    free(path);
    return status;
}

/* Whether all are there, or what stands for those that are not. The text of a stand-in names all of them. */
static enum dyno_status complete(struct pieces *pieces, const struct dyno_merge_options *options,
                                 const char *out_path, struct dyno_err *err)
{
    char missing[256];
    enum dyno_status status = DYNO_OK;
    for (uint32_t i = 0; status == DYNO_OK && i < pieces->count; i++) {
        if (pieces->files[i] != NULL)
            continue;
        if (options->plan != NULL) {
            status = stand_in(pieces, i, options, out_path, err);
            continue;
        }
        name_missing(pieces, missing, sizeof missing);
        status = dyno_err_set(err, DYNO_EINPUT,
                              "no file of share %s: name the trial files of all shares", missing);
    }
    return status;
}

static uint64_t slots_of_all(struct dyno_trial_file **files, size_t count)
{
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t slots = dyno_trial_file_count(files[i]);
        for (uint64_t slot = 0; slot < slots; slot++) {
            uint64_t seq = dyno_trial_file_record(files[i], slot)->seq;
            end = seq >= end ? seq + 1 : end;
        }
    }
    return end;
}

static void take_larger(int64_t *to, int64_t from)
{
    *to = from > *to ? from : *to;
}

static void take_larger_f64(double *to, double from)
{
    if (from > *to || isnan(*to))
        *to = from;
}

/* A share that failed by itself says more than one that was then told to stop; and any that did not come to
 * its end more than one that did. */
static int badness(const struct dyno_trial_header *header)
{
    uint32_t state = atomic_load(&header->state);
    if (state == DYNO_TRIAL_FINISHED)
        return 0;
    if (state != DYNO_TRIAL_FAILED)
        return 1;
    return atomic_load(&header->was_interrupted) != 0 ? 2 : 3;
}

static void take_worse_end(struct dyno_trial_header *to, const struct dyno_trial_header *from)
{
    if (badness(from) <= badness(to))
        return;
    atomic_store(&to->state, atomic_load(&from->state));
    memcpy(to->error, from->error, sizeof to->error);
    memcpy(to->error_sqlstate, from->error_sqlstate, sizeof to->error_sqlstate);
    to->error_status = from->error_status;
}

/* Of all machines or processes the one that fared worst. */
static void take_worst(struct dyno_trial_header *to, const struct dyno_trial_header *from)
{
    take_larger(&to->connect_ns, from->connect_ns);
    take_larger(&to->late_ns, from->late_ns);
    take_larger(&to->clock_error_us, from->clock_error_us);
    to->is_clock_synced = to->is_clock_synced && from->is_clock_synced;
    take_larger(&to->stall_count, from->stall_count);
    take_larger(&to->stall_p999_ns, from->stall_p999_ns);
    take_larger(&to->stall_max_ns, from->stall_max_ns);
    take_larger_f64(&to->steal_ratio, from->steal_ratio);
    if (fabs(from->clock_drift_ppm) > fabs(to->clock_drift_ppm))
        to->clock_drift_ppm = from->clock_drift_ppm;
    if (llabs(from->wall_step_ns) > llabs(to->wall_step_ns))
        to->wall_step_ns = from->wall_step_ns;
    take_larger(&to->thread_cpu_ns, from->thread_cpu_ns);
    if (to->clock_source[0] == '\0')
        memcpy(to->clock_source, from->clock_source, sizeof to->clock_source);
    if (llabs(from->clock_offset_us) > llabs(to->clock_offset_us))
        to->clock_offset_us = from->clock_offset_us;
}

/* Shares of one machine add up, and the busiest machine counts. */
static double cpu_ratio_of(struct dyno_trial_file **files, size_t count)
{
    double most = (double)NAN;
    for (size_t i = 0; i < count; i++) {
        const struct dyno_trial_header *one = dyno_trial_file_header(files[i]);
        double sum = 0;
        for (size_t k = 0; k < count; k++) {
            const struct dyno_trial_header *other = dyno_trial_file_header(files[k]);
            if (!isnan(other->cpu_ratio) && strcmp(one->kernel, other->kernel) == 0)
                sum += other->cpu_ratio;
        }
        if (!isnan(one->cpu_ratio))
            take_larger_f64(&most, sum);
    }
    return most;
}

/* What adds up, and what is the largest of all. */
static void sum_headers(struct dyno_trial_header *to, const struct dyno_trial_header *from)
{
    atomic_fetch_add(&to->claimed, atomic_load(&from->claimed));
    atomic_fetch_add(&to->done, atomic_load(&from->done));
    atomic_fetch_add(&to->errors, atomic_load(&from->errors));
    if (atomic_load(&from->was_interrupted) != 0)
        atomic_store(&to->was_interrupted, 1);
    to->cpu_user_ns += from->cpu_user_ns;
    to->cpu_system_ns += from->cpu_system_ns;
    to->max_rss_bytes += from->max_rss_bytes;
    to->reconnects += from->reconnects;
    to->scheduled += from->scheduled;
    to->crashes += from->crashes;
    to->stuck += from->stuck;
    take_worse_end(to, from);
    if (from->epoch_monotonic_ns != 0) /* else it knows nothing of its machine, and no window */
        take_worst(to, from);
    for (uint32_t i = 0; i < from->error_sample_count; i++)
        if (to->error_sample_count < DYNO_TRIAL_ERROR_SAMPLES)
            to->error_samples[to->error_sample_count++] = from->error_samples[i];
}

/* All but what belongs to this file alone. */
static void copy_header(struct dyno_trial_header *to, const struct dyno_trial_header *from)
{
    uint64_t capacity = to->capacity;
    memcpy(to, from, sizeof *to);
    to->capacity = capacity;
    to->mark_count = 0;
    to->share = 0;
    to->shares = 1;
}

/* The first that got as far as the begin; it knows window and machine. */
static size_t find_begun(struct dyno_trial_file **files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dyno_trial_file_header(files[i])->epoch_monotonic_ns != 0)
            return i;
    return 0;
}

static enum dyno_status write_all(struct dyno_trial_file **files, size_t count,
                                  const char *out_path, struct dyno_err *err)
{
    struct dyno_trial_file *out = NULL;
    uint64_t slots = slots_of_all(files, count);
    size_t begun = find_begun(files, count);
    enum dyno_status status = dyno_trial_file_create(out_path, slots, &out, err);
    if (status == DYNO_OK)
        status = dyno_trial_file_reserve(out, slots, err);
    if (status != DYNO_OK) {
        dyno_trial_file_close(out);
        return status;
    }
    struct dyno_trial_header *header = dyno_trial_file_header(out);
    copy_header(header, dyno_trial_file_header(files[begun]));
    for (size_t i = 0; i < count; i++) {
        if (i != begun)
            sum_headers(header, dyno_trial_file_header(files[i]));
        for (uint64_t slot = 0; slot < dyno_trial_file_count(files[i]); slot++) {
            const struct dyno_record *record = dyno_trial_file_record(files[i], slot);
            *dyno_trial_file_record(out, record->seq) = *record;
        }
    }
    header->cpu_ratio = cpu_ratio_of(files, count);
    /* In a closed loop some seqs were never taken: claimed is then the highest, not the sum. */
    if (header->scheduled == 0)
        atomic_store(&header->claimed, slots);
    status = dyno_trial_file_check(out, err);
    dyno_trial_file_close(out);
    return status;
}

enum dyno_status dyno_trial_merge_with(const char *const *paths, size_t count,
                                       const struct dyno_merge_options *options,
                                       const char *out_path, struct dyno_err *err)
{
    struct pieces pieces = {.files = NULL};
    if (count == 0)
        return dyno_err_set(err, DYNO_EINPUT, "there are no trial files to be put together");
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = add_piece(&pieces, paths[i], !options->takes_unfinished, err);
    if (status == DYNO_OK)
        status = complete(&pieces, options, out_path, err);
    if (status == DYNO_OK && pieces.files != NULL)
        status = write_all(pieces.files, pieces.count, out_path, err);
    for (uint32_t i = 0; pieces.files != NULL && i < pieces.count; i++)
        dyno_trial_file_close(pieces.files[i]);
    free(pieces.files);
    free(pieces.paths);
    return status;
}

enum dyno_status dyno_trial_merge(const char *const *paths, size_t count, const char *out_path,
                                  struct dyno_err *err)
{
    const struct dyno_merge_options options = {.plan = NULL};
    return dyno_trial_merge_with(paths, count, &options, out_path, err);
}
