#include "load/merge.h"

#include "base/alloc.h"
#include "load/trial_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static enum dyno_status refuse(const char *path, const char *what, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EINPUT, "'%s' %s", path, what);
}

/* Open all; files[k] is share k. */
static enum dyno_status open_all(const char *const *paths, size_t count, bool must_be_finished,
                                 struct dyno_trial_file **files, struct dyno_err *err)
{
    const struct dyno_trial_header *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct dyno_trial_file *file = NULL;
        enum dyno_status status = dyno_trial_file_open(paths[i], &file, err);
        if (status != DYNO_OK)
            return status;
        const struct dyno_trial_header *header = dyno_trial_file_header(file);
        const char *wrong = NULL;
        if (header->shares != count || header->share >= count)
            wrong = "is not a share of a trial of as many generators as there are files";
        else if (files[header->share] != NULL)
            wrong = "is the same share as another file";
        else if (must_be_finished && atomic_load(&header->state) != DYNO_TRIAL_FINISHED)
            wrong = "is of a generator that has not finished";
        else if (first != NULL &&
                 (strcmp(first->schedule_sha256, header->schedule_sha256) != 0 ||
                  (must_be_finished && (first->measure_begin_ns != header->measure_begin_ns ||
                                        first->measure_end_ns != header->measure_end_ns))))
            wrong = "is of another schedule than the first file";
        if (wrong != NULL) {
            dyno_trial_file_close(file);
            return refuse(paths[i], wrong, err);
        }
        files[header->share] = file;
        first = first == NULL ? header : first;
    }
    return DYNO_OK;
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
    take_worst(to, from);
    /* A share that did not get as far as the begin knows no window. */
    if (to->epoch_monotonic_ns == 0 && from->epoch_monotonic_ns != 0) {
        to->epoch_monotonic_ns = from->epoch_monotonic_ns;
        to->epoch_wall_ms = from->epoch_wall_ms;
        to->measure_begin_ns = from->measure_begin_ns;
        to->measure_end_ns = from->measure_end_ns;
    }
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

static enum dyno_status write_all(struct dyno_trial_file **files, size_t count, uint64_t slots,
                                  const char *out_path, struct dyno_err *err)
{
    struct dyno_trial_file *out = NULL;
    enum dyno_status status = dyno_trial_file_create(out_path, slots, &out, err);
    if (status == DYNO_OK)
        status = dyno_trial_file_reserve(out, slots, err);
    if (status != DYNO_OK) {
        dyno_trial_file_close(out);
        return status;
    }
    struct dyno_trial_header *header = dyno_trial_file_header(out);
    for (size_t i = 0; i < count; i++) {
        const struct dyno_trial_header *part = dyno_trial_file_header(files[i]);
        if (i == 0)
            copy_header(header, part);
        else
            sum_headers(header, part);
        for (uint64_t slot = 0; slot < dyno_trial_file_count(files[i]); slot++) {
            const struct dyno_record *record = dyno_trial_file_record(files[i], slot);
            *dyno_trial_file_record(out, record->seq) = *record;
        }
    }
    /* In a closed loop some seqs were never taken: claimed is then the highest, not the sum. */
    if (header->scheduled == 0)
        atomic_store(&header->claimed, slots);
    status = dyno_trial_file_check(out, err);
    dyno_trial_file_close(out);
    return status;
}

static enum dyno_status merge(const char *const *paths, size_t count, bool must_be_finished,
                              const char *out_path, struct dyno_err *err)
{
    struct dyno_trial_file **files = dyno_xcalloc(count, sizeof *files);
    enum dyno_status status = open_all(paths, count, must_be_finished, files, err);
    if (status == DYNO_OK)
        status = write_all(files, count, slots_of_all(files, count), out_path, err);
    for (size_t i = 0; i < count; i++)
        dyno_trial_file_close(files[i]);
    free(files);
    return status;
}

enum dyno_status dyno_trial_merge(const char *const *paths, size_t count, const char *out_path,
                                  struct dyno_err *err)
{
    return merge(paths, count, true, out_path, err);
}

enum dyno_status dyno_trial_merge_any(const char *const *paths, size_t count, const char *out_path,
                                      struct dyno_err *err)
{
    return merge(paths, count, false, out_path, err);
}
