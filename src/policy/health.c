/* How it works. A share of the requests may fail by chance: one of many servers behind a name
 * restarts, or is full for a moment. Then the probability that one file fails n times in a row is
 * that share to the power of n, and a file that failed more often than that has a fault of its own.
 *
 * A wait that such a response asks for is the file's. It is the origin's if too many ask for one: a
 * bucket holds how many are taken to be chance, each takes one out, and each success puts an eighth
 * back in. So about one in nine may ask for a wait for ever, and a few more for a moment. A few are
 * enough without a success between them: more where many are in flight, because rejections come
 * sooner than the successes beside them. */
#include "policy/health.h"

#include "base/clock.h"

enum {
    SHARE_ENDS = 128,       /* attempts that the share of failures is a mean over */
    ASKS_IN_ROW = 4,        /* asks without a success between them that speak for the origin */
    IN_FLIGHT_PER_ASK = 16, /* one more for this many in flight */
};

static const double failed_share_most = 0.5; /* with more, the origin is not healthy */
/* A share over SHARE_ENDS attempts can't be told from a smaller one. */
static const double failed_share_least = 0.01;
/* Less probable than this is not chance: with thousands of files a few may be as unlucky. */
static const double chance_least = 1e-4;

static const double lone_asks_most = 8;
static const double lone_asks_per_success = 1.0 / 8;

void health_init(struct health *health)
{
    *health = (struct health){.lone_asks = lone_asks_most, .asked_until_us = INT64_MIN};
}

static void health_count(struct health *health, bool failed)
{
    health->ends += health->ends < SHARE_ENDS ? 1 : 0;
    health->failed_share += ((failed ? 1 : 0) - health->failed_share) / health->ends;
}

void health_note_success(struct health *health)
{
    health_count(health, false);
    health->lone_asks += lone_asks_per_success;
    if (health->lone_asks > lone_asks_most)
        health->lone_asks = lone_asks_most;
    health->asks_in_row = 0;
    health->asked_until_us = INT64_MIN;
}

void health_note_failure(struct health *health)
{
    health_count(health, true);
}

bool health_is_chance(const struct health *health, unsigned failures)
{
    if (health->failed_share > failed_share_most)
        return false;
    double share =
        health->failed_share > failed_share_least ? health->failed_share : failed_share_least;
    double probability = 1;
    while (failures > 0 && probability >= chance_least) {
        probability *= share;
        failures--;
    }
    return probability >= chance_least;
}

int64_t health_note_ask(struct health *health, unsigned in_flight, int64_t until_us)
{
    health->asks_in_row++;
    health->asked_until_us = clock_later(health->asked_until_us, until_us);
    if (health->lone_asks >= 1 &&
        health->asks_in_row < ASKS_IN_ROW + in_flight / IN_FLIGHT_PER_ASK) {
        health->lone_asks -= 1;
        return INT64_MIN;
    }
    return health->asked_until_us;
}
