#include "cli/options.h"

#include "base/suggest.h"
#include "base/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum dyno_status set_list(struct cli_list *list, const char *value, struct dyno_err *err)
{
    if (list->count == CLI_LIST_MAX)
        return dyno_err_set(err, DYNO_EINPUT, "given more than %d times", CLI_LIST_MAX);
    list->items[list->count++] = value;
    return DYNO_OK;
}

static enum dyno_status set_value(const struct cli_option *option, void *target, const char *value,
                                  struct dyno_err *err)
{
    void *place = (char *)target + option->offset;
    enum dyno_status status = DYNO_OK;
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)place = true;
        break;
    case CLI_COUNT:
        ++*(int *)place;
        break;
    case CLI_STRING:
        *(const char **)place = value;
        break;
    case CLI_LIST:
        status = set_list(place, value, err);
        break;
    case CLI_INTEGER:
        status = dyno_parse_i64(value, (int64_t)option->min, (int64_t)option->max, place, err);
        break;
    case CLI_NUMBER:
        status = dyno_parse_f64(value, option->min, option->max, place, err);
        break;
    case CLI_DURATION:
        status = dyno_parse_duration_ns(value, place, err);
        break;
    }
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "--%s", option->name);
    return DYNO_OK;
}

static const struct cli_option *find_long(const struct cli_verb *verb, const char *name, size_t len)
{
    for (const struct cli_option *o = verb->options; o->name != NULL; o++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_verb *verb, char letter)
{
    for (const struct cli_option *o = verb->options; o->name != NULL; o++)
        if (o->letter != '\0' && o->letter == letter)
            return o;
    return NULL;
}

static enum dyno_status unknown_option(const struct cli_verb *verb, const char *text, size_t len,
                                       struct dyno_err *err)
{
    char name[80];
    const char *names[128];
    size_t count = 0;
    for (const struct cli_option *o = verb->options; o->name != NULL && count < 128; o++)
        names[count++] = o->name;
    (void)snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1),
                   text);
    const char *near = dyno_suggest(name, names, count);
    return dyno_err_set(err, DYNO_EINPUT, "unknown option '--%s'%s%s%s: see 'sparkdyno %s --help'",
                        name, near ? ", did you mean '--" : "", near ? near : "", near ? "'?" : "",
                        verb->name);
}

static bool takes_value(const struct cli_option *option)
{
    return option->kind != CLI_FLAG && option->kind != CLI_COUNT;
}

struct scan {
    const struct cli_verb *verb;
    int argc;
    char **argv;
    int at;
    void *target;
    struct dyno_err *err;
};

static enum dyno_status scan_long(struct scan *s)
{
    const char *name = s->argv[s->at] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct cli_option *option = find_long(s->verb, name, len);
    if (option == NULL)
        return unknown_option(s->verb, name, len, s->err);
    const char *value = equals ? equals + 1 : NULL;
    if (!takes_value(option) && value != NULL)
        return dyno_err_set(s->err, DYNO_EINPUT, "--%s takes no value", option->name);
    if (takes_value(option) && value == NULL) {
        if (s->at + 1 >= s->argc)
            return dyno_err_set(s->err, DYNO_EINPUT, "--%s needs a value: %s", option->name,
                                option->argument);
        value = s->argv[++s->at];
    }
    return set_value(option, s->target, value, s->err);
}

static enum dyno_status scan_letters(struct scan *s)
{
    for (const char *p = s->argv[s->at] + 1; *p != '\0'; p++) {
        const struct cli_option *option = find_letter(s->verb, *p);
        if (option == NULL)
            return dyno_err_set(s->err, DYNO_EINPUT,
                                "unknown option '-%c': see 'sparkdyno %s --help'", *p,
                                s->verb->name);
        const char *value = NULL;
        if (takes_value(option)) {
            value = p[1] != '\0' ? p + 1 : s->at + 1 < s->argc ? s->argv[++s->at] : NULL;
            if (value == NULL)
                return dyno_err_set(s->err, DYNO_EINPUT, "-%c needs a value: %s", *p,
                                    option->argument);
        }
        enum dyno_status status = set_value(option, s->target, value, s->err);
        if (status != DYNO_OK || value != NULL)
            return status;
    }
    return DYNO_OK;
}

static void name_variable(const struct cli_option *o, char *name, size_t room)
{
    (void)snprintf(name, room, "SPARKDYNO_%s", o->name);
    for (char *p = name; *p != '\0'; p++)
        *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
}

/* SPARKDYNO_REST_URL for --rest-url; an empty variable is none. Lists have no variable. */
static enum dyno_status read_variable(const struct cli_option *o, void *target,
                                      struct dyno_err *err)
{
    char name[80];
    name_variable(o, name, sizeof name);
    const char *value = getenv(name);
    bool is_unset = value == NULL || value[0] == '\0' || o->kind == CLI_LIST;
    if (is_unset || (!takes_value(o) && strcmp(value, "0") == 0))
        return DYNO_OK;
    enum dyno_status status = set_value(o, target, value, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "variable %s", name);
    return DYNO_OK;
}

static enum dyno_status read_environment(const struct cli_verb *verb, void *target,
                                         struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (const struct cli_option *o = verb->options; status == DYNO_OK && o->name != NULL; o++)
        status = read_variable(o, target, err);
    return status;
}

static enum dyno_status check_words(const struct cli_verb *verb, const struct cli_words *words,
                                    struct dyno_err *err)
{
    int count = (int)words->count;
    if (count >= verb->min_words && count <= verb->max_words)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT, "usage: sparkdyno %s [options] %s (see --help)",
                        verb->name, verb->arguments);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

enum dyno_status cli_options_parse(const struct cli_verb *verb, int argc, char **argv, void *target,
                                   struct cli_words *words, struct dyno_err *err)
{
    struct scan s = {.verb = verb, .argc = argc, .argv = argv, .target = target, .err = err};
    bool only_words = false;
    enum dyno_status status = read_environment(verb, target, err);
    for (; status == DYNO_OK && s.at < argc; s.at++) {
        const char *word = argv[s.at];
        if (!only_words && is_help(word)) {
            words->wants_help = true;
            return DYNO_OK;
        }
        if (!only_words && strcmp(word, "--") == 0)
            only_words = true;
        else if (!only_words && strncmp(word, "--", 2) == 0)
            status = scan_long(&s);
        else if (!only_words && word[0] == '-' && word[1] != '\0')
            status = scan_letters(&s);
        else if (words->count < CLI_LIST_MAX)
            words->items[words->count++] = word;
    }
    return status == DYNO_OK ? check_words(verb, words, err) : status;
}

void cli_options_help(const struct cli_verb *verb, FILE *out)
{
    (void)fprintf(
        out,
        "sparkdyno %s: %s\n\nExamples:\n%s\nUsage: sparkdyno %s [options] %s\n\n%s\nOptions:\n",
        verb->name, verb->summary, verb->examples, verb->name, verb->arguments, verb->description);
    for (const struct cli_option *o = verb->options; o->name != NULL; o++) {
        char left[64];
        char letter[8] = "    ";
        if (o->letter != '\0')
            (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
        (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
                       o->argument ? o->argument : "");
        (void)fprintf(out, "  %-32s %s\n", left, o->help);
    }
    (void)fprintf(out, "  %-32s %s\n", "-h, --help", "this text");
}
