#include "hs2/link.h"

#include "base/clock.h"
#include "hs2/answer.h"
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
    else if (status == DYNO_OK)
        dyno_transport_set_blocking(&link->transport);
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
    free(link->rest.bytes);
    link->answer = (struct dyno_hs2_buffer){.bytes = NULL};
    link->rest = (struct dyno_hs2_buffer){.bytes = NULL};
    link->due_count = 0;
    link->is_dead = true;
}

static struct dyno_wire_writer *start_request(struct dyno_hs2_link *link, enum dyno_hs2_call call)
{
    link->seqid = link->seqid == INT32_MAX ? 1 : link->seqid + 1;
    link->asked[link->asked_count++] = (struct dyno_hs2_due){.call = call, .seqid = link->seqid};
    link->request_at = link->request.len;
    if (link->is_framed)
        dyno_wire_put_i32(&link->request, 0);
    dyno_hs2_request_begin(&link->request, call, link->seqid);
    return &link->request;
}

/* With frames, the header's room is filled in now that the length is known. */
static void end_request(struct dyno_hs2_link *link)
{
    struct dyno_wire_writer *request = &link->request;
    dyno_hs2_request_end(request);
    if (request->is_failed || !link->is_framed)
        return;
    size_t len = request->len - link->request_at - FRAME_HEADER_BYTES;
    for (size_t i = 0; i < FRAME_HEADER_BYTES; i++)
        request->bytes[link->request_at + i] = (uint8_t)(len >> (8 * (FRAME_HEADER_BYTES - 1 - i)));
}

struct dyno_wire_writer *dyno_hs2_link_begin(struct dyno_hs2_link *link, enum dyno_hs2_call call)
{
    link->asked_count = 0;
    dyno_wire_writer_reset(&link->request, 0);
    return start_request(link, call);
}

struct dyno_wire_writer *dyno_hs2_link_begin_next(struct dyno_hs2_link *link,
                                                  enum dyno_hs2_call call)
{
    end_request(link);
    return start_request(link, call);
}

/* A broken connection is closed at once: the server then ends the session and frees what it holds. */
static enum dyno_status die(struct dyno_hs2_link *link, enum dyno_status status)
{
    link->is_dead = true;
    link->due_count = 0;
    link->is_begun = false;
    link->rest.len = 0;
    link->rest_at = 0;
    dyno_transport_close(&link->transport);
    if (link->http != NULL)
        dyno_http_drop(link->http);
    return status;
}

bool dyno_hs2_link_revive(struct dyno_hs2_link *link)
{
    link->is_dead = link->http == NULL;
    return !link->is_dead;
}

static enum dyno_status refuse_dead(const struct dyno_hs2_link *link, struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0,
                            "the connection to '%s' was lost by an earlier failure",
                            link->transport.peer);
}

static enum dyno_status take(struct dyno_hs2_link *link, int64_t deadline_ns, bool may_be_owed,
                             struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_answer_take(link, deadline_ns, err);
    bool is_coming = link->http == NULL || dyno_http_is_under_way(link->http);
    if (status == DYNO_OK || (status == DYNO_ETIMEOUT && may_be_owed && is_coming))
        return status;
    return die(link, status);
}

/* Of the answers that are due, how many must be taken before all that stay are to CloseOperation, and leave room
 * for what one request asks. */
static size_t count_slow(const struct dyno_hs2_link *link)
{
    const size_t most = DYNO_HS2_DUE_MAX - DYNO_HS2_ASKED_MAX;
    size_t surplus = link->due_count > most ? link->due_count - most : 0;
    size_t count = link->due_count;
    while (count > 0 && link->http == NULL &&
           link->dues[count - 1].call == DYNO_HS2_CLOSE_OPERATION)
        count--;
    return count > surplus ? count : surplus;
}

enum dyno_status dyno_hs2_link_settle(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      bool may_be_owed, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t left = count_slow(link); status == DYNO_OK && left > 0; left--)
        status = take(link, deadline_ns, may_be_owed, err);
    return status;
}

/* Make room in the queue for what was asked, and put it there. */
static enum dyno_status queue_up(struct dyno_hs2_link *link, int64_t deadline_ns,
                                 struct dyno_err *err)
{
    enum dyno_hs2_call call = link->asked[0].call;
    bool is_leave = call == DYNO_HS2_CLOSE_OPERATION || call == DYNO_HS2_CLOSE_SESSION;
    enum dyno_status status = DYNO_OK;
    if (!is_leave || link->http != NULL)
        status = dyno_hs2_link_settle(link, deadline_ns, false, err);
    while (status == DYNO_OK && link->due_count > DYNO_HS2_DUE_MAX - link->asked_count)
        status = take(link, deadline_ns, false, err);
    for (size_t i = 0; status == DYNO_OK && i < link->asked_count; i++)
        link->dues[link->due_count++] = link->asked[i];
    return status;
}

