#include "hs2/keys.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const struct dyno_hs2_key *dyno_hs2_keys_find(const struct dyno_hs2_keys *keys, const char *name)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strcasecmp(keys->rows[i].name, name) == 0)
            return &keys->rows[i];
    }
    return NULL;
}

/* A whole decimal number within bounds. */
static bool read_number(const char *text, int32_t least, int32_t most, int32_t *out)
{
    int64_t number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        number = number * 10 + (*text - '0');
        if (number > most)
            return false;
    }
    *out = (int32_t)number;
    return number >= least;
}

bool dyno_hs2_key_flag(const char *text, bool *out)
{
    static const char *const on[] = {"1", "true", "yes", "on"};
    static const char *const off[] = {"0", "false", "no", "off", ""};
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
        if (strcasecmp(text, on[i]) == 0)
            return *out = true;
    }
    *out = false;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        if (strcasecmp(text, off[i]) == 0)
            return true;
    }
    return false;
}

/* An empty text says nothing. */
static void set_text(char *field, const char *value)
{
    const char *text = NULL;
    memcpy(&text, field, sizeof text);
    if (text == NULL && *value != '\0')
        memcpy(field, &value, sizeof value);
}

enum dyno_status dyno_hs2_key_set(const struct dyno_hs2_key *key, void *into, const char *value,
                                  struct dyno_err *err)
{
    char *field = (char *)into + key->offset;
    bool is_good = true;
    if (key->kind == DYNO_HS2_KEY_TEXT) {
        set_text(field, value);
    } else if (key->kind == DYNO_HS2_KEY_FLAG) {
        bool flag = false;
        is_good = dyno_hs2_key_flag(value, &flag);
        memcpy(field, &flag, sizeof flag);
    } else {
        int32_t number = 0;
        is_good = read_number(value, key->least, key->most, &number);
        memcpy(field, &number, sizeof number);
    }
    if (is_good)
        return DYNO_OK;
    return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                            "connection key '%s' has an invalid value '%s'", key->name, value);
}
