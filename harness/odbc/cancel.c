#include "odbc/cancel.h"

int dyno_odbc_canceller_init(struct dyno_odbc_canceller *canceller)
{
    *canceller = (struct dyno_odbc_canceller){.is_busy = false};
    dyno_odbc_diag_init(&canceller->diag);
    if (pthread_mutex_init(&canceller->lock, NULL) != 0)
        return -1;
    if (pthread_cond_init(&canceller->is_idle, NULL) == 0)
        return 0;
    (void)pthread_mutex_destroy(&canceller->lock);
    return -1;
}

void dyno_odbc_canceller_deinit(struct dyno_odbc_canceller *canceller)
{
    dyno_odbc_diag_deinit(&canceller->diag);
    (void)pthread_cond_destroy(&canceller->is_idle);
    (void)pthread_mutex_destroy(&canceller->lock);
}

void dyno_odbc_canceller_set_awaiting(struct dyno_odbc_canceller *canceller, bool awaits_data)
{
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->awaits_data = awaits_data;
    (void)pthread_mutex_unlock(&canceller->lock);
}

bool dyno_odbc_canceller_awaits_data(struct dyno_odbc_canceller *canceller)
{
    (void)pthread_mutex_lock(&canceller->lock);
    bool awaits_data = canceller->awaits_data;
    (void)pthread_mutex_unlock(&canceller->lock);
    return awaits_data;
}

void dyno_odbc_canceller_begin(struct dyno_odbc_canceller *canceller)
{
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->is_busy = true;
    canceller->is_requested = false;
    (void)pthread_mutex_unlock(&canceller->lock);
}

bool dyno_odbc_canceller_is_requested(struct dyno_odbc_canceller *canceller)
{
    (void)pthread_mutex_lock(&canceller->lock);
    bool is_requested = canceller->is_requested;
    (void)pthread_mutex_unlock(&canceller->lock);
    return is_requested;
}

bool dyno_odbc_canceller_end(struct dyno_odbc_canceller *canceller)
{
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->is_busy = false;
    bool is_requested = canceller->is_requested;
    (void)pthread_mutex_unlock(&canceller->lock);
    return is_requested;
}

/* The caller holds the lock, which is let go during the call to the server: the statement's own thread
 * need not wait for it before it goes on, only before it closes the operation. */
static SQLRETURN cancel_now(struct dyno_odbc_canceller *canceller)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_operation *operation = canceller->operation;
    canceller->calls++;
    (void)pthread_mutex_unlock(&canceller->lock);
    enum dyno_status status = dyno_hs2_operation_cancel(operation, &err);
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->calls--;
    if (canceller->calls == 0)
        (void)pthread_cond_broadcast(&canceller->is_idle);
    if (status == DYNO_OK)
        return SQL_SUCCESS;
    return dyno_odbc_diag_post_err(&canceller->diag, &err, false);
}

void dyno_odbc_canceller_publish(struct dyno_odbc_canceller *canceller,
                                 struct dyno_hs2_operation *operation)
{
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->operation = operation;
    if (canceller->is_requested)
        (void)cancel_now(canceller);
    (void)pthread_mutex_unlock(&canceller->lock);
}

void dyno_odbc_canceller_withdraw(struct dyno_odbc_canceller *canceller)
{
    (void)pthread_mutex_lock(&canceller->lock);
    canceller->operation = NULL;
    while (canceller->calls > 0)
        (void)pthread_cond_wait(&canceller->is_idle, &canceller->lock);
    (void)pthread_mutex_unlock(&canceller->lock);
}

SQLRETURN dyno_odbc_canceller_cancel(struct dyno_odbc_canceller *canceller)
{
    SQLRETURN rc = SQL_SUCCESS;
    (void)pthread_mutex_lock(&canceller->lock);
    dyno_odbc_diag_clear(&canceller->diag);
    if (canceller->is_busy) {
        canceller->is_requested = true;
        if (canceller->operation != NULL)
            rc = cancel_now(canceller);
    }
    (void)pthread_mutex_unlock(&canceller->lock);
    return rc;
}
