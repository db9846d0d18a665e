/*
 * What a statement costs besides its target: nothing that waits or that may wait. Every call that our code
 * makes to the allocator, to locks, to formatted printing and to files is counted here, by the linker's
 * --wrap, in the threads of the sessions, from the end of their first statement until they close. Calls of the
 * target itself do not count: this one makes none.
 */
#include "load/run.h"
#include "load/trial_kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MS DYNO_NS_PER_MS

static _Thread_local bool t_has_begun;
static _Thread_local bool t_is_counting;
static atomic_long g_calls;
static const char *_Atomic g_last;
static atomic_long g_statements;

static void note(const char *name)
{
    if (!t_is_counting)
        return;
    atomic_fetch_add(&g_calls, 1);
    atomic_store(&g_last, name);
}

#define WRAP(type, name, parameters, arguments)                                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        note(#name);                                                                               \
        return __real_##name arguments;                                                            \
    }

WRAP(void *, malloc, (size_t bytes), (bytes))
WRAP(void *, calloc, (size_t count, size_t bytes), (count, bytes))
WRAP(void *, realloc, (void *old, size_t bytes), (old, bytes))
WRAP(int, pthread_mutex_lock, (pthread_mutex_t * lock), (lock))
WRAP(int, pthread_mutex_trylock, (pthread_mutex_t * lock), (lock))
WRAP(int, pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t *lock), (cond, lock))
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg),
     (thread, attr, run, arg))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len))
WRAP(ssize_t, pwrite, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at))
WRAP(size_t, fwrite, (const void *bytes, size_t size, size_t count, FILE *file),
     (bytes, size, count, file))
WRAP(int, vsnprintf, (char *out, size_t room, const char *fmt, va_list args),
     (out, room, fmt, args))
WRAP(int, vfprintf, (FILE * file, const char *fmt, va_list args), (file, fmt, args))
WRAP(int, posix_fallocate, (int fd, off_t at, off_t len), (fd, at, len))
WRAP(int, madvise, (void *at, size_t len, int advice), (at, len, advice))

void __real_free(void *old);
void __wrap_free(void *old);
void __wrap_free(void *old)
{
    note("free");
    __real_free(old);
}

int __wrap_snprintf(char *out, size_t room, const char *fmt, ...);
int __wrap_snprintf(char *out, size_t room, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = __wrap_vsnprintf(out, room, fmt, args);
    va_end(args);
    return len;
}

int __wrap_fprintf(FILE *file, const char *fmt, ...);
int __wrap_fprintf(FILE *file, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = __wrap_vfprintf(file, fmt, args);
    va_end(args);
    return len;
}

/* Under _FORTIFY_SOURCE the compiler calls these instead. */
int __wrap___snprintf_chk(char *out, size_t room, int flag, size_t size, const char *fmt, ...);
int __wrap___snprintf_chk(char *out, size_t room, int flag, size_t size, const char *fmt, ...)
{
    va_list args;
    (void)flag;
    (void)size;
    va_start(args, fmt);
    int len = __wrap_vsnprintf(out, room, fmt, args);
    va_end(args);
    return len;
}

int __wrap___fprintf_chk(FILE *file, int flag, const char *fmt, ...);
int __wrap___fprintf_chk(FILE *file, int flag, const char *fmt, ...)
{
    va_list args;
    (void)flag;
    va_start(args, fmt);
    int len = __wrap_vfprintf(file, fmt, args);
    va_end(args);
    return len;
}

/* A target that does nothing at all, and says when a session is between its calls. */
struct dyno_conn {
    int rows_left;
};

static enum dyno_status open_none(const struct dyno_target_config *config, int64_t timeout_ns,
                                  struct dyno_conn **out, struct dyno_err *err)
{
    (void)config;
    (void)timeout_ns;
    (void)err;
    *out = calloc(1, sizeof **out);
    return DYNO_OK;
}

static enum dyno_status execute_none(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                     struct dyno_err *err)
{
    (void)sql;
    (void)deadline_ns;
    (void)err;
    conn->rows_left = 1;
    t_is_counting = t_has_begun;
    return DYNO_OK;
}

static enum dyno_status fetch_none(struct dyno_conn *conn, bool want_checksum,
                                   struct dyno_fetched *out, struct dyno_err *err)
{
    (void)want_checksum;
    (void)err;
    *out = (struct dyno_fetched){.rows = conn->rows_left};
    conn->rows_left = 0;
    return DYNO_OK;
}

static void finish_none(struct dyno_conn *conn)
{
    (void)conn;
    atomic_fetch_add(&g_statements, 1);
    t_has_begun = true;
    t_is_counting = true;
}

static enum dyno_status info_none(struct dyno_conn *conn, struct dyno_target_info *out,
                                  struct dyno_err *err)
{
    (void)conn;
    (void)err;
    *out = (struct dyno_target_info){.threading_level = -1};
    return DYNO_OK;
}

