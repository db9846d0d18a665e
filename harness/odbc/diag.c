#include "odbc/diag.h"

#include "odbc/sqlstate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Answered where a record could not be stored; needs no memory. */
static const struct dyno_odbc_record *exhausted_record(void)
{
    static char message[] = DYNO_ODBC_PREFIX "memory allocation failed";
    static const struct dyno_odbc_record record = {
        .sqlstate = "HY001",
        .row = SQL_NO_ROW_NUMBER,
        .column = SQL_NO_COLUMN_NUMBER,
        .message = message,
    };
    return &record;
}

void dyno_odbc_diag_init(struct dyno_odbc_diag *diag)
{
    *diag = (struct dyno_odbc_diag){.rc = SQL_SUCCESS};
}

void dyno_odbc_diag_clear(struct dyno_odbc_diag *diag)
{
    for (size_t i = 0; i < diag->count; i++)
        free(diag->records[i].message);
    diag->count = 0;
    diag->is_exhausted = false;
    diag->rc = SQL_SUCCESS;
}

void dyno_odbc_diag_deinit(struct dyno_odbc_diag *diag)
{
    dyno_odbc_diag_clear(diag);
    free(diag->records);
    *diag = (struct dyno_odbc_diag){.rc = SQL_SUCCESS};
}

static bool reserve(struct dyno_odbc_diag *diag)
{
    if (diag->count < diag->capacity)
        return true;
    size_t capacity = diag->capacity == 0 ? 4 : diag->capacity * 2;
    struct dyno_odbc_record *records = realloc(diag->records, capacity * sizeof *records);
    if (records == NULL)
        return false;
    diag->records = records;
    diag->capacity = capacity;
    return true;
}

static SQLRETURN rc_of(const char *sqlstate)
{
    return strncmp(sqlstate, "01", 2) == 0 ? SQL_SUCCESS_WITH_INFO : SQL_ERROR;
}

/* Store a record whose message is `text` behind the prefix. */
static SQLRETURN store(struct dyno_odbc_diag *diag, const struct dyno_odbc_record *record,
                       const char *text)
{
    SQLRETURN rc = rc_of(record->sqlstate);
    if (diag->count >= DYNO_ODBC_DIAG_MAX)
        return rc;
    size_t bytes = sizeof DYNO_ODBC_PREFIX + strlen(text);
    char *message = malloc(bytes);
    if (message == NULL || !reserve(diag)) {
        free(message);
        diag->is_exhausted = true;
        return rc;
    }
    (void)snprintf(message, bytes, "%s%s", DYNO_ODBC_PREFIX, text);
    diag->records[diag->count] = *record;
    diag->records[diag->count].message = message;
    diag->count++;
    return rc;
}

static struct dyno_odbc_record record_init(const char *sqlstate)
{
    struct dyno_odbc_record record = {.row = SQL_NO_ROW_NUMBER, .column = SQL_NO_COLUMN_NUMBER};
    (void)snprintf(record.sqlstate, sizeof record.sqlstate, "%s", sqlstate);
    return record;
}

SQLRETURN dyno_odbc_diag_post(struct dyno_odbc_diag *diag, const char *sqlstate, const char *fmt,
                              ...)
{
    struct dyno_odbc_record record = record_init(sqlstate);
    if (fmt == NULL)
        return store(diag, &record, dyno_odbc_sqlstate_text(sqlstate));
    char text[DYNO_ERR_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return store(diag, &record, text);
}

SQLRETURN dyno_odbc_diag_post_cell(struct dyno_odbc_diag *diag, const char *sqlstate, int64_t row,
                                   int32_t column)
{
    struct dyno_odbc_record record = record_init(sqlstate);
    record.row = row;
    record.column = column;
    return store(diag, &record, dyno_odbc_sqlstate_text(sqlstate));
}

SQLRETURN dyno_odbc_diag_post_at(struct dyno_odbc_diag *diag, const char *sqlstate, int64_t row,
                                 int32_t column, const char *fmt, ...)
{
    struct dyno_odbc_record record = record_init(sqlstate);
    record.row = row;
    record.column = column;
    char text[DYNO_ERR_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return store(diag, &record, text);
}

SQLRETURN dyno_odbc_diag_post_err(struct dyno_odbc_diag *diag, const struct dyno_err *err,
                                  bool keep_state)
{
    const char *state = err->sqlstate;
    if (state[0] == '\0')
        state = dyno_odbc_sqlstate_of(err->status);
    else if (!keep_state && err->status == DYNO_ESERVER && strncmp(state, "08", 2) == 0)
        state =
            "HY000"; /* Hive's for whatever fails while it runs; the connection is as good as before. */
    else if (!keep_state)
        state = dyno_odbc_sqlstate_map(state);
    struct dyno_odbc_record record = record_init(state);
    record.native = err->native;
    char text[DYNO_ERR_MESSAGE_BYTES + 32];
    bool is_told = err->sqlstate[0] == '\0' || strcmp(err->sqlstate, state) == 0 ||
                   strstr(err->message, err->sqlstate) != NULL;
    if (is_told)
        (void)snprintf(text, sizeof text, "%s", err->message);
    else
        (void)snprintf(text, sizeof text, "%s (SQLSTATE %s)", err->message, err->sqlstate);
    (void)store(diag, &record, text);
    return SQL_ERROR;
}

size_t dyno_odbc_diag_count(const struct dyno_odbc_diag *diag)
{
    return diag->count + (diag->is_exhausted ? 1 : 0);
}

const struct dyno_odbc_record *dyno_odbc_diag_get(const struct dyno_odbc_diag *diag, size_t number)
{
    if (number == 0 || number > dyno_odbc_diag_count(diag))
        return NULL;
    if (diag->is_exhausted && number == 1)
        return exhausted_record();
    return &diag->records[number - 1 - (diag->is_exhausted ? 1 : 0)];
}
