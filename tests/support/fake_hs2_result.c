#include "support/fake_hs2_result.h"

#include "base/alloc.h"
#include "support/fake_hs2_catalog.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct fake_column ONE_COLUMNS[] = {{"1", DYNO_HS2_INT, 0, 0}};
static const char *const ONE_CELLS[] = {"1"};

static const struct fake_column DDL_COLUMNS[] = {{"Result", DYNO_HS2_STRING, 0, 0}};
static const char *const NO_CELLS[] = {NULL};

static const struct fake_column ROWS_COLUMNS[] = {
    {"id", DYNO_HS2_BIGINT, 0, 0},
    {"half", DYNO_HS2_DOUBLE, 0, 0},
    {"name", DYNO_HS2_STRING, 0, 0},
    {"note", DYNO_HS2_STRING, 0, 0},
};

static const struct fake_column TYPES_COLUMNS[] = {
    {"b", DYNO_HS2_BOOLEAN, 0, 0},
    {"ti", DYNO_HS2_TINYINT, 0, 0},
    {"si", DYNO_HS2_SMALLINT, 0, 0},
    {"i", DYNO_HS2_INT, 0, 0},
    {"bi", DYNO_HS2_BIGINT, 0, 0},
    {"f", DYNO_HS2_FLOAT, 0, 0},
    {"d", DYNO_HS2_DOUBLE, 0, 0},
    {"s", DYNO_HS2_STRING, 0, 0},
    {"ts", DYNO_HS2_TIMESTAMP, 0, 0},
    {"bin", DYNO_HS2_BINARY, 0, 0},
    {"a", DYNO_HS2_ARRAY, 0, 0},
    {"m", DYNO_HS2_MAP, 0, 0},
    {"st", DYNO_HS2_STRUCT, 0, 0},
    {"dec", DYNO_HS2_DECIMAL, 12, 3},
    {"dt", DYNO_HS2_DATE, 0, 0},
    {"vc", DYNO_HS2_VARCHAR, 7, 0},
    {"c", DYNO_HS2_CHAR, 5, 0},
    {"ym", DYNO_HS2_INTERVAL_YEAR_MONTH, 0, 0},
    {"ds", DYNO_HS2_INTERVAL_DAY_TIME, 0, 0},
    {"n", DYNO_HS2_NULL, 0, 0},
};
static const char *const TYPES_CELLS[] = {
    "1",
    "7",
    "-300",
    "70000",
    "5000000000",
    "1.5",
    "-2.25",
    "z\xc3\xbcrich",
    "2024-02-29 23:59:59.123456",
    "ab\x01",
    "[1,2]",
    "{\"k\":1}",
    "{\"x\":1}",
    "-12.345",
    "2024-02-29",
    "abc",
    "abc  ",
    "1-2",
    "1 02:03:04.000000000",
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    "0",
    "-128",
    "-32768",
    "-2147483648",
    "-9223372036854775808",
    "0",
    "1e308",
    "",
    "0001-01-01 00:00:00",
    "",
    "[]",
    "{}",
    "{}",
    "999999999.999",
    "9999-12-31",
    "",
    "     ",
    "-0-1",
    "-1 00:00:00.000000000",
    NULL,
};

static const struct fake_column SET_COLUMNS[] = {
    {"key", DYNO_HS2_STRING, 0, 0},
    {"value", DYNO_HS2_STRING, 0, 0},
};
static const struct fake_column SET_ALL_COLUMNS[] = {
    {"key", DYNO_HS2_STRING, 0, 0},
    {"value", DYNO_HS2_STRING, 0, 0},
    {"meaning", DYNO_HS2_STRING, 0, 0},
    {"Since version", DYNO_HS2_STRING, 0, 0},
};

/* The settings that the server knows, as SET -v shows them. */
static const char *const KNOWN[][4] = {
    {"spark.sql.adaptive.enabled", "true", "Re-optimises the plan while it runs.", "1.6.0"},
    {"spark.sql.autoBroadcastJoinThreshold", "10485760b", "Largest table to broadcast.", "1.1.0"},
    {"spark.sql.files.maxPartitionBytes", "134217728b", "Bytes of one partition.", "2.0.0"},
    {"spark.sql.shuffle.partitions", "200", "Partitions of a shuffle.", "1.1.0"},
    {"spark.sql.thriftServer.incrementalCollect", "false", "Send rows as they come.", "2.0.3"},
};

