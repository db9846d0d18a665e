#include "load/session.h"

#include "base/clock.h"

#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define CONNECT_TIMEOUT_NS (30 * DYNO_NS_PER_S)

/* What one statement brought, until it goes into the record. */
struct answer {
    enum dyno_status status;
    int64_t exec_ns;
    int64_t first_ns;
    int64_t rows;
    int64_t bytes;
    uint64_t checksum;
};

int64_t dyno_session_wait_until(struct dyno_session *session, int64_t wake_ns)
{
    const struct dyno_run *run = session->run;
    const struct dyno_clock *clock = run->clock;
    int64_t now_ns = clock->now_ns(clock->ctx);
    while (now_ns < wake_ns && !dyno_run_is_halted(run)) {
        int64_t slice_end_ns = now_ns + run->sleep_slice_ns;
        clock->sleep_until_ns(clock->ctx, wake_ns < slice_end_ns ? wake_ns : slice_end_ns);
        now_ns = clock->now_ns(clock->ctx);
    }
    return dyno_run_is_halted(run) ? -1 : now_ns;
}

static void put_outcome(struct dyno_record *record, enum dyno_outcome outcome)
{
    __atomic_store_n(&record->outcome, (uint8_t)outcome, __ATOMIC_RELEASE);
}

/* Fill in what is known at the claim. A scheduled slot has its seq, intended time and query already. */
static void note_claim(struct dyno_session *session, struct dyno_record *record, int64_t free_ns)
{
    record->claim_ns = free_ns - session->run->epoch_ns;
    record->session = session->number;
    record->attempt = 1;
    record->flags = session->next_flags;
    session->next_flags = 0;
}

/* The rest of a slot whose time comes of what was before: in a closed loop, and inside a visit. */
static void note_intended(const struct dyno_run *run, struct dyno_record *record, uint64_t slot,
                          int64_t intended_ns)
{
    record->seq = slot * run->shares + run->share;
    record->intended_ns = intended_ns - run->epoch_ns;
    record->exec_ns = -1;
    record->first_ns = -1;
    record->done_ns = -1;
    bool is_measured = !run->is_warmup && record->intended_ns >= run->measure_begin_ns;
    record->phase = is_measured ? DYNO_PHASE_MEASURE : DYNO_PHASE_WARMUP;
    record->query = run->is_warmup ? dyno_mix_in_turn(&run->mix, record->seq)
                                   : dyno_mix_draw(&run->mix, record->seq);
}

static void fetch_all(struct dyno_session *session, int64_t max_rows, struct answer *answer)
{
    const struct dyno_run *run = session->run;
    struct dyno_fetched fetched = {.rows = 0};
    dyno_mark_call(session->mark, DYNO_CALL_FETCH);
    do {
        answer->status =
            run->ops->fetch(session->conn, run->want_checksum, &fetched, &session->err);
        if (answer->status != DYNO_OK || fetched.rows == 0)
            return;
        if (answer->first_ns < 0)
            answer->first_ns = dyno_run_now_ns(run);
        answer->rows += fetched.rows;
        answer->bytes += fetched.bytes;
        answer->checksum += fetched.checksum;
    } while (max_rows == 0 || answer->rows <= max_rows);
    answer->status =
        dyno_err_set(&session->err, DYNO_ELIMIT,
                     "the result has over %lld rows (max_rows of the query)", (long long)max_rows);
}

static int64_t since_epoch(const struct dyno_run *run, int64_t at_ns)
{
    return at_ns < 0 ? -1 : at_ns - run->epoch_ns;
}

static void note_answer(struct dyno_session *session, struct dyno_record *record,
                        const struct answer *answer, int64_t done_ns)
{
    struct dyno_run *run = session->run;
    enum dyno_cut cut = dyno_watch_end(&session->watch);
    enum dyno_outcome outcome = dyno_outcome_of(&session->err, answer->status, cut);
    record->exec_ns = since_epoch(run, answer->exec_ns);
    record->first_ns = since_epoch(run, answer->first_ns);
    record->done_ns = done_ns - run->epoch_ns;
    record->rows = answer->rows;
    record->bytes = answer->bytes;
    record->checksum = answer->checksum;
    /* We cancelled it, but what it died of is its time limit. */
    if (outcome == DYNO_OUTCOME_TIMEOUT && answer->status == DYNO_ECANCELLED)
        (void)dyno_err_set_sql(&session->err, DYNO_ETIMEOUT, "HYT00", 0,
                               "the statement has not finished in time and was cancelled");
    if (outcome != DYNO_OUTCOME_OK)
        memcpy(record->sqlstate, session->err.sqlstate, sizeof record->sqlstate);
    put_outcome(record, outcome);
    atomic_fetch_add_explicit(&run->header->done, 1, memory_order_relaxed);
    if (outcome == DYNO_OUTCOME_OK)
        return;
    atomic_fetch_add_explicit(&run->header->errors, 1, memory_order_relaxed);
    dyno_run_note_error(run, record, &session->err);
}

