#include "experiment/proof.h"

#include "base/alloc.h"
#include "base/str.h"
#include "experiment/child.h"

#include <stdlib.h>
#include <string.h>

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

/* Ask the server that runs about each of these settings. The caller frees the proofs. */
static enum dyno_status ask(struct dyno_bench *bench, const struct dyno_setting *settings,
                            size_t count, struct dyno_setting_proof **out, struct dyno_err *err)
{
    struct dyno_script_answer answer = {0};
    cJSON *environment = NULL;
    size_t sql_count = 0;
    char **sql = NULL;
    enum dyno_status status = dyno_settings_statements(settings, count, &sql, &sql_count, err);
    if (status == DYNO_OK)
        status = dyno_child_script(bench, sql, sql_count, false, &answer, err);
    if (status == DYNO_OK && bench->rest != NULL)
        status = dyno_rest_get(bench->rest, &environment, err,
                               "/api/v1/applications/%s/environment", bench->app_id);
    if (status == DYNO_OK)
        status = dyno_settings_judge(settings, count, answer.outcomes, environment, out, err);
    cJSON_Delete(environment);
    dyno_script_answer_deinit(&answer);
    free_statements(sql, sql_count);
    return status;
}

/** Settings of several arms with each key once, so that one session can prove them. */
struct round {
    struct dyno_setting *settings; /* texts are borrowed */
    size_t count;
    struct dyno_setting_proof *proofs;
};

/** Each pair of key and value that some arm has, in as few rounds as there are values of one key. */
struct rounds {
    struct round *items;
    size_t count, room; /* of each: no more settings than all arms have */
};

static const struct dyno_setting_proof *
find_proof(const struct rounds *rounds, const struct dyno_setting *setting, bool *is_asked)
{
    *is_asked = true;
    for (size_t r = 0; r < rounds->count; r++)
        for (size_t i = 0; i < rounds->items[r].count; i++) {
            const struct dyno_setting *asked = &rounds->items[r].settings[i];
            if (strcmp(asked->key, setting->key) == 0 && strcmp(asked->value, setting->value) == 0)
                return rounds->items[r].proofs == NULL ? NULL : &rounds->items[r].proofs[i];
        }
    *is_asked = false;
    return NULL;
}

static bool has_key(const struct round *round, const char *key)
{
    for (size_t i = 0; i < round->count; i++)
        if (strcmp(round->settings[i].key, key) == 0)
            return true;
    return false;
}

static void ask_once(struct rounds *rounds, const struct dyno_setting *setting)
{
    bool is_asked = false;
    (void)find_proof(rounds, setting, &is_asked);
    if (is_asked)
        return;
    size_t r = 0;
    while (r < rounds->count && has_key(&rounds->items[r], setting->key))
        r++;
    if (r == rounds->count) {
        rounds->items = dyno_xrealloc(rounds->items, (r + 1) * sizeof *rounds->items);
        rounds->items[r] = (struct round){
            .settings = dyno_xcalloc(rounds->room, sizeof *rounds->items[r].settings)};
        rounds->count++;
    }
    rounds->items[r].settings[rounds->items[r].count++] = *setting;
}

static void free_rounds(struct rounds *rounds)
{
    for (size_t r = 0; r < rounds->count; r++) {
        struct round *round = &rounds->items[r];
        dyno_setting_proofs_free(round->proofs, round->proofs == NULL ? 0 : round->count);
        free(round->settings);
    }
    free(rounds->items);
}

/* What was proved of an arm's settings, under its name. */
static enum dyno_status settle_arm(struct dyno_bench *bench, size_t arm,
                                   const struct rounds *rounds, struct dyno_err *err)
{
    const struct dyno_profile *profile = &bench->options->arms[arm];
    size_t count = profile->setting_count;
    struct dyno_setting_proof *proofs = dyno_xcalloc(count + 1, sizeof *proofs);
    enum dyno_status status = DYNO_OK;
    bool is_asked = false;
    for (size_t i = 0; i < count; i++) {
        const struct dyno_setting_proof *proof =
            find_proof(rounds, &profile->settings[i], &is_asked);
        if (proof != NULL)
            proofs[i] = *proof;
    }
    if (bench->store != NULL)
        status = dyno_store_settings_put(bench->store, bench->start_id, bench->arm_ids[arm], proofs,
                                         count, err);
    if (status == DYNO_OK)
        status = judge_proofs(profile, proofs, count, false, err);
    /* The texts belong to the rounds. */
    free(proofs);
    return status;
}

enum dyno_status dyno_proof_arms(struct dyno_bench *bench, const size_t *arms, size_t arm_count,
                                 struct dyno_err *err)
{
    struct rounds rounds = {.count = 0};
    enum dyno_status status = DYNO_OK;
    for (size_t a = 0; a < arm_count; a++)
        rounds.room += bench->options->arms[arms[a]].setting_count;
    if (rounds.room == 0)
        return DYNO_OK;
    for (size_t a = 0; a < arm_count; a++) {
        const struct dyno_profile *profile = &bench->options->arms[arms[a]];
        for (size_t i = 0; i < profile->setting_count; i++)
            ask_once(&rounds, &profile->settings[i]);
    }
    dyno_bench_progress(bench, "proving that the settings took effect", 0, 0);
    for (size_t r = 0; status == DYNO_OK && r < rounds.count; r++) {
        struct round *round = &rounds.items[r];
        status = ask(bench, round->settings, round->count, &round->proofs, err);
    }
    for (size_t a = 0; status == DYNO_OK && a < arm_count; a++)
        if (bench->options->arms[arms[a]].setting_count > 0)
            status = settle_arm(bench, arms[a], &rounds, err);
    free_rounds(&rounds);
    return status;
}

enum dyno_status dyno_proof_names(struct dyno_bench *bench, size_t arm, struct dyno_err *err)
{
    const struct dyno_profile *profile = &bench->options->arms[arm];
    struct dyno_setting_proof *proofs = NULL;
    size_t count = profile->setting_count;
    if (count == 0)
        return DYNO_OK;
    enum dyno_status status = ask(bench, profile->settings, count, &proofs, err);
    if (status == DYNO_OK)
        status = judge_proofs(profile, proofs, count, true, err);
    dyno_setting_proofs_free(proofs, proofs == NULL ? 0 : count);
    return status;
}