/* Static settings: readable, refused by SET. */
static const char *const STATIC_KEYS[] = {
    "spark.executor.memory",   "spark.serializer",    "spark.master",
    "spark.sql.warehouse.dir", "spark.driver.memory", "spark.memory.fraction",
};

void fake_settings_put(struct fake_settings *settings, const char *key, const char *value)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->pairs[2 * i], key) == 0) {
            free(settings->pairs[2 * i + 1]);
            settings->pairs[2 * i + 1] = dyno_xstrdup(value);
            return;
        }
    }
    size_t count = settings->count + 1;
    settings->pairs = dyno_xrealloc(settings->pairs, 2 * count * sizeof *settings->pairs);
    settings->pairs[2 * count - 2] = dyno_xstrdup(key);
    settings->pairs[2 * count - 1] = dyno_xstrdup(value);
    settings->count = count;
}

void fake_settings_deinit(struct fake_settings *settings)
{
    for (size_t i = 0; i < 2 * settings->count; i++)
        free(settings->pairs[i]);
    free(settings->pairs);
    *settings = (struct fake_settings){.pairs = NULL};
}

const char *fake_settings_get(const struct fake_settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->pairs[2 * i], key) == 0)
            return settings->pairs[2 * i + 1];
    for (size_t i = 0; i < COUNT(KNOWN); i++)
        if (strcmp(KNOWN[i][0], key) == 0)
            return KNOWN[i][1];
    return "<undefined>";
}

static bool is_static_key(const char *key)
{
    for (size_t i = 0; i < COUNT(STATIC_KEYS); i++)
        if (strcmp(STATIC_KEYS[i], key) == 0)
            return true;
    return false;
}

/* A result whose cells are the copies that `owned` holds. */
static struct fake_result owning(const struct fake_column *columns, size_t column_count,
                                 char **owned, size_t row_count)
{
    return (struct fake_result){
        .columns = columns,
        .column_count = column_count,
        .cells = (const char *const *)owned,
        .row_count = (int64_t)row_count,
        .owned = owned,
        .owned_count = column_count * row_count,
    };
}

static struct fake_result fixed(const struct fake_column *columns, size_t column_count,
                                const char *const *cells, int64_t row_count)
{
    return (struct fake_result){
        .columns = columns, .column_count = column_count, .cells = cells, .row_count = row_count};
}

static struct fake_result one_setting(const char *key, const char *value)
{
    char **owned = dyno_xcalloc(2, sizeof *owned);
    owned[0] = dyno_xstrdup(key);
    owned[1] = dyno_xstrdup(value);
    return owning(SET_COLUMNS, 2, owned, 1);
}

static struct fake_result all_settings(const struct fake_settings *settings)
{
    char **owned = dyno_xcalloc(4 * COUNT(KNOWN), sizeof *owned);
    for (size_t i = 0; i < COUNT(KNOWN); i++)
        for (size_t j = 0; j < 4; j++)
            owned[4 * i + j] =
                dyno_xstrdup(j == 1 ? fake_settings_get(settings, KNOWN[i][0]) : KNOWN[i][j]);
    return owning(SET_ALL_COLUMNS, 4, owned, COUNT(KNOWN));
}

static void set(const char *rest, struct fake_settings *settings, struct fake_meaning *meaning)
{
    const char *equals = strchr(rest, '=');
    if (strcmp(rest, "-v") == 0) {
        meaning->result = all_settings(settings);
        return;
    }
    if (equals == NULL) {
        meaning->result = one_setting(rest, fake_settings_get(settings, rest));
        return;
    }
    char *key = dyno_xstrndup(rest, (size_t)(equals - rest));
    for (size_t len = strlen(key); len > 0 && key[len - 1] == ' '; len--)
        key[len - 1] = '\0';
    const char *value = equals + 1 + strspn(equals + 1, " ");
    if (is_static_key(key)) {
        meaning->sqlstate = "46110";
        meaning->error = "[CANNOT_MODIFY_STATIC_CONFIG] cannot modify the value of a static config";
    } else {
        fake_settings_put(settings, key, value);
        meaning->result = one_setting(key, value);
    }
    free(key);
}