/* A connection that is of no more use is closed now and opened anew before the next claim. */
static void tidy_up(struct dyno_session *session, enum dyno_status status)
{
    const struct dyno_target_ops *ops = session->run->ops;
    dyno_mark_call(session->mark, DYNO_CALL_FINISH);
    ops->finish(session->conn);
    dyno_mark_call(session->mark, DYNO_CALL_NONE);
    if (status != DYNO_OK && !ops->is_alive(session->conn))
        dyno_session_disconnect(session);
}

static void run_statement(struct dyno_session *session, struct dyno_record *record, const char *sql,
                          int64_t send_ns)
{
    const struct dyno_run *run = session->run;
    struct answer answer = {.exec_ns = -1, .first_ns = -1};
    int64_t deadline_ns = send_ns + run->timeout_ns;
    record->send_ns = send_ns - run->epoch_ns;
    put_outcome(record, DYNO_OUTCOME_RUNNING);
    dyno_watch_begin(&session->watch, record->seq, deadline_ns);
    dyno_mark_set(session->mark, DYNO_CALL_EXECUTE, record->query, record->seq);
    answer.status = run->ops->execute(session->conn, sql, deadline_ns, &session->err);
    if (answer.status == DYNO_OK) {
        answer.exec_ns = dyno_run_now_ns(run);
        fetch_all(session, run->max_rows[record->query], &answer);
    }
    note_answer(session, record, &answer, dyno_run_now_ns(run));
    tidy_up(session, answer.status);
}

/* Take the next entry, of the session's own list or of the global one; the capacity if there is none. */
static uint64_t claim(struct dyno_session *session)
{
    struct dyno_run *run = session->run;
    _Atomic uint64_t *claimed = &run->header->claimed;
    if (run->next_of != NULL) {
        uint64_t slot = session->own_next;
        if (slot >= run->capacity)
            return run->capacity;
        session->own_next = run->next_of[slot];
        atomic_fetch_add_explicit(claimed, 1, memory_order_relaxed);
        return slot;
    }
    if (atomic_load_explicit(claimed, memory_order_relaxed) >= run->capacity)
        return run->capacity;
    uint64_t slot = atomic_fetch_add_explicit(claimed, run->visit, memory_order_relaxed);
    while (run->is_resumed && run->is_open_loop && slot < run->capacity &&
           run->records[slot].claim_ns >= 0)
        slot = atomic_fetch_add_explicit(claimed, run->visit, memory_order_relaxed);
    return slot;
}

static int64_t think_time_ns(struct dyno_session *session)
{
    const struct dyno_run *run = session->run;
    if (run->think_ns == 0 || !run->is_think_exponential)
        return run->think_ns;
    return (int64_t)dyno_rng_exponential(&session->thinking, (double)run->think_ns);
}

/* Claim, wait for the intended time, send. False if there is nothing more to do. */
static bool offer_scheduled(struct dyno_session *session, int64_t free_ns, uint64_t *slot_out)
{
    struct dyno_run *run = session->run;
    uint64_t slot = claim(session);
    *slot_out = slot;
    if (slot >= run->capacity)
        return false;
    struct dyno_record *record = &run->records[slot];
    note_claim(session, record, free_ns);
    const char *sql = dyno_statement_text_set(&session->text, record->query, record->seq);
    int64_t send_ns = dyno_session_wait_until(session, run->epoch_ns + record->intended_ns);
    if (send_ns < 0) {
        put_outcome(record, DYNO_OUTCOME_SKIPPED);
        return false;
    }
    run_statement(session, record, sql, send_ns);
    return true;
}

