#include "cli/exit_code.h"

int cli_exit_of(enum dyno_status status)
{
    switch (status) {
    case DYNO_OK:
        return CLI_EXIT_OK;
    case DYNO_EINPUT:
    case DYNO_ENOTFOUND:
        return CLI_EXIT_USAGE;
    case DYNO_EENV:
    case DYNO_ECONN:
    case DYNO_EDNS:
    case DYNO_ETLS:
    case DYNO_EAUTH:
    case DYNO_ETIMEOUT:
    case DYNO_EPROTO:
    case DYNO_ESERVER:
    case DYNO_EUNSUPPORTED:
        return CLI_EXIT_ENVIRONMENT;
    default:
        return CLI_EXIT_INTERNAL;
    }
}
