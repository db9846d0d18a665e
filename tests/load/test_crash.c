/* What a crash leaves behind, and how it is settled and told. The crashes themselves: tests/cli/test_crashes.py. */
#include "load/crash.h"
#include "load/merge.h"
#include "load/trial_kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS    DYNO_NS_PER_MS
#define SLOTS 6
#define EPOCH (1000 * MS)

/* Entries at 0, 10, .. ms; of three sessions the first is done with one, the second is inside one, the third
 * waits for the time of one. */
static struct dyno_trial_file *make_file(struct kit *kit)
{
    struct dyno_trial_file *file = NULL;
    kit_init(kit);
    assert_int_equal(dyno_trial_file_create_marked(kit->path, SLOTS, 3, &file, NULL), DYNO_OK);
    struct dyno_trial_header *header = dyno_trial_file_header(file);
    header->scheduled = SLOTS;
    header->epoch_monotonic_ns = EPOCH;
    header->measure_end_ns = 60 * MS;
    atomic_store(&header->claimed, 3);
    for (uint64_t i = 0; i < SLOTS; i++)
        *dyno_trial_file_record(file, i) = (struct dyno_record){.seq = i,
                                                                .intended_ns = (int64_t)i * 10 * MS,
                                                                .claim_ns = i < 3 ? 0 : -1,
                                                                .send_ns = -1,
                                                                .exec_ns = -1,
                                                                .first_ns = -1,
                                                                .done_ns = -1,
                                                                .query = (uint16_t)(i % 2),
                                                                .phase = DYNO_PHASE_MEASURE};
    struct dyno_record *done = dyno_trial_file_record(file, 0);
    done->send_ns = 0;
    done->exec_ns = done->done_ns = MS;
    done->outcome = DYNO_OUTCOME_OK;
    struct dyno_record *under_way = dyno_trial_file_record(file, 1);
    under_way->send_ns = 10 * MS;
    under_way->outcome = DYNO_OUTCOME_RUNNING;
    dyno_mark_set(dyno_trial_file_mark(file, 1), DYNO_CALL_FETCH, 1, 1);
    return file;
}

