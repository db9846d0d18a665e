#include "hs2/pairs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* No connection string is longer; what is, is an attack or a mistake. */
#define VALUE_MAX_BYTES 65536
#define BLANKS          " \t\r\n"

void dyno_hs2_pairs_init(struct dyno_hs2_pairs *pairs)
{
    *pairs = (struct dyno_hs2_pairs){.items = NULL};
}

static void wipe_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

void dyno_hs2_pairs_deinit(struct dyno_hs2_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->items[i].key);
        wipe_free(pairs->items[i].value);
    }
    free(pairs->items);
    dyno_hs2_pairs_init(pairs);
}

bool dyno_hs2_pairs_is_secret(const char *key)
{
    static const char *const secrets[] = {
        "PWD",     "Password", "Auth_AccessToken", "Auth_Client_Secret", "ClientPrivateKeyPassword",
        "ProxyPWD"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (strcasecmp(secrets[i], key) == 0)
            return true;
    }
    return false;
}

const char *dyno_hs2_pairs_get(const struct dyno_hs2_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcasecmp(pairs->items[i].key, key) == 0)
            return pairs->items[i].value;
    }
    return NULL;
}

static bool reserve(struct dyno_hs2_pairs *pairs)
{
    if (pairs->count < pairs->capacity)
        return true;
    size_t capacity = pairs->capacity == 0 ? 16 : pairs->capacity * 2;
    struct dyno_hs2_pair *items = realloc(pairs->items, capacity * sizeof *items);
    if (items == NULL)
        return false;
    pairs->items = items;
    pairs->capacity = capacity;
    return true;
}

enum dyno_status dyno_hs2_pairs_add(struct dyno_hs2_pairs *pairs, const char *key,
                                    const char *value, struct dyno_err *err)
{
    if (dyno_hs2_pairs_get(pairs, key) != NULL)
        return DYNO_OK;
    char *key_copy = strdup(key);
    char *value_copy = strdup(value);
    if (key_copy == NULL || value_copy == NULL || !reserve(pairs)) {
        free(key_copy);
        wipe_free(value_copy);
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "memory allocation failed");
    }
    pairs->items[pairs->count++] = (struct dyno_hs2_pair){.key = key_copy, .value = value_copy};
    return DYNO_OK;
}

static void append_trimmed(struct dyno_str *out, const char *text, size_t len)
{
    while (len > 0 && strchr(BLANKS, text[0]) != NULL) {
        text++;
        len--;
    }
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        len--;
    dyno_str_append_n(out, text, len);
}

/* Read a value up to its ';' or the end. Returns where it ended, NULL for an open brace. */
static const char *read_value(const char *at, struct dyno_str *value)
{
    at += strspn(at, " \t");
    if (*at != '{') {
        size_t len = strcspn(at, ";");
        append_trimmed(value, at, len);
        return at + len;
    }
    for (at++; *at != '\0'; at++) {
        if (*at == '}' && at[1] != '}')
            return at + 1 + strcspn(at + 1, ";");
        if (*at == '}')
            at++;
        dyno_str_append_char(value, *at);
    }
    return NULL;
}

/* One `key=value`, or nothing at all. `*at` moves to the ';' after it or to the end. */
static enum dyno_status parse_pair(struct dyno_hs2_pairs *pairs, const char **at,
                                   struct dyno_str *key, struct dyno_str *value,
                                   struct dyno_err *err)
{
    size_t len = strcspn(*at, "=;");
    append_trimmed(key, *at, len);
    *at += len;
    if (**at != '=' && key->len == 0)
        return DYNO_OK;
    if (**at != '=')
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY000", 0,
                                "connection string has a part without '='");
    *at = read_value(*at + 1, value);
    if (*at == NULL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY000", 0,
                                "connection string has an unclosed brace in key '%s'",
                                dyno_str_text(key));
    if (key->failed || value->failed)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "memory allocation failed");
    return dyno_hs2_pairs_add(pairs, dyno_str_text(key), dyno_str_text(value), err);
}

enum dyno_status dyno_hs2_pairs_parse(struct dyno_hs2_pairs *pairs, const char *text,
                                      struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    struct dyno_str key;
    struct dyno_str value;
    dyno_str_init(&key, VALUE_MAX_BYTES);
    dyno_str_init(&value, VALUE_MAX_BYTES);
    const char *at = text;
    while (status == DYNO_OK && *at != '\0') {
        dyno_str_clear(&key);
        dyno_str_clear(&value);
        status = parse_pair(pairs, &at, &key, &value, err);
        if (status == DYNO_OK && *at == ';')
            at++;
    }
    if (value.data != NULL)
        explicit_bzero(value.data, value.capacity);
    dyno_str_deinit(&key);
    dyno_str_deinit(&value);
    return status;
}

static bool needs_braces(const char *value)
{
    size_t len = strlen(value);
    return strpbrk(value, ";{}[]") != NULL || (len > 0 && (strchr(BLANKS, value[0]) != NULL ||
                                                           strchr(BLANKS, value[len - 1]) != NULL));
}

void dyno_hs2_pairs_format(const struct dyno_hs2_pairs *pairs, struct dyno_str *out)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct dyno_hs2_pair *pair = &pairs->items[i];
        dyno_str_append(out, pair->key);
        dyno_str_append_char(out, '=');
        if (dyno_hs2_pairs_is_secret(pair->key)) {
            dyno_str_append(out, "***");
        } else if (needs_braces(pair->value)) {
            dyno_str_append_char(out, '{');
            for (const char *c = pair->value; *c != '\0'; c++)
                dyno_str_append_n(out, *c == '}' ? "}}" : c, *c == '}' ? 2 : 1);
            dyno_str_append_char(out, '}');
        } else {
            dyno_str_append(out, pair->value);
        }
        dyno_str_append_char(out, ';');
    }
}
