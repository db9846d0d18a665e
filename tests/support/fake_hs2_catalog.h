/** The fake server's catalog: what GetTables and its kin return, in the columns that Spark uses. */
#ifndef DYNO_FAKE_HS2_CATALOG_H
#define DYNO_FAKE_HS2_CATALOG_H

#include "support/fake_hs2_result.h"

/** Cells row after row; the `_at` are the columns that patterns apply to, -1: none. */
struct fake_catalog {
    const struct fake_column *columns;
    size_t column_count;
    const char *const *cells;
    size_t row_count;
    int schema_at;
    int table_at;
    int name_at;
};

/** For one of the catalog calls of enum dyno_hs2_call. */
const struct fake_catalog *fake_catalog_of(int call);

#endif
