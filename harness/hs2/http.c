#include "hs2/http.h"

#include "base/clock.h"
#include "hs2/cookies.h"
#include "hs2/http_fault.h"
#include "hs2/quiet.h"
#include "hs2/tls_context.h"
#include "hs2/wait.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct dyno_http {
    const struct dyno_hs2_address *address;
    CURLM *multi;
    CURL *easy;
    CURLU *url;
    struct curl_slist *headers;
    struct dyno_cookies cookies;
    struct dyno_hs2_buffer *into; /**< where the answer's body goes */
    bool is_under_way;
    bool is_too_long;
    bool is_out_of_memory;
    char name[384]; /**< "host:port/path" */
    char detail[CURL_ERROR_SIZE];
};

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct dyno_http *http = ctx;
    size_t len = size * count;
    if (http->into == NULL)
        return 0;
    http->is_too_long = len > http->address->with.max_message_bytes - http->into->len;
    if (http->is_too_long)
        return 0;
    http->is_out_of_memory = !dyno_hs2_buffer_reserve(http->into, len);
    if (http->is_out_of_memory)
        return 0;
    memcpy(http->into->bytes + http->into->len, bytes, len);
    http->into->len += len;
    return len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *ctx)
{
    static const char name[] = "set-cookie:";
    struct dyno_http *http = ctx;
    size_t len = size * count;
    size_t shown = len;
    while (shown > 0 && (bytes[shown - 1] == '\r' || bytes[shown - 1] == '\n'))
        shown--;
    if (shown >= sizeof name && strncasecmp(bytes, name, sizeof name - 1) == 0)
        (void)dyno_cookies_take(&http->cookies, bytes + sizeof name - 1, shown - (sizeof name - 1));
    return len;
}

static CURLcode trust_self_signed(CURL *easy, void *ssl_context, void *ctx)
{
    (void)easy;
    (void)ctx;
    dyno_tls_allow_self_signed(ssl_context);
    return CURLE_OK;
}

/* One option; the first failure stays. curl takes numbers as long, all else as pointers. */
static void set_text(CURL *easy, CURLcode *code, CURLoption option, const char *text)
{
    if (*code == CURLE_OK && text != NULL)
        *code = curl_easy_setopt(easy, option, text);
}

static void set_long(CURL *easy, CURLcode *code, CURLoption option, long number)
{
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, option, number);
}

static void set_manners(struct dyno_http *http, CURLcode *code)
{
    CURL *easy = http->easy;
    int64_t connect_ms = http->address->with.connect_timeout_ns / DYNO_NS_PER_MS;
    set_text(easy, code, CURLOPT_PROTOCOLS_STR, "http,https");
    set_text(easy, code, CURLOPT_USERAGENT, "sparkdyno-hs2");
    set_long(easy, code, CURLOPT_NOSIGNAL, 1);
    set_long(easy, code, CURLOPT_FOLLOWLOCATION, 0);
    set_long(easy, code, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(easy, code, CURLOPT_MAXCONNECTS, 1);
    set_long(easy, code, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? (long)connect_ms : 1);
    set_long(easy, code, CURLOPT_TCP_NODELAY, 1);
    set_long(easy, code, CURLOPT_TCP_KEEPALIVE, 1);
    set_long(easy, code, CURLOPT_TCP_KEEPIDLE, 60);
    set_long(easy, code, CURLOPT_TCP_KEEPINTVL, 10);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->detail);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_CURLU, http->url);
    if (*code == CURLE_OK)
        *code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
}

