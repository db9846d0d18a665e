#include "spark/rest.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"

#include <curl/curl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_TIMEOUT_NS (10 * DYNO_NS_PER_S)
#define DEFAULT_MAX_BYTES  ((size_t)64 * 1024 * 1024)
#define MAX_REDIRECTS      5
#define EXCERPT_BYTES      80

struct dyno_rest {
    CURL *easy;
    char *base_url;
    int64_t timeout_ns;
    struct dyno_str body; /* its ceiling is the cap on decompressed bytes */
    char detail[CURL_ERROR_SIZE];
};

enum dyno_status dyno_rest_global_init(struct dyno_err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EENV, "libcurl cannot be initialised");
}

/* Counted here because curl's own limit looks at the bytes on the wire, not at what they unpack to. */
static size_t take_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
    struct dyno_rest *rest = ctx;
    dyno_str_append_n(&rest->body, bytes, size * count);
    return rest->body.failed ? 0 : size * count;
}

static bool set_options(struct dyno_rest *rest)
{
    CURL *easy = rest->easy;
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, rest) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, rest->detail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
}

enum dyno_status dyno_rest_open(const char *base_url, int64_t timeout_ns, size_t max_bytes,
                                struct dyno_rest **out, struct dyno_err *err)
{
    size_t len = strlen(base_url);
    if (strncasecmp(base_url, "http://", 7) != 0 && strncasecmp(base_url, "https://", 8) != 0)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is not a REST address: write http://host:port",
                            base_url);
    while (len > 0 && base_url[len - 1] == '/')
        len--;
    struct dyno_rest *rest = dyno_xcalloc(1, sizeof *rest);
    rest->base_url = dyno_xstrndup(base_url, len);
    rest->timeout_ns = timeout_ns > 0 ? timeout_ns : DEFAULT_TIMEOUT_NS;
    dyno_str_init(&rest->body, max_bytes > 0 ? max_bytes : DEFAULT_MAX_BYTES);
    rest->easy = curl_easy_init();
    if (rest->easy == NULL || !set_options(rest)) {
        dyno_rest_close(rest);
        return dyno_err_set(err, DYNO_EENV,
                            "this libcurl lacks an option that the REST client needs");
    }
    *out = rest;
    return DYNO_OK;
}

void dyno_rest_close(struct dyno_rest *rest)
{
    if (rest == NULL)
        return;
    curl_easy_cleanup(rest->easy);
    dyno_str_deinit(&rest->body);
    free(rest->base_url);
    free(rest);
}

/* The start of the body with anything that could disturb a terminal replaced. */
static void excerpt(const struct dyno_rest *rest, char out[EXCERPT_BYTES + 1])
{
    const char *body = dyno_str_text(&rest->body);
    size_t n = 0;
    for (; n < EXCERPT_BYTES && body[n] != '\0'; n++)
        out[n] = body[n] >= ' ' && body[n] <= '~' ? body[n] : ' ';
    out[n] = '\0';
}

