#include "base/rng.h"

#include "base/clock.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>

uint64_t dyno_mix64(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void dyno_rng_init(struct dyno_rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t x = dyno_mix64(seed) ^ dyno_mix64(~stream);
    for (size_t i = 0; i < 4; i++) {
        x = dyno_mix64(x);
        rng->state[i] = x;
    }
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t dyno_rng_next(struct dyno_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double dyno_rng_uniform(struct dyno_rng *rng)
{
    return (double)(dyno_rng_next(rng) >> 11) * 0x1.0p-53;
}

uint64_t dyno_rng_below(struct dyno_rng *rng, uint64_t bound)
{
    assert(bound > 0);
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t x = dyno_rng_next(rng);
    while (x >= limit)
        x = dyno_rng_next(rng);
    return x % bound;
}

double dyno_rng_exponential(struct dyno_rng *rng, double mean)
{
    return -mean * log1p(-dyno_rng_uniform(rng));
}

void dyno_rng_shuffle(struct dyno_rng *rng, void *items, size_t count, size_t item_bytes)
{
    unsigned char spare[256];
    unsigned char *base = items;
    assert(item_bytes <= sizeof spare);
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)dyno_rng_below(rng, i);
        memcpy(spare, base + (i - 1) * item_bytes, item_bytes);
        memmove(base + (i - 1) * item_bytes, base + j * item_bytes, item_bytes);
        memcpy(base + j * item_bytes, spare, item_bytes);
    }
}

uint64_t dyno_rng_fresh_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = dyno_mix64((uint64_t)dyno_now_ns());
    return seed >> 32;
}