/* Think, then send: the intended time is that at which the thinking ends. The slot is `slot`, or claimed
 * once the time has come. */
static bool offer_after(struct dyno_session *session, int64_t free_ns, int64_t think_ns,
                        const uint64_t *given_slot)
{
    struct dyno_run *run = session->run;
    int64_t intended_ns = free_ns + think_ns;
    int64_t send_ns = free_ns;
    if (intended_ns >= run->end_ns)
        return false;
    /* Without a pause the moment of the claim is that of the send: between them lie a draw and some
     * digits, less than it would take to read the clock again. */
    if (think_ns > 0)
        send_ns = dyno_session_wait_until(session, intended_ns);
    if (send_ns < 0)
        return false;
    uint64_t slot = given_slot != NULL ? *given_slot : claim(session);
    if (slot >= run->capacity)
        return false;
    struct dyno_record *record = &run->records[slot];
    note_claim(session, record, free_ns);
    note_intended(run, record, slot, intended_ns);
    const char *sql = dyno_statement_text_set(&session->text, record->query, record->seq);
    run_statement(session, record, sql, send_ns);
    return true;
}

/* The statements of a visit after its first one. False if there is nothing more to do at all. */
static bool go_on_visiting(struct dyno_session *session, uint64_t first)
{
    const struct dyno_run *run = session->run;
    for (uint64_t slot = first + 1; slot < first + run->visit; slot++) {
        if (session->conn == NULL && !dyno_session_reconnect(session))
            return false;
        if (!offer_after(session, dyno_run_now_ns(run), think_time_ns(session), &slot))
            return false;
    }
    return true;
}

void dyno_session_offer_load(struct dyno_session *session)
{
    struct dyno_run *run = session->run;
    int64_t think_ns = 0; /* nothing to think about before the first statement */
    bool goes_on = dyno_session_wait_until(session, run->epoch_ns) >= 0;
    while (goes_on && !dyno_run_is_halted(run)) {
        uint64_t slot = 0;
        if (session->conn == NULL && !dyno_session_reconnect(session))
            return;
        int64_t free_ns = dyno_run_now_ns(run);
        if (free_ns >= run->end_ns)
            return;
        if (!run->is_open_loop) {
            goes_on = offer_after(session, free_ns, think_ns, NULL);
            think_ns = think_time_ns(session);
        } else {
            goes_on = offer_scheduled(session, free_ns, &slot);
            if (goes_on && run->visit > 1)
                goes_on = go_on_visiting(session, slot);
        }
    }
}

static bool connect_first(struct dyno_session *session)
{
    struct dyno_run *run = session->run;
    int64_t begin_ns = dyno_now_ns();
    enum dyno_status status = dyno_session_connect(session, CONNECT_TIMEOUT_NS);
    if (status == DYNO_OK && session->number == run->share) {
        dyno_mark_set(session->mark, DYNO_CALL_INFO, 0, 0);
        status = run->ops->info(session->conn, &session->info, &session->err);
        dyno_mark_set(session->mark, DYNO_CALL_NONE, 0, 0);
    }
    session->connect_ns = dyno_now_ns() - begin_ns;
    if (status == DYNO_OK)
        return true;
    if (!dyno_run_is_halted(run)) {
        (void)dyno_err_prepend(&session->err, "session %u", session->number);
        dyno_run_fail(run, &session->err);
    }
    return false;
}

void *dyno_session_main(void *arg)
{
    struct dyno_session *session = arg;
    struct dyno_gate *gate = &session->run->gate;
    stack_t stack_before;
    dyno_crash_enter(&session->seat, DYNO_CALL_NONE, session->crash_stack, &stack_before);
    /* Wake-ups to the microsecond: the default lets the kernel be 50 us late. */
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    if (dyno_gate_pass(gate, DYNO_GATE_UP) && connect_first(session) &&
        dyno_gate_pass(gate, DYNO_GATE_CONNECTED))
        dyno_session_offer_load(session);
    struct timespec cpu = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    atomic_store(&session->cpu_ns, (int64_t)cpu.tv_sec * DYNO_NS_PER_S + cpu.tv_nsec);
    atomic_store_explicit(&session->has_ended, true, memory_order_release);
    dyno_session_disconnect(session);
    dyno_crash_leave(&stack_before);
    dyno_gate_arrive(gate, DYNO_GATE_GONE);
    return NULL;
}
