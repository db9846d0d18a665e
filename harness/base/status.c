#include "base/status.h"

#include <stdio.h>
#include <string.h>

static void set_text(struct dyno_err *err, enum dyno_status status, const char *fmt, va_list args)
    DYNO_PRINTF(3, 0);

static void set_text(struct dyno_err *err, enum dyno_status status, const char *fmt, va_list args)
{
    if (err == NULL)
        return;
    err->status = status;
    err->sqlstate[0] = '\0';
    err->native = 0;
    (void)vsnprintf(err->message, sizeof err->message, fmt, args);
}

enum dyno_status dyno_err_set(struct dyno_err *err, enum dyno_status status, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    set_text(err, status, fmt, args);
    va_end(args);
    return status;
}

enum dyno_status dyno_err_set_sql(struct dyno_err *err, enum dyno_status status,
                                  const char *sqlstate, int32_t native, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    set_text(err, status, fmt, args);
    va_end(args);
    if (err != NULL) {
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate ? sqlstate : "");
        err->native = native;
    }
    return status;
}

enum dyno_status dyno_err_prepend(struct dyno_err *err, const char *fmt, ...)
{
    if (err == NULL)
        return DYNO_OK;
    char old[DYNO_ERR_MESSAGE_BYTES];
    memcpy(old, err->message, sizeof old);
    va_list args;
    va_start(args, fmt);
    int used = vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof err->message) {
        size_t room = sizeof err->message - (size_t)used;
        (void)snprintf(err->message + used, room, ": %.*s", (int)(room > 3 ? room - 3 : 0), old);
    }
    return err->status;
}

const char *dyno_status_name(enum dyno_status status)
{
    static const char *const names[] = {
        [DYNO_OK] = "ok",
        [DYNO_EINPUT] = "input",
        [DYNO_EENV] = "environment",
        [DYNO_EIO] = "io",
        [DYNO_ENOTFOUND] = "not_found",
        [DYNO_ETIMEOUT] = "timeout",
        [DYNO_ECONN] = "connection",
        [DYNO_EDNS] = "dns",
        [DYNO_ETLS] = "tls",
        [DYNO_EAUTH] = "auth",
        [DYNO_EPROTO] = "protocol",
        [DYNO_ESERVER] = "server",
        [DYNO_ECANCELLED] = "cancelled",
        [DYNO_ELIMIT] = "limit",
        [DYNO_ENOMEM] = "memory",
        [DYNO_EUNSUPPORTED] = "unsupported",
        [DYNO_EINTERNAL] = "internal",
    };
    size_t i = (size_t)status;
    return i < sizeof names / sizeof names[0] ? names[i] : "unknown";
}