static void set_identity(struct dyno_http *http, CURLcode *code)
{
    const struct dyno_hs2_options *with = &http->address->with;
    if (with->auth == DYNO_HS2_AUTH_BEARER) {
        set_long(http->easy, code, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        set_text(http->easy, code, CURLOPT_XOAUTH2_BEARER, with->token);
        return;
    }
    if (with->auth == DYNO_HS2_AUTH_KERBEROS) {
        /* The ticket has the name; curl does nothing without being given one. */
        set_long(http->easy, code, CURLOPT_HTTPAUTH, (long)CURLAUTH_NEGOTIATE);
        set_text(http->easy, code, CURLOPT_SERVICE_NAME, with->krb_service);
        set_text(http->easy, code, CURLOPT_USERPWD, ":");
        return;
    }
    /* Spark wants a name and a password in this place even where it does not look at them. */
    set_long(http->easy, code, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    set_text(http->easy, code, CURLOPT_USERNAME, with->user);
    set_text(http->easy, code, CURLOPT_PASSWORD, with->password);
}

static void set_proxy(struct dyno_http *http, CURLcode *code)
{
    const struct dyno_hs2_proxy *proxy = &http->address->with.proxy;
    if (proxy->is_off) {
        set_text(http->easy, code, CURLOPT_PROXY, "");
        return;
    }
    if (proxy->host == NULL)
        return;
    set_text(http->easy, code, CURLOPT_PROXY, proxy->host);
    set_long(http->easy, code, CURLOPT_PROXYPORT, proxy->port != 0 ? proxy->port : 8080);
    set_text(http->easy, code, CURLOPT_PROXYUSERNAME, proxy->user);
    set_text(http->easy, code, CURLOPT_PROXYPASSWORD, proxy->password);
    /* Named for this server, it counts whatever the environment excepts. */
    set_text(http->easy, code, CURLOPT_NOPROXY, "");
}

static void set_tls(struct dyno_http *http, CURLcode *code)
{
    const struct dyno_hs2_tls *tls = &http->address->with.tls;
    CURL *easy = http->easy;
    if (!tls->is_on)
        return;
    set_long(easy, code, CURLOPT_SSLVERSION,
             tls->needs_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2);
    set_long(easy, code, CURLOPT_SSL_VERIFYPEER, tls->skips_checks ? 0 : 1);
    set_long(easy, code, CURLOPT_SSL_VERIFYHOST, tls->skips_checks || tls->skips_host_name ? 0 : 2);
    /* One connection is kept: nothing is won by it, and libcurl 7.88 frees an entry twice when memory
     * runs out while it is made. */
    set_long(easy, code, CURLOPT_SSL_SESSIONID_CACHE, 0);
    set_text(easy, code, CURLOPT_CAINFO, tls->ca_file);
    /* curl's default folder of authorities stays trusted unless it is taken away. */
    if (*code == CURLE_OK && tls->ca_file != NULL && !tls->adds_system_cas)
        *code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    set_text(easy, code, CURLOPT_SSLCERT, tls->cert_file);
    set_text(easy, code, CURLOPT_SSLKEY, tls->key_file != NULL ? tls->key_file : tls->cert_file);
    set_text(easy, code, CURLOPT_KEYPASSWD, tls->key_password);
    if (*code == CURLE_OK && tls->allows_self_signed)
        *code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_self_signed);
}

static bool add_header(struct dyno_http *http, const char *header)
{
    struct curl_slist *longer = curl_slist_append(http->headers, header);
    http->headers = longer != NULL ? longer : http->headers;
    return longer != NULL;
}

static enum dyno_status set_url(struct dyno_http *http, struct dyno_err *err)
{
    const struct dyno_hs2_options *with = &http->address->with;
    bool is_v6 = strchr(with->host, ':') != NULL;
    char path[1024];
    int path_len =
        snprintf(path, sizeof path, "%s%s", with->http_path[0] == '/' ? "" : "/", with->http_path);
    char host[300];
    char port[8];
    (void)snprintf(host, sizeof host, is_v6 ? "[%s]" : "%s", with->host);
    (void)snprintf(port, sizeof port, "%u", (unsigned)with->port);
    (void)snprintf(http->name, sizeof http->name, "%s:%s%.64s", host, port, path);
    if (curl_url_set(http->url, CURLUPART_SCHEME, with->tls.is_on ? "https" : "http", 0) !=
            CURLUE_OK ||
        curl_url_set(http->url, CURLUPART_HOST, host, 0) != CURLUE_OK ||
        curl_url_set(http->url, CURLUPART_PORT, port, 0) != CURLUE_OK ||
        curl_url_set(http->url, CURLUPART_PATH, path, 0) != CURLUE_OK || path_len < 0 ||
        (size_t)path_len >= sizeof path)
        return dyno_err_set_sql(err, DYNO_EINPUT, "08001", 0,
                                "host '%s' and path '%s' make no address for HTTP", with->host,
                                path);
    return DYNO_OK;
}

static enum dyno_status configure(struct dyno_http *http, struct dyno_err *err)
{
    http->url = curl_url();
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (http->url == NULL || http->easy == NULL || http->multi == NULL ||
        !add_header(http, "Content-Type: application/x-thrift") ||
        !add_header(http, "Accept: application/x-thrift") || !add_header(http, "Expect:"))
        return out_of_memory(err);
    enum dyno_status status = set_url(http, err);
    if (status != DYNO_OK)
        return status;
    CURLcode code = CURLE_OK;
    set_manners(http, &code);
    set_identity(http, &code);
    set_proxy(http, &code);
    set_tls(http, &code);
    if (code == CURLE_OUT_OF_MEMORY)
        return out_of_memory(err);
    if (code != CURLE_OK)
        return dyno_err_set_sql(err, DYNO_EENV, "HYC00", 0,
                                "libcurl here lacks something that HTTP needs: %s",
                                curl_easy_strerror(code));
    return DYNO_OK;
}

enum dyno_status dyno_http_open(const struct dyno_hs2_address *address, struct dyno_http **out,
                                struct dyno_err *err)
{
    struct dyno_http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return out_of_memory(err);
    http->address = address;
    enum dyno_status status = configure(http, err);
    if (status != DYNO_OK) {
        dyno_http_close(http);
        return status;
    }
    *out = http;
    return DYNO_OK;
}

void dyno_http_close(struct dyno_http *http)
{
    if (http == NULL)
        return;
    struct dyno_quiet quiet;
    dyno_quiet_begin(&quiet);
    if (http->is_under_way)
        (void)curl_multi_remove_handle(http->multi, http->easy);
    curl_easy_cleanup(http->easy);
    if (http->multi != NULL)
        (void)curl_multi_cleanup(http->multi);
    dyno_quiet_end(&quiet);
    curl_url_cleanup(http->url);
    curl_slist_free_all(http->headers);
    explicit_bzero(&http->cookies, sizeof http->cookies);
    free(http);
}

bool dyno_http_is_under_way(const struct dyno_http *http)
{
    return http->is_under_way;
}

const char *dyno_http_name(const struct dyno_http *http)
{
    return http->name;
}

/* Taking a transfer away before its end closes its connection. */
static void end_transfer(struct dyno_http *http)
{
    struct dyno_quiet quiet;
    if (!http->is_under_way)
        return;
    dyno_quiet_begin(&quiet);
    (void)curl_multi_remove_handle(http->multi, http->easy);
    dyno_quiet_end(&quiet);
    http->is_under_way = false;
}

void dyno_http_drop(struct dyno_http *http)
{
    end_transfer(http);
    http->into = NULL;
}

enum dyno_status dyno_http_send(struct dyno_http *http, const uint8_t *bytes, size_t len,
                                struct dyno_err *err)
{
    CURL *easy = http->easy;
    const char *cookies = http->cookies.len > 0 ? http->cookies.text : NULL;
    http->into = NULL;
    http->is_too_long = false;
    http->is_out_of_memory = false;
    http->detail[0] = '\0';
    if (curl_easy_setopt(easy, CURLOPT_COOKIE, cookies) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes) != CURLE_OK ||
        curl_multi_add_handle(http->multi, easy) != CURLM_OK)
        return out_of_memory(err);
    http->is_under_way = true;
    return DYNO_OK;
}

