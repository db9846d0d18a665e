#include "base/alloc.h"
#include "base/secret.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "spark/setting.h"
#include "spark/setting_names.h"

#include <stdlib.h>
#include <string.h>

/* Statements for each setting, in the order of dyno_settings_statements. */
enum {
    BEFORE,
    PUT,
    AFTER,
    STEPS
};

#define UNDEFINED "<undefined>"

/* What all settings are judged by. */
struct evidence {
    const struct dyno_text_result *list; /* of SET -v: key, value, meaning, version */
    const cJSON *environment;            /* NULL: no REST */
    struct dyno_setting_core_keys core;
};

static const char *listed_value(const struct evidence *evidence, const char *key, bool *is_listed)
{
    for (size_t row = 0; row < evidence->list->row_count; row++) {
        const char *name = dyno_text_result_cell(evidence->list, row, 0);
        if (name != NULL && strcmp(name, key) == 0) {
            *is_listed = true;
            return dyno_text_result_cell(evidence->list, row, 1);
        }
    }
    *is_listed = false;
    return NULL;
}

/* The value that a `SET k` showed; NULL if it failed or there is none. */
static const char *shown_value(const struct dyno_statement_outcome *outcome)
{
    if (outcome->status != DYNO_OK)
        return NULL;
    const char *value = dyno_text_result_cell(&outcome->result, 0, 1);
    return value == NULL || strcmp(value, UNDEFINED) == 0 ? NULL : value;
}

static const char *environment_value(const cJSON *environment, const char *key)
{
    const cJSON *pair = NULL;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(environment, "sparkProperties");
    cJSON_ArrayForEach(pair, properties)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        if (name != NULL && strcmp(name, key) == 0)
            return cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
    }
    return NULL;
}

/* "cannot modify" is how a server says that it knows a name that no session may change. */
static bool is_refused_as_static(const struct dyno_statement_outcome *outcome)
{
    return outcome->status != DYNO_OK &&
           (strcmp(outcome->err.sqlstate, "46110") == 0 ||
            strstr(outcome->err.message, "CANNOT_MODIFY") != NULL ||
            strstr(outcome->err.message, "Cannot modify the value") != NULL);
}

/* Spark's own sentence: the first line without the Java classes in front. The caller frees. */
static char *refusal(const struct dyno_err *err)
{
    static const char sign[] = "Exception: ";
    char *text = dyno_xstrndup(err->message, strcspn(err->message, "\n"));
    char *sentence = text;
    for (char *at = strstr(text, sign); at != NULL; at = strstr(sentence, sign))
        sentence = at + sizeof sign - 1;
    /* A class name at the end of a line has its sentence on the next. */
    char *copy = dyno_xstrdup(sentence[0] == '\0' ? err->message : sentence);
    free(text);
    return copy;
}

static char *suggestion(const struct evidence *evidence, const char *key)
{
    struct dyno_vec words = DYNO_VEC_INIT(const char *);
    for (size_t row = 0; row < evidence->list->row_count; row++) {
        const char *name = dyno_text_result_cell(evidence->list, row, 0);
        if (name != NULL)
            dyno_vec_push(&words, &name);
    }
    for (size_t i = 0; i < evidence->core.count; i++)
        dyno_vec_push(&words, &evidence->core.keys[i]);
    const char *nearest = dyno_suggest(key, words.items, words.len);
    char *copy = dyno_xstrdup(nearest);
    dyno_vec_deinit(&words);
    return copy;
}

static char *complain_unknown(const struct evidence *evidence, const char *key)
{
    const char *new_name = dyno_setting_new_name(key);
    if (new_name != NULL)
        return dyno_xasprintf(
            "'%s' is now called '%s': this Spark takes the old name and ignores it", key, new_name);
    char *nearest = suggestion(evidence, key);
    char *text = nearest != NULL
                     ? dyno_xasprintf(
                           "this Spark does not know '%s' and would ignore it: did you mean '%s'?",
                           key, nearest)
                     : dyno_xasprintf("this Spark does not know '%s' and would ignore it", key);
    free(nearest);
    return text;
}

static bool is_redacted(const char *value)
{
    return value != NULL && strstr(value, "(redacted)") != NULL;
}

/* Spark puts module options of its own in front of the options of its JVMs. */
static bool is_shown_as_asked(const char *key, const char *asked, const char *shown)
{
    static const char suffix[] = ".extraJavaOptions";
    size_t key_len = strlen(key);
    size_t shown_len = strlen(shown);
    size_t asked_len = strlen(asked);
    if (dyno_setting_value_equal(asked, shown) || is_redacted(shown))
        return true;
    return key_len >= sizeof suffix && strcmp(key + key_len - (sizeof suffix - 1), suffix) == 0 &&
           shown_len > asked_len && shown[shown_len - asked_len - 1] == ' ' &&
           strcmp(shown + shown_len - asked_len, asked) == 0;
}

static void keep_applied(struct dyno_setting_proof *proof, const char *shown)
{
    proof->applied = dyno_xstrdup(shown);
    proof->is_applied =
        proof->is_known && shown != NULL && is_shown_as_asked(proof->key, proof->asked, shown);
    if (is_redacted(shown)) {
        free(proof->asked);
        proof->asked = dyno_xstrdup(shown);
    }
}

