#include "base/random.h"

#include <stdlib.h>
#include <unistd.h>

static uint64_t system_next(void *context)
{
    struct random_fetched *fetched = context;
    if (fetched->left == 0) {
        if (getentropy(fetched->numbers, sizeof fetched->numbers) != 0)
            abort();
        fetched->left = sizeof fetched->numbers / sizeof fetched->numbers[0];
    }
    uint64_t *number = &fetched->numbers[--fetched->left];
    uint64_t bits = *number;
    *number = 0;
    return bits;
}

struct random_source random_system(struct random_fetched *fetched)
{
    fetched->left = 0;
    return (struct random_source){.next = system_next, .context = fetched};
}

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
static uint64_t seeded_next(void *context)
{
    struct random_seeded *seeded = context;
    seeded->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = seeded->state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

struct random_source random_from_seed(struct random_seeded *seeded, uint64_t seed)
{
    seeded->state = seed;
    return (struct random_source){.next = seeded_next, .context = seeded};
}

/* The lowest 2^64 mod `bound` values are drawn again: without them each remainder is equally
 * likely. */
uint64_t random_below(const struct random_source *source, uint64_t bound)
{
    if (bound == 0)
        return 0;
    uint64_t excess = (UINT64_MAX - bound + 1) % bound; /* 2^64 mod bound */
    uint64_t bits;
    do {
        bits = random_next(source);
    } while (bits < excess);
    return bits % bound;
}
