#include "support/certs.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400L

struct request {
    const char *names; /* subjectAltName; NULL: an authority */
    long from_s;       /* validity, from now */
    long until_s;
    X509 *issuer; /* NULL: itself */
};

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool is_added = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool fill(X509 *cert, const struct request *request, EVP_PKEY *key)
{
    static long serial = 1;
    const char *name = request->names != NULL ? "dyno test server" : "dyno test authority";
    X509_NAME *subject = X509_get_subject_name(cert);
    X509 *issuer = request->issuer != NULL ? request->issuer : cert;
    return X509_set_version(cert, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(cert), request->from_s) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(cert), request->until_s) != NULL &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
           X509_set_pubkey(cert, key) == 1 &&
           (request->names == NULL
                ? add_extension(cert, issuer, NID_basic_constraints, "critical,CA:TRUE")
                : add_extension(cert, issuer, NID_subject_alt_name, request->names)) &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

/* The certificate, written to `path`; NULL if it failed. */
static X509 *make(const struct request *request, EVP_PKEY *key, const char *path)
{
    X509 *cert = X509_new();
    FILE *file = fopen(path, "w");
    bool is_made =
        cert != NULL && file != NULL && fill(cert, request, key) && PEM_write_X509(file, cert) == 1;
    if (file != NULL)
        (void)fclose(file);
    if (is_made)
        return cert;
    X509_free(cert);
    return NULL;
}

static bool write_keys(const struct dyno_certs *certs, EVP_PKEY *key)
{
    FILE *file = fopen(certs->key, "w");
    bool is_written =
        file != NULL && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (file != NULL)
        (void)fclose(file);
    char password[] = DYNO_CERTS_PASSWORD;
    file = fopen(certs->locked_key, "w");
    is_written = is_written && file != NULL &&
                 PEM_write_PKCS8PrivateKey(file, key, EVP_aes_128_cbc(), password,
                                           (int)strlen(password), NULL, NULL) == 1;
    if (file != NULL)
        (void)fclose(file);
    return is_written;
}

static void name_files(struct dyno_certs *certs)
{
    const struct {
        char *path;
        const char *name;
    } files[] = {
        {certs->ca, "ca"},           {certs->key, "key"},       {certs->locked_key, "locked_key"},
        {certs->good, "good"},       {certs->other, "other"},   {certs->self, "self"},
        {certs->expired, "expired"}, {certs->future, "future"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)snprintf(files[i].path, DYNO_CERTS_PATH_BYTES, "%.200s/%s.pem", certs->dir,
                       files[i].name);
}

int dyno_certs_make(struct dyno_certs *certs)
{
    static const char good[] = "DNS:localhost,IP:127.0.0.1,IP:::1";
    (void)snprintf(certs->dir, sizeof certs->dir, "/tmp/dyno_certs_XXXXXX");
    if (mkdtemp(certs->dir) == NULL)
        return -1;
    name_files(certs);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    const struct request authority = {.until_s = DAY_S, .from_s = -DAY_S};
    X509 *ca = key != NULL && write_keys(certs, key) ? make(&authority, key, certs->ca) : NULL;
    const struct {
        const char *path;
        struct request request;
    } rows[] = {
        {certs->good, {good, -DAY_S, DAY_S, ca}},
        {certs->other, {"DNS:other.example", -DAY_S, DAY_S, ca}},
        {certs->expired, {good, -2 * DAY_S, -DAY_S, ca}},
        {certs->future, {good, DAY_S, 2 * DAY_S, ca}},
        {certs->self, {good, -DAY_S, DAY_S, NULL}},
    };
    bool is_made = ca != NULL;
    for (size_t i = 0; is_made && i < sizeof rows / sizeof rows[0]; i++) {
        X509 *cert = make(&rows[i].request, key, rows[i].path);
        is_made = cert != NULL;
        X509_free(cert);
    }
    X509_free(ca);
    EVP_PKEY_free(key);
    return is_made ? 0 : -1;
}

void dyno_certs_remove(const struct dyno_certs *certs)
{
    const char *files[] = {certs->ca,    certs->key,     certs->locked_key, certs->good,
                           certs->other, certs->expired, certs->future,     certs->self};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)unlink(files[i]);
    (void)rmdir(certs->dir);
}
