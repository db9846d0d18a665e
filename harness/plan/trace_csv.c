/* CSV by RFC 4180: commas, quotes doubled inside quotes, line ends inside quotes. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/units.h"
#include "plan/trace_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define MAX_COLUMNS 64
#define MAX_FIELD   ((size_t)1024 * 1024)
#define MAX_SECONDS 1e10
#define MAX_YEAR    2200

struct csv {
    struct dyno_load_trace_reader *reader;
    const char *at;
    const char *end;
    size_t line; /* of the row that is read */
    size_t next_line;
    char *fields[MAX_COLUMNS];
    size_t count;
    int columns[3]; /* of time, session, sql; -1: not there */
};

enum {
    TIME,
    SESSION,
    SQL
};

static enum dyno_status refuse(const struct csv *csv, const char *what)
{
    return dyno_err_set(csv->reader->err, DYNO_EINPUT, "%s:%zu: %s", csv->reader->path, csv->line,
                        what);
}

static void free_fields(struct csv *csv)
{
    while (csv->count > 0)
        free(csv->fields[--csv->count]);
}

/* The rest of a field after its opening quote. */
static enum dyno_status read_quoted(struct csv *csv, struct dyno_str *field)
{
    while (csv->at < csv->end) {
        char c = *csv->at++;
        if (c == '\n')
            csv->next_line++;
        if (c != '"') {
            dyno_str_append_char(field, c);
            continue;
        }
        if (csv->at == csv->end || *csv->at != '"') {
            bool is_end = csv->at == csv->end || strchr(",\r\n", *csv->at) != NULL;
            return is_end ? DYNO_OK : refuse(csv, "there is text behind a closing quote");
        }
        dyno_str_append_char(field, *csv->at++);
    }
    return refuse(csv, "the row is cut: a quote is not closed");
}

static enum dyno_status read_field(struct csv *csv)
{
    struct dyno_str field;
    enum dyno_status status = DYNO_OK;
    dyno_str_init(&field, MAX_FIELD);
    dyno_str_append(&field, "");
    if (csv->count == MAX_COLUMNS)
        status = refuse(csv, "over 64 columns");
    else if (csv->at < csv->end && *csv->at == '"') {
        csv->at++;
        status = read_quoted(csv, &field);
    } else {
        while (csv->at < csv->end && strchr(",\r\n", *csv->at) == NULL)
            dyno_str_append_char(&field, *csv->at++);
    }
    if (status == DYNO_OK && field.failed)
        status = refuse(csv, "a field of over 1 MiB");
    if (status == DYNO_OK) {
        const char *text = dyno_str_text(&field);
        if (strlen(text) != field.len)
            status = refuse(csv, "a NUL character");
        else
            csv->fields[csv->count++] = dyno_xstrdup(text);
    }
    dyno_str_deinit(&field);
    return status;
}

static enum dyno_status read_row(struct csv *csv)
{
    enum dyno_status status = DYNO_OK;
    bool has_more = true;
    csv->line = csv->next_line;
    while (has_more && status == DYNO_OK) {
        status = read_field(csv);
        has_more = csv->at < csv->end && *csv->at == ',';
        csv->at += has_more ? 1 : 0;
    }
    if (csv->at < csv->end && *csv->at == '\r')
        csv->at++;
    if (csv->at < csv->end && *csv->at == '\n') {
        csv->at++;
        csv->next_line++;
    }
    return status;
}

static enum dyno_status read_head(struct csv *csv)
{
    static const char *const names[] = {"time", "session", "sql"};
    enum dyno_status status = read_row(csv);
    for (int k = 0; k < 3; k++) {
        csv->columns[k] = -1;
        for (size_t i = 0; i < csv->count; i++)
            if (strcasecmp(csv->fields[i], names[k]) == 0)
                csv->columns[k] = (int)i;
        if (status == DYNO_OK && csv->columns[k] < 0)
            status = dyno_err_set(csv->reader->err, DYNO_EINPUT,
                                  "%s:1: column '%s' is missing: the first row names the columns, "
                                  "among them time, session and sql",
                                  csv->reader->path, names[k]);
    }
    return status;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* 2026-11-21T12:00:00.123Z, with a space for T, without fraction, without Z. */
static bool parse_instant(const char *text, int64_t *out_ns)
{
    struct tm t = {.tm_year = 0};
    const char *rest = strptime(text, "%Y-%m-%d", &t);
    if (rest == NULL || (*rest != 'T' && *rest != ' '))
        return false;
    rest = strptime(rest + 1, "%H:%M:%S", &t);
    int year = t.tm_year + 1900;
    if (rest == NULL || year < 1970 || year > MAX_YEAR)
        return false;
    int64_t seconds = days_of(year, t.tm_mon + 1, t.tm_mday) * 86400 + t.tm_hour * 3600LL +
                      t.tm_min * 60LL + t.tm_sec;
    int64_t fraction = 0;
    text = rest;
    if (*text == '.') {
        int64_t unit = DYNO_NS_PER_S / 10;
        for (text++; isdigit((unsigned char)*text) != 0; text++, unit /= 10)
            fraction += (*text - '0') * unit;
    }
    *out_ns = seconds * DYNO_NS_PER_S + fraction;
    return strcmp(text, "") == 0 || strcmp(text, "Z") == 0;
}

enum dyno_status dyno_load_trace_parse_time(const char *text, int64_t *out_ns, struct dyno_err *err)
{
    double seconds = 0;
    if (dyno_parse_f64(text, 0, MAX_SECONDS, &seconds, NULL) == DYNO_OK) {
        *out_ns = llround(seconds * (double)DYNO_NS_PER_S);
        return DYNO_OK;
    }
    if (parse_instant(text, out_ns))
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%.40s' is not a time: seconds from 0 on, or 2026-11-21T12:00:00.123Z",
                        text);
}

static enum dyno_status take_row(struct csv *csv, size_t column_count)
{
    struct dyno_load_trace_row row = {.end_ns = INT64_MAX, .id = -1, .line = csv->line};
    if (csv->count == 1 && csv->fields[0][0] == '\0')
        return DYNO_OK; /* an empty line */
    if (csv->count != column_count)
        return dyno_err_set(csv->reader->err, DYNO_EINPUT,
                            "%s:%zu: %zu fields, but the first row names %zu", csv->reader->path,
                            csv->line, csv->count, column_count);
    enum dyno_status status =
        dyno_load_trace_parse_time(csv->fields[csv->columns[TIME]], &row.at_ns, csv->reader->err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(csv->reader->err, "%s:%zu", csv->reader->path, csv->line);
        return status;
    }
    row.session = dyno_xstrdup(csv->fields[csv->columns[SESSION]]);
    row.sql = dyno_xstrdup(csv->fields[csv->columns[SQL]]);
    dyno_load_trace_row_take(csv->reader, &row);
    return DYNO_OK;
}

enum dyno_status dyno_load_trace_read_csv(struct dyno_load_trace_reader *reader, const char *text,
                                          size_t len)
{
    struct csv csv = {.reader = reader, .at = text, .end = text + len, .line = 1, .next_line = 1};
    enum dyno_status status = read_head(&csv);
    size_t column_count = csv.count;
    free_fields(&csv);
    while (status == DYNO_OK && csv.at < csv.end) {
        status = read_row(&csv);
        if (status == DYNO_OK)
            status = take_row(&csv, column_count);
        free_fields(&csv);
    }
    free_fields(&csv);
    return status;
}
