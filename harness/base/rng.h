/**
 * Seeded random numbers: xoshiro256** (Blackman & Vigna 2018), seeded through SplitMix64. The same
 * seed gives the same numbers on every machine and in every version of this program.
 */
#ifndef DYNO_BASE_RNG_H
#define DYNO_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct dyno_rng {
    uint64_t state[4];
};

/** Independent streams: same `seed`, different `stream`. */
void dyno_rng_init(struct dyno_rng *rng, uint64_t seed, uint64_t stream);
uint64_t dyno_rng_next(struct dyno_rng *rng);

/** Uniform on [0, 1), 53 bits. */
double dyno_rng_uniform(struct dyno_rng *rng);

/** Uniform on 0 .. bound-1 without modulo bias; `bound` must be over 0. */
uint64_t dyno_rng_below(struct dyno_rng *rng, uint64_t bound);

/** Exponential with the given mean. */
double dyno_rng_exponential(struct dyno_rng *rng, double mean);

/** Fisher-Yates over `count` items of `item_bytes` (at most 256). */
void dyno_rng_shuffle(struct dyno_rng *rng, void *items, size_t count, size_t item_bytes);

/** A seed from the system, for when the user names none. Below 2^53, so that JSON holds it. */
uint64_t dyno_rng_fresh_seed(void);

/** One step of SplitMix64: a well-mixed 64-bit hash of `x`. */
uint64_t dyno_mix64(uint64_t x);

#endif
