#include "eventlog/scan.h"

#include <string.h>

#define MAX_DEPTH 16384 /* a plan nests two levels for each node */

static bool break_off(struct dyno_scan *scan)
{
    scan->is_broken = true;
    scan->at = scan->end;
    return false;
}

static void skip_blanks(struct dyno_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
}

static char next_char(struct dyno_scan *scan)
{
    skip_blanks(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

/* To behind the quote that ends a string; `at` is behind the one that opens it. */
static const char *end_of_string(const char *at, const char *end)
{
    const char *from = at;
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        const char *slash = quote;
        if (quote == NULL)
            return NULL;
        while (slash > from && slash[-1] == '\\')
            slash--;
        if ((quote - slash) % 2 == 0)
            return quote + 1;
        at = quote + 1;
    }
    return NULL;
}

enum {
    PLAIN_BYTE,
    QUOTE,
    OPEN,
    CLOSE
};

/* Between the brackets nothing counts but brackets and strings. */
static bool skip_nested(struct dyno_scan *scan)
{
    static const unsigned char classes[256] = {
        ['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE};
    const char *at = scan->at;
    const char *end = scan->end;
    size_t depth = 0;
    while (at < end) {
        unsigned char class = classes[(unsigned char)*at++];
        if (class == PLAIN_BYTE)
            continue;
        if (class == QUOTE) {
            at = end_of_string(at, end);
            if (at == NULL)
                return break_off(scan);
            continue;
        }
        depth += class == OPEN ? 1 : 0;
        depth -= class == CLOSE ? 1 : 0;
        if (depth == 0) {
            scan->at = at;
            return true;
        }
        if (depth > MAX_DEPTH)
            return break_off(scan);
    }
    return break_off(scan);
}

static bool is_scalar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
           c == 'E';
}

static bool skip_scalar(struct dyno_scan *scan)
{
    const char *begin = scan->at;
    while (scan->at < scan->end && is_scalar(*scan->at))
        scan->at++;
    return scan->at > begin || break_off(scan);
}

bool dyno_scan_skip(struct dyno_scan *scan)
{
    struct dyno_span ignored;
    switch (next_char(scan)) {
    case '"':
        return dyno_scan_text(scan, &ignored);
    case '{':
    case '[':
        return skip_nested(scan);
    default:
        return skip_scalar(scan);
    }
}

bool dyno_scan_enter(struct dyno_scan *scan, char open)
{
    if (next_char(scan) != open)
        return false;
    scan->at++;
    return true;
}

bool dyno_scan_more(struct dyno_scan *scan, char close)
{
    char next = next_char(scan);
    if (next == close) {
        scan->at++;
        return false;
    }
    if (next == ',')
        scan->at++;
    if (next_char(scan) == '\0')
        return break_off(scan);
    return true;
}

bool dyno_scan_text(struct dyno_scan *scan, struct dyno_span *out)
{
    if (next_char(scan) != '"')
        return false;
    const char *begin = scan->at + 1;
    const char *end = end_of_string(begin, scan->end);
    if (end == NULL)
        return break_off(scan);
    *out = (struct dyno_span){begin, (size_t)(end - 1 - begin)};
    scan->at = end;
    return true;
}

bool dyno_scan_key(struct dyno_scan *scan, struct dyno_span *key)
{
    if (!dyno_scan_text(scan, key) || next_char(scan) != ':')
        return break_off(scan);
    scan->at++;
    return true;
}

bool dyno_scan_i64(struct dyno_scan *scan, int64_t *out)
{
    bool is_negative = next_char(scan) == '-';
    const char *at = scan->at + (is_negative ? 1 : 0);
    int64_t value = 0;
    if (at >= scan->end || *at < '0' || *at > '9')
        return false;
    for (; at < scan->end && *at >= '0' && *at <= '9'; at++) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (*at - '0');
    }
    scan->at = at;
    *out = is_negative ? -value : value;
    return at >= scan->end || !is_scalar(*at) || skip_scalar(scan);
}

static bool scan_bool(struct dyno_scan *scan, bool *out)
{
    *out = next_char(scan) == 't';
    return dyno_scan_skip(scan);
}

static bool scan_raw(struct dyno_scan *scan, struct dyno_span *out)
{
    skip_blanks(scan);
    const char *begin = scan->at;
    if (!dyno_scan_skip(scan))
        return false;
    *out = (struct dyno_span){begin, (size_t)(scan->at - begin)};
    return true;
}

/* A value of another kind than the table says is stepped over and counts as not there. */
static bool scan_field(struct dyno_scan *scan, const struct dyno_scan_field *field, void *target)
{
    void *place = (char *)target + field->offset;
    switch (field->kind) {
    case DYNO_SCAN_I64:
        return dyno_scan_i64(scan, place) || (!scan->is_broken && dyno_scan_skip(scan));
    case DYNO_SCAN_BOOL:
        return scan_bool(scan, place);
    case DYNO_SCAN_TEXT:
        return dyno_scan_text(scan, place) || (!scan->is_broken && dyno_scan_skip(scan));
    case DYNO_SCAN_RAW:
        return scan_raw(scan, place);
    case DYNO_SCAN_INTO:
        return next_char(scan) == '{' ? dyno_scan_object(scan, field->table, target)
                                      : dyno_scan_skip(scan);
    }
    return false;
}

/* Members mostly stand in the order of the table: look behind the last one first. */
static const struct dyno_scan_field *find_field(const struct dyno_scan_table *table, size_t *at,
                                                struct dyno_span key)
{
    for (size_t i = 0; i < table->count; i++) {
        size_t place = *at + i < table->count ? *at + i : *at + i - table->count;
        const struct dyno_scan_field *field = &table->fields[place];
        if (field->key[0] == key.at[0] && dyno_span_is(key, field->key)) {
            *at = place + 1 < table->count ? place + 1 : 0;
            return field;
        }
    }
    return NULL;
}

bool dyno_scan_object(struct dyno_scan *scan, const struct dyno_scan_table *table, void *target)
{
    struct dyno_span key = {NULL, 0};
    size_t at = 0;
    if (!dyno_scan_enter(scan, '{'))
        return break_off(scan);
    while (dyno_scan_more(scan, '}')) {
        if (!dyno_scan_key(scan, &key))
            return false;
        const struct dyno_scan_field *field = key.len > 0 ? find_field(table, &at, key) : NULL;
        if (!(field == NULL ? dyno_scan_skip(scan) : scan_field(scan, field, target)))
            return false;
    }
    return !scan->is_broken;
}

bool dyno_span_is(struct dyno_span span, const char *text)
{
    size_t len = strlen(text);
    return span.at != NULL && span.len == len && memcmp(span.at, text, len) == 0;
}

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hexadecimal digits; 0xFFFD if they are none. */
static unsigned unit_at(const char *at, const char *end)
{
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = at + i < end ? hex_of(at[i]) : -1;
        if (digit < 0)
            return 0xfffd;
        unit = unit * 16 + (unsigned)digit;
    }
    return unit;
}

