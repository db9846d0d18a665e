#include "hs2/cookies.h"

#include <string.h>
#include <strings.h>

/* The cookie of that name within the text; its length goes to `len_out`. NULL if there is none. */
static char *find(struct dyno_cookies *cookies, const char *name, size_t name_len, size_t *len_out)
{
    char *at = cookies->text;
    while (*at != '\0') {
        size_t len = strcspn(at, ";");
        *len_out = len;
        if (len > name_len && at[name_len] == '=' && memcmp(at, name, name_len) == 0)
            return at;
        at += len;
        at += strspn(at, "; ");
    }
    return NULL;
}

static void drop(struct dyno_cookies *cookies, char *at, size_t len)
{
    char *rest = at + len;
    rest += strspn(rest, "; ");
    memmove(at, rest, strlen(rest) + 1);
    cookies->len = strlen(cookies->text);
    while (cookies->len > 0 && strchr("; ", cookies->text[cookies->len - 1]) != NULL)
        cookies->text[--cookies->len] = '\0';
}

/* Is there an attribute that ends the cookie's life at once? Dates in the past are not looked for. */
static bool is_ended(const char *header, size_t len)
{
    static const char mark[] = "max-age=";
    const size_t mark_len = sizeof mark - 1;
    for (size_t i = 0; i + mark_len < len; i++) {
        if (strncasecmp(header + i, mark, mark_len) == 0)
            return header[i + mark_len] == '0' || header[i + mark_len] == '-';
    }
    return false;
}

static bool is_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

bool dyno_cookies_take(struct dyno_cookies *cookies, const char *header, size_t len)
{
    while (len > 0 && (*header == ' ' || *header == '\t')) {
        header++;
        len--;
    }
    const char *end = memchr(header, ';', len);
    size_t pair_len = end != NULL ? (size_t)(end - header) : len;
    const char *equals = memchr(header, '=', pair_len);
    if (equals == NULL || equals == header || !is_printable(header, pair_len))
        return false;
    size_t old_len = 0;
    char *old = find(cookies, header, (size_t)(equals - header), &old_len);
    if (old != NULL)
        drop(cookies, old, old_len);
    if (equals + 1 == header + pair_len || is_ended(header + pair_len, len - pair_len))
        return old != NULL;
    size_t gap = cookies->len > 0 ? 2 : 0;
    if (cookies->len + gap + pair_len >= sizeof cookies->text)
        return old != NULL;
    memcpy(cookies->text + cookies->len, "; ", gap);
    memcpy(cookies->text + cookies->len + gap, header, pair_len);
    cookies->len += gap + pair_len;
    cookies->text[cookies->len] = '\0';
    return true;
}
