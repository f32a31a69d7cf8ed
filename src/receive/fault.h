/* Scripted faults: what `--fault SPEC` says, and which requests it hits. Pure; docs/receiver.md has
 * the grammar. */
#ifndef SHOAL_RECEIVE_FAULT_H
#define SHOAL_RECEIVE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
    FAULT_DELAY,   /* waits, then goes on */
    FAULT_STATUS,  /* answers with a status of its own */
    FAULT_RESET,   /* resets the connection (RST) */
    FAULT_STALL,   /* never moves again, until the client goes */
    FAULT_CLOSE,   /* closes the connection */
    FAULT_GARBAGE, /* sends what is no HTTP, and closes */
};

/* When it strikes. */
enum fault_phase {
    FAULT_HEADERS, /* the request's head is there, nothing of its body was read */
    FAULT_BODY,  /* the first bytes of the body are there (for a status: the body is read, not kept)
                  */
    FAULT_TAKEN, /* the file is stored, nothing of the answer was sent */
    FAULT_ANSWER, /* half of the answer's body was sent */
    FAULT_KEPT,   /* the answer is out, and did not say that the connection ends */
    FAULT_NEXT,   /* the next request arrives on the same connection */
};

#define FAULT_PHASES 6

enum fault_choice_kind {
    FAULT_ALWAYS,
    FAULT_SHARE, /* by chance, `amount` in FAULT_SHARE_WHOLE */
    FAULT_EVERY, /* every `amount`th request */
    FAULT_FIRST, /* the first `amount` requests */
};

#define FAULT_SHARE_WHOLE 1000000

struct fault {
    enum fault_kind kind;
    enum fault_phase phase;
    enum fault_choice_kind choice;
    uint64_t amount;
    int64_t delay_us;      /* FAULT_DELAY */
    unsigned status;       /* FAULT_STATUS */
    int64_t retry_after;   /* FAULT_STATUS: seconds from the answer on, or -1: no Retry-After */
    bool retry_after_date; /* it is sent as a date */
};

/* Reads KIND[=VALUE][,retry-after=[date+]SECONDS][:PHASE][@SHARE%|@every=N|@first=N]. False with
 * `error` (ERROR_USAGE), which quotes the part that is wrong. */
bool fault_parse(const char *spec, struct fault *fault, struct error *error);

/* The kinds with what they take, one a line, for a help text. */
const char *fault_help(void);

/* A word for the events: "delay", "status", ... */
const char *fault_kind_name(enum fault_kind kind);

#define FAULT_LIST_MAX 64

struct fault_list {
    struct fault faults[FAULT_LIST_MAX];
    size_t count;
    uint64_t seed;
};

/* What strikes one request: at most one delay and one other, the first of each that is chosen. */
struct fault_pair {
    const struct fault *delay; /* NULL: none */
    const struct fault *other;
};

/* Chooses for the request with `number` (the first is 1): the same for the same seed and number,
 * whatever came before. */
struct fault_pair fault_choose(const struct fault_list *list, uint64_t number);

#endif
