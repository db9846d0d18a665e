#include "target/target.h"

#include "base/suggest.h"
#include "target/targets.h"

#include <string.h>

/* In the order of enum dyno_target_kind. */
static const char *const kind_names[] = {"null", "hs2", "odbc"};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

const struct dyno_target_ops *dyno_target_ops(enum dyno_target_kind kind)
{
    switch (kind) {
    case DYNO_TARGET_HS2:
        return dyno_target_hs2();
    case DYNO_TARGET_ODBC:
        return dyno_target_odbc();
    case DYNO_TARGET_NULL:
        break;
    }
    return dyno_target_null();
}

enum dyno_status dyno_target_kind_parse(const char *name, enum dyno_target_kind *out,
                                        struct dyno_err *err)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(name, kind_names[i]) != 0)
            continue;
        *out = (enum dyno_target_kind)i;
        return DYNO_OK;
    }
    const char *near = dyno_suggest(name, kind_names, KIND_COUNT);
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%s' is not a kind of target%s%s%s; allowed: odbc, hs2, null", name,
                        near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

const char *dyno_target_kind_name(enum dyno_target_kind kind)
{
    return (size_t)kind < KIND_COUNT ? kind_names[kind] : "unknown";
}
