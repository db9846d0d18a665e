#include "load/script.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "load/watch.h"
#include "target/config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SCRIPT_BYTES   ((size_t)64 * 1024 * 1024)
#define MAX_ANSWER_BYTES   ((size_t)1024 * 1024 * 1024)
#define CONNECT_TIMEOUT_NS (30 * DYNO_NS_PER_S)
#define TICK_NS            (20 * DYNO_NS_PER_MS)

enum dyno_status dyno_script_write(const struct dyno_script *script, const char *path,
                                   struct dyno_err *err)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "target", dyno_target_config_to_json(&script->target));
    dyno_json_add_f64(json, "timeout_s", (double)script->timeout_ns / DYNO_NS_PER_S);
    cJSON_AddBoolToObject(json, "keep_going", script->keep_going);
    cJSON_AddBoolToObject(json, "info", true);
    cJSON *statements = cJSON_AddArrayToObject(json, "statements");
    for (size_t i = 0; i < script->statement_count; i++)
        cJSON_AddItemToArray(statements, cJSON_CreateString(script->statements[i]));
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot print the script '%s'", path);
    enum dyno_status status = dyno_file_write_private(path, text, strlen(text), err);
    cJSON_free(text);
    return status;
}

static enum dyno_status read_statements(const cJSON *json, struct dyno_script *out,
                                        struct dyno_err *err)
{
    const cJSON *array = NULL;
    const cJSON *item = NULL;
    enum dyno_status status = dyno_json_array(json, "statements", &array, err);
    if (status != DYNO_OK)
        return status;
    out->statements = dyno_xcalloc((size_t)cJSON_GetArraySize(array), sizeof *out->statements);
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item))
            return dyno_err_set(err, DYNO_EINPUT, "'statements' is not a list of strings");
        out->statements[out->statement_count++] = dyno_xstrdup(item->valuestring);
    }
    return DYNO_OK;
}

static enum dyno_status parse_script(const cJSON *json, struct dyno_script *out,
                                     struct dyno_err *err)
{
    double timeout_s = 0;
    enum dyno_status status = dyno_json_f64(json, "timeout_s", &timeout_s, err);
    if (status == DYNO_OK && !(timeout_s > 0 && timeout_s < 1e9))
        status = dyno_err_set(err, DYNO_EINPUT, "'timeout_s' is out of range");
    if (status == DYNO_OK)
        status = dyno_json_bool(json, "keep_going", &out->keep_going, err);
    if (status == DYNO_OK)
        status = dyno_target_config_from_json(cJSON_GetObjectItemCaseSensitive(json, "target"),
                                              &out->target, err);
    if (status != DYNO_OK)
        return status;
    out->timeout_ns = (int64_t)(timeout_s * (double)DYNO_NS_PER_S);
    return read_statements(json, out, err);
}

enum dyno_status dyno_script_read(const char *path, struct dyno_script *out, struct dyno_err *err)
{
    cJSON *json = NULL;
    struct dyno_script script = {.statement_count = 0};
    enum dyno_status status = dyno_json_read(path, MAX_SCRIPT_BYTES, &json, err);
    if (status != DYNO_OK)
        return status;
    status = parse_script(json, &script, err);
    cJSON_Delete(json);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "%s", path);
        dyno_script_deinit(&script);
        return status;
    }
    *out = script;
    return DYNO_OK;
}

void dyno_script_deinit(struct dyno_script *script)
{
    for (size_t i = 0; i < script->statement_count; i++)
        free(script->statements[i]);
    free(script->statements);
    dyno_target_config_deinit(&script->target);
    *script = (struct dyno_script){.statement_count = 0};
}

/* One session that runs the statements, and a thread that cancels what takes too long: not every
 * driver keeps to a time limit by itself. */
struct player {
    const struct dyno_script *script;
    const struct dyno_target_ops *ops;
    struct dyno_conn *conn;
    struct dyno_watch watch;
    atomic_bool is_over;
};

static void *player_watch(void *arg)
{
    struct player *player = arg;
    while (!atomic_load(&player->is_over)) {
        dyno_watch_look(&player->watch, dyno_now_ns(), false);
        dyno_sleep_ns(TICK_NS);
    }
    return NULL;
}

