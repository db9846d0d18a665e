/* Names whose lookup never ends: this program's getaddrinfo stands before the system's. */
#include "fixture.h"
#include "hs2/lookup.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

#define STUCK "stuck.invalid"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool is_stuck;         /* guarded by lock */
static int waiting;           /* guarded by lock */
static _Atomic int lists_out; /* that have not been freed */

typedef int (*lookup_fn)(const char *restrict, const char *restrict,
                         const struct addrinfo *restrict, struct addrinfo **restrict);
typedef void (*free_fn)(struct addrinfo *);

/* The system's own. ISO C has no conversion from an object's pointer, POSIX does. */
static lookup_fn system_lookup(void)
{
    union {
        void *object;
        lookup_fn function;
    } found = {.object = dlsym(RTLD_NEXT, "getaddrinfo")};
    return found.function;
}

static free_fn system_free(void)
{
    union {
        void *object;
        free_fn function;
    } found = {.object = dlsym(RTLD_NEXT, "freeaddrinfo")};
    return found.function;
}

/* What a name server that never answers is to its clients; once it is let go, the name is this machine's. */
int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    bool is_number = hints != NULL && (hints->ai_flags & AI_NUMERICHOST) != 0;
    bool is_ours = host != NULL && strcmp(host, STUCK) == 0 && !is_number;
    pthread_mutex_lock(&lock);
    waiting += is_ours ? 1 : 0;
    while (is_ours && is_stuck)
        pthread_cond_wait(&changed, &lock);
    waiting -= is_ours ? 1 : 0;
    pthread_mutex_unlock(&lock);
    int code = system_lookup()(is_ours ? "127.0.0.1" : host, service, hints, out);
    if (code == 0)
        atomic_fetch_add(&lists_out, 1);
    return code;
}

void freeaddrinfo(struct addrinfo *list)
{
    atomic_fetch_sub(&lists_out, 1);
    system_free()(list);
}

static void set_stuck(bool stuck)
{
    pthread_mutex_lock(&lock);
    is_stuck = stuck;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static int count_waiting(void)
{
    pthread_mutex_lock(&lock);
    int count = waiting;
    pthread_mutex_unlock(&lock);
    return count;
}

/* Until the lookups that were left to themselves have ended, and given back what they held. */
static void await_the_abandoned(void)
{
    int64_t give_up = dyno_now_ns() + 20 * DYNO_NS_PER_S;
    set_stuck(false);
    while ((count_waiting() > 0 || atomic_load(&lists_out) > 0) && dyno_now_ns() < give_up)
        dyno_sleep_ns(DYNO_NS_PER_MS);
    assert_int_equal(count_waiting(), 0);
    assert_int_equal(atomic_load(&lists_out), 0);
}

static int64_t soon(int64_t wait_ms)
{
    return dyno_now_ns() + wait_ms * DYNO_NS_PER_MS;
}

static void test_a_lookup_ends_at_its_deadline(void **state)
{
    (void)state;
    struct addrinfo *list = NULL;
    set_stuck(true);
    int64_t began = dyno_now_ns();
    for (int i = 0; i < 5; i++)
        assert_int_equal(dyno_lookup(STUCK, "10000", soon(50), &list), DYNO_LOOKUP_LATE);
    int64_t took = dyno_now_ns() - began;
    assert_true(took >= 250 * DYNO_NS_PER_MS && took < 20 * DYNO_NS_PER_S);
    assert_null(list);
    await_the_abandoned();
}

static void test_a_lookup_in_time_is_the_systems(void **state)
{
    (void)state;
    struct addrinfo *list = NULL;
    assert_int_equal(dyno_lookup(STUCK, "10000", soon(20000), &list), 0);
    assert_non_null(list);
    freeaddrinfo(list);
    assert_int_equal(dyno_lookup("127.0.0.1", "10000", soon(20000), &list), 0);
    freeaddrinfo(list);
    assert_int_equal(dyno_lookup("::1", "10000", soon(20000), &list), 0);
    freeaddrinfo(list);
    assert_int_not_equal(dyno_lookup("127.0.0.1", "no-port", soon(20000), &list), 0);
    assert_int_equal(atomic_load(&lists_out), 0);
}

/* One lookup after the other is left just when its answer comes: either way nothing is lost. */
static void test_an_answer_at_the_deadline(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct addrinfo *list = NULL;
        int code = dyno_lookup(STUCK, "10000", dyno_now_ns() + i * 2 * DYNO_NS_PER_US, &list);
        assert_true(code == 0 || code == DYNO_LOOKUP_LATE);
        if (code == 0)
            freeaddrinfo(list);
    }
    await_the_abandoned();
}

/* The whole way of a session. */
static void test_a_connect_ends_at_its_deadline(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = false};
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_hs2_session *session = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(server, false);
    client.host = STUCK;
    client.connect_timeout_ns = 200 * DYNO_NS_PER_MS;
    set_stuck(true);
    int64_t began = dyno_now_ns();
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_ETIMEOUT);
    assert_string_equal(err.sqlstate, "HYT01");
    assert_non_null(strstr(err.message, STUCK));
    assert_true(dyno_now_ns() - began < 20 * DYNO_NS_PER_S);
    await_the_abandoned();
    client.connect_timeout_ns = 20 * DYNO_NS_PER_S;
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    dyno_hs2_session_close(session);
    dyno_fake_hs2_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lookup_ends_at_its_deadline),
        cmocka_unit_test(test_a_lookup_in_time_is_the_systems),
        cmocka_unit_test(test_an_answer_at_the_deadline),
        cmocka_unit_test(test_a_connect_ends_at_its_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
