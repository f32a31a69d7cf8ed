/* When a file is sent again, when nothing is sent to an origin, and when a run gives up on it: one
 * struct retry per origin. Pure: the time and random numbers are arguments, and nothing is
 * allocated. docs/retries.md describes it for users.
 *
 * The caller's part:
 *     start a file   if retry_next_start_us() <= now, and then retry_note_start()
 *     it ends        retry_note_end() returns what to do with the file
 *     in each turn   retry_state() returns whether to go on
 *
 * Moments are microseconds by one clock of the caller's that never goes back. */
#ifndef SHOAL_POLICY_RETRY_H
#define SHOAL_POLICY_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "policy/health.h"
#include "policy/outcome.h"

/* What the user asked for. */
struct retry_config {
    unsigned retries;         /* --retries: attempts that may follow ends that count, per file */
    int64_t give_up_after_us; /* --give-up-after; CLOCK_NEVER: never */
    bool at_most_once;        /* --at-most-once: no attempt follows an ambiguous end */
};

/* Whether the run should go on with this origin. */
enum retry_state {
    RETRY_GOING,         /* go on */
    RETRY_NO_PROGRESS,   /* nothing succeeded for `give_up_after_us` while attempts failed */
    RETRY_PAUSED_LONG,   /* the origin asked for a pause that outlasts `give_up_after_us` */
    RETRY_NEVER_REACHED, /* no connection was ever made, in one try more than `retries` */
    RETRY_NOT_TRUSTED,   /* no connection was ever made, and the certificate does not verify */
    RETRY_NOT_TLS,       /* no connection was ever made: the server does not speak TLS */
    RETRY_NOT_ADMITTED,  /* the origin does not accept the credentials: policy/credentials.h */
};

/* How many states there are. */
#define RETRY_STATES 7

/* What to do with a file whose attempt ended. */
enum retry_step {
    RETRY_STEP_FINAL, /* the outcome is final: done, exists, refused */
    RETRY_STEP_AGAIN, /* send it again, or on to where it was redirected, not before `ready_us` */
    RETRY_STEP_EXHAUSTED, /* it failed: its retries are used up, or it would have to wait too long
                           */
    RETRY_STEP_UNKNOWN,   /* ambiguous, and never sent again: its verdict is unknown */
};

/* What is kept for each file; all zero before its first attempt. */
struct retry_file {
    unsigned counted; /* ends that count against `retries` */
    unsigned waits;   /* ends that were followed by a wait */
    int64_t ready_us; /* no attempt before this moment */
};

/* How an attempt ended. */
struct retry_end {
    const struct attempt_end *attempt; /* the end itself, read during the call */
    enum outcome outcome;              /* what it means */
    int64_t started_us;                /* when the attempt began */
    int64_t retry_after_us; /* Retry-After, for outcomes rejected and ambiguous; 0: none */
    int64_t rate_limit_us;  /* until a used-up rate limit is reset, for any outcome; 0: none */
};

/* How many attempts an origin gets. */
enum retry_mode {
    RETRY_OPEN,    /* any number */
    RETRY_PROBING, /* one at a time, and at most one per second */
    RETRY_RAMPING, /* the origin responds again: each success allows two more */
};

/* An origin's state. The fields are retry.c's. */
struct retry {
    struct retry_config config; /* a copy of retry_init()'s */
    enum retry_mode mode;       /* how many attempts it gets */
    int spent;                  /* of the budget: failed ends, less two per success, at least 0 */
    unsigned failed_in_row;     /* failed ends since the last success */
    unsigned in_flight;         /* attempts in flight */
    int64_t last_success_us;    /* or when the first attempt began; INT64_MIN: before that */
    double success_us;          /* how long a success takes: a running mean; 0: none yet */
    int allowance;              /* starts that are left, while ramping */
    int64_t paused_until_us;    /* the end of the pause the origin asked for; INT64_MIN: none */
    int64_t paused_at_us;       /* when it asked for that pause */
    int64_t asked_us;           /* how long a pause the last end asked for; 0: none */
    struct health health;       /* how it does, by its recent responses */
    int64_t mode_since_us;      /* when probing last began */
    int64_t last_start_us;      /* of any attempt; INT64_MIN: none yet */
    bool probe_in_flight;       /* while probing */
    int64_t failing_since_us;   /* first failed end since the last success; CLOCK_NEVER: none */
    bool reached;               /* there was a connection in this run */
    bool not_tls;               /* it did not speak TLS before `reached` */
    bool distrusted;            /* a certificate did not verify before `reached` */
    unsigned tries;             /* rounds of attempts without a connection, before `reached` */
    int64_t try_ended_us;       /* when the last of these rounds ended; INT64_MIN: none yet */
};

/* Sets up `retry`, the caller's, for an origin that was never tried. */
void retry_init(struct retry *retry, const struct retry_config *config);

/* Returns when the next attempt of any file may start: `now_us` for at once, CLOCK_NEVER if that
 * depends on the end of an attempt in flight, or if the run should not go on. */
int64_t retry_next_start_us(const struct retry *retry, int64_t now_us);

/* There is a connection to the origin, even if no attempt over it has ended yet. */
void retry_note_reached(struct retry *retry);

/* An attempt was started. */
void retry_note_start(struct retry *retry, int64_t now_us);

/* An attempt ended. Returns what to do with its file, whose `file` is updated. */
enum retry_step retry_note_end(struct retry *retry, struct retry_file *file,
    const struct retry_end *end, int64_t now_us, const struct random_source *random);

/* Returns how long a pause of the origin the last end of retry_note_end() asked for, microseconds;
 * 0: none, or only for its own file. */
int64_t retry_asked_pause_us(const struct retry *retry);

/* No attempt could be made of a file, because it changed while it was read or memory was short:
 * says what becomes of it (RETRY_STEP_AGAIN or RETRY_STEP_EXHAUSTED). It says nothing of the
 * origin, but counts against `retries`. */
enum retry_step retry_note_unsent(const struct retry *retry, struct retry_file *file,
    int64_t now_us, const struct random_source *random);

/* Until when the origin asked to be left alone: past or INT64_MIN where it did not. */
int64_t retry_paused_until_us(const struct retry *retry);

/* How long the pause is that the origin asked for last, in microseconds. */
int64_t retry_pause_length_us(const struct retry *retry);

/* Since when the origin is only probed; CLOCK_NEVER: it is not. */
int64_t retry_probing_since_us(const struct retry *retry);

/* For `waited_us` microseconds nothing could start because of the user's own --rate: that time does
 * not count towards `give_up_after_us`. */
void retry_note_rate_wait(struct retry *retry, int64_t waited_us);

/* Returns whether to go on. If not, nothing more is started, and the run is over once nothing is in
 * flight. */
enum retry_state retry_state(const struct retry *retry, int64_t now_us);

/* Returns when retry_state() changes by time alone, for the loop's timer; CLOCK_NEVER: it does not.
 */
int64_t retry_deadline_us(const struct retry *retry);

/* Returns the wait, in microseconds, that follows the end number `waits` of a file: random, from 0
 * to 0.5 s times 2^(waits - 1), but at most to 30 s ("full jitter"). */
int64_t retry_backoff_us(unsigned waits, const struct random_source *random);

#endif
