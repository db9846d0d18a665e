#include "base/alloc.h"
#include "base/clock.h"
#include "load/script.h"
#include "load/script_answer.h"
#include "load/watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_NS (30 * DYNO_NS_PER_S)
#define TICK_NS            (20 * DYNO_NS_PER_MS)

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

/* Play it under watch. */
static void perform(struct player *player, struct dyno_script_answer *answer)
{
    pthread_t watcher;
    answer->outcome_count = player->script->statement_count;
    answer->outcomes = dyno_xcalloc(answer->outcome_count, sizeof *answer->outcomes);
    answer->durations_ns = dyno_xcalloc(answer->outcome_count, sizeof *answer->durations_ns);
    dyno_watch_init(&player->watch, player->ops, &player->conn, NULL);
    atomic_init(&player->is_over, false);
    bool is_watched = pthread_create(&watcher, NULL, player_watch, player) == 0;
    play(player, answer);
    atomic_store(&player->is_over, true);
    if (is_watched)
        pthread_join(watcher, NULL);
    while (!dyno_watch_is_quiet(&player->watch))
        dyno_sleep_ns(DYNO_NS_PER_MS);
    dyno_watch_deinit(&player->watch);
}

static void run_script(const struct dyno_script *script, struct dyno_script_answer *answer)
{
    struct player player = {.script = script, .ops = dyno_target_ops(script->target.kind)};
    enum dyno_status status =
        player.ops->open(&script->target, CONNECT_TIMEOUT_NS, &player.conn, &answer->error);
    if (status == DYNO_OK)
        status = player.ops->info(player.conn, &answer->info, &answer->error);
    answer->error.status = status;
    if (status == DYNO_OK)
        perform(&player, answer);
    player.ops->close(player.conn);
}

enum dyno_status dyno_script_run(const struct dyno_script *script, const char *answer_path,
                                 struct dyno_err *err)
{
    struct dyno_script_answer answer = {.outcome_count = 0};
    run_script(script, &answer);
    enum dyno_status status = dyno_script_answer_write(&answer, answer_path, err);
    dyno_script_answer_deinit(&answer);
    return status;
}
