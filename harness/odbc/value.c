#include "odbc/value.h"

static enum dyno_odbc_kind kind_of_text(enum dyno_hs2_type type)
{
    switch (type) {
    case DYNO_HS2_DECIMAL:
        return DYNO_ODBC_KIND_DECIMAL;
    case DYNO_HS2_DATE:
        return DYNO_ODBC_KIND_DATE;
    case DYNO_HS2_TIMESTAMP:
    case DYNO_HS2_TIMESTAMP_LOCAL_TZ:
        return DYNO_ODBC_KIND_TIMESTAMP;
    default:
        return DYNO_ODBC_KIND_TEXT;
    }
}

void dyno_odbc_value_read(struct dyno_hs2_column *column, enum dyno_hs2_type type, size_t row,
                          struct dyno_odbc_value *out)
{
    *out = (struct dyno_odbc_value){.kind = DYNO_ODBC_KIND_NULL};
    if (dyno_hs2_column_is_null(column, row))
        return;
    switch (column->wire) {
    case DYNO_HS2_WIRE_BOOL:
        out->kind = DYNO_ODBC_KIND_BOOLEAN;
        out->integer = dyno_hs2_column_i64(column, row);
        break;
    case DYNO_HS2_WIRE_DOUBLE:
        out->kind = DYNO_ODBC_KIND_REAL;
        out->is_float = type == DYNO_HS2_FLOAT;
        out->real = dyno_hs2_column_f64(column, row);
        break;
    case DYNO_HS2_WIRE_STRING:
        out->kind = kind_of_text(type);
        out->text = dyno_hs2_column_bytes(column, row, &out->len);
        break;
    case DYNO_HS2_WIRE_BINARY:
        out->kind = DYNO_ODBC_KIND_BYTES;
        out->text = dyno_hs2_column_bytes(column, row, &out->len);
        break;
    default:
        out->kind = DYNO_ODBC_KIND_INTEGER;
        out->integer = dyno_hs2_column_i64(column, row);
        break;
    }
}