static void play_statement(struct player *player, size_t i, struct dyno_script_answer *answer)
{
    struct dyno_statement_outcome *outcome = &answer->outcomes[i];
    int64_t begin_ns = dyno_now_ns();
    int64_t deadline_ns = begin_ns + player->script->timeout_ns;
    dyno_watch_begin(&player->watch, i, deadline_ns);
    outcome->status = player->ops->query(player->conn, player->script->statements[i], deadline_ns,
                                         &outcome->result, &outcome->err);
    enum dyno_cut cut = dyno_watch_end(&player->watch);
    if (outcome->status != DYNO_OK && cut == DYNO_CUT_DEADLINE)
        outcome->status = dyno_err_set_sql(&outcome->err, DYNO_ETIMEOUT, "HYT00", 0,
                                           "the statement has not finished in time");
    answer->durations_ns[i] = dyno_now_ns() - begin_ns;
}

static void play(struct player *player, struct dyno_script_answer *answer)
{
    const struct dyno_script *script = player->script;
    bool goes_on = true;
    for (size_t i = 0; i < script->statement_count; i++) {
        if (goes_on) {
            play_statement(player, i, answer);
        } else {
            answer->outcomes[i].status = dyno_err_set(&answer->outcomes[i].err, DYNO_ECANCELLED,
                                                      "skipped: a statement before it failed");
        }
        goes_on = goes_on && (answer->outcomes[i].status == DYNO_OK || script->keep_going);
    }
}

static void run_script(const struct dyno_script *script, struct dyno_script_answer *answer)
{
    pthread_t watcher;
    struct player player = {.script = script, .ops = dyno_target_ops(script->target.kind)};
    enum dyno_status status =
        player.ops->open(&script->target, CONNECT_TIMEOUT_NS, &player.conn, &answer->error);
    if (status == DYNO_OK)
        status = player.ops->info(player.conn, &answer->info, &answer->error);
    answer->error.status = status;
    if (status == DYNO_OK) {
        answer->outcome_count = script->statement_count;
        answer->outcomes = dyno_xcalloc(answer->outcome_count, sizeof *answer->outcomes);
        answer->durations_ns = dyno_xcalloc(answer->outcome_count, sizeof *answer->durations_ns);
        dyno_watch_init(&player.watch, player.ops, &player.conn);
        atomic_init(&player.is_over, false);
        bool is_watched = pthread_create(&watcher, NULL, player_watch, &player) == 0;
        play(&player, answer);
        atomic_store(&player.is_over, true);
        if (is_watched)
            pthread_join(watcher, NULL);
        while (!dyno_watch_is_quiet(&player.watch))
            dyno_sleep_ns(DYNO_NS_PER_MS);
        dyno_watch_deinit(&player.watch);
    }
    player.ops->close(player.conn);
}

static void add_error(cJSON *object, enum dyno_status status, const struct dyno_err *failure)
{
    bool has_failed = status != DYNO_OK;
    dyno_json_add_string(object, "status", dyno_status_name(status));
    dyno_json_add_string(object, "sqlstate", has_failed ? failure->sqlstate : "");
    dyno_json_add_i64(object, "native", has_failed ? failure->native : 0);
    dyno_json_add_string(object, "message", has_failed ? failure->message : "");
}

static cJSON *info_to_json(const struct dyno_target_info *info)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "driver", info->driver);
    dyno_json_add_string(json, "driver_manager", info->driver_manager);
    dyno_json_add_string(json, "server", info->server);
    dyno_json_add_string(json, "server_version", info->server_version);
    dyno_json_add_i64(json, "threading_level", info->threading_level);
    cJSON_AddBoolToObject(json, "is_pooled", info->is_pooled);
    cJSON_AddBoolToObject(json, "is_traced", info->is_traced);
    return json;
}

static cJSON *answer_to_json(const struct dyno_script_answer *answer)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *error = answer->error.status == DYNO_OK ? cJSON_CreateNull() : cJSON_CreateObject();
    if (answer->error.status != DYNO_OK)
        add_error(error, answer->error.status, &answer->error);
    cJSON_AddItemToObject(json, "error", error);
    cJSON_AddItemToObject(json, "info", info_to_json(&answer->info));
    cJSON *outcomes = cJSON_AddArrayToObject(json, "outcomes");
    for (size_t i = 0; i < answer->outcome_count; i++) {
        const struct dyno_statement_outcome *outcome = &answer->outcomes[i];
        cJSON *item = dyno_text_result_to_json(&outcome->result);
        add_error(item, outcome->status, &outcome->err);
        dyno_json_add_f64(item, "ms", (double)answer->durations_ns[i] / DYNO_NS_PER_MS);
        cJSON_AddItemToArray(outcomes, item);
    }
    return json;
}

enum dyno_status dyno_script_run(const struct dyno_script *script, const char *answer_path,
                                 struct dyno_err *err)
{
    struct dyno_script_answer answer = {.outcome_count = 0};
    run_script(script, &answer);
    cJSON *json = answer_to_json(&answer);
    enum dyno_status status = dyno_json_write(answer_path, json, err);
    cJSON_Delete(json);
    dyno_script_answer_deinit(&answer);
    return status;
}

