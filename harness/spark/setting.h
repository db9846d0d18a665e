/**
 * Spark settings: what kind a key is, and the proof that a setting took effect.
 *
 * Spark accepts any key in SET and echoes back whatever was put there, so a setting counts as applied
 * only if the server *knows* the name and reads the asked value back:
 *  - session settings: the name stands in `SET -v` or `SET k` shows a default before anything was put
 *    (internal ones do not stand in the list), and `SET k` reads back what was put;
 *  - static settings: `SET k=v` is refused as "cannot modify" (that is how a server says that it knows
 *    the name; a few that no list of Spark's holds are known here), and /environment shows the asked
 *    value.
 * Values are compared as Spark means them: letter case of booleans, "1g" = "1024m", spaces trimmed.
 */
#ifndef DYNO_SPARK_SETTING_H
#define DYNO_SPARK_SETTING_H

#include "base/json.h"
#include "base/status.h"
#include "target/text_result.h"

#include <stdbool.h>
#include <stddef.h>

struct dyno_setting {
    char *key;
    char *value;
};

enum dyno_setting_scope {
    DYNO_SETTING_SESSION, /**< SET in each session */
    DYNO_SETTING_STATIC   /**< needs a server start */
};

/** By name alone, before any server runs: spark.sql.* that is not static SQL is a session setting,
 *  everything else static. */
enum dyno_setting_scope dyno_setting_scope(const char *key);

/** What became of one setting. Strings owned; free with dyno_setting_proofs_free. */
struct dyno_setting_proof {
    char *key;
    enum dyno_setting_scope scope;
    char *asked;
    char *applied;        /**< as read back; NULL if the server shows none */
    char *server_default; /**< from SET -v for session settings; NULL if not known */
    const char *source;   /**< "SET", "/environment" */
    bool is_known;
    bool is_applied;
    char *complaint; /**< NULL if all is well; else a sentence with a suggestion */
};

/** Statements for each setting, after the one for all. */
#define DYNO_SETTING_STEPS 3

/**
 * The statements, run one after another in one fresh session, whose results dyno_settings_judge
 * needs. The caller frees each and the array. Order: "SET -v", then DYNO_SETTING_STEPS for each
 * setting: "SET k" (what the server shows by itself), "SET k=v", "SET k". Keys are checked against
 * [A-Za-z0-9._-] and must not come twice; values must have no newline, no "${" (Spark would replace
 * it) and no ';' outside quotes: DYNO_EINPUT.
 */
enum dyno_status dyno_settings_statements(const struct dyno_setting *settings, size_t count,
                                          char ***sql_out, size_t *sql_count_out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

/** What one of those statements gave. */
struct dyno_statement_outcome {
    enum dyno_status status;
    struct dyno_err err;
    struct dyno_text_result result;
};

/**
 * Judge every setting from the outcomes of all these statements, in their order, and the parsed reply of
 * /environment (NULL if there is no REST: static settings are then reported as not verified).
 * `*proofs_out` has `count` entries in the order of `settings`. DYNO_OK even if some did not take
 * effect, see the proofs; an error only if "SET -v" failed.
 */
enum dyno_status dyno_settings_judge(const struct dyno_setting *settings, size_t count,
                                     const struct dyno_statement_outcome *outcomes,
                                     const cJSON *environment,
                                     struct dyno_setting_proof **proofs_out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

void dyno_setting_proofs_free(struct dyno_setting_proof *proofs, size_t count);

/** Do the two texts mean the same value to Spark? */
bool dyno_setting_value_equal(const char *a, const char *b);

#endif
