#include "odbc/catalog.h"

#include "odbc/execute.h"
#include "odbc/identifier.h"
#include "odbc/sqltype.h"
#include "odbc/table.h"

#include <stdlib.h>
#include <string.h>

#define FETCH_ROWS     10000
#define TABLE_TYPE_MAX 16

static const struct dyno_odbc_table_column tables_columns[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},  {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING}, {"TABLE_TYPE", DYNO_HS2_STRING},
    {"REMARKS", DYNO_HS2_STRING},
};

static const struct dyno_odbc_table_column columns_columns[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},          {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING},         {"COLUMN_NAME", DYNO_HS2_STRING},
    {"DATA_TYPE", DYNO_HS2_SMALLINT},        {"TYPE_NAME", DYNO_HS2_STRING},
    {"COLUMN_SIZE", DYNO_HS2_INT},           {"BUFFER_LENGTH", DYNO_HS2_INT},
    {"DECIMAL_DIGITS", DYNO_HS2_SMALLINT},   {"NUM_PREC_RADIX", DYNO_HS2_SMALLINT},
    {"NULLABLE", DYNO_HS2_SMALLINT},         {"REMARKS", DYNO_HS2_STRING},
    {"COLUMN_DEF", DYNO_HS2_STRING},         {"SQL_DATA_TYPE", DYNO_HS2_SMALLINT},
    {"SQL_DATETIME_SUB", DYNO_HS2_SMALLINT}, {"CHAR_OCTET_LENGTH", DYNO_HS2_INT},
    {"ORDINAL_POSITION", DYNO_HS2_INT},      {"IS_NULLABLE", DYNO_HS2_STRING},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A catalog answer being turned into a table. */
struct job {
    struct dyno_odbc_stmt *stmt;
    struct dyno_odbc_table *table;
    struct dyno_hs2_block block;
    const char *names[4]; /* what the cells of a row must be, by column; NULL: anything */
    void (*add_row)(struct job *job, size_t row);
    char last_table[512]; /* of the row before, for counting columns */
    int64_t ordinal;
};

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "memory allocation failed");
}

/* Read all rows of the operation into the job's table, then close it. */
static enum dyno_status drain(struct job *job, struct dyno_hs2_operation *operation,
                              struct dyno_err *err)
{
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    enum dyno_status status = dyno_hs2_operation_columns(operation, &columns, &count, err);
    while (status == DYNO_OK) {
        status = dyno_hs2_operation_fetch(operation, FETCH_ROWS, &job->block, err);
        if (status != DYNO_OK || job->block.row_count == 0)
            break;
        for (size_t row = 0; row < job->block.row_count; row++)
            job->add_row(job, row);
    }
    dyno_hs2_operation_close(operation);
    return status;
}

/* A text cell of the server's answer; NULL for NULL, for "" and for a column that is not there. */
static const char *cell_text(struct job *job, size_t column, size_t row, size_t *len_out)
{
    *len_out = 0;
    if (column >= job->block.column_count)
        return NULL;
    struct dyno_hs2_column *cells = &job->block.columns[column];
    bool is_text = cells->wire == DYNO_HS2_WIRE_STRING || cells->wire == DYNO_HS2_WIRE_BINARY;
    if (!is_text || dyno_hs2_column_is_null(cells, row))
        return NULL;
    const char *text = dyno_hs2_column_bytes(cells, row, len_out);
    return *len_out > 0 ? text : NULL;
}

static int64_t cell_number(struct job *job, size_t column, size_t row)
{
    if (column >= job->block.column_count)
        return 0;
    const struct dyno_hs2_column *cells = &job->block.columns[column];
    return dyno_hs2_column_is_null(cells, row) ? 0 : dyno_hs2_column_i64(cells, row);
}

/* A server may know more wildcards than ODBC: what has been asked for by name is looked at again. */
static bool is_asked_for(struct job *job, size_t row)
{
    for (size_t i = 0; i < COUNT(job->names); i++) {
        size_t len = 0;
        if (job->names[i] == NULL)
            continue;
        const char *text = cell_text(job, i, row, &len);
        if (!dyno_odbc_identifier_is(job->names[i], text, len))
            return false;
    }
    return true;
}

