#include "odbc/env.h"

#include <stdlib.h>

struct dyno_odbc_env *dyno_odbc_env_new(void)
{
    struct dyno_odbc_env *env = calloc(1, sizeof *env);
    if (env == NULL)
        return NULL;
    if (pthread_mutex_init(&env->lock, NULL) != 0) {
        free(env);
        return NULL;
    }
    atomic_init(&env->dbc_count, 0);
    atomic_init(&env->odbc_version, SQL_OV_ODBC3);
    dyno_odbc_diag_init(&env->diag);
    env->magic = DYNO_ODBC_MAGIC_ENV;
    return env;
}

void dyno_odbc_env_free(struct dyno_odbc_env *env)
{
    env->magic = DYNO_ODBC_MAGIC_DEAD;
    dyno_odbc_diag_deinit(&env->diag);
    (void)pthread_mutex_destroy(&env->lock);
    free(env);
}

struct dyno_odbc_env *dyno_odbc_env_enter(SQLHENV handle)
{
    struct dyno_odbc_env *env = handle;
    if (env == NULL || env->magic != DYNO_ODBC_MAGIC_ENV)
        return NULL;
    (void)pthread_mutex_lock(&env->lock);
    dyno_odbc_diag_clear(&env->diag);
    return env;
}

SQLRETURN dyno_odbc_env_leave(struct dyno_odbc_env *env, SQLRETURN rc)
{
    env->diag.rc = rc;
    (void)pthread_mutex_unlock(&env->lock);
    return rc;
}