static enum dyno_status transfer_error(const struct dyno_rest *rest, CURLcode code, const char *url,
                                       struct dyno_err *err)
{
    const char *why = rest->detail[0] != '\0' ? rest->detail : curl_easy_strerror(code);
    switch (code) {
    case CURLE_WRITE_ERROR:
        return dyno_err_set(err, DYNO_ELIMIT, "the answer of '%s' is larger than %zu bytes", url,
                            rest->body.max_bytes);
    case CURLE_OPERATION_TIMEDOUT:
        return dyno_err_set(err, DYNO_ETIMEOUT, "'%s' did not answer in time: %s", url, why);
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return dyno_err_set(err, DYNO_ECONN, "'%s' cannot be reached: %s", url, why);
    default:
        return dyno_err_set(err, DYNO_EPROTO, "the answer of '%s' is broken: %s", url, why);
    }
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    char *x = NULL;
    char *y = NULL;
    bool is_same = curl_url_get(a, part, &x, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                   curl_url_get(b, part, &y, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                   strcasecmp(x, y) == 0;
    curl_free(x);
    curl_free(y);
    return is_same;
}

/* Scheme, host and port alike: a login page elsewhere is no answer of Spark's. */
static bool is_same_origin(const char *a, const char *b)
{
    CURLU *x = curl_url();
    CURLU *y = curl_url();
    bool is_same = x != NULL && y != NULL && curl_url_set(x, CURLUPART_URL, a, 0) == CURLUE_OK &&
                   curl_url_set(y, CURLUPART_URL, b, 0) == CURLUE_OK &&
                   same_part(x, y, CURLUPART_SCHEME) && same_part(x, y, CURLUPART_HOST) &&
                   same_part(x, y, CURLUPART_PORT);
    curl_url_cleanup(x);
    curl_url_cleanup(y);
    return is_same;
}

static enum dyno_status perform(struct dyno_rest *rest, const char *url, int64_t deadline_ns,
                                struct dyno_err *err)
{
    int64_t left_ms = (deadline_ns - dyno_now_ns()) / DYNO_NS_PER_MS;
    if (left_ms < 1)
        left_ms = 1;
    dyno_str_clear(&rest->body);
    rest->detail[0] = '\0';
    if (curl_easy_setopt(rest->easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(rest->easy, CURLOPT_TIMEOUT_MS, (long)left_ms) != CURLE_OK)
        return dyno_err_set(err, DYNO_EINTERNAL, "libcurl refuses '%s'", url);
    CURLcode code = curl_easy_perform(rest->easy);
    return code == CURLE_OK ? DYNO_OK : transfer_error(rest, code, url, err);
}

/* The place that a redirect names, if it is on the same host; the caller frees. */
static enum dyno_status redirect_target(struct dyno_rest *rest, const char *url, char **out,
                                        struct dyno_err *err)
{
    char *target = NULL;
    if (curl_easy_getinfo(rest->easy, CURLINFO_REDIRECT_URL, &target) != CURLE_OK || target == NULL)
        return dyno_err_set(err, DYNO_EPROTO, "'%s' answers with a redirect to nowhere", url);
    if (!is_same_origin(rest->base_url, target))
        return dyno_err_set(err, DYNO_EPROTO, "'%s' redirects to another host: '%.200s'", url,
                            target);
    *out = dyno_xstrdup(target);
    return DYNO_OK;
}

/* GET with redirects followed; the body is then in `rest`. Takes `url` over. */
static enum dyno_status fetch(struct dyno_rest *rest, char *url, long *code_out,
                              struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    int64_t deadline_ns = dyno_now_ns() + rest->timeout_ns;
    for (int hop = 0; status == DYNO_OK; hop++) {
        char *next = NULL;
        status = perform(rest, url, deadline_ns, err);
        if (status != DYNO_OK)
            break;
        (void)curl_easy_getinfo(rest->easy, CURLINFO_RESPONSE_CODE, code_out);
        if (*code_out < 300 || *code_out > 399)
            break;
        if (hop == MAX_REDIRECTS)
            status = dyno_err_set(err, DYNO_EPROTO, "'%s' redirects in circles", url);
        else
            status = redirect_target(rest, url, &next, err);
        if (status == DYNO_OK) {
            free(url);
            url = next;
        }
    }
    free(url);
    return status;
}

/* What is asked for, and as which types it may come; NULL ends them. */
struct kind {
    const char *name;
    const char *types[3];
};

static const struct kind json_kind = {"JSON", {"application/json", "text/json", NULL}};
static const struct kind text_kind = {"plain text", {"text/plain", NULL, NULL}};

static bool is_of_kind(const struct kind *kind, const char *type)
{
    for (size_t i = 0; type != NULL && kind->types[i] != NULL; i++) {
        size_t len = strlen(kind->types[i]);
        if (strncasecmp(type, kind->types[i], len) == 0 && strchr("; ", type[len]) != NULL)
            return true;
    }
    return false;
}

static enum dyno_status check_answer(struct dyno_rest *rest, const struct kind *kind,
                                     const char *path, long code, struct dyno_err *err)
{
    char start[EXCERPT_BYTES + 1];
    char *type = NULL;
    excerpt(rest, start);
    if (code == 404)
        return dyno_err_set(err, DYNO_ENOTFOUND, "'%s' is not there: %s", path, start);
    if (code != 200)
        return dyno_err_set(err, DYNO_EPROTO, "'%s' answers with HTTP status %ld: %s", path, code,
                            start);
    (void)curl_easy_getinfo(rest->easy, CURLINFO_CONTENT_TYPE, &type);
    if (!is_of_kind(kind, type))
        return dyno_err_set(err, DYNO_EPROTO, "'%s' answers with '%.80s' instead of %s: %s", path,
                            type == NULL ? "no type" : type, kind->name, start);
    return DYNO_OK;
}

static enum dyno_status get(struct dyno_rest *rest, const struct kind *kind, const char *path,
                            struct dyno_err *err)
{
    long code = 0;
    enum dyno_status status = fetch(rest, dyno_xasprintf("%s%s", rest->base_url, path), &code, err);
    return status == DYNO_OK ? check_answer(rest, kind, path, code, err) : status;
}

enum dyno_status dyno_rest_get(struct dyno_rest *rest, cJSON **out, struct dyno_err *err,
                               const char *path, ...)
{
    enum dyno_status status = DYNO_OK;
    struct dyno_str place;
    va_list args;
    dyno_str_init(&place, 8192);
    va_start(args, path);
    dyno_str_vappendf(&place, path, args);
    va_end(args);
    if (place.failed) {
        status = dyno_err_set(err, DYNO_EINPUT, "a REST path is longer than 8192 bytes");
        goto done;
    }
    status = get(rest, &json_kind, dyno_str_text(&place), err);
    if (status == DYNO_OK && dyno_json_parse(dyno_str_text(&rest->body), rest->body.len,
                                             dyno_str_text(&place), out, err) != DYNO_OK) {
        status = DYNO_EPROTO;
        if (err != NULL)
            err->status = status;
    }
done:
    dyno_str_deinit(&place);
    return status;
}

enum dyno_status dyno_rest_get_text(struct dyno_rest *rest, const char **out, struct dyno_err *err,
                                    const char *path)
{
    enum dyno_status status = get(rest, &text_kind, path, err);
    if (status == DYNO_OK)
        *out = dyno_str_text(&rest->body);
    return status;
}

static bool set_posting(struct dyno_rest *rest, bool is_posting)
{
    if (!is_posting)
        return curl_easy_setopt(rest->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return curl_easy_setopt(rest->easy, CURLOPT_POSTFIELDS, "") == CURLE_OK &&
           curl_easy_setopt(rest->easy, CURLOPT_POSTFIELDSIZE, 0L) == CURLE_OK;
}

enum dyno_status dyno_rest_post(struct dyno_rest *rest, const char *path, struct dyno_err *err)
{
    char start[EXCERPT_BYTES + 1];
    long code = 0;
    char *url = dyno_xasprintf("%s%s", rest->base_url, path);
    enum dyno_status status =
        set_posting(rest, true)
            ? perform(rest, url, dyno_now_ns() + rest->timeout_ns, err)
            : dyno_err_set(err, DYNO_EINTERNAL, "libcurl refuses to post to '%s'", url);
    if (status == DYNO_OK) {
        (void)curl_easy_getinfo(rest->easy, CURLINFO_RESPONSE_CODE, &code);
        excerpt(rest, start);
        if (code < 200 || code > 399)
            status = dyno_err_set(err, code == 404 ? DYNO_ENOTFOUND : DYNO_EPROTO,
                                  "'%s' answers with HTTP status %ld: %s", path, code, start);
    }
    (void)set_posting(rest, false);
    free(url);
    return status;
}

static int64_t start_of(const cJSON *app)
{
    const cJSON *attempts = cJSON_GetObjectItemCaseSensitive(app, "attempts");
    return dyno_json_i64_or(cJSON_GetArrayItem(attempts, 0), "startTimeEpoch", 0);
}

enum dyno_status dyno_rest_app_id(struct dyno_rest *rest, char **out, struct dyno_err *err)
{
    cJSON *apps = NULL;
    const cJSON *app = NULL;
    const char *newest = NULL;
    int64_t newest_start = -1;
    enum dyno_status status =
        dyno_rest_get(rest, &apps, err, "/api/v1/applications?status=running");
    if (status != DYNO_OK)
        return status;
    cJSON_ArrayForEach(app, apps)
    {
        const char *id = dyno_json_string_or(app, "id", NULL);
        if (id != NULL && start_of(app) > newest_start) {
            newest = id;
            newest_start = start_of(app);
        }
    }
    if (newest == NULL)
        status =
            dyno_err_set(err, DYNO_ENOTFOUND, "'%s' lists no running application", rest->base_url);
    else
        *out = dyno_xstrdup(newest);
    cJSON_Delete(apps);
    return status;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar, by counting years from March on. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The number made by `count` digits at `at`. */
static int digits(const char *text, size_t at, size_t count)
{
    int value = 0;
    for (size_t i = at; i < at + count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

int64_t dyno_rest_time_ms(const char *text)
{
    /* Every digit is a 0 here, everything else stands for itself. */
    static const char shape[] = "0000-00-00T00:00:00.000GMT";
    if (text == NULL || strlen(text) != sizeof shape - 1)
        return -1;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return -1;
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    int64_t hour = digits(text, 11, 2);
    int64_t minute = digits(text, 14, 2);
    int64_t second = digits(text, 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 60)
        return -1;
    int64_t seconds =
        days_since_epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return seconds * 1000 + digits(text, 20, 3);
}
