#include "spark/error_place.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE "line 1"

/* Behind "line 1": ", pos ", " pos ", ", position "; NULL if it goes on otherwise. The first position of a line
 * is 0 where Spark writes "pos", and 1 where it writes "position". */
static char *skip_words(char *at, unsigned long long *first_out)
{
    static const struct {
        const char *words;
        unsigned long long first;
    } forms[] = {{", position ", 1}, {" position ", 1}, {", pos ", 0}, {" pos ", 0}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strncmp(at, forms[i].words, strlen(forms[i].words)) == 0) {
            *first_out = forms[i].first;
            return at + strlen(forms[i].words);
        }
    return NULL;
}

/* Write the number anew; what follows moves up. Returns where the number ends. */
static char *replace(char *number, const char *end, unsigned long long value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", value);
    memcpy(number, digits, (size_t)len);
    memmove(number + len, end, strlen(end) + 1);
    return number + len;
}

void dyno_error_place_shift(char *text, size_t shift)
{
    for (char *at = strstr(text, LINE); at != NULL; at = strstr(at, LINE)) {
        unsigned long long first = 0;
        char *number = skip_words(at + strlen(LINE), &first);
        at += strlen(LINE);
        if (number == NULL || !isdigit((unsigned char)*number))
            continue;
        char *end = NULL;
        errno = 0;
        unsigned long long place = strtoull(number, &end, 10);
        if (errno == 0 && place >= first + shift)
            end = replace(number, end, place - shift);
        at = end;
    }
}
