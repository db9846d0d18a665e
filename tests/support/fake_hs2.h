/**
 * A HiveServer2 server that behaves like Spark's, with scripted service times, freezes and faults.
 *
 * One thread a connection, loopback only. Statements that it understands (a leading comment and the
 * case of the words do not matter):
 *
 *   SELECT 1         one row, column "1" INT; so does any other SELECT or WITH
 *   ROWS n           n rows {id BIGINT, half DOUBLE, name STRING, note STRING}; note is NULL in every 7th
 *   SAME n           the same, but each block holds the first rows again: encoded once, sent as fast as it goes
 *   TYPES            three rows with one column of each type: values, nulls, extremes
 *   SLEEP ms         service time of that length, then as any other statement
 *   SET k=v, SET k, SET -v   settings of the session; static keys are refused with 46110
 *   ZERO             a result of zero columns
 *   NOTHING          no result at all, as Hive has it: who asks for its columns loses the connection
 *   ECHO text        one row, column "echo" STRING: the text as it was received
 *   CELL type text   one row, column "cell" of that type (a name as Spark has it) that holds the text
 *   BIG n            one row, column "big" STRING of n bytes
 *   SELECT * FROM (statement) LIMIT 0   the columns of that statement, no rows
 *   anything else    as DDL: one STRING column "Result", no rows
 *
 * A text with FAIL in capitals ends in error 42P01. A session's settings live in its connection.
 * A cancelled statement gives its slot back only if nothing has been queued behind it since.
 */
#ifndef DYNO_FAKE_HS2_H
#define DYNO_FAKE_HS2_H

#include "base/status.h"
#include "hs2/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_fake_distribution {
    DYNO_FAKE_FIXED,
    DYNO_FAKE_EXPONENTIAL,
    DYNO_FAKE_LOGNORMAL, /**< `service_ns` is the mean, `sigma` the deviation of the logarithm */
    DYNO_FAKE_UNIFORM,   /**< from (1 - `spread`) to (1 + `spread`) times the mean */
    DYNO_FAKE_BIMODAL    /**< `slow_share` of them take `slow_factor` times as long as the others */
};

/** What the server does wrong. The ones with FETCH strike on every FetchResults with rows. */
enum dyno_fake_fault {
    DYNO_FAKE_FAULT_NONE,
    DYNO_FAKE_FAULT_NO_CLOSE_SESSION, /**< CloseSession is never answered */
    DYNO_FAKE_FAULT_SILENT_EXECUTE,   /**< ExecuteStatement is never answered */
    DYNO_FAKE_FAULT_FETCH_RESET,      /**< half an answer, then a connection reset */
    DYNO_FAKE_FAULT_FETCH_TRUNCATED,  /**< half an answer, then an orderly end */
    DYNO_FAKE_FAULT_FETCH_HUGE,       /**< an answer that announces a string of 2 GiB - 1 */
    DYNO_FAKE_FAULT_FETCH_GARBAGE,    /**< bytes that are no message */
    DYNO_FAKE_FAULT_FETCH_EXTRA,      /**< a good answer with bytes behind it */
    DYNO_FAKE_FAULT_DRIP,             /**< every answer byte by byte */
    DYNO_FAKE_FAULT_WRONG_SEQID,      /**< every answer but OpenSession's has a wrong number */
    DYNO_FAKE_FAULT_EXCEPTION,        /**< ExecuteStatement answers with a TApplicationException */
    DYNO_FAKE_FAULT_SYNC_ERROR,       /**< errors come with ExecuteStatement's own answer */
    DYNO_FAKE_FAULT_NO_CLOSE_OPERATION, /**< CloseOperation is never answered */
    DYNO_FAKE_FAULT_FETCH_STALL,        /**< half an answer, then nothing */
    DYNO_FAKE_FAULT_FETCH_SLOW,         /**< an answer of a byte each 20 ms */
    DYNO_FAKE_FAULT_FETCH_UNKNOWN,      /**< a column of a type that does not exist */
    DYNO_FAKE_FAULT_FETCH_ENDLESS,      /**< rows without end */
    DYNO_FAKE_FAULT_COUNT
};

/** No answer is given and no work is done for `for_ns`, from `at_ns` after the server's start. */
struct dyno_fake_freeze {
    int64_t at_ns;
    int64_t for_ns;
};