/* Has the transfer ended, and how? */
static bool is_ended(struct dyno_http *http, CURLcode *code_out)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(http->multi, &left);
    if (message == NULL || message->msg != CURLMSG_DONE)
        return false;
    *code_out = message->data.result;
    return true;
}

/* Until the transfer ends or the deadline passes. */
static enum dyno_status drive(struct dyno_http *http, int64_t deadline_ns, CURLcode *code_out,
                              struct dyno_err *err)
{
    for (;;) {
        int running = 0;
        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return out_of_memory(err);
        if (is_ended(http, code_out))
            return DYNO_OK;
        int wait_ms = dyno_wait_ms(deadline_ns);
        if (wait_ms == 0)
            return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0, "'%s' did not answer in time",
                                    http->name);
        /* curl has deadlines of its own; it wakes for them by itself. */
        if (curl_multi_poll(http->multi, NULL, 0, wait_ms < 0 ? 60000 : wait_ms, NULL) != CURLM_OK)
            return out_of_memory(err);
    }
}

static enum dyno_status judge_transfer(struct dyno_http *http, CURLcode code, struct dyno_err *err)
{
    if (http->is_out_of_memory)
        return out_of_memory(err);
    if (http->is_too_long)
        return dyno_err_set_sql(err, DYNO_ELIMIT, "HY000", 0,
                                "'%s' sent an answer longer than the limit of %zu bytes",
                                http->name, http->address->with.max_message_bytes);
    const struct dyno_http_ending ending = {
        .easy = http->easy,
        .code = code,
        .name = http->name,
        .detail = http->detail,
        .with = &http->address->with,
        .body = http->into,
    };
    return dyno_http_judge(&ending, err);
}

enum dyno_status dyno_http_receive(struct dyno_http *http, struct dyno_hs2_buffer *into,
                                   int64_t deadline_ns, struct dyno_err *err)
{
    struct dyno_quiet quiet;
    CURLcode code = CURLE_OK;
    http->into = into;
    dyno_quiet_begin(&quiet);
    enum dyno_status status = drive(http, deadline_ns, &code, err);
    dyno_quiet_end(&quiet);
    if (status == DYNO_ETIMEOUT)
        return status;
    if (status == DYNO_OK)
        status = judge_transfer(http, code, err);
    end_transfer(http);
    return status;
}
