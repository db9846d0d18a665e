#include "experiment/proof.h"

#include "base/str.h"
#include "experiment/child.h"

#include <stdlib.h>

static void free_statements(char **sql, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(sql[i]);
    free(sql);
}

/* All complaints in one text, so that a profile is mended in one go; or those about unknown names only. */
static enum dyno_status judge_proofs(const struct dyno_profile *profile,
                                     const struct dyno_setting_proof *proofs, size_t count,
                                     bool is_of_names, struct dyno_err *err)
{
    struct dyno_str text;
    dyno_str_init(&text, 4096);
    for (size_t i = 0; i < count; i++)
        if (proofs[i].complaint != NULL && !(is_of_names && proofs[i].is_known))
            dyno_str_appendf(&text, "%s%s", text.len > 0 ? "; " : "", proofs[i].complaint);
    enum dyno_status status = DYNO_OK;
    if (text.len > 0)
        status =
            dyno_err_set(err, DYNO_EINPUT, "profile '%s': %s", profile->name, dyno_str_text(&text));
    dyno_str_deinit(&text);
    return status;
}

/* Ask the server that runs about each setting of an arm. The caller frees the proofs. */
static enum dyno_status ask(struct dyno_bench *bench, const struct dyno_profile *profile,
                            struct dyno_setting_proof **out, struct dyno_err *err)
{
    struct dyno_script_answer answer = {0};
    cJSON *environment = NULL;
    size_t sql_count = 0;
    char **sql = NULL;
    enum dyno_status status =
        dyno_settings_statements(profile->settings, profile->setting_count, &sql, &sql_count, err);
    if (status == DYNO_OK)
        status = dyno_child_script(bench, sql, sql_count, false, &answer, err);
    if (status == DYNO_OK && bench->rest != NULL)
        status = dyno_rest_get(bench->rest, &environment, err,
                               "/api/v1/applications/%s/environment", bench->app_id);
    if (status == DYNO_OK)
        status = dyno_settings_judge(profile->settings, profile->setting_count, answer.outcomes,
                                     environment, out, err);
    cJSON_Delete(environment);
    dyno_script_answer_deinit(&answer);
    free_statements(sql, sql_count);
    return status;
}

enum dyno_status dyno_proof_arm(struct dyno_bench *bench, size_t arm, struct dyno_err *err)
{
    const struct dyno_profile *profile = &bench->options->arms[arm];
    struct dyno_setting_proof *proofs = NULL;
    size_t count = profile->setting_count;
    if (count == 0)
        return DYNO_OK;
    dyno_bench_progress(bench, "proving that the settings took effect", 0, 0);
    enum dyno_status status = ask(bench, profile, &proofs, err);
    if (status == DYNO_OK && bench->store != NULL)
        status = dyno_store_settings_put(bench->store, bench->start_id, bench->arm_ids[arm], proofs,
                                         count, err);
    if (status == DYNO_OK)
        status = judge_proofs(profile, proofs, count, false, err);
    dyno_setting_proofs_free(proofs, proofs == NULL ? 0 : count);
    return status;
}

enum dyno_status dyno_proof_names(struct dyno_bench *bench, size_t arm, struct dyno_err *err)
{
    const struct dyno_profile *profile = &bench->options->arms[arm];
    struct dyno_setting_proof *proofs = NULL;
    size_t count = profile->setting_count;
    if (count == 0)
        return DYNO_OK;
    enum dyno_status status = ask(bench, profile, &proofs, err);
    if (status == DYNO_OK)
        status = judge_proofs(profile, proofs, count, true, err);
    dyno_setting_proofs_free(proofs, proofs == NULL ? 0 : count);
    return status;
}
