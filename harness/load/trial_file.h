/**
 * The trial file: a header and fixed-size records in one file mapped into memory. The generator
 * writes it with no lock, no allocation and no system call per statement; what was recorded survives
 * a kill -9 of the generator; the supervisor reads the same mapping while the trial runs.
 *
 * Slot i holds the statement with seq i. A session owns the slot whose seq it claimed. Between header and
 * records lies a mark for each session (load/mark.h).
 */
#ifndef DYNO_LOAD_TRIAL_FILE_H
#define DYNO_LOAD_TRIAL_FILE_H

#include "base/sha256.h"
#include "base/status.h"
#include "load/mark.h"
#include "load/record.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_TRIAL_FILE_MAGIC        "DYNOTRL"
#define DYNO_TRIAL_FILE_VERSION      3u
#define DYNO_TRIAL_FILE_HEADER_BYTES 16384
#define DYNO_TRIAL_ERROR_SAMPLES     16

enum dyno_trial_state {
    DYNO_TRIAL_STARTING = 0,
    DYNO_TRIAL_CONNECTED = 1, /**< all sessions are open and their settings read back */
    DYNO_TRIAL_WARMING = 2,
    DYNO_TRIAL_MEASURING = 3,
    DYNO_TRIAL_DRAINING = 4,
    DYNO_TRIAL_FINISHED = 5,
    DYNO_TRIAL_FAILED = 6 /**< see error; nothing or only part was measured */
};

struct dyno_trial_header {
    char magic[8];
    uint32_t version;
    uint32_t record_bytes;
    uint64_t capacity;
    int64_t epoch_monotonic_ns;
    int64_t epoch_wall_ms;
    int64_t measure_begin_ns; /**< since the epoch */
    int64_t measure_end_ns;
    int64_t connect_ns;     /**< longest connect of a session */
    _Atomic uint32_t state; /**< enum dyno_trial_state */
    _Atomic uint32_t was_interrupted;
    _Atomic uint64_t claimed; /**< statements claimed so far */
    _Atomic uint64_t done;    /**< statements finished so far, whatever their outcome */
    _Atomic uint64_t errors;
    int64_t cpu_user_ns; /**< of the generator, at the end */
    int64_t cpu_system_ns;
    int64_t max_rss_bytes;
    uint32_t reconnects;
    int32_t threading_level; /**< of the driver manager; -1 if not known */
    uint32_t is_pooled;
    uint32_t is_traced;
    char driver[128];
    char driver_manager[64];
    char server[128];
    char server_version[64];
    char error[2048]; /**< why it failed */
    char error_sqlstate[8];
    uint32_t error_status; /**< enum dyno_status */
    uint32_t error_sample_count;
    /** One text for each of the first kinds of statement error (query + sqlstate). */
    struct dyno_error_sample {
        uint16_t query;
        uint8_t outcome;
        char sqlstate[6];
        char text[480];
    } error_samples[DYNO_TRIAL_ERROR_SAMPLES];
    /** Entries of the open-loop schedule: slots 0 .. scheduled-1 carry their intended time from before
     *  the go, claimed or not. 0 in a closed loop, where a slot is filled when it is claimed. */
    uint64_t scheduled;
    /** Of all entries (intended time, session, query), also those of other generators; "" in a closed
     *  loop, whose times come of the server. Equal hashes: the same load was offered. */
    char schedule_sha256[DYNO_SHA256_TEXT_BYTES];
    uint32_t share; /**< of `shares` generators, from 0 */
    uint32_t shares;
    int64_t late_ns; /**< the epoch is so much after the one agreed on; 0 if it is not */
    int64_t
        clock_error_us; /**< bound of the wall clock's error, as the kernel states it; -1: unknown */
    uint32_t is_clock_synced; /**< by NTP or the like */
    /* How the generator itself fared, written at the end; see load/monitor.h. */
    int64_t stall_count; /**< naps of 5 ms; 0: not watched */
    int64_t stall_p999_ns;
    int64_t stall_max_ns;
    double steal_ratio;     /**< of the machine's CPU time, taken by its host; NaN: unknown */
    double clock_drift_ppm; /**< CLOCK_MONOTONIC against CLOCK_MONOTONIC_RAW; NaN: unknown */
    int64_t wall_step_ns;   /**< the wall clock moved by so much more than the monotonic one */
    int64_t thread_cpu_ns;  /**< CPU time of the busiest session */
    char clock_source[32];
    uint32_t mark_count; /**< sessions that have a mark */
    uint32_t crashes;    /**< times that a process of this trial crashed */
    uint32_t stuck;      /**< sessions that a driver never gave back, though they were cancelled */
    /** The epoch as one of CLOCK_MONOTONIC, given by the parent of several generators; 0: not yet. */
    _Atomic int64_t go_ns;
    /** Left by the thread that met a fault or called exit(), see load/crash.h. */
    struct dyno_crash_note {
        _Atomic uint32_t is_there; /**< 0 none, 1 being written, 2 whole */
        uint32_t signal;           /**< 0: exit() */
        uint32_t session;
        uint32_t call; /**< enum dyno_call, if it is not that of the mark */
        uint64_t mark; /**< of the session at that time */
        int64_t at_ns; /**< CLOCK_MONOTONIC */
    } crash;
    /** Of the trial plan's file; "" if the plan came from none. */
    char plan_sha256[DYNO_SHA256_TEXT_BYTES];
    char host[64];   /**< name of the machine, cut to its room */
    char kernel[48]; /**< id of the running kernel: two shares with one id had one machine */
    /** CPU time of this machine's load processes / (window x its cores); NaN: there was no window, or its end was not reached. Of
     *  several machines the largest. */
    double cpu_ratio;
    int64_t clock_offset_us; /**< that the kernel was still taking out of the wall clock */
};

