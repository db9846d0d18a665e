#include "plan/sql_text.h"

#include "base/alloc.h"
#include "base/str.h"
#include "base/suggest.h"
#include "plan/lookup.h"
#include "plan/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOWHERE         ((size_t)-1)
#define MAX_VARIABLES   8
#define MAX_FILLED_SIZE ((size_t)4 * DYNO_SQL_MAX_BYTES)

struct scanner {
    struct dyno_text text;
    size_t at;
    struct dyno_err *err;
};

static char peek(const struct scanner *s, size_t ahead)
{
    return s->at + ahead < s->text.len ? s->text.bytes[s->at + ahead] : '\0';
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* An r before the quote makes a raw string, unless it is the end of a longer word. */
static bool is_raw(const struct scanner *s)
{
    if (s->at == 0 || (s->text.bytes[s->at - 1] | 0x20) != 'r')
        return false;
    return s->at == 1 || !is_word(s->text.bytes[s->at - 2]);
}

/* A doubled quote needs no care: it reads as the end of one string and the start of the next. */
static enum dyno_status skip_quoted(struct scanner *s)
{
    size_t start = s->at;
    char quote = s->text.bytes[start];
    bool has_escapes = quote != '`' && !is_raw(s);
    for (s->at++; s->at < s->text.len; s->at++) {
        char c = s->text.bytes[s->at];
        if (c == '\\' && has_escapes)
            s->at++;
        else if (c == quote)
            break;
    }
    if (s->at >= s->text.len)
        return dyno_text_complain(&s->text, start, s->err, "the %c that opens here is never closed",
                                  quote);
    s->at++;
    return DYNO_OK;
}

/* A backslash before the line's end continues the comment, in Spark's grammar. */
static void skip_line_comment(struct scanner *s)
{
    while (s->at < s->text.len && peek(s, 0) != '\n' && peek(s, 0) != '\r')
        s->at += peek(s, 0) == '\\' && peek(s, 1) == '\n' ? 2 : 1;
}

static enum dyno_status skip_bracketed_comment(struct scanner *s)
{
    size_t start = s->at;
    size_t depth = 0;
    while (s->at < s->text.len) {
        if (peek(s, 0) == '/' && peek(s, 1) == '*') {
            depth++;
            s->at += 2;
        } else if (peek(s, 0) == '*' && peek(s, 1) == '/') {
            depth--;
            s->at += 2;
            if (depth == 0)
                return DYNO_OK;
        } else {
            s->at++;
        }
    }
    return dyno_text_complain(&s->text, start, s->err,
                              "the comment that opens here is never closed");
}

/* Move behind a blank, a comment or one piece of the statement. `*is_code_out`: the latter. */
static enum dyno_status skip_piece(struct scanner *s, bool *is_code_out)
{
    char c = peek(s, 0);
    *is_code_out = false;
    if (isspace((unsigned char)c)) {
        s->at++;
        return DYNO_OK;
    }
    if (c == '-' && peek(s, 1) == '-') {
        skip_line_comment(s);
        return DYNO_OK;
    }
    if (c == '/' && peek(s, 1) == '*')
        return skip_bracketed_comment(s);
    *is_code_out = true;
    if (c == '\'' || c == '"' || c == '`')
        return skip_quoted(s);
    s->at++;
    return DYNO_OK;
}

/* Where the one statement starts, and where its text ends (with comments behind it, without ';'). */
static enum dyno_status find_statement(struct scanner *s, size_t *first_out, size_t *end_out)
{
    size_t first = NOWHERE;
    size_t semicolon = NOWHERE;
    while (s->at < s->text.len) {
        size_t start = s->at;
        bool is_code = false;
        enum dyno_status status = skip_piece(s, &is_code);
        if (status != DYNO_OK)
            return status;
        if (!is_code)
            continue;
        if (s->text.bytes[start] == ';') {
            semicolon = semicolon == NOWHERE ? start : semicolon;
            continue;
        }
        if (semicolon != NOWHERE)
            return dyno_text_complain(&s->text, start, s->err,
                                      "a second statement starts here: one statement a file");
        first = first == NOWHERE ? start : first;
    }
    if (first == NOWHERE)
        return dyno_text_complain(&s->text, 0, s->err, "there is no statement in this file");
    *first_out = first;
    *end_out = semicolon == NOWHERE ? s->text.len : semicolon;
    return DYNO_OK;
}

static enum dyno_status check_is_query(const struct scanner *s, size_t first)
{
    static const char *const words[] = {"select", "with", "values", "from", "table"};
    const char *start = s->text.bytes + first;
    size_t len = 0;
    while (first + len < s->text.len && is_word(start[len]))
        len++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == len && strncasecmp(start, words[i], len) == 0)
            return DYNO_OK;
    if (start[0] == '(')
        return DYNO_OK;
    return dyno_text_complain(&s->text, first, s->err,
                              "a SELECT is needed here, this starts with '%.*s'",
                              len > 0 && len < 40 ? (int)len : 1, start);
}

