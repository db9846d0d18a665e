#include "load/outcome.h"

#include <string.h>

enum dyno_outcome dyno_outcome_of(const struct dyno_err *failure, enum dyno_status status,
                                  enum dyno_cut cut)
{
    if (status == DYNO_OK)
        return DYNO_OUTCOME_OK;
    if (cut == DYNO_CUT_END)
        return DYNO_OUTCOME_CANCELLED;
    if (cut == DYNO_CUT_DEADLINE)
        return DYNO_OUTCOME_TIMEOUT;
    switch (status) {
    case DYNO_ESERVER:
    case DYNO_ECANCELLED: /* not by us */
    case DYNO_EINPUT:
        return DYNO_OUTCOME_SQL_ERROR;
    case DYNO_ETIMEOUT:
        return DYNO_OUTCOME_TIMEOUT;
    case DYNO_ECONN:
        return strcmp(failure->sqlstate, "08001") == 0 ? DYNO_OUTCOME_CONN_REFUSED
                                                       : DYNO_OUTCOME_CONN_LOST;
    case DYNO_EDNS:
        return DYNO_OUTCOME_DNS;
    case DYNO_ETLS:
        return DYNO_OUTCOME_TLS;
    case DYNO_EAUTH:
        return DYNO_OUTCOME_AUTH;
    case DYNO_EPROTO:
        return DYNO_OUTCOME_PROTOCOL;
    case DYNO_EENV:
    case DYNO_ENOMEM:
    case DYNO_EUNSUPPORTED:
        return DYNO_OUTCOME_DRIVER_ERROR;
    default:
        return DYNO_OUTCOME_HARNESS_ERROR;
    }
}
