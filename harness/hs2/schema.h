/** Columns of a result, as GetResultSetMetadata describes them. */
#ifndef DYNO_HS2_SCHEMA_H
#define DYNO_HS2_SCHEMA_H

#include "hs2/operation.h"
#include "hs2/wire.h"

#include <stddef.h>

struct dyno_hs2_schema {
    struct dyno_hs2_column_desc *columns;
    size_t count;
    size_t capacity;
};

/** Read a TTableSchema. Failures are in the reader; what was read until then is still to be freed. */
void dyno_hs2_schema_read(struct dyno_wire_reader *reader, struct dyno_hs2_schema *schema);

/** Free the columns; may be called twice. */
void dyno_hs2_schema_deinit(struct dyno_hs2_schema *schema);

#endif
