/* The gate: may a transfer start now? Three policies must agree: what the origin has asked for and
 * how it fares (policy/retry.h), the rates (policy/rate.h), and how many may be in flight
 * (policy/adapt.h). */
#ifndef SHOAL_CORE_SCHED_GATE_H
#define SHOAL_CORE_SCHED_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/random.h"
#include "core/config.h"
#include "io/http.h"
#include "policy/adapt.h"
#include "policy/rate.h"
#include "policy/retry.h"

struct gate {
    struct retry retry;
    struct rate rate;
    struct adapt adapt;
    int64_t idle_since_us; /* CLOCK_NEVER: it is not idle */
};

/* What the gate keeps of a file, from its first attempt to its verdict. */
struct gate_file {
    struct retry_file retry;
    struct adapt_attempt attempt;
    int64_t started_us; /* its last attempt */
};

/* `jobs_most`: never more in flight, whatever `config` says. */
void gate_init(struct gate *gate, const struct config *config, unsigned jobs_most, int64_t now_us);

/* When the next transfer may start: `now_us` for at once, CLOCK_NEVER where one that is in flight
 * must end first. */
int64_t gate_next_start_us(const struct gate *gate, int64_t now_us);

/* A transfer starts; `streamed`: its body goes in pieces, of which gate_note_moved() tells. */
void gate_note_start(struct gate *gate, struct gate_file *file, bool streamed, int64_t now_us);
void gate_note_moved(struct gate *gate, int64_t bytes);

/* What an answer's headers ask for, microseconds; 0: nothing. */
struct gate_wait {
    int64_t retry_after_us;
    int64_t limit_us; /* a rate limit is used up (policy/limits.h) */
};

struct gate_wait gate_read_wait(const struct http_end *end, const struct clock *clock);

/* An attempt ended: what becomes of its file. */
struct gate_end {
    const struct attempt_end *attempt;
    enum outcome outcome;
    struct gate_wait wait;
    int64_t bytes; /* of the request */
};

enum retry_step gate_note_end(struct gate *gate, struct gate_file *file, const struct gate_end *end,
    int64_t now_us, const struct random_source *random);

/* Would the next transfer start now, were it not for --rate? */
bool gate_is_held_by_rate(const struct gate *gate, int64_t now_us);

/* Patience with the server (--give-up-after) does not run out while nothing is asked of it, because
 * there is no file or --rate does not allow it: gate_note_idle() says so for the time from now
 * until gate_count_idle() is called, at the beginning of the next round. */
void gate_note_idle(struct gate *gate, int64_t now_us);
void gate_count_idle(struct gate *gate, int64_t now_us);

/* How many may be in flight: so many are worth being ready. */
unsigned gate_limit(const struct gate *gate);

#endif
