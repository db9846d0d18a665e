#include "support/fake_hs2_effect.h"

#include "base/alloc.h"
#include "base/units.h"
#include "support/fake_hs2_result.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum dyno_status fake_effect_parse(const char *text, struct fake_effect *out, struct dyno_err *err)
{
    *out = (struct fake_effect){.count = 0};
    for (const char *comma = strchr(text, ','); comma != NULL; comma = strchr(text, ',')) {
        const char *equals = strchr(text, '=');
        if (equals == NULL || equals > comma || out->count == FAKE_EFFECT_KEYS)
            return dyno_err_set(err, DYNO_EINPUT, "'%s' is not KEY=VALUE[,KEY=VALUE]...,LOG", text);
        out->keys[out->count] = dyno_xstrndup(text, (size_t)(equals - text));
        out->values[out->count++] = dyno_xstrndup(equals + 1, (size_t)(comma - equals - 1));
        text = comma + 1;
    }
    if (out->count == 0)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' names no setting", text);
    return dyno_parse_f64(text, -10, 10, &out->log, err);
}

void fake_effect_deinit(struct fake_effect *effect)
{
    for (size_t i = 0; i < effect->count; i++) {
        free(effect->keys[i]);
        free(effect->values[i]);
    }
    *effect = (struct fake_effect){.count = 0};
}

double fake_effects_sum(const struct fake_effect *effects, size_t count,
                        const struct fake_settings *settings)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        bool holds = true;
        for (size_t k = 0; k < effects[i].count; k++)
            holds = holds && strcmp(fake_settings_get(settings, effects[i].keys[k]),
                                    effects[i].values[k]) == 0;
        sum += holds ? effects[i].log : 0.0;
    }
    return sum;
}
