#include "cli/command.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/shell.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX         65536
#define CONNECTION       "--connection"
#define CONNECTION_BYTES (sizeof CONNECTION - 1)

/* A connection string may hold a password (PWD=...): it is cut out before it is kept. */
static void hide_password(char *text)
{
    for (char *p = text; *p != '\0'; p++) {
        bool is_start = p == text || p[-1] == ';' || p[-1] == '=';
        if (!is_start || (strncasecmp(p, "pwd=", 4) != 0 && strncasecmp(p, "password=", 9) != 0))
            continue;
        char *value = strchr(p, '=') + 1;
        char *end = value[0] == '{' ? strchr(value, '}') : strchr(value, ';');
        size_t len = end == NULL ? strlen(value) : (size_t)(end - value);
        memset(value, '*', len);
    }
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
            hide_password(word);
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