static void copy_text(struct job *job, size_t to, size_t from, size_t row)
{
    size_t len = 0;
    const char *text = cell_text(job, from, row, &len);
    dyno_odbc_table_set_text(job->table, to, text, len);
}

/* Finish the table in the order of `keys` and open it on the statement. */
static SQLRETURN open_table(struct job *job, enum dyno_status status, struct dyno_err *err,
                            const size_t *keys, size_t key_count)
{
    dyno_hs2_block_deinit(&job->block);
    if (status == DYNO_OK && dyno_odbc_table_finish(job->table, keys, key_count) != DYNO_OK)
        status = out_of_memory(err);
    if (status == DYNO_OK)
        return dyno_odbc_execute_table(job->stmt, job->table);
    dyno_odbc_table_free(job->table);
    return dyno_odbc_diag_post_err(&job->stmt->diag, err, job->stmt->dbc->settings.keeps_sqlstate);
}

static void add_tables_row(struct job *job, size_t row)
{
    if (!is_asked_for(job, row))
        return;
    dyno_odbc_table_add_row(job->table);
    for (size_t i = 0; i < COUNT(tables_columns); i++)
        copy_text(job, i, i, row);
}

static void add_schema_row(struct job *job, size_t row)
{
    dyno_odbc_table_add_row(job->table);
    copy_text(job, 1, 0, row);
}

static void add_table_type_row(struct job *job, size_t row)
{
    dyno_odbc_table_add_row(job->table);
    copy_text(job, 3, 0, row);
}

/* Split 'TABLE', 'VIEW' in place; quotes are optional. Returns how many there are. */
static size_t split_types(char *text, const char **out)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *type = strtok_r(text, ",", &rest); type != NULL && count < TABLE_TYPE_MAX;
         type = strtok_r(NULL, ",", &rest)) {
        type += strspn(type, " '");
        size_t len = strlen(type);
        while (len > 0 && strchr(" '", type[len - 1]) != NULL)
            len--;
        type[len] = '\0';
        if (len > 0)
            out[count++] = type;
    }
    return count;
}

static bool is_text(const char *text, const char *wanted)
{
    return text != NULL && strcmp(text, wanted) == 0;
}

static bool is_blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* The tables of the wanted types. */
static enum dyno_status get_tables(struct job *job, const struct dyno_odbc_catalog_args *args,
                                   const char *schema, const char *table,
                                   struct dyno_hs2_operation **out, struct dyno_err *err)
{
    const char *types[TABLE_TYPE_MAX] = {NULL};
    bool has_types = !is_blank(args->last) && !is_text(args->last, "%");
    size_t type_count = has_types ? split_types(args->last, types) : 0;
    return dyno_hs2_get_tables(job->stmt->dbc->session, schema, table,
                               type_count > 0 ? types : NULL, type_count, out, err);
}

/* Patterns for the server that the names of schema and table alone fit. false: out of memory. */
static bool make_patterns(struct job *job, const struct dyno_odbc_catalog_args *args, char *out[2])
{
    job->names[1] = args->schema;
    job->names[2] = args->table;
    out[0] = dyno_odbc_identifier_pattern(args->schema);
    out[1] = dyno_odbc_identifier_pattern(args->table);
    return out[0] != NULL && out[1] != NULL;
}

static enum dyno_status ask_named_tables(struct job *job, const struct dyno_odbc_catalog_args *args,
                                         struct dyno_hs2_operation **out, struct dyno_err *err)
{
    char *patterns[2] = {NULL, NULL};
    enum dyno_status status = make_patterns(job, args, patterns)
                                  ? get_tables(job, args, patterns[0], patterns[1], out, err)
                                  : out_of_memory(err);
    free(patterns[0]);
    free(patterns[1]);
    return status;
}

