/**
 * What the connection keys mean: those of the session are the client's own (hs2/settings.h), the rest
 * is about what the application sees. README.md has the list with the defaults.
 */
#ifndef DYNO_ODBC_SETTINGS_H
#define DYNO_ODBC_SETTINGS_H

#include "hs2/settings.h"
#include "odbc/diag.h"

#include <stdbool.h>
#include <stdint.h>

/** All texts are borrowed from the pairs that were read. */
struct dyno_odbc_settings {
    struct dyno_hs2_settings session;
    int32_t rows_per_block;       /**< RowsFetchedPerBlock, 10000 */
    int32_t string_column_length; /**< DefaultStringColumnLength, 255 characters */
    int32_t binary_column_length; /**< BinaryColumnLength, 32767 bytes */
    bool has_wide_types;          /**< UseUnicodeSqlCharacterTypes: texts are SQL_WVARCHAR */
    bool keeps_sqlstate;          /**< RawSqlState: Spark's states pass through unmapped */
};

void dyno_odbc_settings_init(struct dyno_odbc_settings *settings);

/** Wipes nothing: the texts belong to the pairs. */
void dyno_odbc_settings_deinit(struct dyno_odbc_settings *settings);

/**
 * Read all pairs. Unknown keys post 01S00 each and do not fail the call; a key whose meaning cannot be
 * honoured posts HYC00, a value out of range HY024. No message holds a value of
 * a secret key. SQL_SUCCESS, SQL_SUCCESS_WITH_INFO or SQL_ERROR.
 */
SQLRETURN dyno_odbc_settings_read(struct dyno_odbc_settings *settings,
                                  const struct dyno_hs2_pairs *pairs, struct dyno_odbc_diag *diag);

#endif
