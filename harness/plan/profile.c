#include "plan/profile.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "plan/lookup.h"
#include "plan/properties.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".conf"

static bool is_key(const char *key)
{
    for (const char *p = key; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr("._-", *p) == NULL)
            return false;
    return key[0] != '\0';
}

static int compare_settings(const void *a, const void *b)
{
    const struct dyno_setting *left = a;
    const struct dyno_setting *right = b;
    return strcmp(left->key, right->key);
}

/* Sort and hash, after every change. */
static void seal(struct dyno_profile *profile)
{
    struct dyno_str text;
    dyno_str_init(&text, SIZE_MAX / 2);
    qsort(profile->settings, profile->setting_count, sizeof *profile->settings, compare_settings);
    for (size_t i = 0; i < profile->setting_count; i++) {
        dyno_str_append(&text, profile->settings[i].key);
        dyno_str_append_char(&text, '=');
        dyno_str_append(&text, profile->settings[i].value);
        dyno_str_append_char(&text, '\n');
    }
    dyno_sha256_hex(dyno_str_text(&text), text.len, profile->sha256);
    dyno_str_deinit(&text);
}

static enum dyno_status check_property(const char *path, const struct dyno_property *property,
                                       struct dyno_err *err)
{
    if (property->key[0] == '\0')
        return dyno_err_set(err, DYNO_EINPUT, "%s:%zu:%zu: no key stands before the value", path,
                            property->line, property->column);
    if (!is_key(property->key))
        return dyno_err_set(err, DYNO_EINPUT,
                            "%s:%zu:%zu: '%s' is not a key: letters, digits, '.', '_' and '-' only",
                            path, property->line, property->column, property->key);
    if (property->value[0] == '\0')
        return dyno_err_set(err, DYNO_EINPUT, "%s:%zu:%zu: key '%s' has no value", path,
                            property->value_line, property->value_column, property->key);
    return DYNO_OK;
}

static int compare_properties(const void *a, const void *b)
{
    const struct dyno_property *left = a;
    const struct dyno_property *right = b;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Of several duplicates, the one that stands first in the file is complained about. A line holds one
 * property, so lines tell equal keys apart. */
static enum dyno_status check_duplicates(const char *path, const struct dyno_properties *properties,
                                         struct dyno_err *err)
{
    size_t count = properties->count;
    struct dyno_property *sorted = dyno_xcalloc(count + 1, sizeof *sorted);
    size_t twice = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = properties->items[i];
    qsort(sorted, count, sizeof *sorted, compare_properties);
    for (size_t i = 1; i < count; i++)
        if (strcmp(sorted[i - 1].key, sorted[i].key) == 0 &&
            (twice == 0 || sorted[i].line < sorted[twice].line))
            twice = i;
    enum dyno_status status = DYNO_OK;
    if (twice > 0)
        status = dyno_err_set(
            err, DYNO_EINPUT, "%s:%zu:%zu: key '%s' stands twice (first in line %zu)", path,
            sorted[twice].line, sorted[twice].column, sorted[twice].key, sorted[twice - 1].line);
    free(sorted);
    return status;
}

static enum dyno_status parse_profile(const char *path, struct dyno_profile *out,
                                      struct dyno_err *err)
{
    char *text = NULL;
    size_t len = 0;
    struct dyno_properties properties = {.items = NULL};
    enum dyno_status status = dyno_lookup_text(path, DYNO_PROFILE_MAX_BYTES, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_properties_parse(text, len, path, &properties, err);
    for (size_t i = 0; status == DYNO_OK && i < properties.count; i++)
        status = check_property(path, &properties.items[i], err);
    if (status == DYNO_OK)
        status = check_duplicates(path, &properties, err);
    if (status == DYNO_OK) {
        out->comment = dyno_xstrdup(properties.comment);
        out->settings = dyno_xcalloc(properties.count + 1, sizeof *out->settings);
        out->setting_count = properties.count;
        for (size_t i = 0; i < properties.count; i++) {
            out->settings[i].key = dyno_xstrdup(properties.items[i].key);
            out->settings[i].value = dyno_xstrdup(properties.items[i].value);
        }
    }
    dyno_properties_deinit(&properties);
    free(text);
    return status;
}

static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    size_t suffix = strlen(SUFFIX);
    if (len > suffix && strcmp(name + len - suffix, SUFFIX) == 0)
        len -= suffix;
    return dyno_xstrndup(name, len);
}

static bool is_path(const char *word)
{
    size_t len = strlen(word);
    size_t suffix = strlen(SUFFIX);
    return strchr(word, '/') != NULL || (len > suffix && strcmp(word + len - suffix, SUFFIX) == 0);
}

enum dyno_status dyno_profile_read(const char *name_or_path, const char *const *dirs,
                                   struct dyno_profile *out, struct dyno_err *err)
{
    const struct dyno_lookup lookup = {.what = "profile", .suffix = SUFFIX, .dirs = dirs};
    struct dyno_profile profile = {.name = NULL};
    enum dyno_status status = DYNO_OK;
    if (is_path(name_or_path))
        profile.path = dyno_xstrdup(name_or_path);
    else
        status = dyno_lookup_find(&lookup, name_or_path, &profile.path, err);
    if (status == DYNO_OK)
        status = parse_profile(profile.path, &profile, err);
    if (status != DYNO_OK) {
        dyno_profile_deinit(&profile);
        return status;
    }
    profile.name = name_of(profile.path);
    seal(&profile);
    *out = profile;
    return DYNO_OK;
}

void dyno_profile_deinit(struct dyno_profile *profile)
{
    for (size_t i = 0; i < profile->setting_count; i++) {
        free(profile->settings[i].key);
        free(profile->settings[i].value);
    }
    free(profile->settings);
    free(profile->name);
    free(profile->path);
    free(profile->comment);
    *profile = (struct dyno_profile){.name = NULL};
}

static struct dyno_setting *find(const struct dyno_profile *profile, const char *key)
{
    for (size_t i = 0; i < profile->setting_count; i++)
        if (strcmp(profile->settings[i].key, key) == 0)
            return &profile->settings[i];
    return NULL;
}

enum dyno_status dyno_profile_override(struct dyno_profile *profile, const char *assignment,
                                       struct dyno_err *err)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' has no '=': write key=value", assignment);
    if (equals[1] == '\0')
        return dyno_err_set(err, DYNO_EINPUT, "'%s' has no value: write key=value", assignment);
    char *key = dyno_xstrndup(assignment, (size_t)(equals - assignment));
    if (!is_key(key)) {
        free(key);
        return dyno_err_set(
            err, DYNO_EINPUT,
            "'%s' does not start with a key: letters, digits, '.', '_' and '-' only", assignment);
    }
    struct dyno_setting *setting = find(profile, key);
    if (setting == NULL) {
        profile->settings = dyno_xrealloc(profile->settings,
                                          (profile->setting_count + 1) * sizeof *profile->settings);
        setting = &profile->settings[profile->setting_count++];
        *setting = (struct dyno_setting){.key = key, .value = NULL};
    } else {
        free(key);
    }
    free(setting->value);
    setting->value = dyno_xstrdup(equals + 1);
    seal(profile);
    return DYNO_OK;
}