/** Zero means the default. Borrowed for the call of _start only. */
struct dyno_fake_hs2_options {
    uint16_t port;        /**< 0: a free one */
    bool is_sasl;         /**< SASL PLAIN instead of NOSASL */
    const char *user;     /**< the only user that gets in; NULL: any with any password */
    const char *password; /**< for `user` */
    const char *tls_cert; /**< PEM file: TLS is on, with this certificate and `tls_key` */
    const char *tls_key;
    const char *tls_client_ca; /**< PEM file: clients must show a certificate of this authority */
    bool is_http;              /**< HTTP transport: Basic authentication, `is_sasl` is ignored */
    const char *http_path;     /**< "cliservice" */
    const char *http_token;    /**< the only Bearer token that gets in; NULL: none does */
    int http_state;            /**< every request gets this state and a page; 0: none does */
    bool is_http_proxy; /**< requests must name a whole URL, as to a proxy; they are served */
    bool is_ipv6;       /**< listen on ::1 instead of 127.0.0.1 */
    int64_t service_ns; /**< mean service time of a statement */
    enum dyno_fake_distribution distribution;
    double sigma;        /**< of LOGNORMAL; 1 */
    double spread;       /**< of UNIFORM, at most 1; 1 */
    double slow_share;   /**< of BIMODAL; 0.1 */
    double slow_factor;  /**< of BIMODAL; 10 */
    double warmup_extra; /**< the first statement takes 1 + this times as long; 0: no warm-up */
    double warmup_count; /**< after so many statements the extra is down to 1/e; 20 */
    double drift_per_s;  /**< growth of the service time's logarithm in a second of server's life */
    double restart_sigma;  /**< deviation of a start's own logarithmic factor; 0: none */
    uint64_t restart_seed; /**< of that factor: one start has one */
    uint64_t seed;         /**< of the service times */
    size_t slots; /**< statements served at once, the others queue first-in-first-out; no limit */
    const char *const *effects; /**< as fake_effect_parse takes them */
    size_t effect_count;
    int64_t fail_every; /**< every nth statement fails; 0: none */
    int64_t
        base_ns; /**< of CLOCK_MONOTONIC: freezes and drift count from there; the server's start */
    const struct dyno_fake_freeze *freezes; /**< in order of time, not overlapping */
    size_t freeze_count;
    int64_t long_poll_ns; /**< how long GetOperationStatus waits; 5 s */
    int32_t protocol;     /**< newest version spoken, as TProtocolVersion; 10 */
    const char *name;     /**< of the server, as GetInfo tells it; "Spark SQL" */
    int64_t most_rows;    /**< in one answer to FetchResults, whatever was asked for; 0: no limit */
    bool tells_more;      /**< hasMoreRows is true while there are; Spark never says so */
    enum dyno_fake_fault fault;
    /**
     * Truth, one line a statement, fields parted by tabs: received, start and end of the service, when the
     * end was first told to the client, when rows were last handed out (0: never), all in ns of
     * CLOCK_MONOTONIC; outcome; text with its tag.
     */
    const char *log_path;
};

struct dyno_fake_hs2;

/** Listen and serve. `*out` is to be stopped with dyno_fake_hs2_stop. */
enum dyno_status dyno_fake_hs2_start(const struct dyno_fake_hs2_options *options,
                                     struct dyno_fake_hs2 **out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

uint16_t dyno_fake_hs2_port(const struct dyno_fake_hs2 *server);

/** Calls of that kind that were received so far. Any thread. */
int64_t dyno_fake_hs2_calls(const struct dyno_fake_hs2 *server, enum dyno_hs2_call call);

/** The same once `count` of them have come, or 5 s have passed: some calls are not waited for. */
int64_t dyno_fake_hs2_await_calls(const struct dyno_fake_hs2 *server, enum dyno_hs2_call call,
                                  int64_t count);

/** HTTP requests that were let in by name and password or by token, not by cookie. Any thread. */
int64_t dyno_fake_hs2_logins(const struct dyno_fake_hs2 *server);

/** Credentials that were shown, right or wrong: by SASL, or in an HTTP request without a cookie. Any thread. */
int64_t dyno_fake_hs2_attempts(const struct dyno_fake_hs2 *server);

/** Connections that are open now. Any thread. */
size_t dyno_fake_hs2_connections(struct dyno_fake_hs2 *server);

/** Close every connection as a server that dies would, end all threads, free. NULL is fine. */
void dyno_fake_hs2_stop(struct dyno_fake_hs2 *server);

/** The fault of that name ("fetch-reset"), or -1. */
int dyno_fake_fault_of(const char *name);

/** The name of a fault. */
const char *dyno_fake_fault_name(enum dyno_fake_fault fault);

#endif
