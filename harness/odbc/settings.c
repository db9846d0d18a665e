#include "odbc/settings.h"

#include "hs2/keys.h"

#define AT(member) offsetof(struct dyno_odbc_settings, member)

static const struct dyno_hs2_key key_rows[] = {
    {"RowsFetchedPerBlock", DYNO_HS2_KEY_NUMBER, AT(rows_per_block), 1, 10000000},
    {"DefaultStringColumnLength", DYNO_HS2_KEY_NUMBER, AT(string_column_length), 1, 2147483},
    {"BinaryColumnLength", DYNO_HS2_KEY_NUMBER, AT(binary_column_length), 1, 1073741823},
    {"UseUnicodeSqlCharacterTypes", DYNO_HS2_KEY_FLAG, AT(has_wide_types), 0, 1},
    {"RawSqlState", DYNO_HS2_KEY_FLAG, AT(keeps_sqlstate), 0, 1},
};

static const struct dyno_hs2_keys keys = {key_rows, sizeof key_rows / sizeof key_rows[0]};

void dyno_odbc_settings_init(struct dyno_odbc_settings *settings)
{
    *settings = (struct dyno_odbc_settings){
        .rows_per_block = 10000,
        .string_column_length = 255,
        .binary_column_length = 32767,
    };
    dyno_hs2_settings_init(&settings->session);
}

void dyno_odbc_settings_deinit(struct dyno_odbc_settings *settings)
{
    dyno_hs2_settings_deinit(&settings->session);
    dyno_odbc_settings_init(settings);
}

static SQLRETURN read_pair(struct dyno_odbc_settings *settings, const struct dyno_hs2_pair *pair,
                           struct dyno_odbc_diag *diag)
{
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_hs2_key *key = dyno_hs2_keys_find(&keys, pair->key);
    if (key != NULL)
        return dyno_hs2_key_set(key, settings, pair->value, &err) == DYNO_OK
                   ? SQL_SUCCESS
                   : dyno_odbc_diag_post_err(diag, &err, true);
    if (dyno_hs2_settings_knows(pair->key))
        return SQL_SUCCESS;
    return dyno_odbc_diag_post(diag, "01S00", "invalid connection string attribute: '%s'",
                               pair->key);
}

SQLRETURN dyno_odbc_settings_read(struct dyno_odbc_settings *settings,
                                  const struct dyno_hs2_pairs *pairs, struct dyno_odbc_diag *diag)
{
    struct dyno_err err = DYNO_ERR_INIT;
    SQLRETURN worst = SQL_SUCCESS;
    if (dyno_hs2_settings_read(&settings->session, pairs, &err) != DYNO_OK)
        return dyno_odbc_diag_post_err(diag, &err, true);
    for (size_t i = 0; i < pairs->count; i++) {
        SQLRETURN rc = read_pair(settings, &pairs->items[i], diag);
        if (rc == SQL_ERROR)
            return rc;
        if (rc == SQL_SUCCESS_WITH_INFO)
            worst = rc;
    }
    return worst;
}
