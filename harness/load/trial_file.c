#include "load/trial_file.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_FILE (-1)

struct dyno_trial_file {
    int fd; /**< NO_FILE for a reader */
    size_t map_bytes;
    struct dyno_trial_header *header;
    struct dyno_mark *marks;
    uint32_t mark_count;
    struct dyno_record *records;
    uint64_t mapped;    /**< slots that the mapping covers */
    size_t ready_bytes; /**< of the file, from its start, that have room and memory */
};

_Static_assert(sizeof(struct dyno_trial_header) <= DYNO_TRIAL_FILE_HEADER_BYTES,
               "the header fits its place");
_Static_assert(sizeof DYNO_TRIAL_FILE_MAGIC == sizeof((struct dyno_trial_header *)0)->magic,
               "the magic fills its place");

/* How long a file is, and what it has room for. */
struct extent {
    uint64_t capacity;
    uint32_t mark_count;
};

static size_t records_begin(uint32_t mark_count)
{
    return DYNO_TRIAL_FILE_HEADER_BYTES + (size_t)mark_count * sizeof(struct dyno_mark);
}

static size_t bytes_for(uint32_t mark_count, uint64_t count)
{
    return records_begin(mark_count) + (size_t)count * sizeof(struct dyno_record);
}

static enum dyno_status io_error(const char *what, const char *path, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EIO, "cannot %s trial file '%s': %s", what, path,
                        strerror(errno));
}

