#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec settings;
    struct dyno_vec proofs; /* of the last setting */
};

static void close_setting(struct reading *reading)
{
    if (reading->settings.len == 0)
        return;
    struct dyno_report_setting *setting =
        dyno_vec_at(&reading->settings, reading->settings.len - 1);
    setting->proofs = dyno_vec_take(&reading->proofs, &setting->proof_count);
}

static bool is_new_key(const struct reading *reading, const char *key)
{
    if (reading->settings.len == 0)
        return true;
    const struct dyno_report_setting *last =
        dyno_vec_at(&reading->settings, reading->settings.len - 1);
    return strcmp(last->key, key) != 0;
}

/* Rows come by key, so that a new key closes the one before. */
static void setting_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    size_t arm = dyno_report_arm_at(reading->model, sqlite3_column_int64(row, 3));
    if (arm >= reading->model->arm_count)
        return;
    char *key = dyno_report_column_text_or_empty(row, 0);
    if (is_new_key(reading, key)) {
        close_setting(reading);
        struct dyno_report_setting *setting = dyno_vec_push(&reading->settings, NULL);
        setting->key = key;
        setting->scope = dyno_report_column_text_or_empty(row, 1);
    } else {
        free(key);
    }
    struct dyno_report_proof *proof = dyno_vec_push(&reading->proofs, NULL);
    proof->arm = arm;
    proof->start = sqlite3_column_int64(row, 2);
    proof->asked = dyno_report_column_text_or_empty(row, 4);
    proof->applied = dyno_report_column_text(row, 5);
    proof->server_default = dyno_report_column_text(row, 6);
    proof->source = dyno_report_column_text_or_empty(row, 7);
    proof->is_applied = sqlite3_column_int(row, 8) != 0;
    proof->complaint = dyno_report_column_text_or_empty(row, 9);
}

/* An arm that does not ask for a setting has the server's default; where that is unknown, they differ. */
static bool is_different(const struct dyno_report_setting *setting)
{
    const char *base = setting->asked[0] != NULL ? setting->asked[0] : setting->server_default;
    const char *candidate = setting->asked[1] != NULL ? setting->asked[1] : setting->server_default;
    return base == NULL || candidate == NULL || strcmp(base, candidate) != 0;
}

/* What the proofs of all starts say together. */
static void sum_up(struct dyno_report_setting *setting, size_t arm_count)
{
    for (size_t i = 0; i < setting->proof_count; i++) {
        const struct dyno_report_proof *proof = &setting->proofs[i];
        setting->starts[proof->arm]++;
        setting->applied_starts[proof->arm] += proof->is_applied;
        setting->asked[proof->arm] = proof->asked;
        setting->applied[proof->arm] = proof->applied;
        if (proof->server_default != NULL)
            setting->server_default = proof->server_default;
    }
    if (arm_count == 2)
        setting->is_different = is_different(setting);
}

enum dyno_status dyno_report_load_settings(struct sqlite3 *db, struct dyno_report_model *model,
                                           struct dyno_err *err)
{
    static const char sql[] =
        "SELECT p.key, p.scope, s.ordinal, p.arm_id, p.asked, p.applied, p.server_default, p.source, "
        "p.is_applied, p.complaint FROM setting p JOIN start s ON s.id = p.start_id "
        "JOIN arm a ON a.id = p.arm_id WHERE s.experiment_id = ?1 "
        "ORDER BY p.key, s.ordinal, a.ordinal";
    struct reading reading = {.model = model,
                              .settings = DYNO_VEC_INIT(struct dyno_report_setting),
                              .proofs = DYNO_VEC_INIT(struct dyno_report_proof)};
    enum dyno_status status =
        dyno_report_rows(db, sql, &model->head.id, setting_row, &reading, err);
    close_setting(&reading);
    model->settings = dyno_vec_take(&reading.settings, &model->setting_count);
    for (size_t i = 0; i < model->setting_count; i++)
        sum_up(&model->settings[i], model->arm_count);
    dyno_vec_deinit(&reading.proofs);
    return status;
}