/* Past blanks and comments, where the statement's words begin. */
static const char *skip_comments(const char *text)
{
    for (;;) {
        text += strspn(text, " \t\r\n");
        if (strncmp(text, "/*", 2) == 0) {
            const char *end = strstr(text, "*/");
            text = end != NULL ? end + 2 : text + strlen(text);
        } else if (strncmp(text, "--", 2) == 0) {
            text += strcspn(text, "\n");
        } else {
            return text;
        }
    }
}

/* Is `word` the first word of `text`? `*rest_out`: what follows it. */
static bool begins(const char *text, const char *word, const char **rest_out)
{
    size_t len = strlen(word);
    if (strncasecmp(text, word, len) != 0 || isalnum((unsigned char)text[len]))
        return false;
    *rest_out = text + len + strspn(text + len, " \t\r\n");
    return true;
}

static const struct fake_column ECHO_COLUMNS[] = {{"echo", DYNO_HS2_STRING, 0, 0}};
static const struct fake_column BIG_COLUMNS[] = {{"big", DYNO_HS2_STRING, 0, 0}};

static struct fake_result one_text_take(const struct fake_column *column, char *text)
{
    char **owned = dyno_xcalloc(1, sizeof *owned);
    owned[0] = text;
    return owning(column, 1, owned, 1);
}

static struct fake_result big(const char *rest)
{
    size_t len = (size_t)strtoull(rest, NULL, 10);
    char *text = dyno_xcalloc(len + 1, 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + i % 26);
    return one_text_take(BIG_COLUMNS, text);
}

/* "type text": one cell of that type. */
static struct fake_result cell(const char *rest)
{
    static const struct fake_column columns[] = {
        {"cell", DYNO_HS2_BOOLEAN, 0, 0},   {"cell", DYNO_HS2_TINYINT, 0, 0},
        {"cell", DYNO_HS2_SMALLINT, 0, 0},  {"cell", DYNO_HS2_INT, 0, 0},
        {"cell", DYNO_HS2_BIGINT, 0, 0},    {"cell", DYNO_HS2_FLOAT, 0, 0},
        {"cell", DYNO_HS2_DOUBLE, 0, 0},    {"cell", DYNO_HS2_STRING, 0, 0},
        {"cell", DYNO_HS2_TIMESTAMP, 0, 0}, {"cell", DYNO_HS2_BINARY, 0, 0},
        {"cell", DYNO_HS2_DATE, 0, 0},      {"cell", DYNO_HS2_DECIMAL, 38, 18},
        {"cell", DYNO_HS2_VARCHAR, 10, 0},
    };
    static const char *const names[] = {"BOOLEAN", "TINYINT", "SMALLINT", "INT",       "BIGINT",
                                        "FLOAT",   "DOUBLE",  "STRING",   "TIMESTAMP", "BINARY",
                                        "DATE",    "DECIMAL", "VARCHAR"};
    const char *text = "";
    for (size_t i = 0; i < COUNT(names); i++)
        if (begins(rest, names[i], &text))
            return one_text_take(&columns[i], dyno_xstrdup(text));
    return one_text_take(&columns[7], dyno_xstrdup(rest));
}

/* The inner statement of "SELECT * FROM (...) LIMIT 0", to be freed; NULL: it is none. */
static char *inner_statement(const char *words)
{
    static const char head[] = "SELECT * FROM (\n";
    static const char tail[] = "\n) LIMIT 0";
    size_t len = strlen(words);
    if (strncmp(words, head, sizeof head - 1) != 0 || len < sizeof head + sizeof tail ||
        strcmp(words + len - (sizeof tail - 1), tail) != 0)
        return NULL;
    return dyno_xstrndup(words + sizeof head - 1, len - (sizeof head - 1) - (sizeof tail - 1));
}

