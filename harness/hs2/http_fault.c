#include "hs2/http_fault.h"

#include "hs2/tls.h"
#include "hs2/tls_context.h"

#include <openssl/x509_vfy.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EXCERPT_BYTES 160

enum http_state {
    OK = 200,
    REDIRECT = 300,
    CLIENT_FAULT = 400,
    UNAUTHORIZED = 401,
    FORBIDDEN = 403,
    NOT_FOUND = 404,
    NO_SUCH_METHOD = 405,
    PROXY_UNAUTHORIZED = 407,
    TOO_MANY = 429,
    BAD_GATEWAY = 502,
    UNAVAILABLE = 503,
    GATEWAY_TIMEOUT = 504
};

static bool holds(const char *text, const char *secret)
{
    return secret != NULL && strlen(secret) > 1 && strstr(text, secret) != NULL;
}

/* The first line of the body with ": " before it, if it is plain text; no page, no secret. */
static void excerpt(const struct dyno_http_ending *ending, char out[EXCERPT_BYTES + 3])
{
    size_t len = 0;
    out[0] = '\0';
    const struct dyno_hs2_buffer *body = ending->body;
    if (body->len == 0 || body->bytes[0] == '<')
        return;
    while (len < body->len && len < EXCERPT_BYTES && body->bytes[len] >= ' ' &&
           body->bytes[len] < 0x7f) {
        out[len + 2] = (char)body->bytes[len];
        len++;
    }
    out[len + 2] = '\0';
    if (len == 0 || holds(out + 2, ending->with->password) || holds(out + 2, ending->with->token))
        return;
    out[0] = ':';
    out[1] = ' ';
}

static enum dyno_status refused(const struct dyno_http_ending *ending, long state,
                                struct dyno_err *err)
{
    char why[EXCERPT_BYTES + 3];
    excerpt(ending, why);
    bool is_token = ending->with->auth == DYNO_HS2_AUTH_BEARER;
    if (ending->with->auth == DYNO_HS2_AUTH_KERBEROS)
        return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0,
                                "'%s' let nobody in by Kerberos (HTTP %ld): is there a ticket "
                                "(klist), and is the server's principal '%s/%s'?%s",
                                ending->name, state, ending->with->krb_service,
                                ending->with->krb_host, why);
    return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0, "'%s' refused %s '%s' (HTTP %ld)%s",
                            ending->name, is_token ? "the token of user" : "user",
                            ending->with->user, state, why);
}

static enum dyno_status judge_state(const struct dyno_http_ending *ending, long state,
                                    struct dyno_err *err)
{
    char why[EXCERPT_BYTES + 3];
    excerpt(ending, why);
    switch (state) {
    case UNAUTHORIZED:
    case FORBIDDEN:
        return refused(ending, state, err);
    case PROXY_UNAUTHORIZED:
        return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0,
                                "the proxy before '%s' wants a user name and password, or other "
                                "ones (HTTP %ld)",
                                ending->name, state);
    case NOT_FOUND:
    case NO_SUCH_METHOD:
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "there is no Thrift server at '%s' (HTTP %ld): check port and path "
                                "(hive.server2.thrift.http.path)",
                                ending->name, state);
    case TOO_MANY:
    case BAD_GATEWAY:
    case UNAVAILABLE:
    case GATEWAY_TIMEOUT:
        return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0,
                                "the server at '%s' is not available now (HTTP %ld)%s",
                                ending->name, state, why);
    default:
        break;
    }
    if (state >= REDIRECT && state < CLIENT_FAULT)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' sends elsewhere (HTTP %ld), which is not followed, as the "
                                "password would go there too",
                                ending->name, state);
    return dyno_err_set_sql(err, DYNO_ESERVER, "HY000", 0, "'%s' failed (HTTP %ld)%s", ending->name,
                            state, why);
}

/* 200 says little: log-in pages and proxies answer so too. */
static enum dyno_status judge_answer(const struct dyno_http_ending *ending, struct dyno_err *err)
{
    long state = 0;
    const char *type = NULL;
    (void)curl_easy_getinfo(ending->easy, CURLINFO_RESPONSE_CODE, &state);
    (void)curl_easy_getinfo(ending->easy, CURLINFO_CONTENT_TYPE, &type);
    if (state != OK)
        return judge_state(ending, state, err);
    if (type != NULL && strncasecmp(type, "text/html", 9) == 0)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' answers with a web page: check port and path, and whether a "
                                "log-in page stands before the server",
                                ending->name);
    return DYNO_OK;
}

static enum dyno_status judge_tls(const struct dyno_http_ending *ending, struct dyno_err *err)
{
    long verdict = X509_V_OK;
    (void)curl_easy_getinfo(ending->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    /* curl compares names by itself and leaves no code behind where they differ. */
    if (verdict == X509_V_OK || verdict == X509_V_ERR_UNSPECIFIED)
        verdict = X509_V_ERR_HOSTNAME_MISMATCH;
    if (ending->code == CURLE_PEER_FAILED_VERIFICATION)
        return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                "the TLS certificate of '%s', asked for as '%s', %s", ending->name,
                                ending->with->host, dyno_tls_verdict(verdict));
    if (strstr(ending->detail, "wrong version number") != NULL)
        return dyno_err_set_sql(
            err, DYNO_ETLS, "08001", 0,
            "'%s' does not answer in TLS: TLS is on here, and may be off in the "
            "server (hive.server2.use.SSL) or on another port",
            ending->name);
    return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0, "TLS with '%s' failed: %s", ending->name,
                            ending->detail);
}

static enum dyno_status judge_failure(const struct dyno_http_ending *ending, struct dyno_err *err)
{
    const char *name = ending->name;
    const char *detail = ending->detail;
    switch (ending->code) {
    case CURLE_OUT_OF_MEMORY:
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return dyno_err_set_sql(err, DYNO_EDNS, "08001", 0, "looking up host failed: %s", detail);
    case CURLE_COULDNT_CONNECT:
        return dyno_err_set_sql(err, DYNO_ECONN, "08001", 0,
                                "connecting to '%s' failed: %s: check that the Thrift server is up "
                                "and listens on this host and port",
                                name, detail);
    case CURLE_OPERATION_TIMEDOUT:
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0,
                                "connecting to '%s' timed out: check host, port and firewall%s",
                                name,
                                ending->with->tls.is_on ? ", and whether the server has TLS on "
                                                          "(hive.server2.use.SSL)"
                                                        : "");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
        return judge_tls(ending, err);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "'%s' does not answer in HTTP: the server may speak the binary "
                                "protocol there (hive.server2.transport.mode)",
                                name);
    default:
        return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0, "the connection to '%s' was lost: %s",
                                name, detail);
    }
}

enum dyno_status dyno_http_judge(const struct dyno_http_ending *ending, struct dyno_err *err)
{
    struct dyno_http_ending told = *ending;
    if (told.detail[0] == '\0')
        told.detail = curl_easy_strerror(told.code);
    return told.code == CURLE_OK ? judge_answer(&told, err) : judge_failure(&told, err);
}
