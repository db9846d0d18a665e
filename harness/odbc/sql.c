#include "odbc/sql.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What follows a quoted part that begins at `at`: the closing quote's successor. A backslash takes the
 * next character along, except in backquotes and in Spark's raw literals (r'...'). */
static const char *skip_quoted(const char *at, bool is_raw)
{
    char quote = *at++;
    bool has_backslash = quote != '`' && !is_raw;
    while (*at != '\0' && *at != quote)
        at += has_backslash && at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    return *at == '\0' ? at : at + 1;
}

/* What follows a comment that begins at `at`; those in brackets nest. */
static const char *skip_comment(const char *at)
{
    if (*at == '-')
        return at + strcspn(at, "\n");
    size_t depth = 0;
    do {
        if (at[0] == '/' && at[1] == '*') {
            depth++;
            at += 2;
        } else if (at[0] == '*' && at[1] == '/') {
            depth--;
            at += 2;
        } else {
            at++;
        }
    } while (depth > 0 && *at != '\0');
    return at;
}

static bool is_word_part(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The end of whatever at `at` must not be looked into, or `at` itself. */
static const char *skip_opaque(const char *text, const char *at)
{
    bool is_comment = (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*');
    if (is_comment)
        return skip_comment(at);
    if (*at == '`')
        return skip_quoted(at, false);
    if (*at != '\'' && *at != '"')
        return at;
    bool has_r = at > text && (at[-1] == 'r' || at[-1] == 'R');
    bool is_raw = has_r && (at - 1 == text || !is_word_part(at[-2]));
    return skip_quoted(at, is_raw);
}

/* Escape words and what Spark calls them. */
static const struct {
    const char *word;
    const char *spark;
} escapes[] = {
    {"d", "DATE "}, {"ts", "TIMESTAMP "},  {"t", ""},    {"fn", ""},
    {"oj", ""},     {"escape", "ESCAPE "}, {"guid", ""}, {"interval", "INTERVAL "},
};

/* The escape that opens at `at` ("{"), as an index; its word's end in `*end_out`. -1: none. */
static int find_escape(const char *at, const char **end_out)
{
    const char *word = at + 1 + strspn(at + 1, " \t\r\n");
    size_t len = 0;
    while (isalpha((unsigned char)word[len]))
        len++;
    if (is_word_part(word[len]))
        return -1;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (strlen(escapes[i].word) == len && strncasecmp(escapes[i].word, word, len) == 0) {
            *end_out = word + len + strspn(word + len, " \t\r\n");
            return (int)i;
        }
    }
    return -1;
}

/* The text being written anew. Spark's words are at most a few bytes longer than the escapes, so room
 * for them is made beforehand. */
struct writer {
    struct dyno_odbc_sql *sql;
    size_t len;
    size_t depth; /* escapes that are open */
};

static void put(struct writer *writer, const char *bytes, size_t len)
{
    memcpy(writer->sql->text + writer->len, bytes, len);
    writer->len += len;
}

/* One character outside of literals; returns what follows it in the source. */
static const char *take(struct writer *writer, const char *at, bool has_escapes)
{
    const char *end = at;
    int escape = has_escapes && *at == '{' ? find_escape(at, &end) : -1;
    if (escape >= 0) {
        writer->depth++;
        put(writer, escapes[escape].spark, strlen(escapes[escape].spark));
        return end;
    }
    if (*at == '}' && writer->depth > 0) {
        writer->depth--;
        return at + 1;
    }
    if (*at == '?')
        writer->sql->markers[writer->sql->marker_count++] = writer->len;
    put(writer, at, 1);
    return at + 1;
}

static size_t count_of(const char *text, char c)
{
    size_t count = 0;
    for (const char *at = strchr(text, c); at != NULL; at = strchr(at + 1, c))
        count++;
    return count;
}

bool dyno_odbc_sql_take(struct dyno_odbc_sql *sql, char *text, bool has_escapes)
{
    *sql = (struct dyno_odbc_sql){.text = text};
    size_t marks = count_of(text, '?');
    size_t braces = has_escapes ? count_of(text, '{') : 0;
    if (marks == 0 && braces == 0)
        return true;
    enum {
        LONGEST_WORD = 10
    };
    sql->text = malloc(strlen(text) + braces * LONGEST_WORD + 1);
    sql->markers = calloc(marks + 1, sizeof *sql->markers);
    bool is_good = sql->text != NULL && sql->markers != NULL;
    struct writer writer = {.sql = sql};
    for (const char *at = text; is_good && *at != '\0';) {
        const char *end = skip_opaque(text, at);
        if (end == at) {
            at = take(&writer, at, has_escapes);
            continue;
        }
        put(&writer, at, (size_t)(end - at));
        at = end;
    }
    free(text);
    if (!is_good) {
        dyno_odbc_sql_deinit(sql);
        return false;
    }
    sql->text[writer.len] = '\0';
    return true;
}

void dyno_odbc_sql_deinit(struct dyno_odbc_sql *sql)
{
    free(sql->text);
    free(sql->markers);
    *sql = (struct dyno_odbc_sql){.text = NULL};
}

bool dyno_odbc_sql_is_query(const struct dyno_odbc_sql *sql)
{
    static const char *const words[] = {"select", "with", "values", "from", "table"};
    const char *at = sql->text;
    for (;;) {
        at += strspn(at, " \t\r\n(");
        bool is_comment = (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*');
        if (!is_comment)
            break;
        at = skip_comment(at);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if (strncasecmp(at, words[i], len) == 0 && !is_word_part(at[len]))
            return true;
    }
    return false;
}
