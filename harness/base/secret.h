/** Names of settings whose values are nobody's business, and what is shown in their place. */
#ifndef DYNO_BASE_SECRET_H
#define DYNO_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/** As Spark writes it. */
#define DYNO_SECRET_COVER "*********(redacted)"

/** Does the name, of `len` bytes, hold pwd, password, passphrase, secret, token or credential, in any case? */
bool dyno_secret_is_key(const char *key, size_t len);

/** `value`, or the cover if `key` is a secret's; NULL stays NULL. Borrowed. */
const char *dyno_secret_shown(const char *key, const char *value);

#endif
