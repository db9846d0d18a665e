/* Attributes of environments and connections. */
#include "base/clock.h"
#include "odbc/api.h"
#include "odbc/dbc.h"
#include "odbc/env.h"
#include "odbc/text.h"

#include <stdint.h>

static SQLRETURN set_env_attr(struct dyno_odbc_env *env, SQLINTEGER attribute, SQLULEN number)
{
    switch (attribute) {
    case SQL_ATTR_ODBC_VERSION:
        if (number != SQL_OV_ODBC2 && number != SQL_OV_ODBC3 && number != SQL_OV_ODBC3_80)
            return dyno_odbc_diag_post(&env->diag, "HY024", NULL);
        atomic_store(&env->odbc_version, (int)number);
        return SQL_SUCCESS;
    case SQL_ATTR_OUTPUT_NTS:
        return number == SQL_TRUE ? SQL_SUCCESS : dyno_odbc_diag_post(&env->diag, "HYC00", NULL);
    case SQL_ATTR_CONNECTION_POOLING:
    case SQL_ATTR_CP_MATCH:
        return SQL_SUCCESS;
    default:
        return dyno_odbc_diag_post(&env->diag, "HY092", NULL);
    }
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetEnvAttr(SQLHENV handle, SQLINTEGER attribute,
                                              SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    struct dyno_odbc_env *env = dyno_odbc_env_enter(handle);
    if (env == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_env_leave(env, set_env_attr(env, attribute, (SQLULEN)(uintptr_t)value));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetEnvAttr(SQLHENV handle, SQLINTEGER attribute,
                                              SQLPOINTER value, SQLINTEGER room, SQLINTEGER *len)
{
    (void)room;
    struct dyno_odbc_env *env = dyno_odbc_env_enter(handle);
    if (env == NULL)
        return SQL_INVALID_HANDLE;
    SQLINTEGER number = 0;
    SQLRETURN rc = SQL_SUCCESS;
    if (attribute == SQL_ATTR_ODBC_VERSION)
        number = atomic_load(&env->odbc_version);
    else if (attribute == SQL_ATTR_OUTPUT_NTS)
        number = SQL_TRUE;
    else if (attribute == SQL_ATTR_CONNECTION_POOLING)
        number = SQL_CP_OFF;
    else
        rc = dyno_odbc_diag_post(&env->diag, "HY092", NULL);
    if (rc == SQL_SUCCESS && value != NULL)
        *(SQLINTEGER *)value = number;
    if (rc == SQL_SUCCESS && len != NULL)
        *len = sizeof number;
    return dyno_odbc_env_leave(env, rc);
}

static int32_t seconds_of(SQLULEN number)
{
    return number > 86400 ? 86400 : (int32_t)number;
}

/* From here on; 0 is the client's own limit, since every wait has one. */
static void set_connection_timeout(struct dyno_odbc_dbc *dbc, SQLULEN number)
{
    dbc->connection_timeout_s = seconds_of(number);
    (void)pthread_mutex_lock(&dbc->wire);
    if (dbc->session != NULL)
        dyno_hs2_session_set_call_timeout(dbc->session, dbc->connection_timeout_s * DYNO_NS_PER_S);
    (void)pthread_mutex_unlock(&dbc->wire);
}

static SQLRETURN substitute(struct dyno_odbc_dbc *dbc, const char *text)
{
    return dyno_odbc_diag_post(&dbc->diag, "01S02", "%s", text);
}

static SQLRETURN set_dbc_attr(struct dyno_odbc_dbc *dbc, SQLINTEGER attribute, SQLULEN number)
{
    switch (attribute) {
    case SQL_ATTR_AUTOCOMMIT:
        if (number == SQL_AUTOCOMMIT_ON)
            return SQL_SUCCESS;
        return substitute(dbc, "Spark has no transactions; autocommit stays on");
    case SQL_ATTR_LOGIN_TIMEOUT:
        dbc->login_timeout_s = seconds_of(number);
        return SQL_SUCCESS;
    case SQL_ATTR_CONNECTION_TIMEOUT:
        set_connection_timeout(dbc, number);
        return SQL_SUCCESS;
    case SQL_ATTR_ACCESS_MODE:
        dbc->access_mode = number;
        return SQL_SUCCESS;
    case SQL_ATTR_TXN_ISOLATION:
        return substitute(dbc, "Spark has no transactions; the isolation level is not used");
    case SQL_ATTR_ANSI_APP:
    case SQL_ATTR_PACKET_SIZE:
    case SQL_ATTR_QUIET_MODE:
        return SQL_SUCCESS;
    case SQL_ATTR_ASYNC_ENABLE:
        if (number != SQL_ASYNC_ENABLE_OFF && number != SQL_ASYNC_ENABLE_ON)
            return dyno_odbc_diag_post(&dbc->diag, "HY024", NULL);
        dbc->async_enable = number;
        return SQL_SUCCESS;
    case SQL_ATTR_METADATA_ID:
        if (number != SQL_FALSE && number != SQL_TRUE)
            return dyno_odbc_diag_post(&dbc->diag, "HY024", NULL);
        dbc->metadata_id = number;
        return SQL_SUCCESS;
    case SQL_ATTR_CURRENT_CATALOG:
        return dyno_odbc_diag_post(&dbc->diag, "HYC00",
                                   "catalogs are not supported; use the connection key Schema");
    default:
        return dyno_odbc_diag_post(&dbc->diag, "HY092", NULL);
    }
}

static SQLRETURN set_connect_attr(SQLHDBC handle, SQLINTEGER attribute, SQLPOINTER value)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_dbc_leave(dbc, set_dbc_attr(dbc, attribute, (SQLULEN)(uintptr_t)value));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetConnectAttr(SQLHDBC handle, SQLINTEGER attribute,
                                                  SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    return set_connect_attr(handle, attribute, value);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSetConnectAttrW(SQLHDBC handle, SQLINTEGER attribute,
                                                   SQLPOINTER value, SQLINTEGER len)
{
    (void)len;
    return set_connect_attr(handle, attribute, value);
}

/* Attributes that are numbers. False for all others. */
static bool get_number(struct dyno_odbc_dbc *dbc, SQLINTEGER attribute, SQLUINTEGER *out)
{
    switch (attribute) {
    case SQL_ATTR_AUTOCOMMIT:
        *out = SQL_AUTOCOMMIT_ON;
        return true;
    case SQL_ATTR_LOGIN_TIMEOUT:
        *out = dbc->login_timeout_s < 0 ? 0 : (SQLUINTEGER)dbc->login_timeout_s;
        return true;
    case SQL_ATTR_CONNECTION_TIMEOUT:
        *out = dbc->connection_timeout_s < 0 ? 0 : (SQLUINTEGER)dbc->connection_timeout_s;
        return true;
    case SQL_ATTR_ACCESS_MODE:
        *out = (SQLUINTEGER)dbc->access_mode;
        return true;
    case SQL_ATTR_CONNECTION_DEAD:
        *out = dyno_odbc_dbc_is_dead(dbc) ? SQL_CD_TRUE : SQL_CD_FALSE;
        return true;
    case SQL_ATTR_ASYNC_ENABLE:
        *out = (SQLUINTEGER)dbc->async_enable;
        return true;
    case SQL_ATTR_METADATA_ID:
        *out = (SQLUINTEGER)dbc->metadata_id;
        return true;
    case SQL_ATTR_AUTO_IPD:
    case SQL_ATTR_TXN_ISOLATION:
    case SQL_ATTR_PACKET_SIZE:
        *out = 0;
        return true;
    default:
        return false;
    }
}

static SQLRETURN get_dbc_attr(struct dyno_odbc_dbc *dbc, SQLINTEGER attribute,
                              const struct dyno_odbc_text_out *out)
{
    SQLUINTEGER number = 0;
    if (get_number(dbc, attribute, &number)) {
        if (out->buffer != NULL)
            *(SQLUINTEGER *)out->buffer = number;
        if (out->integer_len != NULL)
            *out->integer_len = sizeof number;
        return SQL_SUCCESS;
    }
    if (attribute != SQL_ATTR_CURRENT_CATALOG)
        return dyno_odbc_diag_post(&dbc->diag, "HY092", NULL);
    if (dyno_odbc_text_put(out, ""))
        return dyno_odbc_diag_post(&dbc->diag, "01004", NULL);
    return SQL_SUCCESS;
}

static SQLRETURN get_connect_attr(SQLHDBC handle, SQLINTEGER attribute,
                                  struct dyno_odbc_text_out out, SQLINTEGER *len)
{
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    out.integer_len = len;
    return dyno_odbc_dbc_leave(dbc, get_dbc_attr(dbc, attribute, &out));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetConnectAttr(SQLHDBC handle, SQLINTEGER attribute,
                                                  SQLPOINTER value, SQLINTEGER room,
                                                  SQLINTEGER *len)
{
    return get_connect_attr(handle, attribute, dyno_odbc_narrow_out(value, room, NULL), len);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetConnectAttrW(SQLHDBC handle, SQLINTEGER attribute,
                                                   SQLPOINTER value, SQLINTEGER room,
                                                   SQLINTEGER *len)
{
    return get_connect_attr(handle, attribute, dyno_odbc_wide_bytes_out(value, room, NULL), len);
}
