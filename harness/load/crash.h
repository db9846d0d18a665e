/**
 * What a generator process still says when a driver takes it down. The thread that meets the fault, or
 * that calls exit(), leaves a note in the mapped header: whose it is and inside which call. A kill -9, an
 * _exit() and a thread of the driver's own leave none; then the marks of all sessions say who was where.
 */
#ifndef DYNO_LOAD_CRASH_H
#define DYNO_LOAD_CRASH_H

#include "load/trial_file.h"
#include "plan/trial_plan.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A fault is handled on it: the thread's own stack may be what is used up. */
#define DYNO_CRASH_STACK_BYTES 16384

/** For whom a thread acts. */
struct dyno_crash_seat {
    struct dyno_trial_header *header;
    const struct dyno_mark *mark; /**< of the session */
    uint32_t session;
};

/**
 * Leave notes from now on, in this process, of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT. Signals that
 * somebody handles already (a sanitizer) are left to him. Once, before the first session.
 */
void dyno_crash_install(void);

/** For atexit(): leave a note if the caller acts for a session, which has no business in ending the process.
 *  True then: others are inside the driver, so that it had better end without destructors. */
bool dyno_crash_note_exit(void);

/**
 * The calling thread acts for that seat until dyno_crash_leave. `stack` (DYNO_CRASH_STACK_BYTES, the
 * caller's, not used unless it comes to it) must live as long. `as` is DYNO_CALL_CANCEL for a thread that
 * cancels, DYNO_CALL_NONE for one whose mark says what it does. `*before` is for dyno_crash_leave.
 */
void dyno_crash_enter(const struct dyno_crash_seat *seat, enum dyno_call as, void *stack,
                      stack_t *before);
void dyno_crash_leave(const stack_t *before);

/**
 * How the process of a trial file ended, as a sentence: by which signal or exit code, in which call of
 * which session. For the parent, once the process is gone. Returns `out`.
 * @param plan for the names of queries
 */
const char *dyno_crash_tell(struct dyno_trial_file *file, const struct dyno_trial_plan *plan,
                            int signal_number, int exit_code, char *out, size_t room);

#endif
