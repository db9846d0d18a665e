#include "odbc/result.h"

#include <stdlib.h>

/* What a statement may keep between two results. */
#define KEPT_BLOCK_BYTES ((size_t)4 << 20)

void dyno_odbc_result_init(struct dyno_odbc_result *result)
{
    *result = (struct dyno_odbc_result){.operation = NULL};
    dyno_hs2_block_init(&result->wire_block);
    result->block = &result->wire_block;
}

static enum dyno_status describe(struct dyno_odbc_result *result,
                                 const struct dyno_hs2_column_desc *columns, size_t count,
                                 const struct dyno_odbc_settings *settings, struct dyno_err *err)
{
    struct dyno_odbc_column_info *infos = calloc(count + 1, sizeof *infos);
    if (infos == NULL)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "memory allocation failed");
    for (size_t i = 0; i < count; i++)
        infos[i] = dyno_odbc_column_describe(&columns[i], settings);
    result->columns = columns;
    result->column_count = count;
    result->infos = infos;
    result->next_row = 0;
    result->rows_served = 0;
    result->is_at_end = false;
    return DYNO_OK;
}

enum dyno_status dyno_odbc_result_take_operation(struct dyno_odbc_result *result,
                                                 struct dyno_hs2_operation *operation,
                                                 int64_t rows_ahead,
                                                 const struct dyno_odbc_settings *settings,
                                                 struct dyno_err *err)
{
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    enum dyno_status status = dyno_hs2_operation_columns_and_rows(
        operation, rows_ahead, &result->wire_block, &columns, &count, err);
    if (status == DYNO_OK)
        status = describe(result, columns, count, settings, err);
    if (status != DYNO_OK)
        return status;
    result->operation = operation;
    result->block = &result->wire_block;
    result->block->row_count = 0;
    return DYNO_OK;
}

enum dyno_status dyno_odbc_result_take_table(struct dyno_odbc_result *result,
                                             struct dyno_odbc_table *table,
                                             const struct dyno_odbc_settings *settings,
                                             struct dyno_err *err)
{
    enum dyno_status status = describe(result, dyno_odbc_table_descs(table),
                                       dyno_odbc_table_column_count(table), settings, err);
    if (status != DYNO_OK)
        return status;
    result->table = table;
    result->block = dyno_odbc_table_block(table);
    return DYNO_OK;
}

void dyno_odbc_result_close(struct dyno_odbc_result *result)
{
    dyno_hs2_operation_close(result->operation);
    dyno_odbc_table_free(result->table);
    free(result->infos);
    result->operation = NULL;
    result->table = NULL;
    result->infos = NULL;
    result->columns = NULL;
    result->column_count = 0;
    result->block = &result->wire_block;
    result->next_row = 0;
    if (result->wire_block.capacity > KEPT_BLOCK_BYTES) {
        dyno_hs2_block_deinit(&result->wire_block);
        dyno_hs2_block_init(&result->wire_block);
    }
    result->wire_block.row_count = 0;
}

void dyno_odbc_result_move(struct dyno_odbc_result *to, struct dyno_odbc_result *from)
{
    to->operation = from->operation;
    to->columns = from->columns;
    to->infos = from->infos;
    to->column_count = from->column_count;
    from->operation = NULL;
    from->infos = NULL;
    dyno_odbc_result_close(from);
}

void dyno_odbc_result_deinit(struct dyno_odbc_result *result)
{
    dyno_hs2_block_deinit(&result->wire_block);
}
