#include "plan/factors.h"

#include "base/alloc.h"
#include "base/suggest.h"
#include "plan/lookup.h"
#include "plan/yaml_field.h"
#include "spark/setting_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX   ".yaml"
#define READ_MAX (4 * DYNO_FACTORS_MAX) /* in all files; some may be left out afterwards */

struct reading {
    struct dyno_yaml_reader reader;
    struct dyno_factors *factors;
    struct dyno_setting_core_keys core;
};

static void factor_deinit(struct dyno_factor *factor)
{
    for (size_t i = 0; i < factor->key_count; i++)
        free(factor->keys[i]);
    free(factor->name);
    free(factor->low);
    free(factor->high);
    free(factor->why);
    free(factor->place);
    *factor = (struct dyno_factor){.name = NULL};
}

/** Is it the misspelt name of a static setting? NULL, or what was meant. */
static const char *misspelt(const struct reading *r, const char *key)
{
    if (dyno_setting_is_unlisted(key) || dyno_setting_is_static_sql(key))
        return NULL;
    for (size_t i = 0; i < r->core.count; i++)
        if (strcmp(r->core.keys[i], key) == 0)
            return NULL;
    return dyno_suggest(key, r->core.keys, r->core.count);
}

static const struct dyno_factor *user_of(const struct dyno_factors *factors, const char *key)
{
    for (size_t i = 0; i < factors->count; i++)
        for (size_t k = 0; k < factors->items[i].key_count; k++)
            if (strcmp(factors->items[i].keys[k], key) == 0)
                return &factors->items[i];
    return NULL;
}

static void check_key(struct reading *r, const struct dyno_yaml *node)
{
    const char *key = node->scalar;
    const struct dyno_factor *user = user_of(r->factors, key);
    const char *new_name = dyno_setting_new_name(key);
    if (strncmp(key, "spark.", 6) != 0) {
        dyno_yaml_refuse(&r->reader, node, "'%s' is no setting of Spark: they start with 'spark.'",
                         key);
        return;
    }
    if (user != NULL)
        dyno_yaml_refuse(&r->reader, node, "'%s' is the setting of factor '%s' too (%s)", key,
                         user->name, user->place);
    else if (new_name != NULL)
        dyno_yaml_refuse(&r->reader, node, "Spark does not know '%s' any more: it is now '%s'", key,
                         new_name);
    else if (dyno_setting_scope(key) == DYNO_SETTING_STATIC && misspelt(r, key) != NULL)
        dyno_yaml_refuse(&r->reader, node, "Spark does not know '%s': did you mean '%s'?", key,
                         misspelt(r, key));
}

static void take_key(struct reading *r, const struct dyno_yaml *node, struct dyno_factor *factor)
{
    if (node->kind != DYNO_YAML_SCALAR || node->scalar[0] == '\0') {
        dyno_yaml_refuse(&r->reader, node, "'setting' is the key of a setting, or a list of keys");
        return;
    }
    check_key(r, node);
    for (size_t i = 0; i < factor->key_count; i++)
        if (strcmp(factor->keys[i], node->scalar) == 0)
            dyno_yaml_refuse(&r->reader, node, "'%s' stands there twice", node->scalar);
    if (r->reader.status != DYNO_OK)
        return;
    if (factor->key_count == 0)
        factor->scope = DYNO_SETTING_SESSION;
    if (dyno_setting_scope(node->scalar) == DYNO_SETTING_STATIC)
        factor->scope = DYNO_SETTING_STATIC;
    factor->keys[factor->key_count++] = dyno_xstrdup(node->scalar);
}

static void take_keys(struct reading *r, const struct dyno_yaml *mapping,
                      struct dyno_factor *factor)
{
    const struct dyno_yaml *node = dyno_yaml_get(mapping, "setting");
    if (node == NULL || node->kind != DYNO_YAML_SEQUENCE) {
        node = dyno_yaml_required(&r->reader, mapping, "setting");
        if (node != NULL)
            take_key(r, node, factor);
    } else {
        node = dyno_yaml_list(&r->reader, mapping, "setting", DYNO_FACTOR_KEYS_MAX);
        for (size_t i = 0; node != NULL && i < node->count && r->reader.status == DYNO_OK; i++)
            take_key(r, node->entries[i].value, factor);
    }
    if (node != NULL)
        factor->place = dyno_xasprintf("%s:%zu:%zu", r->reader.path, node->line, node->column);
}

static void take_levels(struct reading *r, const struct dyno_yaml *mapping,
                        struct dyno_factor *factor)
{
    const struct dyno_yaml *low = dyno_yaml_required(&r->reader, mapping, "low");
    const struct dyno_yaml *high = dyno_yaml_required(&r->reader, mapping, "high");
    if (low == NULL || high == NULL)
        return;
    if (dyno_setting_value_equal(low->scalar, high->scalar))
        dyno_yaml_refuse(&r->reader, high,
                         "levels '%s' and '%s' of factor '%s' are equal to Spark: two different "
                         "values are needed",
                         low->scalar, high->scalar, factor->name);
    factor->low = dyno_xstrdup(low->scalar);
    factor->high = dyno_xstrdup(high->scalar);
}

static void check_kind(struct reading *r, const struct dyno_yaml *mapping,
                       const struct dyno_factor *factor)
{
    const struct dyno_yaml *kind = dyno_yaml_optional(&r->reader, mapping, "kind");
    bool is_static = factor->scope == DYNO_SETTING_STATIC;
    if (kind == NULL)
        return;
    if (strcmp(kind->scalar, "session") != 0 && strcmp(kind->scalar, "static") != 0)
        dyno_yaml_refuse(&r->reader, kind, "kind '%s' is neither session nor static", kind->scalar);
    else if ((strcmp(kind->scalar, "static") == 0) != is_static)
        dyno_yaml_refuse(&r->reader, kind, "'%s' is %s: it %s", factor->keys[0],
                         is_static ? "static" : "a session setting",
                         is_static ? "needs a server start" : "goes by SET in each session");
}

