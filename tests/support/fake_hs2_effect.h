/** Effects of settings on the scripted server: what a session has set makes its statements slower or faster. */
#ifndef DYNO_FAKE_HS2_EFFECT_H
#define DYNO_FAKE_HS2_EFFECT_H

#include "base/status.h"

#include <stddef.h>

#define FAKE_EFFECT_KEYS 4

struct fake_settings;

/** Where every key has its value, the logarithm of the service time grows by `log`. */
struct fake_effect {
    char *keys[FAKE_EFFECT_KEYS];
    char *values[FAKE_EFFECT_KEYS];
    size_t count;
    double log;
};

/** "k=v,0.5" or, for an interaction, "k=v,k=v,0.5". Release with fake_effect_deinit, also after a failure. */
enum dyno_status fake_effect_parse(const char *text, struct fake_effect *out,
                                   struct dyno_err *err) DYNO_MUST_CHECK;
void fake_effect_deinit(struct fake_effect *effect);

/** The sum of the effects whose settings a session has, the server's own defaults included. */
double fake_effects_sum(const struct fake_effect *effects, size_t count,
                        const struct fake_settings *settings);

#endif