static void test_crash_settles_what_was_under_way(void **state)
{
    struct kit kit;
    struct dyno_counters counters;
    (void)state;
    struct dyno_trial_file *file = make_file(&kit);
    const struct dyno_trial_header *header = dyno_trial_file_header(file);
    assert_int_equal(dyno_trial_file_calls(file, NULL), 1);
    dyno_trial_file_settle(file, EPOCH + 15 * MS, "it fell over");
    const struct dyno_record *lost = dyno_trial_file_record(file, 1);
    assert_int_equal(lost->outcome, DYNO_OUTCOME_DRIVER_CRASH);
    assert_int_equal(lost->done_ns, 15 * MS);
    assert_int_equal(dyno_trial_file_check(file, NULL), DYNO_OK);
    dyno_trial_file_count_outcomes(file, &counters);
    assert_int_equal(counters.offered, 6);
    assert_int_equal(counters.started, 2);
    assert_int_equal(counters.completed, 1);
    assert_int_equal(counters.failed, 1);
    assert_int_equal(counters.censored, 4);
    /* The one that was waited for can be claimed again. */
    assert_int_equal(atomic_load(&header->claimed), 2);
    assert_int_equal(dyno_trial_file_record(file, 2)->claim_ns, -1);
    assert_int_equal(header->crashes, 1);
    assert_int_equal(header->error_sample_count, 1);
    assert_string_equal(header->error_samples[0].text, "it fell over");
    assert_int_equal(dyno_trial_file_calls(file, NULL), 0);
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void test_crash_ends_no_sooner_than_it_began(void **state)
{
    struct kit kit;
    (void)state;
    struct dyno_trial_file *file = make_file(&kit);
    dyno_trial_file_settle(file, EPOCH + 5 * MS, "");
    assert_int_equal(dyno_trial_file_record(file, 1)->done_ns, 10 * MS);
    assert_int_equal(dyno_trial_file_check(file, NULL), DYNO_OK);
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void test_crash_is_told_by_the_marks(void **state)
{
    struct kit kit;
    char text[300];
    (void)state;
    struct dyno_trial_file *file = make_file(&kit);
    dyno_mark_set(dyno_trial_file_mark(file, 0), DYNO_CALL_FETCH, 0, 4);
    dyno_mark_set(dyno_trial_file_mark(file, 2), DYNO_CALL_CONNECT, 0, 0);
    assert_string_equal(dyno_crash_tell(file, &kit.plan, SIGKILL, -1, text, sizeof text),
                        "the generator crashed (signal 9, Killed); sessions inside calls: 1 in "
                        "connect 2 in fetch");
    for (uint32_t i = 0; i < 3; i++)
        dyno_mark_call(dyno_trial_file_mark(file, i), DYNO_CALL_NONE);
    assert_string_equal(
        dyno_crash_tell(file, &kit.plan, 0, 7, text, sizeof text),
        "the generator was ended by exit(7) from within; no session was inside a call");
    assert_non_null(strstr(dyno_crash_tell(NULL, &kit.plan, SIGKILL, -1, text, sizeof text), "9"));
    dyno_crash_tell(file, &kit.plan, SIGKILL, -1, text, 20);
    assert_int_equal(strlen(text), 19);
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void test_crash_leaves_a_note_of_an_exit(void **state)
{
    struct kit kit;
    char text[300];
    int result = 0;
    (void)state;
    struct dyno_trial_file *file = make_file(&kit);
    pid_t pid = fork();
    if (pid == 0) {
        char stack[DYNO_CRASH_STACK_BYTES];
        stack_t before;
        const struct dyno_crash_seat seat = {.header = dyno_trial_file_header(file),
                                             .mark = dyno_trial_file_mark(file, 1),
                                             .session = 41};
        bool has_left_none = !dyno_crash_note_exit();
        dyno_crash_enter(&seat, DYNO_CALL_NONE, stack, &before);
        _exit(dyno_crash_note_exit() && has_left_none ? 3 : 4);
    }
    assert_int_equal(waitpid(pid, &result, 0), pid);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 3);
    kit.queries[1].name = kit.queries[0].name;
    kit.plan.query_count = 2;
    (void)dyno_crash_tell(file, &kit.plan, 0, 3, text, sizeof text);
    assert_non_null(strstr(
        text,
        "the driver ended the generator by exit() inside fetch of session 41, statement 1, "));
    int64_t at_ns = dyno_trial_file_header(file)->crash.at_ns;
    dyno_trial_file_header(file)->epoch_monotonic_ns = at_ns - 20 * MS;
    dyno_trial_file_settle(file, at_ns + 1000 * MS, text);
    assert_int_equal(dyno_trial_file_record(file, 1)->done_ns, 20 * MS);
    assert_int_equal(atomic_load(&dyno_trial_file_header(file)->crash.is_there), 0);
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void test_crash_words_are_taken_apart_again(void **state)
{
    (void)state;
    uint64_t word = dyno_mark_word(DYNO_CALL_EXECUTE, 65535, 19999999);
    assert_int_equal(dyno_mark_call_of(word), DYNO_CALL_EXECUTE);
    assert_int_equal(dyno_mark_query_of(word), 65535);
    assert_int_equal(dyno_mark_seq_of(word), 19999999);
    assert_int_equal(dyno_mark_call_of(UINT64_C(0xff)), DYNO_CALL_NONE);
    assert_string_equal(dyno_call_name(DYNO_CALL_CANCEL), "cancel");
    assert_string_equal(dyno_call_name(DYNO_CALL_COUNT), "unknown");
    assert_false(dyno_call_is_of_statement(DYNO_CALL_CONNECT));
}

/* Statements in the first fifth of a window only: a busy machine sends the last of them late, but sends them. */
static void begin(struct kit *kit)
{
    kit_init(kit);
    kit->plan.load.rate_per_s = 500;
    kit->plan.load.burst_on_ns = 200 * MS;
    kit->plan.load.burst_off_ns = 800 * MS;
    kit->plan.load.measure_ns = 1000 * MS;
}

static void test_crash_of_another_plan_is_not_gone_on_with(void **state)
{
    struct kit kit;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    begin(&kit);
    struct dyno_generator_options options = {.plan = &kit.plan, .trial_path = kit.path};
    assert_int_equal(dyno_generate(&options, NULL), DYNO_OK);
    options.is_resumed = true;
    kit.plan.load.sessions++;
    assert_int_equal(dyno_generate(&options, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "cannot be gone on with: it is of another plan"));
    kit_deinit(&kit);
}

/* As if the process had ended after its first 30 statements: another one sends the rest, each once. */
static void test_crash_is_gone_on_with(void **state)
{
    struct kit kit;
    struct dyno_trial_file *file = NULL;
    (void)state;
    for (int pinned = 0; pinned < 2; pinned++) {
        begin(&kit);
        kit.plan.load.is_pinned = pinned == 1;
        struct dyno_generator_options options = {.plan = &kit.plan, .trial_path = kit.path};
        assert_int_equal(dyno_generate(&options, NULL), DYNO_OK);
        assert_int_equal(dyno_trial_file_edit(kit.path, &file, NULL), DYNO_OK);
        uint64_t count = dyno_trial_file_count(file);
        struct dyno_trial_header *header = dyno_trial_file_header(file);
        assert_true(count > 60);
        for (uint64_t slot = 30; slot < count; slot++) {
            struct dyno_record *record = dyno_trial_file_record(file, slot);
            record->claim_ns = slot == 33 ? 0 : -1;
            record->send_ns = record->exec_ns = record->done_ns = record->first_ns = -1;
            record->outcome = DYNO_OUTCOME_EMPTY;
        }
        /* One in the middle was done before: claims were not in the order of the slots. */
        *dyno_trial_file_record(file, 35) = *dyno_trial_file_record(file, 29);
        dyno_trial_file_record(file, 35)->seq = 35;
        dyno_trial_file_record(file, 35)->rows = 77;
        /* Ahead, so that a busy machine has connected by then. */
        header->epoch_monotonic_ns = dyno_now_ns() + 1000 * MS;
        dyno_trial_file_settle(file, dyno_now_ns(), "");
        dyno_trial_file_close(file);
        options.is_resumed = true;
        assert_int_equal(dyno_generate(&options, NULL), DYNO_OK);
        kit_check(&kit);
        assert_int_equal(kit_count(&kit), count);
        assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_OK), (int64_t)count);
        assert_int_equal(kit_record(&kit, 35)->rows, 77);
        assert_int_equal(kit_header(&kit)->state, DYNO_TRIAL_FINISHED);
        assert_int_equal(kit_header(&kit)->crashes, 1);
        kit_deinit(&kit);
    }
}

static void test_crash_of_a_share_is_merged(void **state)
{
    struct kit one;
    struct kit two;
    struct kit merged;
    struct dyno_trial_file *file = NULL;
    (void)state;
    begin(&one);
    begin(&two);
    kit_init(&merged);
    struct dyno_generator_options options = {
        .plan = &one.plan, .trial_path = one.path, .shares = 2, .share = 0};
    assert_int_equal(dyno_generate(&options, NULL), DYNO_OK);
    options.trial_path = two.path;
    options.share = 1;
    assert_int_equal(dyno_generate(&options, NULL), DYNO_OK);
    assert_int_equal(dyno_trial_file_edit(two.path, &file, NULL), DYNO_OK);
    atomic_store(&dyno_trial_file_header(file)->state, DYNO_TRIAL_MEASURING);
    dyno_trial_file_record(file, 3)->outcome = DYNO_OUTCOME_RUNNING;
    dyno_trial_file_settle(file, dyno_now_ns(), "gone");
    dyno_trial_file_close(file);
    const char *paths[2] = {one.path, two.path};
    const struct dyno_merge_options any = {.takes_unfinished = true};
    assert_int_equal(dyno_trial_merge(paths, 2, merged.path, NULL), DYNO_EINPUT);
    assert_int_equal(dyno_trial_merge_with(paths, 2, &any, merged.path, NULL), DYNO_OK);
    kit_check(&merged);
    assert_int_equal(kit_outcomes(&merged, DYNO_OUTCOME_DRIVER_CRASH), 1);
    assert_int_equal(kit_header(&merged)->state, DYNO_TRIAL_MEASURING);
    assert_int_equal(kit_header(&merged)->crashes, 1);
    assert_int_equal(merged.counters.failed, 1);
    kit_deinit(&merged);
    kit_deinit(&two);
    kit_deinit(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_leaves_a_note_of_an_exit),
        cmocka_unit_test(test_crash_settles_what_was_under_way),
        cmocka_unit_test(test_crash_ends_no_sooner_than_it_began),
        cmocka_unit_test(test_crash_is_told_by_the_marks),
        cmocka_unit_test(test_crash_words_are_taken_apart_again),
        cmocka_unit_test(test_crash_of_another_plan_is_not_gone_on_with),
        cmocka_unit_test(test_crash_is_gone_on_with),
        cmocka_unit_test(test_crash_of_a_share_is_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
