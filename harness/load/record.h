/**
 * The record: what every statement leaves behind, and the identities that its numbers obey.
 *
 * All times are nanoseconds since the trial's epoch; -1 where the moment did not come.
 *
 *     intended <= send                  claim: when the session took the statement
 *     service      S = done - send
 *     session wait W = max(0, claim - intended)          all sessions were busy
 *     generator lag G = send - max(intended, claim)      our own fault
 *     response     R = done - intended = W + G + S       exactly, on every record that was sent
 *
 * In a closed loop `intended` is the moment at which the session became free and had thought.
 *
 * Counters of a trial, over the records whose intended time lies in the measured window:
 *
 *     offered   = records with an intended time in the window
 *     started   = offered - not started (empty or skipped)
 *     completed = outcome ok
 *     failed    = any other outcome that the server or driver gave
 *     censored  = not started + started but unfinished at the end of the drain: running, or cancelled
 *                 by us (what others cancelled on the server is a sql_error, HY008)
 *     offered   = completed + failed + censored
 */
#ifndef DYNO_LOAD_RECORD_H
#define DYNO_LOAD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum dyno_outcome {
    DYNO_OUTCOME_EMPTY = 0,   /**< the slot was never used, or the statement was never started */
    DYNO_OUTCOME_RUNNING = 1, /**< sent, not finished: censored */
    DYNO_OUTCOME_OK = 2,
    DYNO_OUTCOME_SQL_ERROR = 3,
    DYNO_OUTCOME_TIMEOUT = 4,
    DYNO_OUTCOME_CANCELLED = 5, /**< by us, at a stop or at the end of the drain: censored */
    DYNO_OUTCOME_CONN_REFUSED = 6,
    DYNO_OUTCOME_CONN_LOST = 7,
    DYNO_OUTCOME_AUTH = 8,
    DYNO_OUTCOME_TLS = 9,
    DYNO_OUTCOME_DNS = 10,
    DYNO_OUTCOME_DRIVER_ERROR = 11,
    DYNO_OUTCOME_DRIVER_CRASH = 12,
    DYNO_OUTCOME_PROTOCOL = 13,
    DYNO_OUTCOME_SKIPPED = 14, /**< claimed, not sent: the stop came while it waited for its time */
    DYNO_OUTCOME_HARNESS_ERROR = 15,
    DYNO_OUTCOME_COUNT = 16
};

/** "ok", "sql_error", ...; never NULL. */
const char *dyno_outcome_name(enum dyno_outcome outcome);

/** Was the statement cut off, by us, by the end of the trial or by its time limit, or never begun? Of its
 *  response time only a lower bound is known: until it ended, or else until the trial did. */
bool dyno_outcome_is_cut_off(enum dyno_outcome outcome);

enum dyno_phase {
    DYNO_PHASE_WARMUP = 0,
    DYNO_PHASE_MEASURE = 1
};

/** One statement; 128 bytes, so that two cache lines hold it. Written by one session only. */
struct dyno_record {
    uint64_t seq;
    int64_t intended_ns;
    int64_t claim_ns;
    int64_t send_ns;
    int64_t exec_ns;  /**< the result is ready */
    int64_t first_ns; /**< the first block of rows has arrived; -1 if there were none */
    int64_t done_ns;  /**< the last row has arrived */
    int64_t rows;
    int64_t bytes;
    uint64_t checksum;
    uint32_t session;
    uint16_t query;
    uint16_t attempt; /**< from 1 */
    uint8_t phase;    /**< enum dyno_phase, by intended time */
    uint8_t outcome;  /**< enum dyno_outcome; stored last, with release order */
    uint8_t flags;    /**< DYNO_RECORD_... */
    char sqlstate[6];
    uint8_t reserved[31];
};

#define DYNO_RECORD_RECONNECTED 1u /**< the session had to connect anew before it */

struct dyno_counters {
    int64_t offered;
    int64_t started;
    int64_t completed;
    int64_t failed;
    int64_t censored;
};

/** S, W, G and R of a statement that has ended, as defined above. */
int64_t dyno_record_service_ns(const struct dyno_record *record);
int64_t dyno_record_wait_ns(const struct dyno_record *record);
int64_t dyno_record_lag_ns(const struct dyno_record *record);
int64_t dyno_record_response_ns(const struct dyno_record *record);

/** 1 if the sum rule holds (or the statement was not sent). */
int dyno_record_is_consistent(const struct dyno_record *record);

/** 1 if offered = completed + failed + censored and started <= offered. */
int dyno_counters_are_consistent(const struct dyno_counters *counters);

#endif
