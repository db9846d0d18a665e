#include "hs2/quiet.h"
#include "hs2/sasl.h"

/* Tickets are exchanged in two or three steps; a server that wants more is not one. */
#define MOST_STEPS 8

enum {
    LAYER_NONE = 1,
    LAYER_MESSAGE_BYTES = 4
};

/* A handshake under way. */
struct shaking {
    struct dyno_transport *transport;
    struct dyno_gss *gss;
    int64_t deadline_ns;
    bool is_agreed;   /**< the context is complete */
    bool is_answered; /**< the layer was chosen: nothing more is ours to say */
    struct dyno_sasl_answer answer;
};

static enum dyno_status send_step(struct shaking *shaking, enum dyno_sasl_code code,
                                  const struct dyno_gss_token *token, struct dyno_err *err)
{
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_sasl_put(&writer, code, token->bytes, token->len);
    return dyno_sasl_send(shaking->transport, &writer, shaking->deadline_ns, err);
}

static enum dyno_status start(struct shaking *shaking, struct dyno_err *err)
{
    const struct dyno_gss_token nothing = {.len = 0};
    struct dyno_gss_token token = {.len = 0};
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    enum dyno_status status =
        dyno_gss_step(shaking->gss, &nothing, &token, &shaking->is_agreed, err);
    if (status != DYNO_OK)
        return status;
    dyno_sasl_put(&writer, DYNO_SASL_START, "GSSAPI", 6);
    dyno_sasl_put(&writer, DYNO_SASL_OK, token.bytes, token.len);
    return dyno_sasl_send(shaking->transport, &writer, shaking->deadline_ns, err);
}

/* RFC 4752: the server offers layers, and we choose none, with no name to act for. */
static enum dyno_status choose_layer(struct shaking *shaking, const struct dyno_gss_token *in,
                                     struct dyno_err *err)
{
    static const uint8_t choice[LAYER_MESSAGE_BYTES] = {LAYER_NONE, 0, 0, 0};
    const struct dyno_gss_token plain = {.bytes = choice, .len = sizeof choice};
    struct dyno_gss_token token = {.len = 0};
    enum dyno_status status = dyno_gss_unwrap(shaking->gss, in, &token, err);
    if (status != DYNO_OK)
        return status;
    if (token.len != LAYER_MESSAGE_BYTES)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' offers no security layers as SASL GSSAPI has them",
                                shaking->transport->peer);
    if ((((const uint8_t *)token.bytes)[0] & LAYER_NONE) == 0)
        return dyno_err_set_sql(err, DYNO_EUNSUPPORTED, "HYC00", 0,
                                "'%s' wants each message signed or encrypted by Kerberos "
                                "(hive.server2.thrift.sasl.qop); only 'auth' is supported: use TLS",
                                shaking->transport->peer);
    status = dyno_gss_wrap(shaking->gss, &plain, &token, err);
    if (status != DYNO_OK)
        return status;
    shaking->is_answered = true;
    return send_step(shaking, DYNO_SASL_COMPLETE, &token, err);
}

static enum dyno_status answer_step(struct shaking *shaking, struct dyno_err *err)
{
    const struct dyno_gss_token in = {.bytes = shaking->answer.bytes, .len = shaking->answer.len};
    struct dyno_gss_token out = {.len = 0};
    if (shaking->is_agreed)
        return choose_layer(shaking, &in, err);
    enum dyno_status status = dyno_gss_step(shaking->gss, &in, &out, &shaking->is_agreed, err);
    return status == DYNO_OK ? send_step(shaking, DYNO_SASL_OK, &out, err) : status;
}

static enum dyno_status shake_hands(struct shaking *shaking, struct dyno_err *err)
{
    enum dyno_status status = start(shaking, err);
    for (int step = 0; step < MOST_STEPS && status == DYNO_OK; step++) {
        status = dyno_sasl_receive(shaking->transport, shaking->deadline_ns, &shaking->answer, err);
        if (status != DYNO_OK)
            return status;
        if (shaking->answer.code != DYNO_SASL_OK || shaking->is_answered)
            return dyno_sasl_judge(shaking->transport, "by Kerberos", &shaking->answer, err);
        status = answer_step(shaking, err);
    }
    return status == DYNO_OK
               ? dyno_sasl_judge(shaking->transport, "by Kerberos", &shaking->answer, err)
               : status;
}

enum dyno_status dyno_sasl_gss(struct dyno_transport *transport, const struct dyno_gss_peer *peer,
                               int64_t deadline_ns, struct dyno_err *err)
{
    struct shaking shaking = {.transport = transport, .deadline_ns = deadline_ns};
    struct dyno_quiet quiet;
    enum dyno_status status = dyno_gss_open(peer, &shaking.gss, err);
    if (status != DYNO_OK)
        return status;
    /* Talking to the KDC is the library's own business, signals and all. */
    dyno_quiet_begin(&quiet);
    status = shake_hands(&shaking, err);
    dyno_quiet_end(&quiet);
    dyno_gss_close(shaking.gss);
    return status;
}
