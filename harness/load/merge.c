#include "load/merge.h"

#include "base/alloc.h"
#include "load/trial_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum dyno_status refuse(const char *path, const char *what, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EINPUT, "'%s' %s", path, what);
}

/* Open all; files[k] is share k. */
static enum dyno_status open_all(const char *const *paths, size_t count,
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
        else if (atomic_load(&header->state) != DYNO_TRIAL_FINISHED)
            wrong = "is of a generator that has not finished";
        else if (first != NULL && (strcmp(first->schedule_sha256, header->schedule_sha256) != 0 ||
                                   first->measure_begin_ns != header->measure_begin_ns ||
                                   first->measure_end_ns != header->measure_end_ns))
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
    if (from->connect_ns > to->connect_ns)
        to->connect_ns = from->connect_ns;
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

enum dyno_status dyno_trial_merge(const char *const *paths, size_t count, const char *out_path,
                                  struct dyno_err *err)
{
    struct dyno_trial_file **files = dyno_xcalloc(count, sizeof *files);
    enum dyno_status status = open_all(paths, count, files, err);
    if (status == DYNO_OK)
        status = write_all(files, count, slots_of_all(files, count), out_path, err);
    for (size_t i = 0; i < count; i++)
        dyno_trial_file_close(files[i]);
    free(files);
    return status;
}
