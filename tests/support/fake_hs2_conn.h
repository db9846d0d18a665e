/** One connection of the fake server: handshake, requests in, answers out. */
#ifndef DYNO_FAKE_HS2_CONN_H
#define DYNO_FAKE_HS2_CONN_H

#include "hs2/wire.h"
#include "support/fake_hs2.h"
#include "support/fake_hs2_work.h"

#include <openssl/types.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

struct fake_connection {
    struct fake_shared *shared;
    int fd; /**< guarded by lock once the thread may have ended; -1: closed */
    pthread_t thread;
    atomic_bool is_finished;
    struct fake_connection *next;
    SSL *tls; /**< NULL: plain */
    /* The rest belongs to the connection's thread. */
    uint8_t *bytes; /**< the request that is being read */
    size_t len;
    size_t used; /**< of them; without frames the next request may lie behind */
    size_t capacity;
    struct dyno_wire_writer answer;
    struct fake_settings settings;
    struct fake_operation *operations;
    bool is_slow;     /**< what is sent goes a byte each 20 ms */
    bool owes_cookie; /**< HTTP: the next answer sets it */
    bool is_open;     /**< false: hang up after this request */
};

/** What all connections of a server share; immutable but for the work and the counters. */
struct fake_shared {
    struct fake_work work;
    bool is_sasl;
    bool is_http;
    bool is_http_proxy;
    int http_state;
    char *http_path;
    char *http_token;
    _Atomic int64_t logins;
    _Atomic int64_t attempts; /**< credentials that were shown, right or wrong */
    SSL_CTX *tls;             /**< NULL: plain */
    char *user;
    char *password;
    int32_t protocol;
    char *name;
    int64_t most_rows;
    bool tells_more;
    enum dyno_fake_fault fault;
    uint64_t nonce;       /**< in every handle, so that those of another server are refused */
    pthread_mutex_t lock; /**< for the list of connections and the closing of their sockets */
    _Atomic int64_t calls[DYNO_HS2_FETCH_RESULTS + 1];
};

/**
 * The next request's body into the connection's bytes; a request that is not let in is answered here
 * and the next one awaited. False: the peer hung up.
 */
bool fake_http_read(struct fake_connection *connection);

/** Answer with these bytes; with `sent_len` below `len` the rest is announced and never comes. */
bool fake_http_send(struct fake_connection *connection, const uint8_t *bytes, size_t len,
                    size_t sent_len);

/** A thread's start routine: serve the connection until its peer hangs up, free what is in it. */
void *fake_connection_serve(void *ctx);

/** One request, taken apart. Spans lie in the connection's bytes. */
struct fake_request {
    enum dyno_hs2_call call;
    char name[32];
    int32_t seqid;
    bool is_known;
    bool has_handle;
    uint8_t guid[16];
    uint8_t secret[16];
    struct dyno_wire_span text[8]; /**< by field id */
    bool has_text[8];
    int64_t number[8]; /**< by field id */
};

/** Read the next request. False: the peer hung up or talks nonsense. */
bool fake_request_read(struct fake_connection *connection, struct fake_request *request);

/** Receive what is there, at least a byte; 0 or less: the peer hung up. */
ssize_t fake_receive_some(struct fake_connection *connection, void *out, size_t room);

/** Make room for that many bytes of a request. */
void fake_reserve(struct fake_connection *connection, size_t capacity);

/** Receive exactly. */
bool fake_receive(struct fake_connection *connection, void *out, size_t len);

/** Send the answer that was built, in one piece unless a fault wants otherwise. */
bool fake_send(struct fake_connection *connection, const uint8_t *bytes, size_t len);

#endif