struct fake_meaning fake_result_of_statement(const char *text, struct fake_settings *settings)
{
    struct fake_meaning meaning = {.service_ns = -1};
    const char *words = skip_comments(text);
    const char *rest = "";
    char *inner = inner_statement(words);
    if (inner != NULL) {
        meaning = fake_result_of_statement(inner, settings);
        meaning.result.row_count = 0;
        free(inner);
        return meaning;
    }
    if (begins(words, "ECHO", &rest)) {
        meaning.result = one_text_take(ECHO_COLUMNS, dyno_xstrdup(rest));
    } else if (begins(words, "CELL", &rest)) {
        meaning.result = cell(rest);
    } else if (begins(words, "BIG", &rest)) {
        meaning.result = big(rest);
    } else if (strstr(words, "FAIL") != NULL) {
        meaning.sqlstate = "42P01";
        meaning.error = "[TABLE_OR_VIEW_NOT_FOUND] The table or view `FAIL` cannot be found. "
                        "SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]";
    } else if (begins(words, "SELECT", &rest) || begins(words, "WITH", &rest)) {
        meaning.result = fixed(ONE_COLUMNS, 1, ONE_CELLS, 1);
    } else if (begins(words, "ROWS", &rest)) {
        meaning.result = fixed(ROWS_COLUMNS, COUNT(ROWS_COLUMNS), NULL, strtoll(rest, NULL, 10));
    } else if (begins(words, "SAME", &rest)) {
        meaning.result = fixed(ROWS_COLUMNS, COUNT(ROWS_COLUMNS), NULL, strtoll(rest, NULL, 10));
        meaning.result.prepared = dyno_xcalloc(1, sizeof *meaning.result.prepared);
    } else if (begins(words, "TYPES", &rest)) {
        meaning.result = fixed(TYPES_COLUMNS, COUNT(TYPES_COLUMNS), TYPES_CELLS, 3);
    } else if (begins(words, "ZERO", &rest)) {
        meaning.result = fixed(NULL, 0, NO_CELLS, 0);
    } else if (begins(words, "NOTHING", &rest)) {
        meaning.result = fixed(NULL, 0, NO_CELLS, 0);
        meaning.result.is_missing = true;
    } else if (begins(words, "SET", &rest)) {
        set(rest, settings, &meaning);
    } else {
        if (begins(words, "SLEEP", &rest))
            meaning.service_ns = strtoll(rest, NULL, 10) * 1000000;
        meaning.result = fixed(DDL_COLUMNS, 1, NO_CELLS, 0);
    }
    return meaning;
}

/* SQL LIKE with % and _, and a backslash before either to take it for itself; NULL matches everything. */
static bool like(const char *text, const char *pattern)
{
    if (pattern == NULL)
        return true;
    if (*pattern == '\0')
        return text == NULL || *text == '\0';
    if (text == NULL)
        return false;
    if (*pattern == '\\' && (pattern[1] == '%' || pattern[1] == '_'))
        return *text == pattern[1] && like(text + 1, pattern + 2);
    if (*pattern == '%')
        return like(text, pattern + 1) || (*text != '\0' && like(text + 1, pattern));
    return *text != '\0' && (*pattern == '_' || *pattern == *text) && like(text + 1, pattern + 1);
}

struct fake_result fake_result_of_catalog(int call, const char *schema, const char *table,
                                          const char *column)
{
    const struct fake_catalog *catalog = fake_catalog_of(call);
    size_t width = catalog->column_count;
    char **owned = dyno_xcalloc(catalog->row_count * width + 1, sizeof *owned);
    size_t kept = 0;
    for (size_t i = 0; i < catalog->row_count; i++) {
        const char *const *row = catalog->cells + i * width;
        bool is_match = (catalog->schema_at < 0 || like(row[catalog->schema_at], schema)) &&
                        (catalog->table_at < 0 || like(row[catalog->table_at], table)) &&
                        (catalog->name_at < 0 || like(row[catalog->name_at], column));
        for (size_t j = 0; is_match && j < width; j++)
            owned[kept * width + j] = dyno_xstrdup(row[j]);
        kept += is_match ? 1 : 0;
    }
    return owning(catalog->columns, width, owned, kept);
}

void fake_result_deinit(struct fake_result *result)
{
    for (size_t i = 0; i < result->owned_count; i++)
        free(result->owned[i]);
    free(result->owned);
    if (result->prepared != NULL)
        dyno_wire_writer_deinit(&result->prepared->bytes);
    free(result->prepared);
    *result = (struct fake_result){.columns = NULL};
}