static enum dyno_status read_error(const cJSON *json, struct dyno_err *out, struct dyno_err *err)
{
    const char *name = NULL;
    enum dyno_status status = dyno_json_string(json, "status", &name, err);
    if (status != DYNO_OK)
        return status;
    for (int i = DYNO_OK; i <= DYNO_EINTERNAL; i++) {
        if (strcmp(name, dyno_status_name((enum dyno_status)i)) != 0)
            continue;
        *out = (struct dyno_err)DYNO_ERR_INIT;
        if (i != DYNO_OK)
            (void)dyno_err_set_sql(out, (enum dyno_status)i,
                                   dyno_json_string_or(json, "sqlstate", ""),
                                   (int32_t)dyno_json_i64_or(json, "native", 0), "%s",
                                   dyno_json_string_or(json, "message", ""));
        return DYNO_OK;
    }
    return dyno_err_set(err, DYNO_EINPUT, "'status' is '%s', which is none", name);
}

static void copy_text(char *to, size_t room, const cJSON *json, const char *key)
{
    const char *text = dyno_json_string_or(json, key, "");
    size_t len = strnlen(text, room - 1);
    memcpy(to, text, len);
    to[len] = '\0';
}

static void read_info(const cJSON *json, struct dyno_target_info *out)
{
    copy_text(out->driver, sizeof out->driver, json, "driver");
    copy_text(out->driver_manager, sizeof out->driver_manager, json, "driver_manager");
    copy_text(out->server, sizeof out->server, json, "server");
    copy_text(out->server_version, sizeof out->server_version, json, "server_version");
    out->threading_level = (int32_t)dyno_json_i64_or(json, "threading_level", -1);
    out->is_pooled = dyno_json_bool_or(json, "is_pooled", false);
    out->is_traced = dyno_json_bool_or(json, "is_traced", false);
}

static enum dyno_status read_outcomes(const cJSON *json, struct dyno_script_answer *out,
                                      struct dyno_err *err)
{
    const cJSON *array = NULL;
    const cJSON *item = NULL;
    enum dyno_status status = dyno_json_array(json, "outcomes", &array, err);
    if (status != DYNO_OK)
        return status;
    size_t count = (size_t)cJSON_GetArraySize(array);
    out->outcomes = dyno_xcalloc(count, sizeof *out->outcomes);
    out->durations_ns = dyno_xcalloc(count, sizeof *out->durations_ns);
    cJSON_ArrayForEach(item, array)
    {
        struct dyno_statement_outcome *outcome = &out->outcomes[out->outcome_count];
        status = read_error(item, &outcome->err, err);
        if (status == DYNO_OK)
            status = dyno_text_result_from_json(item, &outcome->result, err);
        if (status != DYNO_OK) {
            (void)dyno_err_prepend(err, "outcomes[%zu]", out->outcome_count);
            return status;
        }
        outcome->status = outcome->err.status;
        out->durations_ns[out->outcome_count] =
            (int64_t)(dyno_json_f64_or(item, "ms", 0) * (double)DYNO_NS_PER_MS);
        out->outcome_count++;
    }
    return DYNO_OK;
}

static enum dyno_status parse_answer(const cJSON *json, struct dyno_script_answer *out,
                                     struct dyno_err *err)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");
    enum dyno_status status = DYNO_OK;
    if (cJSON_IsObject(error))
        status = read_error(error, &out->error, err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "'error'");
        return status;
    }
    read_info(cJSON_GetObjectItemCaseSensitive(json, "info"), &out->info);
    return read_outcomes(json, out, err);
}

enum dyno_status dyno_script_answer_read(const char *path, struct dyno_script_answer *out,
                                         struct dyno_err *err)
{
    cJSON *json = NULL;
    struct dyno_script_answer answer = {.outcome_count = 0};
    enum dyno_status status = dyno_json_read(path, MAX_ANSWER_BYTES, &json, err);
    if (status != DYNO_OK)
        return status;
    status = parse_answer(json, &answer, err);
    cJSON_Delete(json);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "%s", path);
        dyno_script_answer_deinit(&answer);
        return status;
    }
    *out = answer;
    return DYNO_OK;
}

void dyno_script_answer_deinit(struct dyno_script_answer *answer)
{
    for (size_t i = 0; i < answer->outcome_count; i++)
        dyno_text_result_deinit(&answer->outcomes[i].result);
    free(answer->outcomes);
    free(answer->durations_ns);
    *answer = (struct dyno_script_answer){.outcome_count = 0};
}
