/** A setting made of string literals, which nobody may free or change. */
#ifndef DYNO_TESTS_SPARK_BORROWED_SETTING_H
#define DYNO_TESTS_SPARK_BORROWED_SETTING_H

#include "spark/setting.h"

static inline struct dyno_setting borrowed_setting(const char *key, const char *value)
{
    union {
        const char *from;
        char *to;
    } k = {.from = key}, v = {.from = value};
    return (struct dyno_setting){.key = k.to, .value = v.to};
}

#endif
