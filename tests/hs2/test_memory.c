/* Every allocation of a client's life fails once: never a crash or a leak, always HY001. */
#include "fixture.h"

#include <stdlib.h>

/* The linker puts these in the place of the originals. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
char *__wrap_strdup(const char *text);

/* Allocations of this thread until one fails; negative: none does. The server has other threads. */
static _Thread_local int64_t left = -1;

static bool is_failing(void)
{
    if (left < 0)
        return false;
    return left-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return is_failing() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return is_failing() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return is_failing() ? NULL : __real_realloc(old, bytes);
}

char *__wrap_strdup(const char *text)
{
    return is_failing() ? NULL : __real_strdup(text);
}

static enum dyno_status use_statement(struct dyno_hs2_operation *operation,
                                      struct dyno_hs2_block *block, struct dyno_err *err)
{
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    enum dyno_status status = dyno_hs2_operation_wait(operation, INT64_MAX, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_columns(operation, &columns, &count, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_fetch(operation, 1000, block, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_cancel(operation, err);
    return status;
}

/* A whole life, as far as memory lasts. */
static enum dyno_status live(const struct dyno_hs2_options *options, struct dyno_err *err)
{
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    enum dyno_status status = dyno_hs2_session_open(options, &session, err);
    if (status == DYNO_OK)
        status = dyno_hs2_execute(session, "TYPES", 0, &operation, err);
    if (status == DYNO_OK)
        status = use_statement(operation, &block, err);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    dyno_hs2_block_deinit(&block);
    return status;
}

static void check_every_allocation(bool is_sasl)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl};
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(server, is_sasl);
    int64_t failures = 0;
    for (int64_t at = 0;; at++) {
        left = at;
        enum dyno_status status = live(&client, &err);
        bool has_failed = left < 0;
        left = -1;
        if (!has_failed) {
            assert_int_equal(status, DYNO_OK);
            break;
        }
        if (status != DYNO_OK) {
            assert_int_equal(status, DYNO_ENOMEM);
            assert_string_equal(err.sqlstate, "HY001");
            failures++;
        }
    }
    assert_true(failures > 20);
    dyno_fake_hs2_stop(server);
}

static void test_memory_exhaustion_is_reported(void **state)
{
    (void)state;
    check_every_allocation(false);
    check_every_allocation(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_exhaustion_is_reported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