static enum dyno_status map_file(int fd, const struct extent *extent, int protection,
                                 const char *path, struct dyno_trial_file **out,
                                 struct dyno_err *err)
{
    size_t map_bytes = bytes_for(extent->mark_count, extent->capacity);
    void *map = mmap(NULL, map_bytes, protection, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return io_error("map", path, err);
    struct dyno_trial_file *file = dyno_xcalloc(1, sizeof *file);
    file->fd = NO_FILE;
    file->map_bytes = map_bytes;
    file->header = map;
    file->marks = (struct dyno_mark *)(void *)((char *)map + DYNO_TRIAL_FILE_HEADER_BYTES);
    file->mark_count = extent->mark_count;
    file->records = (struct dyno_record *)(void *)((char *)map + records_begin(extent->mark_count));
    file->mapped = extent->capacity;
    *out = file;
    return DYNO_OK;
}

/* Have the pages in memory. Kernels before 5.14 refuse; the pages then come one by one, when used. */
static void populate(struct dyno_trial_file *file, size_t begin, size_t end)
{
#ifdef MADV_POPULATE_WRITE
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    begin -= begin % page;
    (void)madvise((char *)file->header + begin, end - begin, MADV_POPULATE_WRITE);
#else
    (void)file;
    (void)begin;
    (void)end;
#endif
}

/* The first fields of a new file; `magic` last, because whoever sees it may read the rest. */
static void begin_header(struct dyno_trial_header *header, const struct extent *extent)
{
    header->version = DYNO_TRIAL_FILE_VERSION;
    header->record_bytes = sizeof(struct dyno_record);
    header->capacity = extent->capacity;
    header->mark_count = extent->mark_count;
    header->threading_level = -1;
    header->cpu_ratio = (double)NAN;
    atomic_thread_fence(memory_order_release);
    memcpy(header->magic, DYNO_TRIAL_FILE_MAGIC, sizeof header->magic);
}

enum dyno_status dyno_trial_file_create(const char *path, uint64_t capacity,
                                        struct dyno_trial_file **out, struct dyno_err *err)
{
    return dyno_trial_file_create_marked(path, capacity, 0, out, err);
}

enum dyno_status dyno_trial_file_create_marked(const char *path, uint64_t capacity,
                                               uint32_t mark_count, struct dyno_trial_file **out,
                                               struct dyno_err *err)
{
    const struct extent extent = {.capacity = capacity, .mark_count = mark_count};
    struct dyno_trial_file *file = NULL;
    enum dyno_status status = DYNO_OK;
    if (unlink(path) != 0 && errno != ENOENT)
        return io_error("replace", path, err);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return io_error("create", path, err);
    if (ftruncate(fd, (off_t)bytes_for(mark_count, capacity)) != 0)
        status = io_error("size", path, err);
    if (status == DYNO_OK)
        status = map_file(fd, &extent, PROT_READ | PROT_WRITE, path, &file, err);
    if (file == NULL) {
        (void)close(fd);
        return status;
    }
    file->fd = fd;
    status = dyno_trial_file_reserve(file, 0, err);
    if (status != DYNO_OK) {
        dyno_trial_file_close(file);
        return status;
    }
    begin_header(file->header, &extent);
    *out = file;
    return DYNO_OK;
}

/* Is it one of ours and as long as it says? */
static enum dyno_status check_header(int fd, const char *path, struct extent *out,
                                     struct dyno_err *err)
{
    struct dyno_trial_header header;
    struct stat info;
    ssize_t got = pread(fd, &header, sizeof header, 0);
    if (got < 0 || fstat(fd, &info) != 0)
        return io_error("read", path, err);
    if ((size_t)got < sizeof header ||
        memcmp(header.magic, DYNO_TRIAL_FILE_MAGIC, sizeof header.magic) != 0)
        return dyno_err_set(err, DYNO_EPROTO, "'%s' is not a trial file", path);
    if (header.version != DYNO_TRIAL_FILE_VERSION ||
        header.record_bytes != sizeof(struct dyno_record))
        return dyno_err_set(err, DYNO_EPROTO, "trial file '%s' is of version %u, this is %u", path,
                            header.version, DYNO_TRIAL_FILE_VERSION);
    if (header.capacity > SIZE_MAX / sizeof(struct dyno_record) / 2 ||
        (uint64_t)info.st_size < bytes_for(header.mark_count, header.capacity))
        return dyno_err_set(err, DYNO_EPROTO, "trial file '%s' is shorter than it says", path);
    *out = (struct extent){.capacity = header.capacity, .mark_count = header.mark_count};
    return DYNO_OK;
}

/* The descriptor stays with a writer, which reserves and trims. */
static enum dyno_status open_as(const char *path, bool is_writer, struct dyno_trial_file **out,
                                struct dyno_err *err)
{
    struct extent extent = {.capacity = 0};
    int fd = open(path, (is_writer ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return dyno_err_set(err, DYNO_ENOTFOUND, "there is no trial file '%s'", path);
    if (fd < 0)
        return io_error("open", path, err);
    enum dyno_status status = check_header(fd, path, &extent, err);
    if (status == DYNO_OK)
        status =
            map_file(fd, &extent, is_writer ? PROT_READ | PROT_WRITE : PROT_READ, path, out, err);
    if (status == DYNO_OK && is_writer)
        (*out)->fd = fd;
    else
        (void)close(fd);
    return status;
}

enum dyno_status dyno_trial_file_open(const char *path, struct dyno_trial_file **out,
                                      struct dyno_err *err)
{
    return open_as(path, false, out, err);
}

enum dyno_status dyno_trial_file_edit(const char *path, struct dyno_trial_file **out,
                                      struct dyno_err *err)
{
    return open_as(path, true, out, err);
}

enum dyno_status dyno_trial_file_reserve(struct dyno_trial_file *file, uint64_t count,
                                         struct dyno_err *err)
{
    size_t begin = file->ready_bytes;
    size_t end = bytes_for(file->mark_count, count < file->mapped ? count : file->mapped);
    if (end <= begin)
        return DYNO_OK;
    int failure = posix_fallocate(file->fd, (off_t)begin, (off_t)(end - begin));
    /* A file system that cannot reserve is one whose room shows only when it is used. */
    if (failure != 0 && failure != EINVAL && failure != EOPNOTSUPP)
        return dyno_err_set(err, DYNO_EIO, "no room for the trial's records: %s",
                            strerror(failure));
    populate(file, begin, end);
    file->ready_bytes = end;
    return DYNO_OK;
}

void dyno_trial_file_trim(struct dyno_trial_file *file)
{
    uint64_t count = dyno_trial_file_count(file);
    /* Capacity first: a reader never sees more slots than the file holds. */
    file->header->capacity = count;
    file->mapped = count;
    /* A file that cannot be cut stays long, which harms nobody. */
    int failure = ftruncate(file->fd, (off_t)bytes_for(file->mark_count, count));
    (void)failure;
}

void dyno_trial_file_close(struct dyno_trial_file *file)
{
    if (file == NULL)
        return;
    (void)munmap(file->header, file->map_bytes);
    if (file->fd != NO_FILE)
        (void)close(file->fd);
    free(file);
}

struct dyno_trial_header *dyno_trial_file_header(struct dyno_trial_file *file)
{
    return file->header;
}

struct dyno_record *dyno_trial_file_record(struct dyno_trial_file *file, uint64_t seq)
{
    assert(seq < file->mapped);
    return &file->records[seq];
}

struct dyno_mark *dyno_trial_file_mark(struct dyno_trial_file *file, uint32_t place)
{
    assert(place < file->mark_count);
    return &file->marks[place];
}

size_t dyno_trial_file_calls(struct dyno_trial_file *file, size_t *counts)
{
    size_t all = 0;
    for (uint32_t i = 0; i < file->mark_count; i++) {
        uint64_t word = atomic_load_explicit(&file->marks[i].word, memory_order_acquire);
        enum dyno_call call = dyno_mark_call_of(word);
        all += call != DYNO_CALL_NONE;
        if (counts != NULL)
            counts[call]++;
    }
    return all;
}

static enum dyno_outcome outcome_of(const struct dyno_record *record)
{
    return (enum dyno_outcome)__atomic_load_n(&record->outcome, __ATOMIC_ACQUIRE);
}

uint64_t dyno_trial_file_count(struct dyno_trial_file *file)
{
    const struct dyno_trial_header *header = file->header;
    uint64_t capacity = header->capacity < file->mapped ? header->capacity : file->mapped;
    uint64_t count = atomic_load_explicit(&header->claimed, memory_order_acquire);
    if (count > capacity)
        count = capacity;
    if (header->scheduled > 0)
        return header->scheduled < capacity ? header->scheduled : capacity;
    /* A slot that was claimed but not yet filled says nothing. */
    while (count > 0 && outcome_of(&file->records[count - 1]) == DYNO_OUTCOME_EMPTY)
        count--;
    return count;
}

/* The one text for the statements that a crash took with it, of the first of them. */
static void keep_crash_text(struct dyno_trial_header *header, uint16_t query, const char *text)
{
    if (header->error_sample_count >= DYNO_TRIAL_ERROR_SAMPLES)
        return;
    struct dyno_error_sample *sample = &header->error_samples[header->error_sample_count++];
    size_t len = strnlen(text, sizeof sample->text - 1);
    *sample = (struct dyno_error_sample){.query = query, .outcome = DYNO_OUTCOME_DRIVER_CRASH};
    memcpy(sample->text, text, len);
}

/* An entry of the schedule that was claimed and not sent is as if it had not been claimed. */
static void give_back(struct dyno_record *record)
{
    if (outcome_of(record) != DYNO_OUTCOME_EMPTY || record->send_ns >= 0)
        return;
    record->claim_ns = -1;
    record->session = UINT32_MAX;
    record->attempt = 0;
    record->flags = 0;
}

/* The first entry that is still to be claimed. Slots of a visit that are not its first have no time yet. */
static uint64_t first_free(const struct dyno_trial_file *file, uint64_t count)
{
    for (uint64_t slot = 0; slot < count; slot++)
        if (file->records[slot].claim_ns < 0 && file->records[slot].intended_ns >= 0)
            return slot;
    return count;
}

/* Is it one that the crash took with it? A statement ends no sooner than it began. */
static bool settle_record(struct dyno_record *record, int64_t at_ns)
{
    if (outcome_of(record) != DYNO_OUTCOME_RUNNING)
        return false;
    record->exec_ns = -1;
    record->first_ns = -1;
    record->done_ns = at_ns > record->send_ns ? at_ns : record->send_ns;
    record->outcome = DYNO_OUTCOME_DRIVER_CRASH;
    return true;
}

void dyno_trial_file_settle(struct dyno_trial_file *file, int64_t now_ns, const char *text)
{
    struct dyno_trial_header *header = file->header;
    bool is_noted = atomic_load_explicit(&header->crash.is_there, memory_order_acquire) == 2;
    int64_t at_ns = (is_noted ? header->crash.at_ns : now_ns) - header->epoch_monotonic_ns;
    uint64_t count = dyno_trial_file_count(file);
    uint64_t lost = 0;
    for (uint64_t slot = 0; slot < count; slot++)
        if (settle_record(&file->records[slot], at_ns) && lost++ == 0)
            keep_crash_text(header, file->records[slot].query, text);
    for (uint64_t slot = 0; header->scheduled > 0 && slot < count; slot++)
        give_back(&file->records[slot]);
    if (header->scheduled > 0)
        atomic_store(&header->claimed, first_free(file, count));
    atomic_fetch_add(&header->done, lost);
    atomic_fetch_add(&header->errors, lost);
    header->crashes++;
    for (uint32_t i = 0; i < file->mark_count; i++)
        atomic_store_explicit(&file->marks[i].word, 0, memory_order_relaxed);
    header->crash = (struct dyno_crash_note){.is_there = 0};
}

static void count_record(const struct dyno_record *record, struct dyno_counters *out)
{
    enum dyno_outcome outcome = outcome_of(record);
    bool is_started = outcome != DYNO_OUTCOME_EMPTY && outcome != DYNO_OUTCOME_SKIPPED;
    bool is_unfinished = outcome == DYNO_OUTCOME_RUNNING || outcome == DYNO_OUTCOME_CANCELLED;
    out->offered++;
    out->started += is_started;
    if (!is_started || is_unfinished)
        out->censored++;
    else if (outcome == DYNO_OUTCOME_OK)
        out->completed++;
    else
        out->failed++;
}

void dyno_trial_file_count_outcomes(struct dyno_trial_file *file, struct dyno_counters *out)
{
    uint64_t count = dyno_trial_file_count(file);
    *out = (struct dyno_counters){.offered = 0};
    for (uint64_t seq = 0; seq < count; seq++) {
        const struct dyno_record *record = &file->records[seq];
        /* Unfilled slots of a closed loop are of phase 0, which is the warm-up. */
        if (record->phase == DYNO_PHASE_MEASURE)
            count_record(record, out);
    }
}

enum dyno_status dyno_trial_file_check(struct dyno_trial_file *file, struct dyno_err *err)
{
    uint64_t count = dyno_trial_file_count(file);
    struct dyno_counters counters;
    for (uint64_t seq = 0; seq < count; seq++)
        if (!dyno_record_is_consistent(&file->records[seq]))
            return dyno_err_set(err, DYNO_EINTERNAL,
                                "the times of statement %llu contradict each other (a fault of the "
                                "generator)",
                                (unsigned long long)seq);
    dyno_trial_file_count_outcomes(file, &counters);
    if (!dyno_counters_are_consistent(&counters))
        return dyno_err_set(err, DYNO_EINTERNAL,
                            "%lld statements offered, but %lld completed, %lld failed and %lld "
                            "censored (a fault of the generator)",
                            (long long)counters.offered, (long long)counters.completed,
                            (long long)counters.failed, (long long)counters.censored);
    return DYNO_OK;
}
