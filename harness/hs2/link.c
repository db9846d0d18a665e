#include "hs2/link.h"

#include "base/clock.h"
#include "hs2/sasl.h"
#include "hs2/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_HEADER_BYTES 4u
#define PROBE_NS           (2 * DYNO_NS_PER_S)

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
}

int64_t dyno_hs2_deadline(int64_t duration_ns)
{
    int64_t now = dyno_now_ns();
    return duration_ns > INT64_MAX - now ? INT64_MAX : now + duration_ns;
}

/*
 * A peer that hangs up at the first words does not say why. If it speaks TLS, that is why; asking
 * costs a second connection, and only where the first has failed.
 */
static enum dyno_status explain_hangup(const struct dyno_hs2_address *address,
                                       enum dyno_status status, int64_t deadline_ns,
                                       struct dyno_err *err)
{
    struct dyno_transport second = DYNO_TRANSPORT_INIT;
    int64_t patience = dyno_hs2_deadline(PROBE_NS);
    deadline_ns = deadline_ns < patience ? deadline_ns : patience;
    if (dyno_transport_connect(&second, address->with.host, address->with.port, deadline_ns,
                               NULL) != DYNO_OK)
        return status;
    const struct dyno_tls_peer peer = {
        .fd = second.fd, .host = address->with.host, .name = second.peer};
    if (dyno_tls_is_spoken(&peer, deadline_ns))
        status = dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                  "'%s' wants TLS (hive.server2.use.SSL), which is off here",
                                  second.peer);
    dyno_transport_close(&second);
    return status;
}

enum dyno_status dyno_hs2_link_explain(const struct dyno_hs2_link *link,
                                       const struct dyno_hs2_address *address,
                                       enum dyno_status status, struct dyno_err *err)
{
    bool is_strange = status == DYNO_EPROTO || status == DYNO_ECONN;
    if (!is_strange || link->transport.peer[0] == '\0' || address->with.tls.is_on)
        return status;
    return explain_hangup(address, status, dyno_hs2_deadline(address->with.connect_timeout_ns),
                          err);
}

static enum dyno_status log_in(struct dyno_hs2_link *link, const struct dyno_hs2_options *with,
                               int64_t deadline_ns, struct dyno_err *err)
{
    if (with->auth == DYNO_HS2_AUTH_PLAIN)
        return dyno_sasl_plain(&link->transport, with->user, with->password, deadline_ns, err);
    const struct dyno_gss_peer peer = {
        .service = with->krb_service, .host = with->krb_host, .realm = with->krb_realm};
    return dyno_sasl_gss(&link->transport, &peer, deadline_ns, err);
}

/* The connection itself is made with the first request. */
static enum dyno_status open_http(struct dyno_hs2_link *link,
                                  const struct dyno_hs2_address *address, struct dyno_err *err)
{
    link->is_framed = false;
    enum dyno_status status = dyno_http_open(address, &link->http, err);
    link->is_dead = status != DYNO_OK;
    if (status == DYNO_OK)
        (void)snprintf(link->transport.peer, sizeof link->transport.peer, "%.287s",
                       dyno_http_name(link->http));
    return status;
}

enum dyno_status dyno_hs2_link_open(struct dyno_hs2_link *link,
                                    const struct dyno_hs2_address *address, struct dyno_err *err)
{
    const struct dyno_hs2_options *with = &address->with;
    *link = (struct dyno_hs2_link){
        .transport = DYNO_TRANSPORT_INIT,
        .max_message_bytes = with->max_message_bytes,
        .is_framed = with->auth != DYNO_HS2_AUTH_NOSASL,
    };
    if (with->transport == DYNO_HS2_TRANSPORT_HTTP)
        return open_http(link, address, err);
    int64_t deadline = dyno_hs2_deadline(with->connect_timeout_ns);
    enum dyno_status status =
        dyno_transport_connect(&link->transport, with->host, with->port, deadline, err);
    if (status == DYNO_OK && address->tls != NULL)
        status = dyno_transport_secure(&link->transport, with->host, address->tls, deadline, err);
    if (status == DYNO_OK && link->is_framed) {
        status = log_in(link, with, deadline, err);
        status = dyno_hs2_link_explain(link, address, status, err);
    }
    link->is_dead = status != DYNO_OK;
    return status;
}

void dyno_hs2_link_close(struct dyno_hs2_link *link)
{
    dyno_transport_close(&link->transport);
    dyno_http_close(link->http);
    link->http = NULL;
    dyno_wire_writer_deinit(&link->request);
    free(link->answer.bytes);
    link->answer = (struct dyno_hs2_buffer){.bytes = NULL};
    link->is_dead = true;
}

struct dyno_wire_writer *dyno_hs2_link_begin(struct dyno_hs2_link *link, enum dyno_hs2_call call)
{
    link->seqid = link->seqid == INT32_MAX ? 1 : link->seqid + 1;
    dyno_wire_writer_reset(&link->request, FRAME_HEADER_BYTES);
    dyno_hs2_request_begin(&link->request, call, link->seqid);
    return &link->request;
}

