#include "report/capacity.h"

#include "base/json.h"
#include "report/clean.h"
#include "report/rows.h"
#include "report/words.h"

#include <sqlite3.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOADS_SHOWN 8 /* of the closed loop; the page has all */

static void document_row(struct sqlite3_stmt *row, void *context)
{
    char **out = context;
    *out = dyno_report_column_text_or_empty(row, 0);
}

enum dyno_status dyno_report_load_capacity(struct sqlite3 *db, struct dyno_report_model *model,
                                           struct dyno_err *err)
{
    char *document = NULL;
    enum dyno_status status =
        dyno_report_rows(db, "SELECT document FROM capacity WHERE experiment_id = ?1",
                         &model->head.id, document_row, &document, err);
    if (status == DYNO_OK && document != NULL)
        status = dyno_json_parse(document, strlen(document), "capacity", &model->capacity, err);
    free(document);
    return status;
}

static void number(const cJSON *item, const char *key, char *out, size_t room)
{
    (void)dyno_report_format_number(dyno_json_f64_or(item, key, (double)NAN), out, room);
}

static void bold_line(struct dyno_text *text, const char *line)
{
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_word(text, line, text->width);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

/* "2 of 3", of the trials that could be judged. */
static void met_word(const cJSON *item, char *out, size_t room)
{
    long long decided = (long long)dyno_json_i64_or(item, "decided", 0);
    if (decided == 0)
        (void)snprintf(out, room, "   too few to tell");
    else
        (void)snprintf(out, room, "   %lld of %lld",
                       (long long)dyno_json_i64_or(item, "accepted", 0), decided);
}

static void text_curve(struct dyno_text *text, const cJSON *curve)
{
    const cJSON *item = NULL;
    int shown = 0;
    bold_line(text, "closed loop: sessions, statements/s, service (s), met the objective");
    cJSON_ArrayForEach(item, curve)
    {
        char word[64];
        if (shown++ == LOADS_SHOWN)
            return;
        dyno_text_i64(text, dyno_json_i64_or(item, "sessions", 0), 10);
        number(item, "throughput_per_s", word, sizeof word);
        dyno_text_right(text, word, 14);
        number(item, "service_s", word, sizeof word);
        dyno_text_right(text, word, 14);
        met_word(item, word, sizeof word);
        dyno_text_word(text, word, 30);
        dyno_text_end(text);
    }
}

static void text_planning(struct dyno_text *text, const cJSON *planning)
{
    const cJSON *item = NULL;
    if (cJSON_GetArraySize(planning) == 0)
        return;
    bold_line(text, "planning: load, statements/s, cores");
    cJSON_ArrayForEach(item, planning)
    {
        char word[64];
        number(item, "growth", word, sizeof word);
        dyno_text_right(text, word, 10);
        number(item, "rate_per_s", word, sizeof word);
        dyno_text_right(text, word, 14);
        number(item, "cores", word, sizeof word);
        dyno_text_right(text, word, 14);
        dyno_text_word(text, "   ", 3);
        dyno_text_word(text, dyno_json_string_or(item, "basis", ""), 20);
        dyno_text_end(text);
    }
}

void dyno_text_capacity(struct dyno_text *text, const struct dyno_report_model *model)
{
    if (model->capacity == NULL)
        return;
    text_curve(text, cJSON_GetObjectItemCaseSensitive(model->capacity, "curve"));
    text_planning(text, cJSON_GetObjectItemCaseSensitive(model->capacity, "planning"));
}