static void put_qualifier(struct dyno_wire_writer *writer, const char *key, int32_t value)
{
    dyno_wire_put_bytes(writer, key, strlen(key));
    dyno_wire_put_i32_field(writer, 1, value);
    dyno_wire_put_stop(writer);
}

/* TTypeQualifiers as field 2. */
static void put_qualifiers(struct dyno_wire_writer *writer, const struct fake_column *column)
{
    bool is_decimal = column->type == DYNO_HS2_DECIMAL;
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 2);
    dyno_wire_put_field(writer, DYNO_WIRE_MAP, 1);
    dyno_wire_put_u8(writer, DYNO_WIRE_STRING);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, is_decimal ? 2 : 1);
    put_qualifier(writer, is_decimal ? "precision" : "characterMaximumLength", column->precision);
    if (is_decimal)
        put_qualifier(writer, "scale", column->scale);
    dyno_wire_put_stop(writer);
}

/* TColumnDesc. */
static void put_column_desc(struct dyno_wire_writer *writer, const struct fake_column *column,
                            size_t position)
{
    dyno_wire_put_string_field(writer, 1, column->name);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 2);
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_i32_field(writer, 1, (int32_t)column->type);
    if (column->precision > 0)
        put_qualifiers(writer, column);
    dyno_wire_put_stop(writer);
    dyno_wire_put_stop(writer);
    dyno_wire_put_stop(writer);
    dyno_wire_put_i32_field(writer, 3, (int32_t)position);
    dyno_wire_put_string_field(writer, 4, "");
    dyno_wire_put_stop(writer);
}

void fake_result_put_schema(const struct fake_result *result, struct dyno_wire_writer *writer)
{
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, result->column_count);
    for (size_t i = 0; i < result->column_count; i++)
        put_column_desc(writer, &result->columns[i], i + 1);
}

static enum dyno_hs2_wire wire_of(enum dyno_hs2_type type)
{
    static const enum dyno_hs2_wire wires[] = {
        [DYNO_HS2_BOOLEAN] = DYNO_HS2_WIRE_BOOL,  [DYNO_HS2_TINYINT] = DYNO_HS2_WIRE_BYTE,
        [DYNO_HS2_SMALLINT] = DYNO_HS2_WIRE_I16,  [DYNO_HS2_INT] = DYNO_HS2_WIRE_I32,
        [DYNO_HS2_BIGINT] = DYNO_HS2_WIRE_I64,    [DYNO_HS2_FLOAT] = DYNO_HS2_WIRE_DOUBLE,
        [DYNO_HS2_DOUBLE] = DYNO_HS2_WIRE_DOUBLE, [DYNO_HS2_BINARY] = DYNO_HS2_WIRE_BINARY,
    };
    bool is_listed = (size_t)type < COUNT(wires) && wires[type] != 0;
    return is_listed ? wires[type] : DYNO_HS2_WIRE_STRING;
}

static void put_cell(struct dyno_wire_writer *writer, enum dyno_hs2_wire wire, const char *cell)
{
    /* What Spark puts into a null slot: the default, but true for a boolean. */
    const char *text = cell != NULL ? cell : wire == DYNO_HS2_WIRE_BOOL ? "1" : "";
    int64_t number = wire < DYNO_HS2_WIRE_DOUBLE ? strtoll(text, NULL, 10) : 0;
    switch (wire) {
    case DYNO_HS2_WIRE_BOOL:
    case DYNO_HS2_WIRE_BYTE:
        dyno_wire_put_u8(writer, (uint8_t)number);
        break;
    case DYNO_HS2_WIRE_I16:
        dyno_wire_put_i16(writer, (int16_t)number);
        break;
    case DYNO_HS2_WIRE_I32:
        dyno_wire_put_i32(writer, (int32_t)number);
        break;
    case DYNO_HS2_WIRE_I64:
        dyno_wire_put_i64(writer, number);
        break;
    case DYNO_HS2_WIRE_DOUBLE:
        dyno_wire_put_f64(writer, strtod(text, NULL));
        break;
    default:
        dyno_wire_put_bytes(writer, text, strlen(text));
    }
}