static void take_name(struct reading *r, const struct dyno_yaml *mapping,
                      struct dyno_factor *factor)
{
    factor->name = dyno_yaml_name(&r->reader, mapping, "name", DYNO_NAME_LABEL);
    if (factor->name == NULL)
        return;
    size_t at = dyno_factors_find(r->factors, factor->name);
    if (at < r->factors->count)
        dyno_yaml_refuse(&r->reader, dyno_yaml_get(mapping, "name"),
                         "there are two factors '%s' (the other: %s)", factor->name,
                         r->factors->items[at].place);
}

static void take_factor(struct reading *r, const struct dyno_yaml *mapping)
{
    static const char *const keys[] = {"name", "setting", "low", "high", "kind", "why", NULL};
    struct dyno_factor factor = {.name = NULL};
    if (!dyno_yaml_expect_mapping(&r->reader, mapping, "a factor", keys))
        return;
    if (r->factors->count == READ_MAX)
        dyno_yaml_refuse(&r->reader, mapping, "too many factors: over %d", READ_MAX);
    take_name(r, mapping, &factor);
    take_keys(r, mapping, &factor);
    take_levels(r, mapping, &factor);
    check_kind(r, mapping, &factor);
    const struct dyno_yaml *why = dyno_yaml_required(&r->reader, mapping, "why");
    if (why != NULL)
        factor.why = dyno_xstrdup(why->scalar);
    if (r->reader.status == DYNO_OK)
        r->factors->items[r->factors->count++] = factor;
    else
        factor_deinit(&factor);
}

static void take_file(struct reading *r, const struct dyno_yaml *root)
{
    static const char *const keys[] = {"description", "factors", NULL};
    if (!dyno_yaml_expect_mapping(&r->reader, root, "a file of factors", keys))
        return;
    (void)dyno_yaml_optional(&r->reader, root, "description");
    if (dyno_yaml_get(root, "factors") == NULL)
        dyno_yaml_refuse(&r->reader, root, "'factors' is missing: a list of settings to vary");
    const struct dyno_yaml *list = dyno_yaml_list(&r->reader, root, "factors", READ_MAX);
    for (size_t i = 0; list != NULL && i < list->count && r->reader.status == DYNO_OK; i++)
        take_factor(r, list->entries[i].value);
}

static bool is_path(const char *word)
{
    size_t len = strlen(word);
    size_t suffix = strlen(SUFFIX);
    return strchr(word, '/') != NULL || (len > suffix && strcmp(word + len - suffix, SUFFIX) == 0);
}

enum dyno_status dyno_factors_read(const char *name_or_path, const char *const *dirs,
                                   struct dyno_factors *factors, struct dyno_err *err)
{
    const struct dyno_lookup lookup = {.what = "file of factors", .suffix = SUFFIX, .dirs = dirs};
    struct dyno_yaml *root = NULL;
    char *path = NULL;
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status = DYNO_OK;
    if (is_path(name_or_path))
        path = dyno_xstrdup(name_or_path);
    else
        status = dyno_lookup_find(&lookup, name_or_path, &path, err);
    if (status == DYNO_OK)
        status = dyno_lookup_text(path, DYNO_YAML_MAX_BYTES, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_yaml_parse(text, len, path, &root, err);
    if (status == DYNO_OK) {
        struct reading r = {.reader = {.path = path, .status = DYNO_OK, .err = err},
                            .factors = factors};
        if (factors->items == NULL)
            factors->items = dyno_xcalloc(READ_MAX, sizeof *factors->items);
        dyno_setting_core_keys_load(&r.core);
        take_file(&r, root);
        dyno_setting_core_keys_free(&r.core);
        status = r.reader.status;
    }
    dyno_yaml_free(root);
    free(text);
    free(path);
    return status;
}

void dyno_factors_deinit(struct dyno_factors *factors)
{
    for (size_t i = 0; i < factors->count; i++)
        factor_deinit(&factors->items[i]);
    free(factors->items);
    *factors = (struct dyno_factors){.items = NULL};
}

size_t dyno_factors_find(const struct dyno_factors *factors, const char *name)
{
    size_t i = 0;
    while (i < factors->count && strcmp(factors->items[i].name, name) != 0)
        i++;
    return i;
}

enum dyno_status dyno_factors_remove(struct dyno_factors *factors, const char *name,
                                     struct dyno_err *err)
{
    size_t at = dyno_factors_find(factors, name);
    const char *names[READ_MAX];
    if (at == factors->count) {
        for (size_t i = 0; i < factors->count; i++)
            names[i] = factors->items[i].name;
        const char *near = dyno_suggest(name, names, factors->count);
        return dyno_err_set(err, DYNO_EINPUT, "there is no factor '%s'%s%s%s", name,
                            near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    factor_deinit(&factors->items[at]);
    factors->count--;
    memmove(&factors->items[at], &factors->items[at + 1],
            (factors->count - at) * sizeof *factors->items);
    return DYNO_OK;
}

const struct dyno_factor *dyno_factors_named_in(const struct dyno_factors *factors,
                                                const char *text)
{
    const struct dyno_factor *found = NULL;
    for (size_t i = 0; i < factors->count && found == NULL; i++)
        for (size_t k = 0; k < factors->items[i].key_count && found == NULL; k++) {
            char *quoted = dyno_xasprintf("'%s'", factors->items[i].keys[k]);
            if (strstr(text, quoted) != NULL)
                found = &factors->items[i];
            free(quoted);
        }
    return found;
}
