#include "support/fake_hs2_catalog.h"

#include "hs2/reply.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define STRING(name)                                                                               \
    {                                                                                              \
        name, DYNO_HS2_STRING, 0, 0                                                                \
    }
#define INT(name)                                                                                  \
    {                                                                                              \
        name, DYNO_HS2_INT, 0, 0                                                                   \
    }
#define SHORT(name)                                                                                \
    {                                                                                              \
        name, DYNO_HS2_SMALLINT, 0, 0                                                              \
    }
#define BOOL(name)                                                                                 \
    {                                                                                              \
        name, DYNO_HS2_BOOLEAN, 0, 0                                                               \
    }

/* clang-format off */
static const struct fake_column CATALOG_COLUMNS[] = {STRING("TABLE_CAT")};

static const struct fake_column SCHEMA_COLUMNS[] = {STRING("TABLE_SCHEM"), STRING("TABLE_CATALOG")};
static const char *const SCHEMA_CELLS[] = {"default", "", "sales", ""};

static const struct fake_column TABLE_TYPE_COLUMNS[] = {STRING("TABLE_TYPE")};
static const char *const TABLE_TYPE_CELLS[] = {"TABLE", "VIEW"};

static const struct fake_column TABLE_COLUMNS[] = {
    STRING("TABLE_CAT"), STRING("TABLE_SCHEM"), STRING("TABLE_NAME"), STRING("TABLE_TYPE"),
    STRING("REMARKS"), STRING("TYPE_CAT"), STRING("TYPE_SCHEM"), STRING("TYPE_NAME"),
    STRING("SELF_REFERENCING_COL_NAME"), STRING("REF_GENERATION"),
};
static const char *const TABLE_CELLS[] = {
    "", "default", "transactions", "TABLE", "", NULL, NULL, NULL, NULL, NULL,
    "", "default", "stores", "TABLE", "", NULL, NULL, NULL, NULL, NULL,
    "", "sales", "monthly", "VIEW", "", NULL, NULL, NULL, NULL, NULL,
};

static const struct fake_column COLUMN_COLUMNS[] = {
    STRING("TABLE_CAT"), STRING("TABLE_SCHEM"), STRING("TABLE_NAME"), STRING("COLUMN_NAME"),
    INT("DATA_TYPE"), STRING("TYPE_NAME"), INT("COLUMN_SIZE"),
    {"BUFFER_LENGTH", DYNO_HS2_TINYINT, 0, 0}, INT("DECIMAL_DIGITS"), INT("NUM_PREC_RADIX"),
    INT("NULLABLE"), STRING("REMARKS"), STRING("COLUMN_DEF"), INT("SQL_DATA_TYPE"),
    INT("SQL_DATETIME_SUB"), INT("CHAR_OCTET_LENGTH"), INT("ORDINAL_POSITION"),
    STRING("IS_NULLABLE"), STRING("SCOPE_CATALOG"), STRING("SCOPE_SCHEMA"), STRING("SCOPE_TABLE"),
    SHORT("SOURCE_DATA_TYPE"), STRING("IS_AUTO_INCREMENT"),
};
#define COLUMN_ROW(table, name, type, type_name, size, digits, radix, position)                    \
    NULL, "default", table, name, type, type_name, size, NULL, digits, radix, "1", "", NULL, NULL, \
    NULL, NULL, position, "YES", NULL, NULL, NULL, NULL, "NO"
static const char *const COLUMN_CELLS[] = {
    COLUMN_ROW("transactions", "transaction_id", "-5", "BIGINT", "19", NULL, "10", "0"),
    COLUMN_ROW("transactions", "amount", "3", "DECIMAL(10,2)", "10", "2", "10", "1"),
    COLUMN_ROW("transactions", "transaction_date", "91", "DATE", "10", NULL, NULL, "2"),
    COLUMN_ROW("stores", "store_id", "4", "INT", "10", NULL, "10", "0"),
    COLUMN_ROW("stores", "name", "12", "STRING", NULL, NULL, NULL, "1"),
};