const char *dyno_profile_get(const struct dyno_profile *profile, const char *key)
{
    const struct dyno_setting *setting = find(profile, key);
    return setting ? setting->value : NULL;
}

struct dyno_setting *dyno_profile_select(const struct dyno_profile *profile,
                                         enum dyno_setting_scope scope, size_t *count_out)
{
    struct dyno_setting *selected = dyno_xcalloc(profile->setting_count + 1, sizeof *selected);
    size_t count = 0;
    for (size_t i = 0; i < profile->setting_count; i++)
        if (dyno_setting_scope(profile->settings[i].key) == scope)
            selected[count++] = profile->settings[i];
    *count_out = count;
    return selected;
}

int dyno_profile_same_static(const struct dyno_profile *a, const struct dyno_profile *b)
{
    const char **keys = NULL;
    size_t count = dyno_profile_diff(a, b, &keys);
    int is_same = 1;
    for (size_t i = 0; i < count; i++)
        if (dyno_setting_scope(keys[i]) == DYNO_SETTING_STATIC)
            is_same = 0;
    free(keys);
    return is_same;
}

size_t dyno_profile_diff(const struct dyno_profile *a, const struct dyno_profile *b,
                         const char ***keys_out)
{
    struct dyno_vec keys = DYNO_VEC_INIT(const char *);
    size_t i = 0;
    size_t k = 0;
    while (i < a->setting_count || k < b->setting_count) {
        int order = i == a->setting_count   ? 1
                    : k == b->setting_count ? -1
                                            : strcmp(a->settings[i].key, b->settings[k].key);
        bool is_different = order != 0 || strcmp(a->settings[i].value, b->settings[k].value) != 0;
        if (is_different)
            dyno_vec_push(&keys, order <= 0 ? &a->settings[i].key : &b->settings[k].key);
        i += order <= 0;
        k += order >= 0;
    }
    size_t count = 0;
    *keys_out = dyno_vec_take(&keys, &count);
    return count;
}
