#include "base/plural.h"

const char *dyno_plural(long long count)
{
    return count == 1 ? "" : "s";
}
