#include "load/crash.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The calling thread's seat. A signal handler is given nothing else by which to know whom it interrupts. */
static _Thread_local struct dyno_crash_seat t_seat;
static _Thread_local enum dyno_call t_call;

/* Only stores into the mapping and a read of the clock: both may be done in a signal handler. */
static void leave_note(int signal_number)
{
    struct dyno_trial_header *header = t_seat.header;
    if (header == NULL)
        return;
    struct dyno_crash_note *note = &header->crash;
    uint32_t expected = 0;
    /* The first one in: others may be dragged along. */
    if (!atomic_compare_exchange_strong(&note->is_there, &expected, 1))
        return;
    note->signal = (uint32_t)signal_number;
    note->session = t_seat.session;
    note->call = (uint32_t)t_call;
    note->mark = atomic_load_explicit(&t_seat.mark->word, memory_order_relaxed);
    note->at_ns = dyno_now_ns();
    atomic_store_explicit(&note->is_there, 2, memory_order_release);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    leave_note(number);
    /* The default action stands again. A fault comes back by itself at the same place; what was sent has
     * to be sent again. */
    if (info->si_code <= 0)
        (void)raise(number);
}

bool dyno_crash_note_exit(void)
{
    leave_note(0);
    return t_seat.header != NULL;
}

void dyno_crash_install(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction before;
    struct sigaction ours = {.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    ours.sa_sigaction = on_fault;
    sigemptyset(&ours.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            (void)sigaction(numbers[i], &ours, NULL);
}

void dyno_crash_enter(const struct dyno_crash_seat *seat, enum dyno_call as, void *stack,
                      stack_t *before)
{
    const stack_t ours = {.ss_sp = stack, .ss_size = DYNO_CRASH_STACK_BYTES};
    t_seat = *seat;
    t_call = as;
    if (sigaltstack(&ours, before) != 0)
        *before = (stack_t){.ss_flags = SS_DISABLE};
}

void dyno_crash_leave(const stack_t *before)
{
    t_seat = (struct dyno_crash_seat){.header = NULL};
    (void)sigaltstack(before, NULL);
}

static int say_end(int signal_number, int exit_code, bool is_noted, char *out, size_t room)
{
    if (is_noted && signal_number == 0)
        return snprintf(out, room, "the driver ended the generator by exit()");
    if (signal_number != 0)
        return snprintf(out, room, "the generator crashed (signal %d, %s)", signal_number,
                        strsignal(signal_number));
    return snprintf(out, room, "the generator was ended by exit(%d) from within", exit_code);
}

/* "inside execute of session 3, statement 117, query 'one'" */
static void say_note(const struct dyno_crash_note *note, const struct dyno_trial_plan *plan,
                     char *out, size_t room)
{
    enum dyno_call call =
        note->call != DYNO_CALL_NONE ? (enum dyno_call)note->call : dyno_mark_call_of(note->mark);
    uint16_t query = dyno_mark_query_of(note->mark);
    int len =
        call == DYNO_CALL_NONE
            ? snprintf(out, room, " in session %u, in no call of the driver", note->session)
            : snprintf(out, room, " inside %s of session %u", dyno_call_name(call), note->session);
    if (len < 0 || (size_t)len >= room || !dyno_call_is_of_statement(call))
        return;
    const char *name = query < plan->query_count ? plan->queries[query].name : "?";
    (void)snprintf(out + len, room - (size_t)len, ", statement %llu, query '%.100s'",
                   (unsigned long long)dyno_mark_seq_of(note->mark), name);
}

/* Without a note: how many sessions were in which call. */
static void say_marks(struct dyno_trial_file *file, char *out, size_t room)
{
    size_t counts[DYNO_CALL_COUNT] = {0};
    size_t all = dyno_trial_file_calls(file, counts);
    size_t at = 0;
    int len = all == 0 ? snprintf(out, room, "; no session was inside a call")
                       : snprintf(out, room, "; sessions inside calls:");
    for (int call = DYNO_CALL_NONE + 1; call < DYNO_CALL_COUNT; call++) {
        if (len < 0 || (size_t)len >= room - at)
            return;
        at += (size_t)len;
        len = 0;
        if (counts[call] > 0)
            len = snprintf(out + at, room - at, " %zu in %s", counts[call],
                           dyno_call_name((enum dyno_call)call));
    }
}

const char *dyno_crash_tell(struct dyno_trial_file *file, const struct dyno_trial_plan *plan,
                            int signal_number, int exit_code, char *out, size_t room)
{
    const struct dyno_crash_note *note = file == NULL ? NULL : &dyno_trial_file_header(file)->crash;
    /* A note of another signal is one of a fault that somebody else has caught. */
    bool is_noted = note != NULL &&
                    atomic_load_explicit(&note->is_there, memory_order_acquire) == 2 &&
                    (int)note->signal == signal_number;
    int len = say_end(signal_number, exit_code, is_noted, out, room);
    if (file == NULL || len < 0 || (size_t)len >= room)
        return out;
    if (is_noted)
        say_note(note, plan, out + len, room - (size_t)len);
    else
        say_marks(file, out + len, room - (size_t)len);
    return out;
}
