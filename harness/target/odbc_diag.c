#include "target/odbc_private.h"

#include <string.h>

#define MAX_RECORDS   16
#define MESSAGE_BYTES 2048 /* unixODBC before 2.3.13 overruns small buffers */

SQLCHAR *dyno_odbc_text(const char *text)
{
    union {
        const char *in;
        SQLCHAR *out;
    } cast = {.in = text};
    return cast.out;
}

SQLPOINTER dyno_odbc_number(SQLULEN number)
{
    union {
        SQLULEN in;
        SQLPOINTER out;
    } cast = {.in = number};
    return cast.out;
}

/* By class of SQLSTATE, or by the whole of it; the first that fits. */
static const struct {
    const char *prefix;
    const char *in_text; /* NULL: any */
    enum dyno_status status;
} classes[] = {
    /* ODBC has no states of their own for these two; the words are those of several drivers. */
    {"08", "ooking up host", DYNO_EDNS},
    {"08", "translate host name", DYNO_EDNS},
    {"08", "ame or service not known", DYNO_EDNS},
    {"08", "name resolution", DYNO_EDNS},
    {"08", "TLS", DYNO_ETLS},
    {"08", "SSL", DYNO_ETLS},
    {"08", "certificate", DYNO_ETLS},
    {"08", NULL, DYNO_ECONN},
    {"28", NULL, DYNO_EAUTH},
    {"HYT", NULL, DYNO_ETIMEOUT},
    {"HY008", NULL, DYNO_ECANCELLED},
    {"HY001", NULL, DYNO_ENOMEM},
    {"IM00", NULL, DYNO_EENV},
    /* The driver manager reports a missing library with the class of a warning. */
    {"01000", "Can't open lib", DYNO_EENV},
};

static enum dyno_status classify(const char *sqlstate, const char *text)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (strncmp(sqlstate, classes[i].prefix, strlen(classes[i].prefix)) == 0 &&
            (classes[i].in_text == NULL || strstr(text, classes[i].in_text) != NULL))
            return classes[i].status;
    }
    return DYNO_ESERVER;
}

/* Record `number` into `text`, always ended; false if there is none. */
static bool read_record(SQLSMALLINT handle_type, SQLHANDLE handle, SQLSMALLINT number,
                        SQLCHAR sqlstate[6], SQLINTEGER *native, SQLCHAR text[MESSAGE_BYTES])
{
    SQLSMALLINT len = 0;
    memset(sqlstate, 0, 6);
    text[0] = '\0';
    SQLRETURN rc =
        SQLGetDiagRec(handle_type, handle, number, sqlstate, native, text, MESSAGE_BYTES - 1, &len);
    sqlstate[5] = '\0';
    text[MESSAGE_BYTES - 1] = '\0';
    return SQL_SUCCEEDED(rc);
}

enum dyno_status dyno_odbc_error(SQLSMALLINT handle_type, SQLHANDLE handle, const char *what,
                                 struct dyno_err *err)
{
    SQLCHAR sqlstate[6];
    SQLCHAR text[MESSAGE_BYTES];
    SQLINTEGER native = 0;
    struct dyno_err own = DYNO_ERR_INIT;
    if (!read_record(handle_type, handle, 1, sqlstate, &native, text))
        return dyno_err_set_sql(err, DYNO_ESERVER, "HY000", 0,
                                "%s failed and the driver does not say why", what);
    (void)dyno_err_set_sql(&own, classify((const char *)sqlstate, (const char *)text),
                           (const char *)sqlstate, native, "%s", (const char *)text);
    for (SQLSMALLINT i = 2; i <= MAX_RECORDS; i++) {
        if (!read_record(handle_type, handle, i, sqlstate, &native, text))
            break;
        struct dyno_err so_far = own;
        (void)dyno_err_set_sql(&own, so_far.status, so_far.sqlstate, so_far.native, "%s; %s",
                               so_far.message, (const char *)text);
    }
    if (err != NULL)
        *err = own;
    return own.status;
}

void dyno_odbc_add_cure(struct dyno_err *err)
{
    static const struct {
        const char *sign;
        const char *cure;
    } cures[] = {
        {"Data source name not found",
         "define it in odbc.ini ('odbcinst -j' says where that is), or name a driver by Driver=..."},
        /* The manager says "file not found" of every library that cannot be loaded. */
        {"Can't open lib",
         "'ldd' of that file says what is missing: the file itself, a library that it "
         "needs, or the right architecture"},
    };
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        struct dyno_err told = *err;
        if (strstr(told.message, cures[i].sign) != NULL)
            (void)dyno_err_set_sql(err, told.status, told.sqlstate, told.native, "%.1700s: %s",
                                   told.message, cures[i].cure);
    }
}

enum dyno_status dyno_odbc_stmt_error(struct dyno_conn *conn, const char *what,
                                      struct dyno_err *err)
{
    enum dyno_status status = dyno_odbc_error(SQL_HANDLE_STMT, conn->stmt, what, err);
    conn->is_lost = conn->is_lost || status == DYNO_ECONN || status == DYNO_ETLS;
    return status;
}
