#include "hs2/session.h"

#include "base/clock.h"
#include "hs2/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_CALL_NS        (60 * DYNO_NS_PER_S)
#define CLOSE_NS               (5 * DYNO_NS_PER_S)
#define CLOSE_AFTER_FAILURE_NS (2 * DYNO_NS_PER_S)

int64_t dyno_hs2_session_deadline(const struct dyno_hs2_session *session)
{
    int64_t timeout_ns = atomic_load(&session->call_timeout_ns);
    if (dyno_hs2_link_is_held_back(&session->link) &&
        timeout_ns < INT64_MAX - DYNO_HS2_LONG_POLL_NS)
        timeout_ns += DYNO_HS2_LONG_POLL_NS;
    return dyno_hs2_deadline(timeout_ns);
}

/* The first call on a raw connection is where a server that wants SASL shows itself: it hangs up. */
static enum dyno_status explain_hangup(const struct dyno_hs2_session *session,
                                       enum dyno_status status, struct dyno_err *err)
{
    if (session->link.is_framed)
        return status;
    if (dyno_hs2_link_explain(&session->link, &session->address, status, err) == DYNO_ETLS)
        return DYNO_ETLS;
    if (status != DYNO_ECONN || session->link.http != NULL)
        return status;
    return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                            "'%s' closed the connection instead of opening a session: if the "
                            "server's hive.server2.authentication is not NOSASL, log in with "
                            "authentication PLAIN",
                            session->link.transport.peer);
}

static enum dyno_status check_opened(const struct dyno_hs2_session *session,
                                     const struct dyno_hs2_reply *reply, struct dyno_err *err)
{
    if (!reply->has_handle)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' opened a session without handle",
                                session->link.transport.peer);
    if (reply->protocol > DYNO_HS2_PROTOCOL)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' answers in version %d of the protocol, %d was asked for",
                                session->link.transport.peer, (int)reply->protocol,
                                DYNO_HS2_PROTOCOL);
    if (reply->protocol < DYNO_HS2_OLDEST_PROTOCOL)
        return dyno_err_set_sql(err, DYNO_EUNSUPPORTED, "08S01", 0,
                                "'%s' speaks version V%d of the protocol, V%d or later is needed",
                                session->link.transport.peer, (int)reply->protocol + 1,
                                DYNO_HS2_OLDEST_PROTOCOL + 1);
    return DYNO_OK;
}

static enum dyno_status open_session(struct dyno_hs2_session *session,
                                     const struct dyno_hs2_options *options, struct dyno_err *err)
{
    /* Elsewhere the handshake, or HTTP, carries the password. */
    bool is_raw = session->link.http == NULL && !session->link.is_framed;
    const char *password = is_raw ? options->password : NULL;
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, DYNO_HS2_OPEN_SESSION);
    dyno_hs2_request_open_session(request, session->address.with.user, password, options);
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    enum dyno_status status = dyno_hs2_link_call(&session->link, DYNO_HS2_OPEN_SESSION,
                                                 dyno_hs2_session_deadline(session), &reply, err);
    if (status != DYNO_OK)
        return explain_hangup(session, status, err);
    session->handle = reply.handle;
    session->protocol = reply.protocol;
    return check_opened(session, &reply, err);
}

static void free_session(struct dyno_hs2_session *session)
{
    dyno_hs2_link_close(&session->link);
    dyno_hs2_about_deinit(&session->about);
    dyno_hs2_address_deinit(&session->address);
    free(session);
}

enum dyno_status dyno_hs2_session_open(const struct dyno_hs2_options *options,
                                       struct dyno_hs2_session **out, struct dyno_err *err)
{
    struct dyno_hs2_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
    session->link.transport = (struct dyno_transport)DYNO_TRANSPORT_INIT;
    dyno_hs2_session_set_call_timeout(session, options->call_timeout_ns);
    enum dyno_status status = dyno_hs2_address_init(&session->address, options, err);
    if (status == DYNO_OK)
        status = dyno_hs2_link_open(&session->link, &session->address, err);
    if (status == DYNO_OK)
        status = open_session(session, options, err);
    if (status != DYNO_OK) {
        free_session(session);
        return status;
    }
    *out = session;
    return DYNO_OK;
}

void dyno_hs2_session_close(struct dyno_hs2_session *session)
{
    if (session == NULL)
        return;
    bool was_dead = session->link.is_dead;
    if (!was_dead || (session->handle.guid_len > 0 && dyno_hs2_link_revive(&session->link))) {
        struct dyno_wire_writer *request =
            dyno_hs2_link_begin(&session->link, DYNO_HS2_CLOSE_SESSION);
        dyno_hs2_request_session(request, &session->handle);
        struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
        int64_t patience_ns = was_dead ? CLOSE_AFTER_FAILURE_NS : CLOSE_NS;
        enum dyno_status status = dyno_hs2_link_call(&session->link, DYNO_HS2_CLOSE_SESSION,
                                                     dyno_hs2_deadline(patience_ns), &reply, NULL);
        /* Whatever it said: more cannot be done, and closing a connection ends its session too. */
        (void)status;
    }
    free_session(session);
}

enum dyno_status dyno_hs2_session_info(struct dyno_hs2_session *session, int32_t info_type,
                                       char *out, size_t out_bytes, struct dyno_err *err)
{
    struct dyno_wire_writer *request = dyno_hs2_link_begin(&session->link, DYNO_HS2_GET_INFO);
    dyno_hs2_request_get_info(request, &session->handle, info_type);
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    enum dyno_status status = dyno_hs2_link_call(&session->link, DYNO_HS2_GET_INFO,
                                                 dyno_hs2_session_deadline(session), &reply, err);
    if (status == DYNO_OK)
        (void)snprintf(out, out_bytes, "%.*s", (int)reply.info.len,
                       (const char *)session->link.answer.bytes + reply.info.at);
    return status;
}

enum dyno_status dyno_hs2_session_settle(struct dyno_hs2_session *session, int64_t deadline_ns,
                                         struct dyno_err *err)
{
    int64_t call_deadline = dyno_hs2_session_deadline(session);
    bool is_ours = deadline_ns < call_deadline;
    return dyno_hs2_link_settle(&session->link, is_ours ? deadline_ns : call_deadline, is_ours,
                                err);
}

int32_t dyno_hs2_session_protocol(const struct dyno_hs2_session *session)
{
    return session->protocol;
}

int dyno_hs2_session_probe(struct dyno_hs2_session *session)
{
    /* An answer that lies there would hide the end of the stream behind it. */
    dyno_hs2_link_drain(&session->link);
    return session->link.is_dead || dyno_transport_is_closed_by_peer(&session->link.transport);
}

int dyno_hs2_session_is_dead(const struct dyno_hs2_session *session)
{
    return session->link.is_dead;
}

void dyno_hs2_session_set_call_timeout(struct dyno_hs2_session *session, int64_t timeout_ns)
{
    atomic_store(&session->call_timeout_ns, timeout_ns > 0 ? timeout_ns : DEFAULT_CALL_NS);
}
