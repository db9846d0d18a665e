/**
 * Descriptors: what an application has bound to columns and parameters, and what it has said about
 * parameters. The description of a result (IRD) holds no records of its own: they are those of the
 * result that is open.
 */
#ifndef DYNO_ODBC_DESC_H
#define DYNO_ODBC_DESC_H

#include "odbc/api.h"
#include "odbc/convert.h"
#include "odbc/diag.h"
#include "odbc/handle.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_odbc_dbc;
struct dyno_odbc_stmt;

/** The kinds, in the order of SQL_ATTR_APP_ROW_DESC and its successors. */
enum dyno_odbc_desc_kind {
    DYNO_ODBC_ARD, /**< application's row buffers */
    DYNO_ODBC_APD, /**< application's parameter buffers */
    DYNO_ODBC_IRD, /**< the result's columns */
    DYNO_ODBC_IPD, /**< the parameters as the server is to see them */
    DYNO_ODBC_DESC_COUNT,
    DYNO_ODBC_EXPLICIT = DYNO_ODBC_DESC_COUNT /**< allocated by the application: ARD or APD */
};

/** More records than any result or statement has; bounds what a wrong number can allocate. */
#define DYNO_ODBC_RECORDS_MAX 32767

/** A column's or parameter's record. */
struct dyno_odbc_desc_rec {
    SQLSMALLINT type; /**< concise: a C type in application descriptors, an SQL type in an IPD */
    SQLSMALLINT io_type;
    SQLSMALLINT precision;
    SQLSMALLINT scale;
    bool has_scale;               /**< the scale was set: SQL_C_NUMERIC is to have it */
    bool has_precision;           /**< the precision was set: seconds of intervals are to have it */
    SQLINTEGER leading_precision; /**< digits of an interval's first field; 0: as many as fit */
    bool is_set;                  /**< bound, or described */
    SQLULEN length;               /**< size of a parameter */
    SQLLEN octet_length;
    void *data;        /**< NULL: not bound */
    SQLLEN *indicator; /**< where NULL is told */
    SQLLEN *octet_length_ptr;
};

struct dyno_odbc_desc {
    uint32_t magic;
    enum dyno_odbc_desc_kind kind;
    struct dyno_odbc_stmt *owner; /**< NULL for explicit ones */
    struct dyno_odbc_dbc *dbc;
    struct dyno_odbc_desc *next; /**< explicit ones: the connection's list, guarded by its lock */
    pthread_mutex_t lock;        /**< of explicit ones; see dyno_odbc_desc_lock */
    struct dyno_odbc_diag diag;
    SQLULEN array_size;
    SQLULEN bind_type; /**< SQL_BIND_BY_COLUMN, or bytes of a row */
    SQLULEN *bind_offset;
    SQLUSMALLINT *array_status;
    SQLULEN *rows_processed;
    struct dyno_odbc_desc_rec *records;
    size_t count;
};

/** Set up an implicit descriptor of `owner`. */
void dyno_odbc_desc_init(struct dyno_odbc_desc *desc, enum dyno_odbc_desc_kind kind,
                         struct dyno_odbc_stmt *owner);
void dyno_odbc_desc_deinit(struct dyno_odbc_desc *desc);

/** An explicit descriptor in the connection's list, whose lock the caller holds. NULL: no memory. */
struct dyno_odbc_desc *dyno_odbc_desc_new(struct dyno_odbc_dbc *dbc);

/** Take it out of the connection's list, whose lock the caller holds, and free it. */
void dyno_odbc_desc_free(struct dyno_odbc_desc *desc);

/** What guards its fields: the owning statement's lock, or its own. */
pthread_mutex_t *dyno_odbc_desc_lock(struct dyno_odbc_desc *desc);

/** The handle as a descriptor, locked, its diagnostics cleared; NULL if it is none. */
struct dyno_odbc_desc *dyno_odbc_desc_enter(SQLHDESC handle);

/** Unlock, remember `rc`, and return it. */
SQLRETURN dyno_odbc_desc_leave(struct dyno_odbc_desc *desc, SQLRETURN rc);

/** Record `number` (from 1), made if it is not there. NULL: out of memory. */
struct dyno_odbc_desc_rec *dyno_odbc_desc_make(struct dyno_odbc_desc *desc, size_t number);

/** Record `number` if it is bound or described, else NULL. */
const struct dyno_odbc_desc_rec *dyno_odbc_desc_find(const struct dyno_odbc_desc *desc,
                                                     size_t number);

/** How exact a bound cell or value is to be. */
struct dyno_odbc_digits dyno_odbc_desc_digits(const struct dyno_odbc_desc_rec *rec);

/** Change SQL_DESC_COUNT: records behind it are dropped. false: out of memory. */
bool dyno_odbc_desc_set_count(struct dyno_odbc_desc *desc, size_t count);

/** Copy all fields but the handle's own. false: out of memory. */
bool dyno_odbc_desc_copy(struct dyno_odbc_desc *to, const struct dyno_odbc_desc *from);

/** The columns of the result that an IRD describes, as records of `to`. false: out of memory. */
bool dyno_odbc_desc_copy_columns(struct dyno_odbc_desc *to, const struct dyno_odbc_desc *ird);

#endif
