#include "load/watch.h"

#include "base/clock.h"

#define STATE_MASK    UINT64_C(3)
#define STATE_IDLE    UINT64_C(0)
#define STATE_RUNNING UINT64_C(1)
#define STATE_CUTTING UINT64_C(2)
#define STATE_CUT     UINT64_C(3)
#define STATE_BITS    2

/* Targets that know the deadline act on it themselves; only what they miss is cut from outside. */
#define GRACE_NS     (20 * DYNO_NS_PER_MS)
#define CUT_AGAIN_NS DYNO_NS_PER_S
#define CUTTER_STACK ((size_t)256 * 1024)

void dyno_watch_init(struct dyno_watch *watch, const struct dyno_target_ops *ops,
                     struct dyno_conn *const *conn, const struct dyno_crash_seat *seat)
{
    atomic_init(&watch->word, STATE_IDLE);
    atomic_init(&watch->deadline_ns, INT64_MAX);
    atomic_init(&watch->is_cutter_done, false);
    pthread_mutex_init(&watch->lock, NULL);
    watch->cut = DYNO_CUT_NONE;
    watch->has_cutter = false;
    watch->next_cut_ns = 0;
    watch->ops = ops;
    watch->conn = conn;
    watch->seat = seat;
}

void dyno_watch_deinit(struct dyno_watch *watch)
{
    pthread_mutex_destroy(&watch->lock);
}

void dyno_watch_begin(struct dyno_watch *watch, uint64_t seq, int64_t deadline_ns)
{
    atomic_store_explicit(&watch->deadline_ns, deadline_ns, memory_order_relaxed);
    atomic_store_explicit(&watch->word, ((seq + 1) << STATE_BITS) | STATE_RUNNING,
                          memory_order_release);
}

enum dyno_cut dyno_watch_end(struct dyno_watch *watch)
{
    uint64_t word = atomic_exchange_explicit(&watch->word, STATE_IDLE, memory_order_acq_rel);
    if ((word & STATE_MASK) == STATE_RUNNING)
        return DYNO_CUT_NONE;
    pthread_mutex_lock(&watch->lock);
    enum dyno_cut cut = watch->cut;
    watch->cut = DYNO_CUT_NONE;
    pthread_mutex_unlock(&watch->lock);
    return cut;
}

static void *cutter_main(void *arg)
{
    struct dyno_watch *watch = arg;
    uint64_t word = watch->cut_word;
    uint64_t cutting = (word & ~STATE_MASK) | STATE_CUTTING;
    pthread_mutex_lock(&watch->lock);
    if (atomic_compare_exchange_strong(&watch->word, &word, cutting)) {
        if (watch->cut == DYNO_CUT_NONE)
            watch->cut = watch->cut_reason;
        char crash_stack[DYNO_CRASH_STACK_BYTES];
        stack_t stack_before;
        if (watch->seat != NULL)
            dyno_crash_enter(watch->seat, DYNO_CALL_CANCEL, crash_stack, &stack_before);
        /* Whether it helped shows in the statement; whether it was accepted says nothing more. */
        enum dyno_status status = watch->ops->cancel(*watch->conn, NULL);
        (void)status;
        if (watch->seat != NULL)
            dyno_crash_leave(&stack_before);
        (void)atomic_compare_exchange_strong(&watch->word, &cutting,
                                             (cutting & ~STATE_MASK) | STATE_CUT);
    }
    pthread_mutex_unlock(&watch->lock);
    atomic_store_explicit(&watch->is_cutter_done, true, memory_order_release);
    return NULL;
}

bool dyno_watch_is_stuck(struct dyno_watch *watch, int64_t now_ns, int64_t grace_ns)
{
    uint64_t word = atomic_load_explicit(&watch->word, memory_order_acquire);
    int64_t deadline_ns = atomic_load_explicit(&watch->deadline_ns, memory_order_relaxed);
    return (word & STATE_MASK) != STATE_IDLE && deadline_ns < now_ns - grace_ns;
}

bool dyno_watch_is_quiet(struct dyno_watch *watch)
{
    if (watch->has_cutter && atomic_load_explicit(&watch->is_cutter_done, memory_order_acquire))
        watch->has_cutter = false;
    return !watch->has_cutter;
}

static void start_cutter(struct dyno_watch *watch, uint64_t word, enum dyno_cut reason)
{
    pthread_attr_t attr;
    pthread_t cutter;
    watch->cut_word = word;
    watch->cut_reason = reason;
    atomic_store_explicit(&watch->is_cutter_done, false, memory_order_relaxed);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, CUTTER_STACK);
    /* One that a server never answers is left behind, so nobody may have to join it. */
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    /* No thread to be had: the next tick tries again. */
    watch->has_cutter = pthread_create(&cutter, &attr, cutter_main, watch) == 0;
    pthread_attr_destroy(&attr);
}

void dyno_watch_look(struct dyno_watch *watch, int64_t now_ns, bool must_end)
{
    uint64_t word = atomic_load_explicit(&watch->word, memory_order_acquire);
    uint64_t state = word & STATE_MASK;
    int64_t deadline_ns = atomic_load_explicit(&watch->deadline_ns, memory_order_relaxed);
    bool is_late = deadline_ns <= now_ns - GRACE_NS;
    if (!dyno_watch_is_quiet(watch) || (!is_late && !must_end))
        return;
    if (state != STATE_RUNNING && (state != STATE_CUT || now_ns < watch->next_cut_ns))
        return;
    start_cutter(watch, word, is_late ? DYNO_CUT_DEADLINE : DYNO_CUT_END);
    watch->next_cut_ns = now_ns + CUT_AGAIN_NS;
}
