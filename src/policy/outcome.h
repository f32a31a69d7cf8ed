/* What an attempt came to: one pure function. docs/verdicts.md has the table. */
#ifndef SHOAL_POLICY_OUTCOME_H
#define SHOAL_POLICY_OUTCOME_H

#include <stdbool.h>

#include "text/status_list.h"

/* How far an attempt got. */
enum attempt_phase {
    ATTEMPT_CONNECTING, /* nothing of the request can have left */
    ATTEMPT_SENDING,    /* something of it may have left, the whole of it has not */
    ATTEMPT_WAITING,    /* all of it was handed to the system, no final status yet */
    ATTEMPT_ANSWERING,  /* a final status has come */
};

/* What broke it, if anything did. */
enum attempt_error {
    ATTEMPT_OK,              /* the transfer reached its end */
    ATTEMPT_RESOLVE,         /* the name has no address (now) */
    ATTEMPT_CONNECT,         /* refused, unreachable or timed out */
    ATTEMPT_CERTIFICATE,     /* the certificate does not verify: final */
    ATTEMPT_TLS,             /* the handshake failed otherwise */
    ATTEMPT_PROXY,           /* the proxy refused the tunnel */
    ATTEMPT_SEND,            /* the connection broke while sending */
    ATTEMPT_RECEIVE,         /* it broke or ended before or within the answer */
    ATTEMPT_STALL,           /* nothing moved for the stall timeout */
    ATTEMPT_GARBAGE,         /* what came is no HTTP, or over a limit on headers */
    ATTEMPT_LARGE_ANSWER,    /* the answer's body passed the limit and was cut by us */
    ATTEMPT_WOULD_RESEND,    /* a kept connection died and the transport wanted to send again */
    ATTEMPT_FILE_CHANGED,    /* broken off by us: the file changed while it was read */
    ATTEMPT_FILE_UNREADABLE, /* broken off by us: the file could not be read on */
    ATTEMPT_CANCELLED,       /* broken off by us: the run ends */
    ATTEMPT_SETUP,     /* the request can't be made (a URL of no use, a missing TLS file): final */
    ATTEMPT_RESOURCES, /* no memory, no descriptor, no thread here: nothing was sent */
};

#define ATTEMPT_PHASES 4
#define ATTEMPT_ERRORS 17

enum outcome {
    OUTCOME_DONE,      /* taken */
    OUTCOME_EXISTS,    /* the server has it already */
    OUTCOME_REFUSED,   /* a final no: never again */
    OUTCOME_REJECTED,  /* not processed: may be sent again without harm */
    OUTCOME_AMBIGUOUS, /* may have been processed */
};

#define OUTCOMES 5

struct outcome_rules {
    struct status_list success; /* looked at after `exists` */
    struct status_list exists;
};

struct attempt_end {
    enum attempt_phase phase;
    enum attempt_error error;
    long status; /* the final status, 0 where none came */
    long
        proxy_status; /* with ATTEMPT_PROXY: the proxy's answer to CONNECT; 0: none, or not known */
    bool asks_to_wait; /* the answer has a Retry-After, or a rate limit that is used up */
};

/* What the attempt came to. Total: an end that can't be (an answer's limit passed while connecting)
 * has an outcome too, and it is the careful one. */
enum outcome outcome_of(const struct attempt_end *end, const struct outcome_rules *rules);

/* If a file fails with this end, may it pass when the run is made again? (`temporary` in events.)
 */
bool outcome_is_temporary(enum outcome outcome, const struct attempt_end *end);

/* Does a repetition after this end count against --retries? Ambiguous ends and changed files do;
 * rejections wait without count. False where nothing is repeated. */
bool outcome_counts(enum outcome outcome, const struct attempt_end *end);

/* Was there a connection (with its tunnel and TLS) to the origin? */
bool attempt_reached(const struct attempt_end *end);

/* A word for each, as the docs and messages use it: "done", "connecting", "would-resend". */
const char *outcome_name(enum outcome outcome);
const char *attempt_phase_name(enum attempt_phase phase);
const char *attempt_error_name(enum attempt_error error);

#endif
