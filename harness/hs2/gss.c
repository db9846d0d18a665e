#include "hs2/gss.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libgssapi_krb5.so.2"

/* The binary interface of RFC 2744 as MIT's library has it, so that its headers are not needed. */
struct gss_buffer {
    size_t length;
    void *value;
};

struct gss_oid {
    uint32_t length;
    void *elements;
};

enum {
    GSS_CONTINUE_NEEDED = 1,
    GSS_MUTUAL_FLAG = 2,
    GSS_SEQUENCE_FLAG = 8,
    GSS_INTEGRITY_FLAG = 32,
    GSS_ROUTINE_CODE = 1,
    GSS_MECHANISM_CODE = 2
};

/* Calling and routine errors stand in the upper half. */
#define GSS_FAILED(major) (((major)&0xffff0000u) != 0)

typedef uint32_t gss_import_name_fn(uint32_t *minor, struct gss_buffer *text, struct gss_oid *type,
                                    void **name_out);
typedef uint32_t gss_release_name_fn(uint32_t *minor, void **name);
/* The standard's own signature. NOLINTNEXTLINE(readability-function-size) */
typedef uint32_t gss_init_fn(uint32_t *minor, void *credential, void **context, void *name,
                             struct gss_oid *mechanism, uint32_t flags, uint32_t time,
                             void *bindings, struct gss_buffer *in, struct gss_oid **mechanism_out,
                             struct gss_buffer *out, uint32_t *flags_out, uint32_t *time_out);
typedef uint32_t gss_release_buffer_fn(uint32_t *minor, struct gss_buffer *buffer);
typedef uint32_t gss_delete_fn(uint32_t *minor, void **context, struct gss_buffer *out);
typedef uint32_t gss_wrap_fn(uint32_t *minor, void *context, int is_secret, uint32_t quality,
                             struct gss_buffer *in, int *is_secret_out, struct gss_buffer *out);
typedef uint32_t gss_unwrap_fn(uint32_t *minor, void *context, struct gss_buffer *in,
                               struct gss_buffer *out, int *is_secret_out, uint32_t *quality_out);
typedef uint32_t gss_display_fn(uint32_t *minor, uint32_t code, int kind, struct gss_oid *mechanism,
                                uint32_t *more, struct gss_buffer *out);

struct dyno_gss {
    void *library;
    gss_import_name_fn *import_name;
    gss_release_name_fn *release_name;
    gss_init_fn *init;
    gss_release_buffer_fn *release_buffer;
    gss_delete_fn *delete_context;
    gss_wrap_fn *wrap;
    gss_unwrap_fn *unwrap;
    gss_display_fn *display;
    void *name;
    void *context;
    struct gss_buffer out; /* the library's */
    char peer[400];
};

static const uint8_t KRB5_BYTES[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02};
static const uint8_t HOST_SERVICE_BYTES[] = {0x2a, 0x86, 0x48, 0x86, 0xf7,
                                             0x12, 0x01, 0x02, 0x01, 0x04};
static const uint8_t PRINCIPAL_BYTES[] = {0x2a, 0x86, 0x48, 0x86, 0xf7,
                                          0x12, 0x01, 0x02, 0x02, 0x01};

/* The library takes what it only reads without const. */
static void *unconst(const void *bytes)
{
    union {
        const void *in;
        void *out;
    } cast = {.in = bytes};
    return cast.out;
}

static struct gss_oid oid_of(const uint8_t *bytes, size_t len)
{
    return (struct gss_oid){.length = (uint32_t)len, .elements = unconst(bytes)};
}

static struct gss_oid krb5(void)
{
    return oid_of(KRB5_BYTES, sizeof KRB5_BYTES);
}

/* The words of one code, all lines of it, joined. */
static void display(const struct dyno_gss *gss, uint32_t code, int kind, char *out, size_t room)
{
    uint32_t more = 0;
    size_t len = 0;
    struct gss_oid mechanism = krb5();
    out[0] = '\0';
    do {
        uint32_t minor = 0;
        struct gss_buffer text = {.length = 0};
        if (GSS_FAILED(gss->display(&minor, code, kind, &mechanism, &more, &text)))
            return;
        int added = snprintf(out + len, room - len, "%s%.*s", len > 0 ? ", " : "", (int)text.length,
                             (const char *)text.value);
        (void)gss->release_buffer(&minor, &text);
        len += added > 0 ? (size_t)added : 0;
    } while (more != 0 && len < room);
}

static enum dyno_status failed(const struct dyno_gss *gss, const char *what, uint32_t major,
                               uint32_t minor, struct dyno_err *err)
{
    char routine[256];
    char mechanism[512];
    display(gss, major, GSS_ROUTINE_CODE, routine, sizeof routine);
    display(gss, minor, GSS_MECHANISM_CODE, mechanism, sizeof mechanism);
    return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0,
                            "Kerberos: %s '%s' failed: %s: %s: is there a ticket (kinit, klist)?",
                            what, gss->peer, routine, mechanism);
}

/* A function of the library; POSIX promises that a data pointer can hold one. */
static bool find(const struct dyno_gss *gss, const char *name, void *place)
{
    void *symbol = dlsym(gss->library, name);
    memcpy(place, &symbol, sizeof symbol);
    return symbol != NULL;
}

