#include "plan/yaml_field.h"

#include "base/alloc.h"
#include "base/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_NAME 64

void dyno_yaml_refuse(struct dyno_yaml_reader *r, const struct dyno_yaml *node, const char *fmt,
                      ...)
{
    char text[DYNO_ERR_MESSAGE_BYTES];
    va_list args;
    if (r->status != DYNO_OK)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    r->status = dyno_yaml_complain(r->path, node, r->err, "%s", text);
}

static const char *kind_name(const struct dyno_yaml *node)
{
    return node->kind == DYNO_YAML_MAPPING    ? "a mapping"
           : node->kind == DYNO_YAML_SEQUENCE ? "a list"
                                              : "a single value";
}

bool dyno_yaml_expect_mapping(struct dyno_yaml_reader *r, const struct dyno_yaml *node,
                              const char *what, const char *const *keys)
{
    if (node->kind != DYNO_YAML_MAPPING)
        dyno_yaml_refuse(r, node, "%s must be a mapping of keys, not %s", what, kind_name(node));
    if (r->status == DYNO_OK)
        r->status = dyno_yaml_check_keys(r->path, node, keys, r->err);
    return r->status == DYNO_OK;
}

const struct dyno_yaml *dyno_yaml_list(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping,
                                       const char *key, size_t max)
{
    const struct dyno_yaml *node = r->status == DYNO_OK ? dyno_yaml_get(mapping, key) : NULL;
    if (node == NULL)
        return NULL;
    if (node->kind != DYNO_YAML_SEQUENCE)
        dyno_yaml_refuse(r, node, "'%s' must be a list, not %s", key, kind_name(node));
    else if (node->count == 0)
        dyno_yaml_refuse(r, node, "'%s' is empty", key);
    else if (node->count > max)
        dyno_yaml_refuse(r, node, "'%s' has %zu items, at most %zu are allowed", key, node->count,
                         max);
    return r->status == DYNO_OK ? node : NULL;
}

static bool is_null(const struct dyno_yaml *node)
{
    return node->scalar[0] == '\0' || (!node->is_quoted && (strcmp(node->scalar, "~") == 0 ||
                                                            strcmp(node->scalar, "null") == 0));
}

const struct dyno_yaml *dyno_yaml_optional(struct dyno_yaml_reader *r,
                                           const struct dyno_yaml *mapping, const char *key)
{
    const struct dyno_yaml *node = r->status == DYNO_OK ? dyno_yaml_get(mapping, key) : NULL;
    if (node == NULL)
        return NULL;
    if (node->kind != DYNO_YAML_SCALAR)
        dyno_yaml_refuse(r, node, "'%s' must be a single value, not %s", key, kind_name(node));
    else if (is_null(node))
        dyno_yaml_refuse(r, node, "'%s' has no value", key);
    return r->status == DYNO_OK ? node : NULL;
}

const struct dyno_yaml *dyno_yaml_required(struct dyno_yaml_reader *r,
                                           const struct dyno_yaml *mapping, const char *key)
{
    const struct dyno_yaml *node = dyno_yaml_optional(r, mapping, key);
    if (node == NULL)
        dyno_yaml_refuse(r, mapping, "key '%s' is missing", key);
    return node;
}

/* A plain scalar for a number or a boolean; NULL if absent or refused. */
static const struct dyno_yaml *plain(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping,
                                     const char *key, const char *what)
{
    const struct dyno_yaml *node = dyno_yaml_optional(r, mapping, key);
    if (node != NULL && node->is_quoted)
        dyno_yaml_refuse(r, node, "'%s' must be %s, not quoted text", key, what);
    return r->status == DYNO_OK ? node : NULL;
}

/* Hand a complaint of base/units on, with key and place. */
static void check_parsed(struct dyno_yaml_reader *r, const struct dyno_yaml *node, const char *key,
                         enum dyno_status status, const struct dyno_err *why)
{
    if (status != DYNO_OK)
        dyno_yaml_refuse(r, node, "'%s': %s", key, why->message);
}

int64_t dyno_yaml_i64(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                      int64_t fallback, int64_t min, int64_t max)
{
    struct dyno_err why = DYNO_ERR_INIT;
    int64_t value = fallback;
    const struct dyno_yaml *node = plain(r, mapping, key, "a whole number");
    if (node != NULL)
        check_parsed(r, node, key, dyno_parse_i64(node->scalar, min, max, &value, &why), &why);
    return value;
}

double dyno_yaml_f64(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                     double fallback, double min, double max)
{
    struct dyno_err why = DYNO_ERR_INIT;
    double value = fallback;
    const struct dyno_yaml *node = plain(r, mapping, key, "a number");
    if (node != NULL)
        check_parsed(r, node, key, dyno_parse_f64(node->scalar, min, max, &value, &why), &why);
    return value;
}

bool dyno_yaml_bool(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                    bool fallback)
{
    const struct dyno_yaml *node = plain(r, mapping, key, "true or false");
    if (node == NULL)
        return fallback;
    bool is_true = strcmp(node->scalar, "true") == 0;
    if (!is_true && strcmp(node->scalar, "false") != 0)
        dyno_yaml_refuse(r, node, "'%s': '%s' is neither true nor false", key, node->scalar);
    return is_true;
}

int64_t dyno_yaml_duration_ns(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping,
                              const char *key, int64_t fallback)
{
    struct dyno_err why = DYNO_ERR_INIT;
    int64_t value = fallback;
    const struct dyno_yaml *node = dyno_yaml_optional(r, mapping, key);
    if (node != NULL)
        check_parsed(r, node, key, dyno_parse_duration_ns(node->scalar, &value, &why), &why);
    return value;
}

static bool is_name(const char *name, enum dyno_name_kind kind)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    bool is_label = kind == DYNO_NAME_LABEL;
    const char *allowed = is_label ? "abcdefghijklmnopqrstuvwxyz0123456789_-"
                                   : "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(name);
    if (len == 0 || len > MAX_NAME || strspn(name, allowed) != len)
        return false;
    return is_label || strchr(letters, name[0]) != NULL;
}

char *dyno_yaml_name(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                     enum dyno_name_kind kind)
{
    const struct dyno_yaml *node = dyno_yaml_required(r, mapping, key);
    if (node == NULL)
        return NULL;
    if (is_name(node->scalar, kind))
        return dyno_xstrdup(node->scalar);
    dyno_yaml_refuse(r, node, "'%s': '%.80s' is not a name: %s, at most %d characters", key,
                     node->scalar,
                     kind == DYNO_NAME_LABEL ? "lower-case letters, digits, '_' and '-'"
                                             : "a lower-case letter, then letters, digits and '_'",
                     MAX_NAME);
    return NULL;
}
