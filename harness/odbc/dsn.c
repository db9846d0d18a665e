#include "odbc/dsn.h"

#include <odbcinst.h>

#include <string.h>

#define KEYS_BYTES  16384
#define VALUE_BYTES 1024

enum dyno_status dyno_odbc_dsn_read(const char *dsn, struct dyno_hs2_pairs *pairs,
                                    struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    char keys[KEYS_BYTES] = "";
    char value[VALUE_BYTES] = "";
    /* Without an entry the answer is all key names, each ended by NUL, the list by a second one. */
    int len = SQLGetPrivateProfileString(dsn, NULL, "", keys, sizeof keys - 1, "odbc.ini");
    if (len <= 0)
        return DYNO_OK;
    for (const char *key = keys; *key != '\0' && status == DYNO_OK; key += strlen(key) + 1) {
        value[0] = '\0';
        (void)SQLGetPrivateProfileString(dsn, key, "", value, sizeof value, "odbc.ini");
        status = dyno_hs2_pairs_add(pairs, key, value, err);
    }
    explicit_bzero(value, sizeof value);
    return status;
}