/* Names of columns keep their case with Spark, and its patterns mind it: all of the table are asked for. */
static enum dyno_status ask_columns(struct job *job, const struct dyno_odbc_catalog_args *args,
                                    struct dyno_hs2_operation **out, struct dyno_err *err)
{
    struct dyno_hs2_session *session = job->stmt->dbc->session;
    char *patterns[2] = {NULL, NULL};
    if (!args->are_names)
        return dyno_hs2_get_columns(session, args->schema, args->table, args->last, out, err);
    job->names[3] = args->last;
    enum dyno_status status =
        make_patterns(job, args, patterns)
            ? dyno_hs2_get_columns(session, patterns[0], patterns[1], NULL, out, err)
            : out_of_memory(err);
    free(patterns[0]);
    free(patterns[1]);
    return status;
}

/* Which of SQLTables' four questions is it? Starts the answer; NULL in `*out`: an empty one. */
static enum dyno_status ask_tables(struct job *job, const struct dyno_odbc_catalog_args *args,
                                   struct dyno_hs2_operation **out, struct dyno_err *err)
{
    struct dyno_hs2_session *session = job->stmt->dbc->session;
    bool has_no_table = is_blank(args->table);
    job->add_row = add_tables_row;
    if (args->are_names)
        return ask_named_tables(job, args, out, err);
    if (is_text(args->catalog, "%") && is_blank(args->schema) && has_no_table)
        return DYNO_OK;
    if (is_text(args->schema, "%") && is_blank(args->catalog) && has_no_table &&
        args->table != NULL) {
        job->add_row = add_schema_row;
        return dyno_hs2_get_schemas(session, NULL, out, err);
    }
    if (is_text(args->last, "%") && is_blank(args->catalog) && is_blank(args->schema) &&
        has_no_table) {
        job->add_row = add_table_type_row;
        return dyno_hs2_get_table_types(session, out, err);
    }
    return get_tables(job, args, args->schema, args->table, out, err);
}

