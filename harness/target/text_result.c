#include "target/text_result.h"

#include "base/alloc.h"

#include <stdlib.h>

void dyno_text_result_deinit(struct dyno_text_result *result)
{
    for (size_t i = 0; i < result->column_count; i++)
        free(result->columns[i]);
    for (size_t i = 0; i < result->row_count * result->column_count; i++)
        free(result->cells[i]);
    free(result->columns);
    free(result->cells);
    *result = (struct dyno_text_result)DYNO_TEXT_RESULT_INIT;
}

const char *dyno_text_result_cell(const struct dyno_text_result *result, size_t row, size_t column)
{
    if (row >= result->row_count || column >= result->column_count)
        return NULL;
    return result->cells[row * result->column_count + column];
}

static cJSON *text_or_null(const char *text)
{
    return text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text);
}

cJSON *dyno_text_result_to_json(const struct dyno_text_result *result)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *columns = cJSON_AddArrayToObject(json, "columns");
    cJSON *rows = cJSON_AddArrayToObject(json, "rows");
    for (size_t i = 0; i < result->column_count; i++)
        cJSON_AddItemToArray(columns, text_or_null(result->columns[i]));
    for (size_t row = 0; row < result->row_count; row++) {
        cJSON *cells = cJSON_CreateArray();
        for (size_t column = 0; column < result->column_count; column++)
            cJSON_AddItemToArray(cells, text_or_null(dyno_text_result_cell(result, row, column)));
        cJSON_AddItemToArray(rows, cells);
    }
    return json;
}

static enum dyno_status read_columns(const cJSON *columns, struct dyno_text_result *out,
                                     struct dyno_err *err)
{
    const cJSON *item = NULL;
    out->columns = dyno_xcalloc((size_t)cJSON_GetArraySize(columns), sizeof *out->columns);
    cJSON_ArrayForEach(item, columns)
    {
        if (!cJSON_IsString(item))
            return dyno_err_set(err, DYNO_EINPUT, "'columns' is not a list of strings");
        out->columns[out->column_count++] = dyno_xstrdup(item->valuestring);
    }
    return DYNO_OK;
}

/* One row into cells[row]; the cells it has not reached stay NULL, so that deinit may follow. */
static enum dyno_status read_row(const cJSON *row, char **cells, size_t column_count,
                                 struct dyno_err *err)
{
    const cJSON *item = NULL;
    size_t at = 0;
    if (!cJSON_IsArray(row) || (size_t)cJSON_GetArraySize(row) != column_count)
        return dyno_err_set(err, DYNO_EINPUT, "'rows': a row has not one cell for each column");
    cJSON_ArrayForEach(item, row)
    {
        if (!cJSON_IsString(item) && !cJSON_IsNull(item))
            return dyno_err_set(err, DYNO_EINPUT, "'rows': a cell is neither a string nor null");
        cells[at++] = dyno_xstrdup(cJSON_IsString(item) ? item->valuestring : NULL);
    }
    return DYNO_OK;
}

static enum dyno_status read_rows(const cJSON *rows, struct dyno_text_result *out,
                                  struct dyno_err *err)
{
    const cJSON *row = NULL;
    size_t count = (size_t)cJSON_GetArraySize(rows);
    enum dyno_status status = DYNO_OK;
    if (count > DYNO_TEXT_RESULT_MAX_ROWS)
        return dyno_err_set(err, DYNO_ELIMIT, "'rows' has over %d rows", DYNO_TEXT_RESULT_MAX_ROWS);
    out->cells = dyno_xcalloc(count * out->column_count, sizeof *out->cells);
    cJSON_ArrayForEach(row, rows)
    {
        if (status != DYNO_OK)
            break;
        char **cells = out->cells + out->row_count * out->column_count;
        out->row_count++;
        status = read_row(row, cells, out->column_count, err);
    }
    return status;
}

enum dyno_status dyno_text_result_from_json(const cJSON *json, struct dyno_text_result *out,
                                            struct dyno_err *err)
{
    const cJSON *columns = NULL;
    const cJSON *rows = NULL;
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    enum dyno_status status = dyno_json_array(json, "columns", &columns, err);
    if (status == DYNO_OK)
        status = dyno_json_array(json, "rows", &rows, err);
    if (status == DYNO_OK)
        status = read_columns(columns, &result, err);
    if (status == DYNO_OK)
        status = read_rows(rows, &result, err);
    if (status != DYNO_OK) {
        dyno_text_result_deinit(&result);
        return status;
    }
    *out = result;
    return DYNO_OK;
}
