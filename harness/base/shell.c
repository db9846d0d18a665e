#include "base/shell.h"

#include <string.h>

void dyno_shell_append(struct dyno_str *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        dyno_str_append(out, word);
        return;
    }
    dyno_str_append_char(out, '\'');
    for (const char *p = word; *p != '\0'; p++)
        if (*p == '\'')
            dyno_str_append(out, "'\\''");
        else
            dyno_str_append_char(out, *p);
    dyno_str_append_char(out, '\'');
}

void dyno_shell_append_words(struct dyno_str *out, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            dyno_str_append_char(out, ' ');
        dyno_shell_append(out, words[i]);
    }
}