static enum dyno_status cancel_none(struct dyno_conn *conn, struct dyno_err *err)
{
    (void)conn;
    (void)err;
    return DYNO_OK;
}

static bool is_alive_none(struct dyno_conn *conn)
{
    return conn != NULL;
}

static void close_none(struct dyno_conn *conn)
{
    t_is_counting = false;
    t_has_begun = false;
    free(conn);
}

static const struct dyno_target_ops none = {.name = "none",
                                            .open = open_none,
                                            .execute = execute_none,
                                            .fetch = fetch_none,
                                            .finish = finish_none,
                                            .info = info_none,
                                            .cancel = cancel_none,
                                            .is_alive = is_alive_none,
                                            .close = close_none};

static void run(struct kit *kit, const struct dyno_clock *clock)
{
    const struct dyno_generator_world world = {.clock = clock, .ops = &none};
    const struct dyno_generator_options options = {.plan = &kit->plan, .trial_path = kit->path};
    atomic_store(&g_calls, 0);
    atomic_store(&g_statements, 0);
    atomic_store(&g_last, "");
    assert_int_equal(dyno_generate_in(&options, &world, NULL), DYNO_OK);
    kit_check(kit);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_OK), atomic_load(&g_statements));
}

static void assert_clean(long least)
{
    assert_true(atomic_load(&g_statements) >= least);
    assert_string_equal(atomic_load(&g_last), "");
    assert_int_equal(atomic_load(&g_calls), 0);
}

static void begin(struct kit *kit)
{
    kit_init(kit);
    kit->plan.query_count = 2;
    kit->plan.load.sessions = 3;
    kit->plan.load.measure_ns = 400 * MS;
}

static void test_path_of_an_open_loop_is_clean(void **state)
{
    struct kit kit;
    (void)state;
    begin(&kit);
    kit.plan.load.rate_per_s = 5000;
    run(&kit, dyno_clock_real());
    assert_clean(1000);
    kit_deinit(&kit);
}

static void test_path_of_a_closed_loop_is_clean(void **state)
{
    struct kit kit;
    (void)state;
    begin(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    run(&kit, dyno_clock_real());
    assert_clean(1000);
    kit_deinit(&kit);
}

static void test_path_of_visits_and_think_time_is_clean(void **state)
{
    struct kit kit;
    (void)state;
    begin(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_PARTLY_OPEN;
    kit.plan.load.visit = 4;
    kit.plan.load.think_ns = MS;
    kit.plan.load.rate_per_s = 1000;
    run(&kit, dyno_clock_real());
    assert_clean(100);
    kit_deinit(&kit);
}

static void test_path_of_pinned_sessions_is_clean(void **state)
{
    struct kit kit;
    (void)state;
    begin(&kit);
    kit.plan.load.is_pinned = true;
    kit.plan.load.rate_per_s = 5000;
    run(&kit, dyno_clock_real());
    assert_clean(1000);
    kit_deinit(&kit);
}

/* Sessions read the clock on their path: one that allocates has to be seen. */
static int64_t allocating_now_ns(void *ctx)
{
    /* Put where others could see it, or the compiler leaves both calls out. */
    _Atomic(void *) *place = ctx;
    void *memory = malloc(16);
    atomic_store(place, memory);
    int64_t value = dyno_now_ns();
    free(memory);
    return value;
}

static int64_t locking_now_ns(void *ctx)
{
    pthread_mutex_lock(ctx);
    int64_t value = dyno_now_ns();
    pthread_mutex_unlock(ctx);
    return value;
}

static void sleep_for_real(void *ctx, int64_t wake_ns)
{
    (void)ctx;
    dyno_sleep_until_ns(wake_ns);
}

static void test_path_an_allocation_or_a_lock_is_seen(void **state)
{
    struct kit kit;
    _Atomic(void *) place = NULL;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct dyno_clock clocks[2] = {
        {.now_ns = allocating_now_ns, .sleep_until_ns = sleep_for_real, .ctx = &place},
        {.now_ns = locking_now_ns, .sleep_until_ns = sleep_for_real, .ctx = &lock}};
    const char *const names[2] = {"free", "pthread_mutex_lock"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(&kit);
        kit.plan.load.rate_per_s = 1000;
        run(&kit, &clocks[i]);
        assert_true(atomic_load(&g_calls) >= atomic_load(&g_statements));
        assert_string_equal(atomic_load(&g_last), names[i]);
        kit_deinit(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_of_an_open_loop_is_clean),
        cmocka_unit_test(test_path_of_a_closed_loop_is_clean),
        cmocka_unit_test(test_path_of_visits_and_think_time_is_clean),
        cmocka_unit_test(test_path_of_pinned_sessions_is_clean),
        cmocka_unit_test(test_path_an_allocation_or_a_lock_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