static const struct fake_column TYPE_COLUMNS[] = {
    STRING("TYPE_NAME"), INT("DATA_TYPE"), INT("PRECISION"), STRING("LITERAL_PREFIX"),
    STRING("LITERAL_SUFFIX"), STRING("CREATE_PARAMS"), SHORT("NULLABLE"), BOOL("CASE_SENSITIVE"),
    SHORT("SEARCHABLE"), BOOL("UNSIGNED_ATTRIBUTE"), BOOL("FIXED_PREC_SCALE"),
    BOOL("AUTO_INCREMENT"), STRING("LOCAL_TYPE_NAME"), SHORT("MINIMUM_SCALE"),
    SHORT("MAXIMUM_SCALE"), INT("SQL_DATA_TYPE"), INT("SQL_DATETIME_SUB"), INT("NUM_PREC_RADIX"),
};
#define TYPE_ROW(name, type, precision, is_cased, radix)                                           \
    name, type, precision, NULL, NULL, NULL, "1", is_cased, "3", "0", "0", "0", NULL, "0", "0",    \
    NULL, NULL, radix
static const char *const TYPE_CELLS[] = {
    TYPE_ROW("VOID", "0", NULL, "0", NULL),
    TYPE_ROW("BOOLEAN", "16", NULL, "0", NULL),
    TYPE_ROW("STRING", "12", NULL, "1", NULL),
    TYPE_ROW("BINARY", "-2", NULL, "0", NULL),
    TYPE_ROW("TINYINT", "-6", "3", "0", "10"),
    TYPE_ROW("SMALLINT", "5", "5", "0", "10"),
    TYPE_ROW("INT", "4", "10", "0", "10"),
    TYPE_ROW("BIGINT", "-5", "19", "0", "10"),
    TYPE_ROW("FLOAT", "6", "7", "0", "10"),
    TYPE_ROW("DOUBLE", "8", "15", "0", "10"),
    TYPE_ROW("DATE", "91", NULL, "0", NULL),
    TYPE_ROW("TIMESTAMP", "93", NULL, "0", NULL),
    TYPE_ROW("DECIMAL", "3", "38", "0", "10"),
};
/* clang-format on */

#define CATALOG(columns, cells, schema_at, table_at, name_at)                                      \
    {                                                                                              \
        columns, COUNT(columns), cells, COUNT(cells) / COUNT(columns), schema_at, table_at,        \
            name_at                                                                                \
    }

const struct fake_catalog *fake_catalog_of(int call)
{
    static const struct fake_catalog catalogs = {
        CATALOG_COLUMNS, COUNT(CATALOG_COLUMNS), NULL, 0, -1, -1, -1};
    static const struct fake_catalog schemas = CATALOG(SCHEMA_COLUMNS, SCHEMA_CELLS, 0, -1, -1);
    static const struct fake_catalog table_types =
        CATALOG(TABLE_TYPE_COLUMNS, TABLE_TYPE_CELLS, -1, -1, -1);
    static const struct fake_catalog tables = CATALOG(TABLE_COLUMNS, TABLE_CELLS, 1, 2, -1);
    static const struct fake_catalog columns = CATALOG(COLUMN_COLUMNS, COLUMN_CELLS, 1, 2, 3);
    static const struct fake_catalog types = CATALOG(TYPE_COLUMNS, TYPE_CELLS, -1, -1, -1);
    switch (call) {
    case DYNO_HS2_GET_CATALOGS:
        return &catalogs;
    case DYNO_HS2_GET_SCHEMAS:
        return &schemas;
    case DYNO_HS2_GET_TABLE_TYPES:
        return &table_types;
    case DYNO_HS2_GET_TABLES:
        return &tables;
    case DYNO_HS2_GET_COLUMNS:
        return &columns;
    default:
        return &types;
    }
}
