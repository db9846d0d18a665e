#include "odbc/identifier.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUOTE '`'

/* "`a``b`" without its quotes: a`b. */
static void take_quotes_off(char *text, size_t len)
{
    size_t used = 0;
    for (size_t i = 1; i + 1 < len; i++) {
        text[used++] = text[i];
        if (text[i] == QUOTE && text[i + 1] == QUOTE && i + 2 < len)
            i++;
    }
    text[used] = '\0';
}

void dyno_odbc_identifier_unquote(char *text)
{
    size_t blanks = strspn(text, " ");
    size_t len = strlen(text);
    while (len > blanks && text[len - 1] == ' ')
        len--;
    memmove(text, text + blanks, len - blanks);
    len -= blanks;
    text[len] = '\0';
    if (len >= 2 && text[0] == QUOTE && text[len - 1] == QUOTE)
        take_quotes_off(text, len);
}

/* Only of ASCII is it sure what lower case is. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char *dyno_odbc_identifier_pattern(const char *name)
{
    char *pattern = malloc(2 * strlen(name) + 1);
    size_t used = 0;
    if (pattern == NULL)
        return NULL;
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '%' || *c == '_')
            pattern[used++] = '\\';
        pattern[used++] = lower(*c);
    }
    pattern[used] = '\0';
    return pattern;
}

bool dyno_odbc_identifier_is(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && (len == 0 || strncasecmp(name, text, len) == 0);
}
