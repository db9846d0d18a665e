/**
 * What went wrong: a status code and the text that goes with it.
 *
 * Every function that can fail returns `enum dyno_status` and takes a `struct dyno_err *` as its
 * last parameter. The caller owns the struct; NULL is allowed and drops the detail. Whoever detects
 * a failure writes the text (lower case, no full stop, what failed first, the subject in single
 * quotes); whoever passes it up prepends context.
 */
#ifndef DYNO_BASE_STATUS_H
#define DYNO_BASE_STATUS_H

#include <stdarg.h>
#include <stdint.h>

#define DYNO_MUST_CHECK              __attribute__((warn_unused_result))
#define DYNO_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

enum dyno_status {
    DYNO_OK = 0,
    DYNO_EINPUT, /**< the user's file or option is wrong (exit 2) */
    DYNO_EENV,   /**< the environment does not allow it: no driver, no Java, port in use (exit 3) */
    DYNO_EIO,    /**< reading or writing a local file failed */
    DYNO_ENOTFOUND, /**< what was asked for does not exist */
    DYNO_ETIMEOUT,  /**< a deadline passed */
    DYNO_ECONN,     /**< a connection was refused, reset or lost */
    DYNO_EDNS,      /**< a host's name could not be looked up */
    DYNO_ETLS,      /**< no TLS with this peer, or none that may be trusted */
    DYNO_EAUTH,     /**< the server refused the credentials */
    DYNO_EPROTO,    /**< the peer's bytes make no sense */
    DYNO_ESERVER, /**< the server answered with an error of its own; sqlstate and native are set */
    DYNO_ECANCELLED,   /**< stopped on request */
    DYNO_ELIMIT,       /**< a stated bound was exceeded */
    DYNO_ENOMEM,       /**< out of memory; only the ODBC driver and what it links ever report it */
    DYNO_EUNSUPPORTED, /**< not supported by this peer or build */
    DYNO_EINTERNAL     /**< a fault of ours */
};

#define DYNO_ERR_MESSAGE_BYTES 2048

/** Detail of a failure. Plain data: never allocates, may be copied, needs no release. */
struct dyno_err {
    enum dyno_status status;
    char sqlstate[6]; /**< five characters, or "" where there is none */
    int32_t native;   /**< the server's own error code, 0 where there is none */
    char message[DYNO_ERR_MESSAGE_BYTES];
};

#define DYNO_ERR_INIT                                                                              \
    {                                                                                              \
        .status = DYNO_OK, .sqlstate = "", .native = 0, .message = ""                              \
    }

/**
 * Set status and text; sqlstate and native are cleared. A text over the buffer's size is cut.
 * Returns `status`, so that `return dyno_err_set(err, ...)` is one line.
 */
enum dyno_status dyno_err_set(struct dyno_err *err, enum dyno_status status, const char *fmt, ...)
    DYNO_PRINTF(3, 4);

/** As dyno_err_set, with a SQLSTATE (five characters, NULL for none) and a native code. */
enum dyno_status dyno_err_set_sql(struct dyno_err *err, enum dyno_status status,
                                  const char *sqlstate, int32_t native, const char *fmt, ...)
    DYNO_PRINTF(5, 6);

/** Put "context: " before the text that is there. Returns the status in `err` (DYNO_OK for NULL). */
enum dyno_status dyno_err_prepend(struct dyno_err *err, const char *fmt, ...) DYNO_PRINTF(2, 3);

/** The status's name in lower case, for logs and JSON. Never NULL. */
const char *dyno_status_name(enum dyno_status status);

#endif
