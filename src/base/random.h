/* Random numbers as a function table: the kernel's for boundaries and jitter, a seeded generator
 * for simulations that must replay. */
#ifndef SHOAL_BASE_RANDOM_H
#define SHOAL_BASE_RANDOM_H

#include <stdint.h>

/* A source of random numbers. */
struct random_source {
    uint64_t (*next)(void *context); /* returns 64 random bits */
    void *context;                   /* the argument of `next` */
};

/* Random numbers fetched ahead: one system call returns 32 numbers. */
struct random_fetched {
    uint64_t numbers[32]; /* the first `left` are unused; used ones are zeroed */
    unsigned left;        /* numbers not yet returned */
};

/* Unpredictable numbers from the kernel, by getentropy(3). `fetched` belongs to the caller and must
 * outlive the source; each number is returned once. Calls abort(3) if the kernel has none: a
 * guessable boundary is worse than no run. */
struct random_source random_system(struct random_fetched *fetched);

/* The state of a seeded generator. */
struct random_seeded {
    uint64_t state; /* the seed, advanced by each number */
};

/* The same sequence for the same seed (SplitMix64). `seeded` belongs to the caller and must outlive
 * the source. Not for anything that must be unguessable. */
struct random_source random_from_seed(struct random_seeded *seeded, uint64_t seed);

/* Calls source->next: 64 random bits. */
static inline uint64_t random_next(const struct random_source *source)
{
    return source->next(source->context);
}

/* A uniformly distributed number from 0 to `bound` - 1; 0 if `bound` is 0. */
uint64_t random_below(const struct random_source *source, uint64_t bound);

#endif
