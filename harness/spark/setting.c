#include "spark/setting.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "spark/setting_names.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum dyno_setting_scope dyno_setting_scope(const char *key)
{
    bool is_sql = strncmp(key, "spark.sql.", strlen("spark.sql.")) == 0;
    return is_sql && !dyno_setting_is_static_sql(key) ? DYNO_SETTING_SESSION : DYNO_SETTING_STATIC;
}

struct unit {
    const char *name;
    double factor;
};

static const struct unit sizes[] = {
    {"b", 1},       {"k", 0x1p10}, {"kb", 0x1p10}, {"m", 0x1p20}, {"mb", 0x1p20}, {"g", 0x1p30},
    {"gb", 0x1p30}, {"t", 0x1p40}, {"tb", 0x1p40}, {"p", 0x1p50}, {"pb", 0x1p50},
};
static const struct unit times[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1},    {"m", 60},
                                    {"min", 60},  {"h", 3600},  {"d", 86400}};
static const struct unit plain[] = {{"", 1}};

/* The number that `text` means if it ends with one of these units. */
static bool read_amount(const char *text, const struct unit *units, size_t count, double *out)
{
    char *end = NULL;
    /* strtod would also take what is no number to Spark: hexadecimal digits. */
    if ((!isdigit((unsigned char)text[0]) && strchr("-.", text[0]) == NULL) ||
        strpbrk(text, "xX") != NULL)
        return false;
    double number = strtod(text, &end);
    for (size_t i = 0; i < count && end != text && isfinite(number); i++) {
        if (strcasecmp(end, units[i].name) == 0) {
            *out = number * units[i].factor;
            return true;
        }
    }
    return false;
}

static bool same_amount(const char *a, const char *b, const struct unit *units, size_t count)
{
    double x = 0;
    double y = 0;
    return read_amount(a, units, count, &x) && read_amount(b, units, count, &y) &&
           fabs(x - y) <= 1e-12 * fabs(x);
}

static bool is_boolean(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0;
}

static char *trimmed(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return dyno_xstrndup(text, len);
}

bool dyno_setting_value_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    char *x = trimmed(a);
    char *y = trimmed(b);
    bool is_equal = strcmp(x, y) == 0 || (is_boolean(x) && strcasecmp(x, y) == 0) ||
                    same_amount(x, y, plain, 1) ||
                    same_amount(x, y, sizes, sizeof sizes / sizeof sizes[0]) ||
                    same_amount(x, y, times, sizeof times / sizeof times[0]);
    free(x);
    free(y);
    return is_equal;
}

static enum dyno_status check_key(const char *key, struct dyno_err *err)
{
    for (const char *p = key; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr("._-", *p) == NULL)
            return dyno_err_set(err, DYNO_EINPUT,
                                "setting '%s': a name has only letters, digits, '.', '_' and '-'",
                                key);
    return key[0] != '\0' ? DYNO_OK : dyno_err_set(err, DYNO_EINPUT, "a setting has no name");
}

static enum dyno_status check_value(const struct dyno_setting *setting, struct dyno_err *err)
{
    char quote = '\0';
    const char *fault = NULL;
    for (const char *p = setting->value; *p != '\0' && fault == NULL; p++) {
        if (*p == '\n' || *p == '\r')
            fault = "a line break";
        else if (*p == ';' && quote == '\0')
            fault = "a ';' outside quotes";
        else if (p[0] == '$' && p[1] == '{')
            fault = "a '${', which Spark would replace";
        else if (quote != '\0' && *p == quote)
            quote = '\0';
        else if (quote == '\0' && (*p == '\'' || *p == '"'))
            quote = *p;
    }
    if (fault == NULL && strchr(setting->value, ';') != NULL && strchr(setting->value, '`') != NULL)
        fault = "both ';' and '`'";
    if (fault == NULL)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT, "setting '%s': its value has %s", setting->key, fault);
}

static enum dyno_status check_settings(const struct dyno_setting *settings, size_t count,
                                       struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < count && status == DYNO_OK; i++) {
        status = check_key(settings[i].key, err);
        if (status == DYNO_OK)
            status = check_value(&settings[i], err);
        for (size_t k = 0; k < i && status == DYNO_OK; k++)
            if (strcmp(settings[k].key, settings[i].key) == 0)
                status = dyno_err_set(err, DYNO_EINPUT, "setting '%s' stands there twice",
                                      settings[i].key);
    }
    return status;
}

static void push_statements(struct dyno_vec *list, const struct dyno_setting *setting)
{
    /* Without back quotes a '-' would be an error in the name, and a ';' would end the value. */
    bool has_semicolon = strchr(setting->value, ';') != NULL;
    const char *key_quote = has_semicolon || strchr(setting->key, '-') != NULL ? "`" : "";
    const char *value_quote = has_semicolon ? "`" : "";
    char *before = dyno_xasprintf("SET %s%s%s", key_quote, setting->key, key_quote);
    char *put = dyno_xasprintf("SET %s%s%s=%s%s%s", key_quote, setting->key, key_quote, value_quote,
                               setting->value, value_quote);
    char *after = dyno_xstrdup(before);
    dyno_vec_push(list, &before);
    dyno_vec_push(list, &put);
    dyno_vec_push(list, &after);
}

enum dyno_status dyno_settings_statements(const struct dyno_setting *settings, size_t count,
                                          char ***sql_out, size_t *sql_count_out,
                                          struct dyno_err *err)
{
    enum dyno_status status = check_settings(settings, count, err);
    if (status != DYNO_OK)
        return status;
    struct dyno_vec list = DYNO_VEC_INIT(char *);
    char *all = dyno_xstrdup("SET -v");
    dyno_vec_push(&list, &all);
    for (size_t i = 0; i < count; i++)
        push_statements(&list, &settings[i]);
    *sql_out = dyno_vec_take(&list, sql_count_out);
    return DYNO_OK;
}

void dyno_setting_proofs_free(struct dyno_setting_proof *proofs, size_t count)
{
    for (size_t i = 0; proofs != NULL && i < count; i++) {
        free(proofs[i].key);
        free(proofs[i].asked);
        free(proofs[i].applied);
        free(proofs[i].server_default);
        free(proofs[i].complaint);
    }
    free(proofs);
}
