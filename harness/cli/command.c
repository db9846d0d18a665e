#include "cli/command.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/shell.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX         65536
#define CONNECTION       "--connection"
#define CONNECTION_BYTES (sizeof CONNECTION - 1)

/* Behind a value: in braces a doubled closing one belongs to it. */
static size_t value_length(const char *value)
{
    size_t blanks = strspn(value, " ");
    if (value[blanks] != '{')
        return strcspn(value, ";");
    size_t at = blanks + 1;
    while (value[at] != '\0' && (value[at] != '}' || value[at + 1] == '}'))
        at += value[at] == '}' ? 2 : 1;
    return at;
}

/* A connection string may hold a password: it is covered before it is kept. */
static void hide_secrets(char *text)
{
    if (strncmp(text, CONNECTION "=", CONNECTION_BYTES + 1) == 0)
        text += CONNECTION_BYTES + 1;
    while (*text != '\0') {
        size_t key = strcspn(text, "=;");
        char *value = text + key + (text[key] == '=');
        size_t len = text[key] == '=' ? value_length(value) : 0;
        if (dyno_secret_is_key(text, key))
            memset(value, '*', len);
        text = value + len;
        text += strcspn(text, ";");
        text += *text == ';';
    }
}

/* Is `option` one that takes a setting "K=V"? Its name may be shortened by nobody, so equality does. */
static bool takes_setting(const char *option)
{
    static const char *const names[] = {"--conf", "--base-conf", "--candidate-conf"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(option, names[i]) == 0)
            return true;
    return false;
}

/* "K=V", or "--conf=K=V", with the value of a secret covered. The word is replaced. */
static char *cover_setting(char *word, const char *before)
{
    char *setting = word;
    if (strncmp(word, "--", 2) == 0) {
        size_t name = strcspn(word, "=");
        char *option = dyno_xstrndup(word, name);
        bool is_setting = word[name] == '=' && takes_setting(option);
        free(option);
        if (!is_setting)
            return word;
        setting = word + name + 1;
    } else if (before == NULL || !takes_setting(before)) {
        return word;
    }
    size_t key = strcspn(setting, "=");
    if (setting[key] != '=' || !dyno_secret_is_key(setting, key))
        return word;
    char *covered =
        dyno_xasprintf("%.*s%s", (int)(setting + key + 1 - word), word, DYNO_SECRET_COVER);
    free(word);
    return covered;
}

/** The word without the working folder in front of a path. */
static char *shorten(const char *word, const char *folder)
{
    size_t len = strlen(folder);
    if (len > 1 && strncmp(word, folder, len) == 0 && word[len] == '/')
        return dyno_xasprintf("./%s", word + len + 1);
    return dyno_xstrdup(word);
}

void cli_command_init(struct cli_command *command, const char *verb, int argc, char **argv)
{
    struct dyno_vec words = DYNO_VEC_INIT(char *);
    struct dyno_str text;
    char *folder = dyno_path_absolute(".");
    size_t len = strlen(folder);
    if (len > 2 && strcmp(folder + len - 2, "/.") == 0)
        folder[len - 2] = '\0';
    char *first[] = {dyno_xstrdup("sparkdyno"), dyno_xstrdup(verb)};
    for (size_t i = 0; i < 2; i++)
        (void)dyno_vec_push(&words, &first[i]);
    for (int i = 0; i < argc; i++) {
        char *word = shorten(argv[i], folder);
        if ((i > 0 && strcmp(argv[i - 1], CONNECTION) == 0) ||
            strncmp(word, CONNECTION "=", CONNECTION_BYTES + 1) == 0)
            hide_secrets(word);
        word = cover_setting(word, i > 0 ? argv[i - 1] : NULL);
        (void)dyno_vec_push(&words, &word);
    }
    free(folder);
    command->words = dyno_vec_take(&words, &command->count);
    dyno_str_init(&text, TEXT_MAX);
    dyno_shell_append_words(&text, (const char *const *)command->words, command->count);
    command->text = dyno_str_take(&text);
}

void cli_command_deinit(struct cli_command *command)
{
    for (size_t i = 0; i < command->count; i++)
        free(command->words[i]);
    free(command->words);
    free(command->text);
    *command = (struct cli_command){.words = NULL};
}
