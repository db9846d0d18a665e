#include "base/clock.h"
#include "base/file.h"
#include "load/script.h"
#include "support/fake_hs2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MS DYNO_NS_PER_MS

struct stage {
    struct dyno_fake_hs2 *server;
    struct dyno_script script;
    char *statements[8];
    char host[16];
    char path[40];
    char answer_path[48];
    struct dyno_script_answer answer;
};

static void set_up(struct stage *stage)
{
    memset(stage, 0, sizeof *stage);
    assert_int_equal(
        dyno_fake_hs2_start(&(struct dyno_fake_hs2_options){.port = 0}, &stage->server, NULL),
        DYNO_OK);
    (void)snprintf(stage->host, sizeof stage->host, "127.0.0.1");
    (void)snprintf(stage->path, sizeof stage->path, "/tmp/dyno_script_XXXXXX");
    int fd = mkstemp(stage->path);
    assert_true(fd >= 0);
    close(fd);
    (void)snprintf(stage->answer_path, sizeof stage->answer_path, "%s.out", stage->path);
    stage->script = (struct dyno_script){.target = {.kind = DYNO_TARGET_HS2,
                                                    .host = stage->host,
                                                    .port = dyno_fake_hs2_port(stage->server),
                                                    .fetch_rows = 1000},
                                         .timeout_ns = 5 * DYNO_NS_PER_S,
                                         .statements = stage->statements};
}

static void tear_down(struct stage *stage)
{
    dyno_script_answer_deinit(&stage->answer);
    dyno_fake_hs2_stop(stage->server);
    unlink(stage->path);
    unlink(stage->answer_path);
}

static void add(struct stage *stage, char *sql)
{
    stage->statements[stage->script.statement_count++] = sql;
}

/* Out to a file and back, run, answer out to a file and back: the way it goes between processes. */
static void play(struct stage *stage)
{
    struct dyno_script script;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_script_write(&stage->script, stage->path, &err), DYNO_OK);
    assert_int_equal(dyno_script_read(stage->path, &script, &err), DYNO_OK);
    assert_int_equal(dyno_script_run(&script, stage->answer_path, &err), DYNO_OK);
    dyno_script_deinit(&script);
    assert_int_equal(dyno_script_answer_read(stage->answer_path, &stage->answer, &err), DYNO_OK);
}

static char one[] = "SELECT 1";
static char rows[] = "ROWS 8";
static char fail[] = "SELECT FAIL 'x'";
static char slow[] = "SLEEP 60000";
static char set[] = "SET spark.sql.ansi.enabled=true";
static char get[] = "SET spark.sql.ansi.enabled";

static void test_script_answers_every_statement(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage);
    add(&stage, set);
    add(&stage, get);
    add(&stage, rows);
    play(&stage);
    assert_int_equal(stage.answer.error.status, DYNO_OK);
    assert_int_equal(stage.answer.outcome_count, 3);
    assert_string_equal(stage.answer.info.server, "Spark SQL");
    assert_int_equal(stage.answer.outcomes[1].status, DYNO_OK);
    assert_string_equal(dyno_text_result_cell(&stage.answer.outcomes[1].result, 0, 1), "true");
    assert_int_equal(stage.answer.outcomes[2].result.row_count, 8);
    assert_null(dyno_text_result_cell(&stage.answer.outcomes[2].result, 7, 3));
    assert_true(stage.answer.durations_ns[2] > 0);
    tear_down(&stage);
}

static void test_script_stops_at_a_failure(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage);
    add(&stage, one);
    add(&stage, fail);
    add(&stage, one);
    play(&stage);
    assert_int_equal(stage.answer.outcome_count, 3);
    assert_int_equal(stage.answer.outcomes[0].status, DYNO_OK);
    assert_int_equal(stage.answer.outcomes[1].status, DYNO_ESERVER);
    assert_string_equal(stage.answer.outcomes[1].err.sqlstate, "42P01");
    assert_true(strlen(stage.answer.outcomes[1].err.message) > 5);
    assert_int_equal(stage.answer.outcomes[2].status, DYNO_ECANCELLED);
    assert_int_equal(dyno_fake_hs2_calls(stage.server, DYNO_HS2_EXECUTE_STATEMENT), 2);
    tear_down(&stage);
}

static void test_script_may_keep_going(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage);
    stage.script.keep_going = true;
    add(&stage, fail);
    add(&stage, one);
    play(&stage);
    assert_int_equal(stage.answer.outcomes[0].status, DYNO_ESERVER);
    assert_int_equal(stage.answer.outcomes[1].status, DYNO_OK);
    tear_down(&stage);
}

static void test_script_statement_times_out(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage);
    stage.script.keep_going = true;
    stage.script.timeout_ns = 300 * MS;
    add(&stage, slow);
    add(&stage, one);
    int64_t begin_ns = dyno_now_ns();
    play(&stage);
    assert_true(dyno_now_ns() - begin_ns < 3 * DYNO_NS_PER_S);
    assert_int_equal(stage.answer.outcomes[0].status, DYNO_ETIMEOUT);
    assert_int_equal(stage.answer.outcomes[1].status, DYNO_OK);
    tear_down(&stage);
}

static void test_script_without_a_server_says_so_in_the_answer(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage);
    add(&stage, one);
    dyno_fake_hs2_stop(stage.server);
    stage.server = NULL;
    play(&stage);
    assert_int_equal(stage.answer.error.status, DYNO_ECONN);
    assert_string_equal(stage.answer.error.sqlstate, "08001");
    assert_int_equal(stage.answer.outcome_count, 0);
    tear_down(&stage);
}

static void test_script_file_is_private(void **state)
{
    struct stage stage;
    struct stat info;
    (void)state;
    set_up(&stage);
    assert_int_equal(dyno_script_write(&stage.script, stage.path, NULL), DYNO_OK);
    assert_int_equal(stat(stage.path, &info), 0);
    assert_int_equal(info.st_mode & 077, 0);
    tear_down(&stage);
}

static void test_script_read_refuses_what_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{\"timeout_s\": 1, \"keep_going\": true, \"statements\": []}",
        "{\"timeout_s\": 0, \"keep_going\": true, \"statements\": [], \"target\": {}}",
        "{\"timeout_s\": 1, \"keep_going\": true, \"statements\": [1], \"target\": "
        "{\"kind\": \"null\", \"port\": 0, \"fetch_rows\": 1, \"null_service_ns\": 0}}",
    };
    struct stage stage;
    (void)state;
    set_up(&stage);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_script script;
        struct dyno_script_answer answer;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_file_write(stage.path, texts[i], strlen(texts[i]), NULL), DYNO_OK);
        assert_int_equal(dyno_script_read(stage.path, &script, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, stage.path));
        assert_int_equal(dyno_script_answer_read(stage.path, &answer, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, stage.path));
    }
    tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_answers_every_statement),
        cmocka_unit_test(test_script_stops_at_a_failure),
        cmocka_unit_test(test_script_may_keep_going),
        cmocka_unit_test(test_script_statement_times_out),
        cmocka_unit_test(test_script_without_a_server_says_so_in_the_answer),
        cmocka_unit_test(test_script_file_is_private),
        cmocka_unit_test(test_script_read_refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