static void append_code_point(struct dyno_str *out, unsigned code)
{
    if (code < 0x80) {
        dyno_str_append_char(out, (char)(code == 0 ? ' ' : code));
        return;
    }
    if (code >= 0x10000)
        dyno_str_append_char(out, (char)(0xf0 | code >> 18));
    else if (code >= 0x800)
        dyno_str_append_char(out, (char)(0xe0 | code >> 12));
    else
        dyno_str_append_char(out, (char)(0xc0 | code >> 6));
    if (code >= 0x10000)
        dyno_str_append_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
    if (code >= 0x800)
        dyno_str_append_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    dyno_str_append_char(out, (char)(0x80 | (code & 0x3f)));
}

/* `at` is behind "\u"; returns where the text goes on. */
static const char *append_unit(struct dyno_str *out, const char *at, const char *end)
{
    unsigned unit = unit_at(at, end);
    at = end - at >= 4 ? at + 4 : end;
    if (unit >= 0xd800 && unit < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        unsigned low = unit_at(at + 2, end);
        if (low >= 0xdc00 && low < 0xe000) {
            append_code_point(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return at + 6;
        }
    }
    append_code_point(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
    return at;
}

void dyno_span_unescape(struct dyno_span span, struct dyno_str *out)
{
    static const char from[] = "nrtbf";
    static const char to[] = "\n\r\t\b\f";
    const char *at = span.at;
    const char *end = span.at + span.len;
    while (span.at != NULL && at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        const char *stop = slash == NULL ? end : slash;
        dyno_str_append_n(out, at, (size_t)(stop - at));
        if (slash == NULL || slash + 1 >= end)
            return;
        at = slash + 2;
        if (slash[1] == 'u') {
            at = append_unit(out, at, end);
            continue;
        }
        const char *known = strchr(from, slash[1]);
        dyno_str_append_char(out, known != NULL && slash[1] != '\0' ? to[known - from] : slash[1]);
    }
}
