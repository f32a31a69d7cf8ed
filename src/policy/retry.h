/* When a file is sent again, when an origin is left alone, and when a run gives up on it: one
 * struct retry an origin. Pure: time and randomness come in as arguments, nothing is allocated.
 * docs/retries.md tells the user what it does.
 *
 * The scheduler's part:
 *     start a file   if retry_next_start_us() <= now, and then retry_note_start()
 *     it ends        retry_note_end() says what becomes of the file
 *     each round     retry_state(): is there still a point? */
#ifndef SHOAL_POLICY_RETRY_H
#define SHOAL_POLICY_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "policy/outcome.h"

struct retry_config {
    unsigned retries;         /* how often an end that counts is followed by another attempt */
    int64_t give_up_after_us; /* CLOCK_NEVER: never */
    bool at_most_once;        /* an ambiguous end is never followed by another attempt */
};

/* Is there still a point in going on? */
enum retry_state {
    RETRY_GOING,
    RETRY_NO_PROGRESS,   /* for `give_up_after_us` attempts failed and none succeeded, or the origin
                            asked for a pause that would take as long */
    RETRY_NEVER_REACHED, /* never a connection, in one more try than `retries` */
    RETRY_NOT_TRUSTED,   /* never a connection, and the certificate does not verify */
};

/* What becomes of a file whose attempt ended. */
enum retry_step {
    RETRY_STEP_FINAL,     /* the outcome is its verdict: done, exists, refused */
    RETRY_STEP_AGAIN,     /* send it again, not before `ready_us` */
    RETRY_STEP_EXHAUSTED, /* failed: the last of its retries is used */
    RETRY_STEP_UNKNOWN,   /* ambiguous, and never to be sent again: verdict unknown */
};

/* What is kept for each file; all zero before its first attempt. */
struct retry_file {
    unsigned counted; /* ends that count against `retries` */
    unsigned waits;   /* ends that were followed by a wait */
    int64_t ready_us; /* no attempt before this moment */
};

struct retry_end {
    const struct attempt_end *attempt;
    enum outcome outcome;
    int64_t started_us; /* when the attempt began */
    /* Waits that the answer asked for, 0: none. Retry-After counts where the outcome is rejected or
     * ambiguous, a rate limit that is used up (policy/limits.h) with any outcome. */
    int64_t retry_after_us;
    int64_t limit_us;
};

enum retry_mode {
    RETRY_OPEN,    /* any number of attempts */
    RETRY_PROBING, /* one at a time, and at most one a second */
    RETRY_RAMPING, /* it answers again: each success allows two more */
};

/* An origin's state. The fields are retry.c's. */
struct retry {
    struct retry_config config;
    enum retry_mode mode;
    int spent;           /* failed ends, of which each success makes up for two */
    unsigned failed_row; /* failed ends since the last success */
    unsigned in_flight;
    int64_t last_success_us;  /* or when the first attempt began */
    double success_us;        /* how long a success takes: a running mean */
    int allowance;            /* starts that are left, while ramping */
    int64_t paused_until_us;  /* the origin asked for it, */
    int64_t paused_at_us;     /* at this moment */
    int64_t mode_since_us;    /* when probing began */
    int64_t last_start_us;    /* of any attempt */
    bool probe_out;           /* a probe is in flight */
    int64_t failing_since_us; /* first failed end since the last success, or CLOCK_NEVER */
    bool reached;             /* there was a connection in this run */
    bool distrusted;          /* a certificate did not verify before that */
    unsigned tries;           /* rounds of attempts that found nobody, before that */
    int64_t try_ended_us;     /* when the last of them ended */
};

void retry_init(struct retry *retry, const struct retry_config *config);

/* When the next attempt may start, new file or old: `now_us` for at once, CLOCK_NEVER where only
 * the end of an attempt that is in flight can tell. */
int64_t retry_next_start_us(const struct retry *retry, int64_t now_us);

/* There is a connection to the origin, though no attempt over it may have ended yet. */
void retry_note_reached(struct retry *retry);

/* An attempt was started. */
void retry_note_start(struct retry *retry, int64_t now_us);

/* An attempt ended: learns from it, and says what becomes of its file (whose record is updated). */
enum retry_step retry_note_end(struct retry *retry, struct retry_file *file,
    const struct retry_end *end, int64_t now_us, const struct random_source *random);

/* No attempt could be made of a file, because it changed while it was read or memory was short:
 * says what becomes of it (RETRY_STEP_AGAIN or RETRY_STEP_EXHAUSTED). It says nothing of the
 * origin, but counts against `retries`. */
enum retry_step retry_note_unsent(const struct retry *retry, struct retry_file *file,
    int64_t now_us, const struct random_source *random);

/* Until when the origin asked to be left alone: past or INT64_MIN where it did not. */
int64_t retry_paused_until_us(const struct retry *retry);

/* Since when the origin is only probed; CLOCK_NEVER: it is not. */
int64_t retry_probing_since_us(const struct retry *retry);

/* Nothing could start for `held_us` because the user's own --rate did not allow it: patience does
 * not run out over that. */
void retry_note_held(struct retry *retry, int64_t held_us);

/* Where it is not RETRY_GOING, nothing more is started; the run is over once nothing is in flight.
 */
enum retry_state retry_state(const struct retry *retry, int64_t now_us);

/* When retry_state() would change by time alone; CLOCK_NEVER: not. For the loop's timer. */
int64_t retry_deadline_us(const struct retry *retry);

/* A wait before attempt number `waits` + 1: random between 0 and 0.5 s times 2^(waits - 1), at most
 * 30 s ("full jitter"). Microseconds. */
int64_t retry_backoff_us(unsigned waits, const struct random_source *random);

#endif
