#include "hs2/address.h"

#include "base/clock.h"
#include "hs2/tls_context.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_PORT              10000
#define DEFAULT_HTTP_PORT         10001
#define DEFAULT_MAX_MESSAGE_BYTES ((size_t)512 << 20)
#define DEFAULT_CONNECT_NS        (10 * DYNO_NS_PER_S)

/* The texts of the options; an empty one counts as absent. */
static const struct {
    size_t offset;
    const char *otherwise;
} texts[] = {
    {offsetof(struct dyno_hs2_options, host), "localhost"},
    {offsetof(struct dyno_hs2_options, user), "anonymous"},
    {offsetof(struct dyno_hs2_options, password), "x"},
    {offsetof(struct dyno_hs2_options, token), ""},
    {offsetof(struct dyno_hs2_options, http_path), "cliservice"},
    {offsetof(struct dyno_hs2_options, krb_service), "hive"},
    {offsetof(struct dyno_hs2_options, krb_host), "_HOST"},
    {offsetof(struct dyno_hs2_options, krb_realm), NULL},
    {offsetof(struct dyno_hs2_options, proxy.host), NULL},
    {offsetof(struct dyno_hs2_options, proxy.user), NULL},
    {offsetof(struct dyno_hs2_options, proxy.password), NULL},
    {offsetof(struct dyno_hs2_options, tls.ca_file), NULL},
    {offsetof(struct dyno_hs2_options, tls.cert_file), NULL},
    {offsetof(struct dyno_hs2_options, tls.key_file), NULL},
    {offsetof(struct dyno_hs2_options, tls.key_password), NULL},
};
#define TEXT_COUNT (sizeof texts / sizeof texts[0])
_Static_assert(TEXT_COUNT <= DYNO_HS2_ADDRESS_TEXTS, "an address keeps all texts of the options");

static enum dyno_status copy_texts(struct dyno_hs2_address *address, struct dyno_err *err)
{
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        char *place = (char *)&address->with + texts[i].offset;
        const char *text = NULL;
        memcpy(&text, place, sizeof text);
        if (text == NULL || text[0] == '\0')
            text = texts[i].otherwise;
        address->texts[i] = text != NULL ? strdup(text) : NULL;
        if (text != NULL && address->texts[i] == NULL)
            return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
        memcpy(place, &address->texts[i], sizeof text);
    }
    return DYNO_OK;
}

/* curl names the server's principal by itself, after the address. */
static enum dyno_status check_spnego(const struct dyno_hs2_options *with, struct dyno_err *err)
{
    if (with->krb_realm == NULL && strcasecmp(with->krb_host, with->host) == 0)
        return DYNO_OK;
    return dyno_err_set_sql(err, DYNO_EUNSUPPORTED, "HYC00", 0,
                            "over HTTP the server's principal is '%s/%s' in the realm that "
                            "krb5.conf says: no other host or realm can be named",
                            with->krb_service, with->host);
}

enum dyno_status dyno_hs2_address_init(struct dyno_hs2_address *address,
                                       const struct dyno_hs2_options *options, struct dyno_err *err)
{
    *address = (struct dyno_hs2_address){.with = *options};
    struct dyno_hs2_options *with = &address->with;
    bool is_http = with->transport == DYNO_HS2_TRANSPORT_HTTP;
    with->schema = NULL;
    with->properties = NULL;
    with->property_count = 0;
    if (with->port == 0)
        with->port = is_http ? DEFAULT_HTTP_PORT : DEFAULT_PORT;
    if (with->connect_timeout_ns <= 0)
        with->connect_timeout_ns = DEFAULT_CONNECT_NS;
    if (with->max_message_bytes == 0)
        with->max_message_bytes = DEFAULT_MAX_MESSAGE_BYTES;
    if (is_http && (with->krb_service == NULL || with->krb_service[0] == '\0'))
        with->krb_service = "HTTP";
    enum dyno_status status = copy_texts(address, err);
    if (status == DYNO_OK && with->auth == DYNO_HS2_AUTH_BEARER && !is_http)
        status =
            dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0, "a token is understood over HTTP only");
    if (status == DYNO_OK && strcmp(with->krb_host, "_HOST") == 0)
        with->krb_host = with->host;
    if (status == DYNO_OK && with->auth == DYNO_HS2_AUTH_KERBEROS && is_http)
        status = check_spnego(with, err);
    /* curl reads its files by itself. */
    if (status == DYNO_OK && with->tls.is_on && !is_http)
        status = dyno_tls_context_new(&with->tls, &address->tls, err);
    return status;
}

void dyno_hs2_address_deinit(struct dyno_hs2_address *address)
{
    dyno_tls_context_free(address->tls);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (address->texts[i] != NULL)
            explicit_bzero(address->texts[i], strlen(address->texts[i]));
        free(address->texts[i]);
    }
    *address = (struct dyno_hs2_address){.tls = NULL};
}
