#include "experiment/place.h"

#include "base/alloc.h"
#include "base/secret.h"
#include "base/shell.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX_BYTES ((size_t)32 * 1024)

/* Does the path end in "<folder>/<name><suffix>"? */
static bool is_found_by_name(const char *path, const char *folder, const char *name,
                             const char *suffix)
{
    char *tail = dyno_xasprintf("%s/%s%s", folder, name, suffix);
    size_t len = strlen(tail);
    size_t path_len = path == NULL ? 0 : strlen(path);
    bool is_found = path != NULL && path_len >= len && strcmp(path + path_len - len, tail) == 0 &&
                    (path_len == len || path[path_len - len - 1] == '/');
    free(tail);
    return is_found;
}

/* "default" of "a/profiles/default.conf". */
static char *stem_of(const char *path)
{
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    size_t len = strlen(name);
    return dyno_xstrndup(name, len > 5 && strcmp(name + len - 5, ".conf") == 0 ? len - 5 : len);
}

static void append_option(struct dyno_str *out, const char *option, const char *value)
{
    const char *words[] = {option, value};
    if (out->len > 0)
        dyno_str_append_char(out, ' ');
    dyno_shell_append_words(out, words, 2);
}

/* A cover in the value's place would be taken for the value. */
static void append_setting(const struct dyno_setting *setting, struct dyno_str *out,
                           struct dyno_str *hidden)
{
    if (dyno_secret_is_key(setting->key, strlen(setting->key))) {
        dyno_str_appendf(hidden, "%s%s", hidden->len > 0 ? ", " : "", setting->key);
        return;
    }
    char *pair = dyno_xasprintf("%s=%s", setting->key, setting->value);
    append_option(out, "--conf", pair);
    free(pair);
}

/* What was put over the profile's file, for that is gone from its settings. */
static void append_settings(struct dyno_place *place, const struct dyno_profile *profile,
                            struct dyno_str *out, struct dyno_str *hidden)
{
    static const char *const no_dirs[] = {NULL};
    struct dyno_profile file = {.name = NULL};
    if (profile->path == NULL || dyno_profile_read(profile->path, no_dirs, &file, NULL) != DYNO_OK)
        return;
    for (size_t i = 0; i < profile->setting_count; i++) {
        const struct dyno_setting *setting = &profile->settings[i];
        const char *before = dyno_profile_get(&file, setting->key);
        if (before != NULL && strcmp(before, setting->value) == 0)
            continue;
        append_setting(setting, out, hidden);
        place->has_settings = true;
    }
    dyno_profile_deinit(&file);
}

void dyno_place_init(struct dyno_place *place, const struct dyno_workload *workload,
                     const struct dyno_profile *profile)
{
    struct dyno_str options;
    struct dyno_str hidden;
    *place =
        (struct dyno_place){.settings = profile->settings, .setting_count = profile->setting_count};
    dyno_str_init(&options, OPTIONS_MAX_BYTES);
    dyno_str_init(&hidden, OPTIONS_MAX_BYTES);
    bool is_known = is_found_by_name(workload->dir, "workloads", workload->name, "");
    place->workload =
        dyno_xstrdup(is_known || workload->dir == NULL ? workload->name : workload->dir);
    char *stem = stem_of(profile->path == NULL ? profile->name : profile->path);
    bool has_name =
        profile->path == NULL || is_found_by_name(profile->path, "profiles", stem, ".conf");
    place->profile = dyno_xstrdup(has_name ? stem : profile->path);
    free(stem);
    if (workload->scale != 1) {
        char scale[32];
        (void)snprintf(scale, sizeof scale, "%g", workload->scale);
        append_option(&options, "--scale", scale);
    }
    append_settings(place, profile, &options, &hidden);
    place->options = dyno_xstrdup(dyno_str_text(&options));
    place->hidden = dyno_xstrdup(dyno_str_text(&hidden));
    dyno_str_deinit(&options);
    dyno_str_deinit(&hidden);
}

void dyno_place_deinit(struct dyno_place *place)
{
    free(place->workload);
    free(place->profile);
    free(place->options);
    free(place->hidden);
    *place = (struct dyno_place){.has_settings = false};
}

struct dyno_rule_place dyno_place_words(const struct dyno_place *place)
{
    return (struct dyno_rule_place){place->workload,     place->profile,  place->options,
                                    place->has_settings, place->settings, place->setting_count,
                                    place->hidden};
}
