#include "stats/histogram_log.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "stats/histogram_code.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_S       INT64_C(1000)
#define START_TIME     "#[StartTime: "
#define TAG            "Tag="
#define NUMBER_COLUMNS 3

void dyno_histogram_log_begin(struct dyno_str *out, int64_t start_wall_ms, const char *comment)
{
    char wall[32];
    dyno_wall_format(start_wall_ms, wall, sizeof wall);
    dyno_str_appendf(out, "#[%s]\n#[Histogram log format version 1.3]\n", comment);
    dyno_str_appendf(out, START_TIME "%" PRId64 ".%03" PRId64 " (seconds since epoch), %s]\n",
                     start_wall_ms / MS_PER_S, start_wall_ms % MS_PER_S, wall);
    dyno_str_append(
        out,
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
}

static void add_tag(struct dyno_str *out, const char *tag)
{
    if (tag[0] == '\0')
        return;
    dyno_str_append(out, TAG);
    for (const char *c = tag; *c != '\0'; c++) {
        bool is_plain = isalnum((unsigned char)*c) != 0 || strchr(".-_", *c) != NULL;
        dyno_str_append_char(out, is_plain ? *c : '_');
    }
    dyno_str_append_char(out, ',');
}

enum dyno_status dyno_histogram_log_add(struct dyno_str *out,
                                        const struct dyno_histogram_interval *interval,
                                        struct dyno_err *err)
{
    add_tag(out, interval->tag);
    dyno_str_appendf(out, "%" PRId64 ".%03" PRId64 ",%" PRId64 ".%03" PRId64 ",%.3f,",
                     interval->start_wall_ms / MS_PER_S, interval->start_wall_ms % MS_PER_S,
                     interval->length_ms / MS_PER_S, interval->length_ms % MS_PER_S,
                     (double)interval->histogram->max / (double)DYNO_NS_PER_MS);
    enum dyno_status status = dyno_histogram_encode_text(interval->histogram, out, err);
    dyno_str_append_char(out, '\n');
    return status;
}

/* "start,length,max,payload" of one line without its tag; the text ends in NUL. */
static bool read_numbers(char **at, struct dyno_histogram_log_line *line)
{
    double numbers[NUMBER_COLUMNS];
    for (int i = 0; i < NUMBER_COLUMNS; i++) {
        char *end = NULL;
        numbers[i] = strtod(*at, &end);
        if (end == *at || *end != ',')
            return false;
        *at = end + 1;
    }
    line->start_s = numbers[0];
    line->length_s = numbers[1];
    line->max = numbers[2];
    return true;
}

static enum dyno_status read_line(char *at, struct dyno_histogram_log_reader *reader,
                                  struct dyno_err *err)
{
    struct dyno_histogram histogram;
    struct dyno_histogram_log_line line = {.tag = "", .histogram = &histogram};
    if (strncmp(at, TAG, strlen(TAG)) == 0) {
        line.tag = at + strlen(TAG);
        at = strchr(at, ',');
        if (at == NULL)
            return dyno_err_set(err, DYNO_EPROTO, "a tag and nothing behind it");
        *at++ = '\0';
    }
    if (!read_numbers(&at, &line))
        return dyno_err_set(err, DYNO_EPROTO,
                            "not 'start,length,maximum,histogram', the first three being numbers");
    enum dyno_status status = dyno_histogram_decode_text(at, strcspn(at, "\r"), &histogram, err);
    if (status != DYNO_OK)
        return status;
    reader->on_line(reader->ctx, &line);
    dyno_histogram_deinit(&histogram);
    return DYNO_OK;
}

enum dyno_status dyno_histogram_log_read(const char *text, size_t len,
                                         struct dyno_histogram_log_reader *reader,
                                         struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    const char *end = text + len;
    reader->start_s = 0;
    for (size_t number = 1; text < end && status == DYNO_OK; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line_len = (size_t)((stop == NULL ? end : stop) - text);
        char *line = dyno_xstrndup(text, line_len);
        if (strncmp(line, START_TIME, strlen(START_TIME)) == 0)
            reader->start_s = strtod(line + strlen(START_TIME), NULL);
        else if (line[0] != '#' && line[0] != '"' && line[0] != '\0' && line[0] != '\r')
            status = read_line(line, reader, err);
        if (status != DYNO_OK)
            (void)dyno_err_prepend(err, "%s:%zu", reader->path, number);
        free(line);
        text += line_len + 1;
    }
    return status;
}
