/* The gate: may a transfer start now? Three policies must agree: what the origin asked for and how
 * it responds (policy/retry.h), --rate (policy/rate.h), and the limit on files in flight
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
    struct retry retry;    /* what the origin asked for, and how it responds */
    struct rate rate;      /* --rate */
    struct adapt adapt;    /* the limit on files in flight */
    int64_t idle_since_us; /* since when nothing was asked of the origin; CLOCK_NEVER: not idle */
};

/* What the gate keeps of a file from its first attempt to its verdict. All zero before. */
struct gate_file {
    struct retry_file retry;      /* how often it was sent, when it may be sent again */
    struct adapt_attempt attempt; /* its attempt in flight */
    int64_t started_us;           /* when its last attempt started */
};

/* Makes a gate from the options in `config`. `jobs_most`: the most files in flight, whatever the
 * options say. */
void gate_init(struct gate *gate, const struct config *config, unsigned jobs_most, int64_t now_us);

/* When the next transfer may start: `now_us` for at once, CLOCK_NEVER where one that is in flight
 * must end first. */
int64_t gate_next_start_us(const struct gate *gate, int64_t now_us);

/* A transfer of `file` starts. `streamed`: gate_note_moved() reports its bytes as they are sent. */
void gate_note_start(struct gate *gate, struct gate_file *file, bool streamed, int64_t now_us);

/* `bytes` of a streamed body were handed to the transport. */
void gate_note_moved(struct gate *gate, int64_t bytes);

/* The waits that a response asked for, in microseconds. */
struct gate_wait {
    int64_t retry_after_us; /* Retry-After (RFC 9110, section 10.2.3); 0: none */
    int64_t rate_limit_us;  /* until a rate limit is reset (policy/limits.h); 0: none is used up */
};

/* Reads the waits from a response's headers. `clock` relates dates to now. */
struct gate_wait gate_read_wait(const struct http_end *end, const struct clock *clock);

/* The end of an attempt, as the policies need it. */
struct gate_end {
    const struct attempt_end *attempt; /* how far it got and what broke it */
    enum outcome outcome;              /* what that means */
    struct gate_wait wait;             /* what the response asked for */
    int64_t bytes;                     /* bytes of the request that were handed to the system */
};

/* An attempt ended: informs the policies, updates `file`, returns what becomes of the file. */
enum retry_step gate_note_end(struct gate *gate, struct gate_file *file, const struct gate_end *end,
    int64_t now_us, const struct random_source *random);

/* Is --rate the only reason why the next transfer may not start now? */
bool gate_waits_for_rate(const struct gate *gate, int64_t now_us);

/* The origin is idle from now on: there is no file, or --rate allows no start. --give-up-after does
 * not count this time. */
void gate_note_idle(struct gate *gate, int64_t now_us);

/* Ends the idle time, at the beginning of each step. */
void gate_end_idle(struct gate *gate, int64_t now_us);

/* How many files may be in flight now, at least 1: also how many are worth having ready. */
unsigned gate_concurrency_limit(const struct gate *gate);

#endif