SQLRETURN dyno_odbc_catalog_tables(struct dyno_odbc_stmt *stmt,
                                   const struct dyno_odbc_catalog_args *args)
{
    static const size_t keys[] = {3, 0, 1, 2};
    struct dyno_err err = DYNO_ERR_INIT;
    struct job job = {.stmt = stmt};
    dyno_hs2_block_init(&job.block);
    job.table = dyno_odbc_table_new(tables_columns, COUNT(tables_columns));
    if (job.table == NULL)
        return dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    struct dyno_hs2_operation *operation = NULL;
    (void)pthread_mutex_lock(&stmt->dbc->wire);
    enum dyno_status status = ask_tables(&job, args, &operation, &err);
    if (status == DYNO_OK && operation != NULL)
        status = drain(&job, operation, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    return open_table(&job, status, &err, keys, COUNT(keys));
}

/* Read "(12,4)" or "(7)" behind a type's name, as Spark has them; its COLUMN_SIZE is in bytes for decimals and
 * missing for texts. false: there are none. */
static bool read_qualifiers(const char *name, size_t len, struct dyno_hs2_column_desc *desc)
{
    int32_t numbers[2] = {0, 0};
    size_t count = 0;
    const char *open = memchr(name, '(', len);
    if (open == NULL)
        return false;
    for (const char *at = open + 1; at < name + len && count < 2 && *at != ')'; at++) {
        if (*at == ',')
            count++;
        else if (count < 2 && *at >= '0' && *at <= '9' && numbers[count] < 100000000)
            numbers[count] = numbers[count] * 10 + (*at - '0');
    }
    desc->precision = numbers[0];
    desc->scale = numbers[1];
    return true;
}

/* The type as ODBC describes it, from JDBC's number and the server's name for it. */
static struct dyno_odbc_column_info column_info(struct job *job, size_t row)
{
    size_t len = 0;
    const char *name = cell_text(job, 5, row, &len);
    struct dyno_hs2_column_desc desc = {.type = dyno_odbc_type_of_jdbc(cell_number(job, 4, row))};
    if (name != NULL && len >= 7 && memcmp(name, "VARCHAR", 7) == 0)
        desc.type = DYNO_HS2_VARCHAR;
    bool has_qualifiers = desc.type == DYNO_HS2_DECIMAL || desc.type == DYNO_HS2_VARCHAR ||
                          desc.type == DYNO_HS2_CHAR;
    /* Hive's names are bare, its sizes right. */
    if (name != NULL && has_qualifiers && !read_qualifiers(name, len, &desc)) {
        desc.precision = (int32_t)cell_number(job, 6, row);
        desc.scale = (int32_t)cell_number(job, 8, row);
    }
    return dyno_odbc_column_describe(&desc, &job->stmt->dbc->settings);
}

/* Columns of a table come in order; the server's own positions start at 0 in some versions, at 1 in
 * others. */
static int64_t next_ordinal(struct job *job, size_t row)
{
    char key[sizeof job->last_table] = "";
    size_t used = 0;
    for (size_t column = 1; column <= 2; column++) {
        size_t len = 0;
        const char *text = cell_text(job, column, row, &len);
        if (len > sizeof key / 2 - 2)
            len = sizeof key / 2 - 2;
        if (text != NULL)
            memcpy(key + used, text, len);
        used += len;
        key[used++] = '.';
    }
    bool is_same = memcmp(key, job->last_table, sizeof key) == 0;
    job->ordinal = is_same ? job->ordinal + 1 : 1;
    memcpy(job->last_table, key, sizeof key);
    return job->ordinal;
}

static void set_number_if(struct dyno_odbc_table *table, size_t column, bool condition,
                          int64_t number)
{
    if (condition)
        dyno_odbc_table_set_number(table, column, number);
}

static void add_columns_row(struct job *job, size_t row)
{
    struct dyno_odbc_table *table = job->table;
    struct dyno_odbc_column_info info = column_info(job, row);
    bool is_moment = info.verbose_type == SQL_DATETIME;
    bool is_text = info.is_case_sensitive || info.sql_type == SQL_VARBINARY;
    int64_t ordinal = next_ordinal(job, row);
    if (!is_asked_for(job, row))
        return;
    dyno_odbc_table_add_row(table);
    for (size_t i = 0; i <= 3; i++)
        copy_text(job, i, i, row);
    dyno_odbc_table_set_number(table, 4, info.sql_type);
    copy_text(job, 5, 5, row);
    dyno_odbc_table_set_number(table, 6, info.column_size);
    dyno_odbc_table_set_number(table, 7, info.octet_length);
    set_number_if(table, 8, info.radix == 10 || is_moment, info.decimal_digits);
    set_number_if(table, 9, info.radix != 0, info.radix);
    dyno_odbc_table_set_number(table, 10, SQL_NULLABLE);
    copy_text(job, 11, 11, row);
    dyno_odbc_table_set_number(table, 13, info.verbose_type);
    set_number_if(table, 14, is_moment,
                  info.sql_type == SQL_TYPE_DATE ? SQL_CODE_DATE : SQL_CODE_TIMESTAMP);
    set_number_if(table, 15, is_text, info.octet_length);
    dyno_odbc_table_set_number(table, 16, ordinal);
    dyno_odbc_table_set_text(table, 17, "YES", 3);
}

SQLRETURN dyno_odbc_catalog_columns(struct dyno_odbc_stmt *stmt,
                                    const struct dyno_odbc_catalog_args *args)
{
    static const size_t keys[] = {0, 1, 2, 16};
    struct dyno_err err = DYNO_ERR_INIT;
    struct job job = {.stmt = stmt, .add_row = add_columns_row};
    dyno_hs2_block_init(&job.block);
    job.table = dyno_odbc_table_new(columns_columns, COUNT(columns_columns));
    if (job.table == NULL)
        return dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    struct dyno_hs2_operation *operation = NULL;
    (void)pthread_mutex_lock(&stmt->dbc->wire);
    enum dyno_status status = ask_columns(&job, args, &operation, &err);
    if (status == DYNO_OK)
        status = drain(&job, operation, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    return open_table(&job, status, &err, keys, COUNT(keys));
}