static enum dyno_status load(struct dyno_gss *gss, struct dyno_err *err)
{
    gss->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (gss->library == NULL)
        return dyno_err_set_sql(err, DYNO_EENV, "08001", 0,
                                "Kerberos needs '" LIBRARY "' (Debian: libgssapi-krb5-2), which "
                                "cannot be loaded: %s",
                                dlerror());
    if (find(gss, "gss_import_name", &gss->import_name) &&
        find(gss, "gss_release_name", &gss->release_name) &&
        find(gss, "gss_init_sec_context", &gss->init) &&
        find(gss, "gss_release_buffer", &gss->release_buffer) &&
        find(gss, "gss_delete_sec_context", &gss->delete_context) &&
        find(gss, "gss_wrap", &gss->wrap) && find(gss, "gss_unwrap", &gss->unwrap) &&
        find(gss, "gss_display_status", &gss->display))
        return DYNO_OK;
    return dyno_err_set_sql(err, DYNO_EENV, "08001", 0, "'" LIBRARY "' is not a library of GSSAPI");
}

/* With a realm the principal is told in full; without one it is Kerberos that completes it. */
static enum dyno_status name_peer(struct dyno_gss *gss, const struct dyno_gss_peer *peer,
                                  struct dyno_err *err)
{
    bool is_full = peer->realm != NULL;
    int len = is_full ? snprintf(gss->peer, sizeof gss->peer, "%s/%s@%s", peer->service, peer->host,
                                 peer->realm)
                      : snprintf(gss->peer, sizeof gss->peer, "%s@%s", peer->service, peer->host);
    if (len < 0 || (size_t)len >= sizeof gss->peer)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "Kerberos: the principal is too long");
    struct gss_oid type = is_full ? oid_of(PRINCIPAL_BYTES, sizeof PRINCIPAL_BYTES)
                                  : oid_of(HOST_SERVICE_BYTES, sizeof HOST_SERVICE_BYTES);
    struct gss_buffer text = {.length = strlen(gss->peer), .value = gss->peer};
    uint32_t minor = 0;
    uint32_t major = gss->import_name(&minor, &text, &type, &gss->name);
    return GSS_FAILED(major) ? failed(gss, "naming", major, minor, err) : DYNO_OK;
}

enum dyno_status dyno_gss_open(const struct dyno_gss_peer *peer, struct dyno_gss **out,
                               struct dyno_err *err)
{
    struct dyno_gss *gss = calloc(1, sizeof *gss);
    if (gss == NULL)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
    enum dyno_status status = load(gss, err);
    if (status == DYNO_OK)
        status = name_peer(gss, peer, err);
    if (status != DYNO_OK) {
        dyno_gss_close(gss);
        return status;
    }
    *out = gss;
    return DYNO_OK;
}

static void drop_output(struct dyno_gss *gss)
{
    uint32_t minor = 0;
    if (gss->out.value != NULL)
        (void)gss->release_buffer(&minor, &gss->out);
    gss->out = (struct gss_buffer){.length = 0};
}

void dyno_gss_close(struct dyno_gss *gss)
{
    uint32_t minor = 0;
    if (gss == NULL)
        return;
    drop_output(gss);
    if (gss->context != NULL)
        (void)gss->delete_context(&minor, &gss->context, NULL);
    if (gss->name != NULL)
        (void)gss->release_name(&minor, &gss->name);
    if (gss->library != NULL)
        (void)dlclose(gss->library);
    free(gss);
}

static struct gss_buffer buffer_of(const struct dyno_gss_token *token)
{
    return (struct gss_buffer){.length = token->len, .value = unconst(token->bytes)};
}

static struct dyno_gss_token token_of(const struct dyno_gss *gss)
{
    return (struct dyno_gss_token){.bytes = gss->out.value, .len = gss->out.length};
}

enum dyno_status dyno_gss_step(struct dyno_gss *gss, const struct dyno_gss_token *in,
                               struct dyno_gss_token *out, bool *is_done_out, struct dyno_err *err)
{
    uint32_t minor = 0;
    struct gss_oid mechanism = krb5();
    struct gss_buffer input = buffer_of(in);
    drop_output(gss);
    uint32_t major = gss->init(&minor, NULL, &gss->context, gss->name, &mechanism,
                               GSS_MUTUAL_FLAG | GSS_SEQUENCE_FLAG | GSS_INTEGRITY_FLAG, 0, NULL,
                               &input, NULL, &gss->out, NULL, NULL);
    if (GSS_FAILED(major))
        return failed(gss, "asking for", major, minor, err);
    *out = token_of(gss);
    *is_done_out = (major & GSS_CONTINUE_NEEDED) == 0;
    return DYNO_OK;
}

enum dyno_status dyno_gss_unwrap(struct dyno_gss *gss, const struct dyno_gss_token *in,
                                 struct dyno_gss_token *out, struct dyno_err *err)
{
    uint32_t minor = 0;
    struct gss_buffer input = buffer_of(in);
    drop_output(gss);
    uint32_t major = gss->unwrap(&minor, gss->context, &input, &gss->out, NULL, NULL);
    *out = token_of(gss);
    return GSS_FAILED(major) ? failed(gss, "understanding", major, minor, err) : DYNO_OK;
}

enum dyno_status dyno_gss_wrap(struct dyno_gss *gss, const struct dyno_gss_token *in,
                               struct dyno_gss_token *out, struct dyno_err *err)
{
    uint32_t minor = 0;
    struct gss_buffer input = buffer_of(in);
    drop_output(gss);
    uint32_t major = gss->wrap(&minor, gss->context, 0, 0, &input, NULL, &gss->out);
    *out = token_of(gss);
    return GSS_FAILED(major) ? failed(gss, "answering", major, minor, err) : DYNO_OK;
}
