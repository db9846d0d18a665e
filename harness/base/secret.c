#include "base/secret.h"

#include <string.h>
#include <strings.h>

bool dyno_secret_is_key(const char *key, size_t len)
{
    static const char *const parts[] = {"pwd",    "password", "passphrase",
                                        "secret", "token",    "credential"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (size_t at = 0; at + strlen(parts[i]) <= len; at++)
            if (strncasecmp(key + at, parts[i], strlen(parts[i])) == 0)
                return true;
    return false;
}

const char *dyno_secret_shown(const char *key, const char *value)
{
    return value != NULL && dyno_secret_is_key(key, strlen(key)) ? DYNO_SECRET_COVER : value;
}
