/* Scripted faults: the grammar of `--fault SPEC`, and which requests a fault applies to. Pure;
 * docs/receiver.md documents the grammar. */
#ifndef SHOAL_RECEIVE_FAULT_H
#define SHOAL_RECEIVE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* What a fault does. */
enum fault_kind {
    FAULT_DELAY,   /* waits, then continues */
    FAULT_STATUS,  /* responds with a given status */
    FAULT_RESET,   /* resets the connection (RST) */
    FAULT_STALL,   /* sends and reads nothing more until the client closes the connection */
    FAULT_CLOSE,   /* closes the connection */
    FAULT_GARBAGE, /* sends bytes that are not HTTP, then closes the connection */
};

/* When a fault applies. Each is named after its word in SPEC. */
enum fault_phase {
    FAULT_HEADERS, /* after the request's head, before any of its body is read */
    FAULT_BODY,    /* at the first bytes of the body; FAULT_STATUS: the body is read and dropped */
    FAULT_TAKEN,   /* after the file is stored, before any of the response is sent */
    FAULT_ANSWER,  /* after half of the response's body is sent */
    FAULT_KEPT,    /* after a complete response that did not announce the end of the connection */
    FAULT_NEXT,    /* when the next request arrives on the same connection */
};

/* Number of phases. */
#define FAULT_PHASES 6

/* How the requests are chosen that a fault applies to. */
enum fault_choice_kind {
    FAULT_ALWAYS, /* every request */
    FAULT_SHARE,  /* at random, with probability `amount` / FAULT_SHARE_WHOLE */
    FAULT_EVERY,  /* every `amount`th request */
    FAULT_FIRST,  /* the first `amount` requests */
    FAULT_FROM,   /* the `amount`th request and all after it */
};

/* The `amount` of FAULT_SHARE that means 100%. */
#define FAULT_SHARE_WHOLE 1000000

/* One parsed SPEC. */
struct fault {
    enum fault_kind kind;          /* what it does */
    enum fault_phase phase;        /* when it does it */
    enum fault_choice_kind choice; /* which requests it applies to */
    uint64_t amount;               /* the number of `choice`; unused for FAULT_ALWAYS */
    int64_t delay_us;              /* FAULT_DELAY: how long, in microseconds */
    unsigned status;               /* FAULT_STATUS: the response's status code */
    int64_t retry_after;           /* FAULT_STATUS: Retry-After in seconds; -1: no such header */
    bool retry_after_date;         /* FAULT_STATUS: Retry-After is sent as an HTTP date */
};

/* Reads KIND[=VALUE][,retry-after=[date+]SECONDS][:PHASE][@SHARE%|@every=N|@first=N|@from=N] into
 * `*fault`. False with `error` (ERROR_USAGE), which quotes `spec`; `*fault` is then undefined. */
MUST_USE bool fault_parse(const char *spec, struct fault *fault, struct error *error);

/* Returns the section of the help about SPEC, its heading included: several lines, static. */
const char *fault_help(void);

/* Returns the word for `kind` in events: "delay", "status" and so on. Static. */
const char *fault_kind_name(enum fault_kind kind);

/* Most faults that can be given. */
#define FAULT_LIST_MAX 64

/* All faults that were given. */
struct fault_list {
    struct fault faults[FAULT_LIST_MAX]; /* in the order given */
    size_t count;                        /* of `faults` */
    uint64_t seed;                       /* of the random choice for FAULT_SHARE */
};

/* The faults that apply to one request. Both point into the list. */
struct fault_pair {
    const struct fault *delay; /* FAULT_DELAY; NULL: none */
    const struct fault *other; /* any other kind; NULL: none */
};

/* Returns the faults that apply to request `number` (counted from 1): the first delay and the first
 * other fault whose choice includes it. The result depends on `list` and `number` alone. */
struct fault_pair fault_choose(const struct fault_list *list, uint64_t number);

#endif
