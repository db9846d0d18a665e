/** SHA-256 of bytes as 64 lower-case hexadecimal digits. */
#ifndef DYNO_BASE_SHA256_H
#define DYNO_BASE_SHA256_H

#include <stddef.h>

#define DYNO_SHA256_TEXT_BYTES 65

/** `out` gets 64 digits and a NUL. */
void dyno_sha256_hex(const void *bytes, size_t len, char out[DYNO_SHA256_TEXT_BYTES]);

#endif
