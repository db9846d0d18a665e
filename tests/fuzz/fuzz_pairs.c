/*
 * The connection string: whatever comes, no access out of bounds; what was understood, written down
 * again, is understood as the same; no message and no completed string holds a secret.
 */
#include "fuzz/fuzz.h"
#include "hs2/pairs.h"
#include "odbc/diag.h"
#include "odbc/settings.h"

#include <string.h>

static void check_same(const struct dyno_hs2_pairs *a, const struct dyno_hs2_pairs *b)
{
    FUZZ_CHECK(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        FUZZ_CHECK(strcmp(a->items[i].key, b->items[i].key) == 0);
        if (!dyno_hs2_pairs_is_secret(a->items[i].key))
            FUZZ_CHECK(strcmp(a->items[i].value, b->items[i].value) == 0);
    }
}

static void check_completed(const struct dyno_hs2_pairs *pairs)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_pairs again;
    struct dyno_str completed;
    dyno_hs2_pairs_init(&again);
    dyno_str_init(&completed, (size_t)1 << 22);
    dyno_hs2_pairs_format(pairs, &completed);
    FUZZ_CHECK(!completed.failed);
    FUZZ_CHECK(dyno_hs2_pairs_parse(&again, dyno_str_text(&completed), &err) == DYNO_OK);
    check_same(pairs, &again);
    dyno_str_deinit(&completed);
    dyno_hs2_pairs_deinit(&again);
}

/* A secret long enough not to stand in a message by chance. */
static void check_messages(const struct dyno_hs2_pairs *pairs, const struct dyno_odbc_diag *diag)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct dyno_hs2_pair *pair = &pairs->items[i];
        if (!dyno_hs2_pairs_is_secret(pair->key) || strlen(pair->value) < 12)
            continue;
        bool is_elsewhere = false;
        for (size_t k = 0; k < pairs->count; k++)
            is_elsewhere = is_elsewhere || (k != i && (strstr(pairs->items[k].value, pair->value) ||
                                                       strstr(pairs->items[k].key, pair->value)));
        for (size_t k = 1; !is_elsewhere && k <= dyno_odbc_diag_count(diag); k++)
            FUZZ_CHECK(strstr(dyno_odbc_diag_get(diag, k)->message, pair->value) == NULL);
    }
}

static void check_settings(const struct dyno_hs2_pairs *pairs)
{
    struct dyno_odbc_settings settings;
    struct dyno_odbc_diag diag;
    dyno_odbc_settings_init(&settings);
    dyno_odbc_diag_init(&diag);
    SQLRETURN rc = dyno_odbc_settings_read(&settings, pairs, &diag);
    FUZZ_CHECK(rc == SQL_SUCCESS || dyno_odbc_diag_count(&diag) > 0);
    if (rc != SQL_ERROR) {
        struct dyno_hs2_options options = dyno_hs2_settings_options(&settings.session);
        FUZZ_CHECK(options.port != 0);
        FUZZ_CHECK(options.property_count <= pairs->count);
    }
    check_messages(pairs, &diag);
    dyno_odbc_diag_deinit(&diag);
    dyno_odbc_settings_deinit(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_pairs pairs;
    char *text = malloc(len + 1);
    FUZZ_CHECK(text != NULL);
    if (len > 0)
        memcpy(text, bytes, len);
    text[len] = '\0';
    dyno_hs2_pairs_init(&pairs);
    if (dyno_hs2_pairs_parse(&pairs, text, &err) == DYNO_OK) {
        check_completed(&pairs);
        check_settings(&pairs);
    }
    dyno_hs2_pairs_deinit(&pairs);
    free(text);
    return 0;
}
