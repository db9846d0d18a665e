/**
 * How SQLCancel reaches a statement that another thread is executing. It has a lock of its own, held by
 * the executing thread only for moments, so that cancelling never waits for the statement.
 */
#ifndef DYNO_ODBC_CANCEL_H
#define DYNO_ODBC_CANCEL_H

#include "hs2/operation.h"
#include "odbc/diag.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct dyno_odbc_canceller {
    pthread_mutex_t lock;   /**< guards the rest; never held over a call to the server */
    pthread_cond_t is_idle; /**< no cancel call is under way any more */
    size_t calls;           /**< cancel calls under way: the operation must not be closed */
    bool awaits_data;       /**< SQLCancel is to end a wait for SQLPutData */
    struct dyno_hs2_operation *operation; /**< borrowed from the statement's result */
    bool is_busy;                         /**< a call that cancelling can end is under way */
    bool is_requested;                    /**< SQLCancel came since that call began */
    struct dyno_odbc_diag diag;           /**< of the last SQLCancel that failed */
};

/** 0, or -1 where no lock could be made. */
int dyno_odbc_canceller_init(struct dyno_odbc_canceller *canceller);
void dyno_odbc_canceller_deinit(struct dyno_odbc_canceller *canceller);

/** Say whether the statement awaits data; ask for it. */
void dyno_odbc_canceller_set_awaiting(struct dyno_odbc_canceller *canceller, bool awaits_data);
bool dyno_odbc_canceller_awaits_data(struct dyno_odbc_canceller *canceller);

/** A cancellable call begins. */
void dyno_odbc_canceller_begin(struct dyno_odbc_canceller *canceller);

/** Has SQLCancel come since the call began? */
bool dyno_odbc_canceller_is_requested(struct dyno_odbc_canceller *canceller);

/** The call ends; true if SQLCancel came meanwhile. */
bool dyno_odbc_canceller_end(struct dyno_odbc_canceller *canceller);

/** From here on SQLCancel has an operation to cancel; one that came too early is made good here. */
void dyno_odbc_canceller_publish(struct dyno_odbc_canceller *canceller,
                                 struct dyno_hs2_operation *operation);

/** Before the operation is closed. Waits for a SQLCancel under way. */
void dyno_odbc_canceller_withdraw(struct dyno_odbc_canceller *canceller);

/** What SQLCancel does; from any thread. SQL_SUCCESS where nothing is under way. */
SQLRETURN dyno_odbc_canceller_cancel(struct dyno_odbc_canceller *canceller);

#endif