static bool is_null(const struct fake_result *result, size_t column, int64_t row)
{
    if (result->cells == NULL)
        return column == 3 && row % 7 == 0;
    return result->cells[(size_t)row * result->column_count + column] == NULL;
}

/* Cells of ROWS n. */
static void put_generated(struct dyno_wire_writer *writer, size_t column, int64_t row)
{
    char text[40];
    int len = 0;
    switch (column) {
    case 0:
        dyno_wire_put_i64(writer, row);
        return;
    case 1:
        dyno_wire_put_f64(writer, (double)row / 2.0);
        return;
    case 2:
        len = snprintf(text, sizeof text, "name-%lld", (long long)row);
        break;
    default:
        len = row % 7 == 0 ? 0 : snprintf(text, sizeof text, "note %lld", (long long)(row % 7));
    }
    dyno_wire_put_bytes(writer, text, (size_t)len);
}

static void put_values(struct dyno_wire_writer *writer, const struct fake_result *result,
                       size_t column, int64_t first, int64_t count)
{
    static const enum dyno_wire_type elements[] = {
        [DYNO_HS2_WIRE_BOOL] = DYNO_WIRE_BOOL,     [DYNO_HS2_WIRE_BYTE] = DYNO_WIRE_BYTE,
        [DYNO_HS2_WIRE_I16] = DYNO_WIRE_I16,       [DYNO_HS2_WIRE_I32] = DYNO_WIRE_I32,
        [DYNO_HS2_WIRE_I64] = DYNO_WIRE_I64,       [DYNO_HS2_WIRE_DOUBLE] = DYNO_WIRE_DOUBLE,
        [DYNO_HS2_WIRE_STRING] = DYNO_WIRE_STRING, [DYNO_HS2_WIRE_BINARY] = DYNO_WIRE_STRING,
    };
    enum dyno_hs2_wire wire = wire_of(result->columns[column].type);
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(writer, elements[wire], (size_t)count);
    for (int64_t row = first; row < first + count; row++) {
        if (result->cells == NULL)
            put_generated(writer, column, row);
        else
            put_cell(writer, wire, result->cells[(size_t)row * result->column_count + column]);
    }
}

/* As java.util.BitSet.toByteArray: trailing zero bytes are cut. */
static void put_nulls(struct dyno_wire_writer *writer, const struct fake_result *result,
                      size_t column, int64_t first, int64_t count)
{
    size_t bytes = 0;
    uint8_t *bits = dyno_xcalloc((size_t)count / 8 + 1, 1);
    for (int64_t i = 0; i < count; i++) {
        if (!is_null(result, column, first + i))
            continue;
        bits[i / 8] = (uint8_t)(bits[i / 8] | (1u << (i % 8)));
        bytes = (size_t)i / 8 + 1;
    }
    dyno_wire_put_field(writer, DYNO_WIRE_STRING, 2);
    dyno_wire_put_bytes(writer, bits, bytes);
    free(bits);
}

/* All of TRowSet but where it begins. */
static void put_columns(const struct fake_result *result, int64_t first, int64_t count,
                        struct dyno_wire_writer *writer)
{
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 2);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, 0);
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 3);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, result->column_count);
    for (size_t i = 0; i < result->column_count; i++) {
        dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, (int16_t)wire_of(result->columns[i].type));
        put_values(writer, result, i, first, count);
        put_nulls(writer, result, i, first, count);
        dyno_wire_put_stop(writer);
        dyno_wire_put_stop(writer);
    }
}

static void put_prepared(const struct fake_result *result, int64_t count,
                         struct dyno_wire_writer *writer)
{
    struct fake_prepared *prepared = result->prepared;
    if (prepared->bytes.len == 0 || prepared->row_count != count) {
        dyno_wire_writer_reset(&prepared->bytes, 0);
        put_columns(result, 0, count, &prepared->bytes);
        prepared->row_count = count;
    }
    dyno_wire_put_raw(writer, prepared->bytes.bytes, prepared->bytes.len);
}

void fake_result_put_rows(const struct fake_result *result, int64_t first, int64_t count,
                          struct dyno_wire_writer *writer)
{
    dyno_wire_put_i64_field(writer, 1, first);
    if (result->prepared != NULL)
        put_prepared(result, count, writer);
    else
        put_columns(result, first, count, writer);
}