enum dyno_status dyno_hs2_link_send(struct dyno_hs2_link *link, int64_t deadline_ns,
                                    struct dyno_err *err)
{
    const struct dyno_wire_writer *request = &link->request;
    if (link->is_dead)
        return refuse_dead(link, err);
    end_request(link);
    if (request->is_failed || request->len > INT32_MAX)
        return out_of_memory(err);
    enum dyno_status status = queue_up(link, deadline_ns, err);
    if (status != DYNO_OK)
        return status;
    status = link->http != NULL ? dyno_http_send(link->http, request->bytes, request->len, err)
                                : dyno_transport_send(&link->transport, request->bytes,
                                                      request->len, deadline_ns, err);
    return status == DYNO_OK ? DYNO_OK : die(link, status);
}

/* The due answer to that request, or NULL. */
static struct dyno_hs2_due *find(struct dyno_hs2_link *link, int32_t seqid)
{
    for (size_t i = 0; i < link->due_count; i++)
        if (link->dues[i].seqid == seqid)
            return &link->dues[i];
    return NULL;
}

bool dyno_hs2_link_is_due(const struct dyno_hs2_link *link, int32_t seqid)
{
    bool is_due = false;
    for (size_t i = 0; i < link->due_count; i++)
        is_due = is_due || link->dues[i].seqid == seqid;
    return is_due;
}

bool dyno_hs2_link_is_held_back(const struct dyno_hs2_link *link)
{
    bool is_held_back = false;
    for (size_t i = 0; i < link->due_count; i++)
        is_held_back = is_held_back || link->dues[i].call == DYNO_HS2_GET_OPERATION_STATUS;
    return is_held_back;
}

void dyno_hs2_link_direct(struct dyno_hs2_link *link, int32_t seqid, struct dyno_hs2_sink sink)
{
    struct dyno_hs2_due *due = find(link, seqid);
    if (due != NULL)
        due->sink = sink;
}

void dyno_hs2_link_forget(struct dyno_hs2_link *link, int32_t seqid)
{
    struct dyno_hs2_due *due = find(link, seqid);
    if (due == NULL)
        return;
    /* What has come of it so far is gone on with in the link's own buffer. */
    if (due == &link->dues[0] && link->is_begun && due->sink.into != NULL) {
        free(link->answer.bytes);
        link->answer = *due->sink.into;
        *due->sink.into = (struct dyno_hs2_buffer){.bytes = NULL};
    }
    due->sink = (struct dyno_hs2_sink){.into = NULL};
}

enum dyno_status dyno_hs2_link_await(struct dyno_hs2_link *link, int32_t seqid, int64_t deadline_ns,
                                     bool may_be_owed, struct dyno_err *err)
{
    enum dyno_status status = link->is_dead ? refuse_dead(link, err) : DYNO_OK;
    while (status == DYNO_OK && dyno_hs2_link_is_due(link, seqid))
        status = take(link, deadline_ns, may_be_owed, err);
    return status;
}

enum dyno_status dyno_hs2_link_receive(struct dyno_hs2_link *link, int32_t seqid,
                                       int64_t deadline_ns, bool may_be_owed,
                                       struct dyno_hs2_reply *reply, struct dyno_err *err)
{
    dyno_hs2_link_direct(link, seqid, (struct dyno_hs2_sink){.reply = reply});
    enum dyno_status status = dyno_hs2_link_await(link, seqid, deadline_ns, may_be_owed, err);
    dyno_hs2_link_forget(link, seqid);
    return status;
}

enum dyno_status dyno_hs2_link_call(struct dyno_hs2_link *link, enum dyno_hs2_call call,
                                    int64_t deadline_ns, struct dyno_hs2_reply *reply,
                                    struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_link_send(link, deadline_ns, err);
    if (status == DYNO_OK)
        status = dyno_hs2_link_receive(link, link->seqid, deadline_ns, false, reply, err);
    if (status != DYNO_OK)
        return status;
    return dyno_hs2_reply_check(reply, call, link->answer.bytes, err);
}

void dyno_hs2_link_drain(struct dyno_hs2_link *link)
{
    /* Without a connection of its own to look at, HTTP has nothing that comes unasked. */
    enum dyno_status status = link->http == NULL ? DYNO_OK : DYNO_ETIMEOUT;
    while (status == DYNO_OK && link->due_count > 0)
        status = take(link, 0, true, NULL);
}