static void judge_session(struct dyno_setting_proof *proof,
                          const struct dyno_statement_outcome *steps,
                          const struct evidence *evidence)
{
    bool is_listed = false;
    const char *listed = listed_value(evidence, proof->key, &is_listed);
    const char *before = shown_value(&steps[BEFORE]);
    const char *fallback = before != NULL ? before : listed;
    bool is_static = is_refused_as_static(&steps[PUT]);
    proof->source = "SET";
    proof->server_default = dyno_xstrdup(fallback);
    proof->is_known =
        is_listed || before != NULL || is_static || dyno_setting_is_open_family(proof->key);
    if (steps[PUT].status == DYNO_OK)
        keep_applied(proof, shown_value(&steps[AFTER]));
    if (!proof->is_known)
        proof->complaint = complain_unknown(evidence, proof->key);
    else if (is_static)
        proof->complaint =
            dyno_xasprintf("'%s' cannot be changed in a session of this Spark, only when "
                           "the server starts",
                           proof->key);
    else if (steps[PUT].status != DYNO_OK) {
        char *why = refusal(&steps[PUT].err);
        proof->complaint =
            dyno_xasprintf("Spark refuses '%s' for '%s': %s", proof->asked, proof->key, why);
        free(why);
    } else if (!proof->is_applied)
        proof->complaint =
            dyno_xasprintf("'%s' was set to '%s', but Spark shows '%s'", proof->key, proof->asked,
                           proof->applied == NULL ? "" : proof->applied);
}

static void judge_static(struct dyno_setting_proof *proof,
                         const struct dyno_statement_outcome *steps,
                         const struct evidence *evidence)
{
    proof->source = "/environment";
    proof->is_known = is_refused_as_static(&steps[PUT]) || dyno_setting_is_unlisted(proof->key);
    keep_applied(proof, environment_value(evidence->environment, proof->key));
    if (steps[PUT].status != DYNO_OK && !proof->is_known) {
        char *why = refusal(&steps[PUT].err);
        proof->complaint = dyno_xasprintf("'%s' could not be checked: %s", proof->key, why);
        free(why);
    } else if (!proof->is_known)
        proof->complaint = complain_unknown(evidence, proof->key);
    else if (evidence->environment == NULL)
        proof->complaint =
            dyno_xasprintf("'%s' could not be verified without the server's REST address: name it, "
                           "or leave the setting out",
                           proof->key);
    else if (proof->applied == NULL)
        proof->complaint = dyno_xasprintf(
            "'%s' should be '%s', but the server was started without it", proof->key, proof->asked);
    else if (!proof->is_applied)
        proof->complaint =
            dyno_xasprintf("'%s' should be '%s', but the server was started with '%s'", proof->key,
                           proof->asked, proof->applied);
}

static void cover(char **value)
{
    char *covered = *value == NULL ? NULL : dyno_xstrdup(DYNO_SECRET_COVER);
    free(*value);
    *value = covered;
}

/* Proofs are stored and shown: what is secret stays with the server. */
static void cover_secret(struct dyno_setting_proof *proof)
{
    if (!dyno_secret_is_key(proof->key, strlen(proof->key)))
        return;
    cover(&proof->asked);
    cover(&proof->applied);
    cover(&proof->server_default);
    if (proof->complaint == NULL || !proof->is_known)
        return;
    free(proof->complaint);
    proof->complaint = dyno_xasprintf(
        "'%s' did not take effect as asked (its value is not shown: the name is a secret's)",
        proof->key);
}

enum dyno_status dyno_settings_judge(const struct dyno_setting *settings, size_t count,
                                     const struct dyno_statement_outcome *outcomes,
                                     const cJSON *environment,
                                     struct dyno_setting_proof **proofs_out, struct dyno_err *err)
{
    if (outcomes[0].status != DYNO_OK) {
        if (err != NULL)
            *err = outcomes[0].err;
        (void)dyno_err_prepend(err, "cannot list the settings that the server knows");
        return outcomes[0].status;
    }
    struct evidence evidence = {.list = &outcomes[0].result, .environment = environment};
    struct dyno_setting_proof *proofs = dyno_xcalloc(count == 0 ? 1 : count, sizeof *proofs);
    dyno_setting_core_keys_load(&evidence.core);
    for (size_t i = 0; i < count; i++) {
        proofs[i].key = dyno_xstrdup(settings[i].key);
        proofs[i].asked = dyno_xstrdup(settings[i].value);
        proofs[i].scope = dyno_setting_scope(settings[i].key);
        if (proofs[i].scope == DYNO_SETTING_SESSION)
            judge_session(&proofs[i], &outcomes[1 + DYNO_SETTING_STEPS * i], &evidence);
        else
            judge_static(&proofs[i], &outcomes[1 + DYNO_SETTING_STEPS * i], &evidence);
        cover_secret(&proofs[i]);
    }
    dyno_setting_core_keys_free(&evidence.core);
    *proofs_out = proofs;
    return DYNO_OK;
}