/* A broken connection is closed at once: the server then ends the session and frees what it holds. */
static enum dyno_status die(struct dyno_hs2_link *link, enum dyno_status status)
{
    link->is_dead = true;
    dyno_transport_close(&link->transport);
    if (link->http != NULL)
        dyno_http_drop(link->http);
    return status;
}

bool dyno_hs2_link_revive(struct dyno_hs2_link *link)
{
    link->is_dead = link->http == NULL;
    link->is_owed = false;
    return !link->is_dead;
}

static enum dyno_status refuse_dead(const struct dyno_hs2_link *link, struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0,
                            "the connection to '%s' was lost by an earlier failure",
                            link->transport.peer);
}

enum dyno_status dyno_hs2_link_settle(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      bool may_be_owed, struct dyno_err *err)
{
    if (!link->is_owed)
        return DYNO_OK;
    struct dyno_hs2_reply dropped = DYNO_HS2_REPLY_INIT;
    struct dyno_hs2_receipt receipt = {
        .call = link->owed_call, .deadline_ns = deadline_ns, .may_be_owed = may_be_owed};
    enum dyno_status status = dyno_hs2_link_receive(link, &receipt, &dropped, err);
    dyno_hs2_schema_deinit(&dropped.schema);
    return status;
}

static void put_frame_length(struct dyno_wire_writer *request)
{
    size_t len = request->len - FRAME_HEADER_BYTES;
    for (size_t i = 0; i < FRAME_HEADER_BYTES; i++)
        request->bytes[i] = (uint8_t)(len >> (8 * (FRAME_HEADER_BYTES - 1 - i)));
}

enum dyno_status dyno_hs2_link_send(struct dyno_hs2_link *link, int64_t deadline_ns,
                                    struct dyno_err *err)
{
    if (link->is_dead)
        return refuse_dead(link, err);
    dyno_hs2_request_end(&link->request);
    if (link->request.is_failed || link->request.len > INT32_MAX)
        return out_of_memory(err);
    enum dyno_status status = dyno_hs2_link_settle(link, deadline_ns, false, err);
    if (status != DYNO_OK)
        return status;
    size_t skipped = link->is_framed ? 0 : FRAME_HEADER_BYTES;
    put_frame_length(&link->request);
    const uint8_t *bytes = link->request.bytes + skipped;
    size_t len = link->request.len - skipped;
    status = link->http != NULL
                 ? dyno_http_send(link->http, bytes, len, err)
                 : dyno_transport_send(&link->transport, bytes, len, deadline_ns, err);
    return status == DYNO_OK ? DYNO_OK : die(link, status);
}

/* One answer on its way in. */
struct receiving {
    struct dyno_hs2_link *link;
    struct dyno_hs2_buffer *into;
    int64_t deadline_ns;
    size_t limit; /**< bytes of the answer: exactly with frames, else at most */
    struct dyno_err *err;
};

/* Receive some bytes: into the frame header while that is incomplete, the rest into the buffer. */
static enum dyno_status receive_some(struct receiving *receiving)
{
    struct dyno_hs2_link *link = receiving->link;
    struct dyno_hs2_buffer *into = receiving->into;
    if (into->len == into->capacity && !dyno_hs2_buffer_reserve(into, 1))
        return out_of_memory(receiving->err);
    size_t missing = link->is_framed ? FRAME_HEADER_BYTES - link->frame_header_len : 0;
    struct dyno_transport_room room = {
        .head = link->frame_header + link->frame_header_len,
        .head_bytes = missing,
        .body = into->bytes + into->len,
        .body_bytes = into->capacity - into->len,
    };
    bool is_first = into->len == 0 && link->frame_header_len == 0;
    size_t got = 0;
    enum dyno_status status = dyno_transport_receive(&link->transport, &room, is_first,
                                                     receiving->deadline_ns, &got, receiving->err);
    if (status != DYNO_OK)
        return status;
    if (got == 0)
        return dyno_err_set_sql(receiving->err, DYNO_ECONN, "08S01", 0,
                                "'%s' closed the connection", link->transport.peer);
    size_t head = got < missing ? got : missing;
    link->frame_header_len += head;
    into->len += got - head;
    return DYNO_OK;
}

static enum dyno_status pull(struct dyno_wire_reader *reader, size_t want)
{
    struct receiving *receiving = reader->ctx;
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && receiving->into->len - reader->at < want)
        status = receive_some(receiving);
    reader->bytes = receiving->into->bytes;
    reader->len = receiving->into->len;
    return status;
}

/* With frames: receive the header, which tells the answer's size. */
static enum dyno_status receive_frame_header(struct receiving *receiving)
{
    struct dyno_hs2_link *link = receiving->link;
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && link->frame_header_len < FRAME_HEADER_BYTES)
        status = receive_some(receiving);
    if (status != DYNO_OK)
        return status;
    uint32_t frame_bytes = dyno_wire_load_u32(link->frame_header);
    if (frame_bytes > INT32_MAX)
        return dyno_err_set_sql(receiving->err, DYNO_EPROTO, "08S01", 0,
                                "'%s' sent a frame of negative length", link->transport.peer);
    if (frame_bytes > receiving->limit)
        return dyno_err_set_sql(receiving->err, DYNO_ELIMIT, "HY000", 0,
                                "'%s' sent an answer of %u bytes, more than the limit of %zu",
                                link->transport.peer, (unsigned)frame_bytes, receiving->limit);
    receiving->limit = frame_bytes;
    return DYNO_OK;
}