static enum dyno_status unknown_variable(const struct scanner *s, const char *name,
                                         const struct dyno_sql_rules *rules)
{
    const char *names[MAX_VARIABLES] = {NULL};
    struct dyno_str list;
    dyno_str_init(&list, 256);
    for (size_t i = 0; i < rules->variable_count && i < MAX_VARIABLES; i++) {
        names[i] = rules->variables[i].name;
        dyno_str_appendf(&list, "%s${%s}", i > 0 ? ", " : "", names[i]);
    }
    const char *near = dyno_suggest(name, names, rules->variable_count);
    (void)dyno_text_complain(&s->text, s->at, s->err, "unknown ${%s}%s%s%s; %s%s", name,
                             near ? ", did you mean ${" : "", near ? near : "", near ? "}?" : "",
                             list.len > 0 ? "known here: " : "nothing is filled in here",
                             dyno_str_text(&list));
    dyno_str_deinit(&list);
    return DYNO_EINPUT;
}

/* Append the value of the ${name} at the scanner's place and move behind it. */
static enum dyno_status fill_one(struct scanner *s, const struct dyno_sql_rules *rules,
                                 struct dyno_str *out)
{
    size_t len = 0;
    while (s->at + 2 + len < s->text.len && peek(s, 2 + len) != '}' && peek(s, 2 + len) != '\n')
        len++;
    if (peek(s, 2 + len) != '}')
        return dyno_text_complain(&s->text, s->at, s->err,
                                  "the '${' that opens here is never closed");
    char *name = dyno_xstrndup(s->text.bytes + s->at + 2, len);
    enum dyno_status status = DYNO_OK;
    const char *value = NULL;
    for (size_t i = 0; i < rules->variable_count; i++)
        if (strcmp(rules->variables[i].name, name) == 0)
            value = rules->variables[i].value;
    if (value == NULL)
        status = unknown_variable(s, name, rules);
    else
        dyno_str_append(out, value);
    free(name);
    s->at += len + 3;
    return status;
}

/* The text up to `end`, filled in, without blanks at its ends. */
static enum dyno_status fill(struct scanner *s, size_t end, const struct dyno_sql_rules *rules,
                             char **out)
{
    struct dyno_str filled;
    enum dyno_status status = DYNO_OK;
    dyno_str_init(&filled, MAX_FILLED_SIZE);
    while (end > 0 && isspace((unsigned char)s->text.bytes[end - 1]))
        end--;
    s->at = 0;
    while (s->at < end && isspace((unsigned char)peek(s, 0)))
        s->at++;
    while (status == DYNO_OK && s->at < end) {
        if (peek(s, 0) == '$' && peek(s, 1) == '{')
            status = fill_one(s, rules, &filled);
        else
            dyno_str_append_char(&filled, s->text.bytes[s->at++]);
    }
    if (status == DYNO_OK && filled.failed)
        status = dyno_text_complain(&s->text, 0, s->err, "the statement is too long");
    if (status == DYNO_OK)
        *out = dyno_str_take(&filled);
    dyno_str_deinit(&filled);
    return status;
}

enum dyno_status dyno_sql_parse(const char *text, size_t len, const char *path,
                                const struct dyno_sql_rules *rules, char **out,
                                struct dyno_err *err)
{
    struct scanner s = {.text = {.path = path, .bytes = text, .len = len}, .err = err};
    size_t first = 0;
    size_t end = 0;
    enum dyno_status status = dyno_text_check(&s.text, err);
    if (status == DYNO_OK)
        status = find_statement(&s, &first, &end);
    if (status == DYNO_OK && rules->must_be_query)
        status = check_is_query(&s, first);
    return status == DYNO_OK ? fill(&s, end, rules, out) : status;
}

enum dyno_status dyno_sql_read(const char *path, const struct dyno_sql_rules *rules, char **out,
                               struct dyno_err *err)
{
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status = dyno_lookup_text(path, DYNO_SQL_MAX_BYTES, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_sql_parse(text, len, path, rules, out, err);
    free(text);
    return status;
}
