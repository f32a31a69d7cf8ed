/* Random numbers as a function table: the system's for boundaries and jitter, a seeded one for
 * simulations that must replay. */
#ifndef SHOAL_BASE_RANDOM_H
#define SHOAL_BASE_RANDOM_H

#include <stdint.h>

struct random_source {
    uint64_t (*next)(void *context); /* 64 random bits */
    void *context;
};

/* Bits that were fetched ahead: a call of the kernel's gives 32 numbers, not one. */
struct random_fetched {
    uint64_t numbers[32];
    unsigned left;
};

/* Unpredictable bits from the kernel, by getentropy(3). `fetched` belongs to the caller and must
 * outlive the source; each number is given once. Ends the process with abort(3) where the kernel
 * gives none: a guessable boundary is worse than no run. */
struct random_source random_system(struct random_fetched *fetched);

struct random_seeded {
    uint64_t state;
};

/* The same sequence for the same seed (SplitMix64). `state` belongs to the caller and must outlive
 * the source. Never for anything that must be unguessable. */
struct random_source random_from_seed(struct random_seeded *state, uint64_t seed);

static inline uint64_t random_next(const struct random_source *source)
{
    return source->next(source->context);
}

/* A number from 0 to `bound` - 1, each as likely; 0 where `bound` is 0. */
uint64_t random_below(const struct random_source *source, uint64_t bound);

#endif