/* What a wrong first word looks like, so that the text says what to check. */
static const char *hint(const struct dyno_hs2_buffer *answer)
{
    if (answer->len >= 4 && memcmp(answer->bytes, "HTTP", 4) == 0)
        return ": it is a web server (hive.server2.transport.mode=http?)";
    if (answer->len >= 3 && (answer->bytes[0] == 3 || answer->bytes[0] == 4) &&
        answer->bytes[1] == 0 && answer->bytes[2] == 0)
        return ": it wants SASL, log in with authentication PLAIN";
    return "";
}

static enum dyno_status explain(const struct receiving *receiving,
                                const struct dyno_wire_reader *reader, enum dyno_hs2_call call)
{
    const char *peer = receiving->link->transport.peer;
    if (reader->fault == NULL)
        return reader->status;
    if (reader->status == DYNO_ENOMEM)
        return out_of_memory(receiving->err);
    if (reader->status == DYNO_ELIMIT)
        return dyno_err_set_sql(receiving->err, DYNO_ELIMIT, "HY000", 0,
                                "the answer of '%s' to %s is larger than the limit of %zu bytes",
                                peer, dyno_hs2_call_name(call), receiving->link->max_message_bytes);
    return dyno_err_set_sql(receiving->err, reader->status, "08S01", 0,
                            "the answer of '%s' to %s makes no sense: %s%s", peer,
                            dyno_hs2_call_name(call), reader->fault, hint(receiving->into));
}

static enum dyno_status read_answer(struct receiving *receiving, enum dyno_hs2_call call,
                                    int32_t seqid, struct dyno_hs2_reply *reply)
{
    struct dyno_hs2_link *link = receiving->link;
    bool is_whole = link->http != NULL;
    enum dyno_status status = DYNO_OK;
    if (is_whole)
        status =
            dyno_http_receive(link->http, receiving->into, receiving->deadline_ns, receiving->err);
    else if (link->is_framed)
        status = receive_frame_header(receiving);
    if (status != DYNO_OK)
        return status;
    struct dyno_wire_reader reader = {
        .bytes = receiving->into->bytes,
        .len = receiving->into->len,
        .max_bytes = is_whole ? receiving->into->len : receiving->limit,
        .is_size_known = link->is_framed || is_whole,
        .pull = is_whole ? NULL : pull,
        .ctx = receiving,
    };
    if (reader.len > reader.max_bytes)
        dyno_wire_fail(&reader, DYNO_EPROTO, "more came than was announced");
    dyno_hs2_reply_read(&reader, call, seqid, reply);
    if (reader.status == DYNO_OK &&
        (reader.at != receiving->into->len || (link->is_framed && reader.at != receiving->limit)))
        dyno_wire_fail(&reader, DYNO_EPROTO, "more came than was asked for");
    return reader.status == DYNO_OK ? DYNO_OK : explain(receiving, &reader, call);
}

enum dyno_status dyno_hs2_link_receive(struct dyno_hs2_link *link,
                                       const struct dyno_hs2_receipt *receipt,
                                       struct dyno_hs2_reply *reply, struct dyno_err *err)
{
    if (link->is_dead)
        return refuse_dead(link, err);
    struct receiving receiving = {
        .link = link,
        .into = receipt->into != NULL ? receipt->into : &link->answer,
        .deadline_ns = receipt->deadline_ns,
        .limit = link->max_message_bytes,
        .err = err,
    };
    if (!link->is_owed) {
        receiving.into->len = 0;
        link->frame_header_len = 0;
        link->owed_seqid = link->seqid;
        link->owed_call = receipt->call;
    }
    enum dyno_status status = read_answer(&receiving, receipt->call, link->owed_seqid, reply);
    bool is_coming = link->http == NULL || dyno_http_is_under_way(link->http);
    link->is_owed = status == DYNO_ETIMEOUT && receipt->may_be_owed && is_coming;
    if (status == DYNO_OK || link->is_owed)
        return status;
    return die(link, status);
}

enum dyno_status dyno_hs2_link_call(struct dyno_hs2_link *link, enum dyno_hs2_call call,
                                    int64_t deadline_ns, struct dyno_hs2_reply *reply,
                                    struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_link_send(link, deadline_ns, err);
    if (status != DYNO_OK)
        return status;
    struct dyno_hs2_receipt receipt = {.call = call, .deadline_ns = deadline_ns};
    status = dyno_hs2_link_receive(link, &receipt, reply, err);
    if (status != DYNO_OK)
        return status;
    return dyno_hs2_reply_check(reply, call, link->answer.bytes, err);
}
