#include "base/sha256.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

void dyno_sha256_hex(const void *bytes, size_t len, char out[DYNO_SHA256_TEXT_BYTES])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;
    memset(digest, 0, sizeof digest);
    (void)EVP_Digest(bytes, len, digest, &digest_len, EVP_sha256(), NULL);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