struct dyno_trial_file;

/** Make a file for `capacity` records (sparse until used), without marks. An existing one is replaced. */
enum dyno_status dyno_trial_file_create(const char *path, uint64_t capacity,
                                        struct dyno_trial_file **out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** The same with marks for so many sessions. */
enum dyno_status dyno_trial_file_create_marked(const char *path, uint64_t capacity,
                                               uint32_t mark_count, struct dyno_trial_file **out,
                                               struct dyno_err *err) DYNO_MUST_CHECK;

/** Map an existing file read-only; DYNO_EPROTO if it is none of ours, or shorter than it says. */
enum dyno_status dyno_trial_file_open(const char *path, struct dyno_trial_file **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** Map an existing file for writing: to go on with it, or to settle it. Errors as above. */
enum dyno_status dyno_trial_file_edit(const char *path, struct dyno_trial_file **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** Have disk and memory ready for the slots below `count`, so that writing them neither waits nor meets
 *  a full disk. For the writer; DYNO_EIO if there is no room. */
enum dyno_status dyno_trial_file_reserve(struct dyno_trial_file *file, uint64_t count,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** Give back what lies behind the slots in use. For the writer, once nobody writes any more. */
void dyno_trial_file_trim(struct dyno_trial_file *file);

/** Unmap. NULL is fine. */
void dyno_trial_file_close(struct dyno_trial_file *file);

/** Borrowed from the file. */
struct dyno_trial_header *dyno_trial_file_header(struct dyno_trial_file *file);

/** Slot `seq`, which must be below the capacity. Borrowed. */
struct dyno_record *dyno_trial_file_record(struct dyno_trial_file *file, uint64_t seq);

/** The mark of the session with this place among those of the file. Borrowed. */
struct dyno_mark *dyno_trial_file_mark(struct dyno_trial_file *file, uint32_t place);

/** Sessions that are inside a call of the target; `counts` (DYNO_CALL_COUNT) of each call, may be NULL. */
size_t dyno_trial_file_calls(struct dyno_trial_file *file, size_t *counts);

/**
 * The process that wrote the file has crashed: what was under way becomes driver_crash, ended when the note
 * says or else at `now_ns` (CLOCK_MONOTONIC); entries of the schedule that were claimed and not sent are given
 * back, and stay censored unless another generator goes on and sends them; the marks are cleared, the crash is counted, and `text` kept as the sample of that error. For a file that is being edited
 * and has no other writer left. Afterwards the file can be gone on with, or judged.
 */
void dyno_trial_file_settle(struct dyno_trial_file *file, int64_t now_ns, const char *text);

/** Slots that are in use: the highest seq that may hold something, plus one. */
uint64_t dyno_trial_file_count(struct dyno_trial_file *file);

/** Do all records obey the identities of load/record.h, and their counters too? DYNO_EINTERNAL names the
 *  first that does not. Once nobody writes any more. */
enum dyno_status dyno_trial_file_check(struct dyno_trial_file *file,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Count over the measured window. Entries of the schedule that nobody claimed count as offered and
 *  censored: the generator writes their intended times before the go. */
void dyno_trial_file_count_outcomes(struct dyno_trial_file *file, struct dyno_counters *out);

#endif
