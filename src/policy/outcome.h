/* What the end of an attempt means: one pure function, whose table is in docs/verdicts.md. */
#ifndef SHOAL_POLICY_OUTCOME_H
#define SHOAL_POLICY_OUTCOME_H

#include <stdbool.h>

#include "text/status_list.h"

/* How far an attempt got. */
enum attempt_phase {
    ATTEMPT_CONNECTING, /* nothing of the request can have left */
    ATTEMPT_SENDING,    /* a part of it may have left, but not all of it */
    ATTEMPT_WAITING,    /* all of it was handed to the system, no final status has come */
    ATTEMPT_ANSWERING,  /* a final status has come */
};

/* How many phases there are. */
#define ATTEMPT_PHASES 4

/* What broke an attempt, if anything did. */
enum attempt_error {
    ATTEMPT_OK,               /* the transfer reached its end */
    ATTEMPT_RESOLVE,          /* the host's name has no address, at least now */
    ATTEMPT_CONNECT,          /* the connection was refused, timed out, or has no route */
    ATTEMPT_CERTIFICATE,      /* the certificate does not verify: final */
    ATTEMPT_TLS,              /* the TLS handshake failed otherwise */
    ATTEMPT_NOT_TLS,          /* the server speaks something else than TLS on that port: final */
    ATTEMPT_PROXY,            /* the proxy refused the tunnel */
    ATTEMPT_SEND,             /* the connection broke while sending */
    ATTEMPT_RECEIVE,          /* it broke or ended before or within the response */
    ATTEMPT_STALL,            /* nothing moved for the stall timeout */
    ATTEMPT_RESPONSE_TIMEOUT, /* the response was not complete within its timeout */
    ATTEMPT_GARBAGE,          /* the response is not HTTP, or its headers exceed a limit */
    ATTEMPT_LARGE_ANSWER,     /* the response's body exceeded the limit, and shoal cut it */
    ATTEMPT_WOULD_RESEND,     /* a kept connection died and the transport wanted to send again */
    ATTEMPT_FILE_CHANGED,     /* shoal broke off: the file changed while it was read */
    ATTEMPT_FILE_UNREADABLE,  /* shoal broke off: the file could not be read further */
    ATTEMPT_CANCELLED,        /* shoal broke off: the run ends */
    ATTEMPT_SETUP,            /* the request can't be made (bad URL, missing TLS file): final */
    ATTEMPT_RESOURCES,        /* this machine lacks memory, descriptors or threads: nothing left */
};

/* How many errors there are. */
#define ATTEMPT_ERRORS 19

/* What an end means for the file. */
enum outcome {
    OUTCOME_DONE,       /* the server accepted it */
    OUTCOME_EXISTS,     /* the server says that it has it already */
    OUTCOME_REFUSED,    /* refused for good: never sent again */
    OUTCOME_REJECTED,   /* not processed: sending it again does no harm */
    OUTCOME_AMBIGUOUS,  /* may have been processed */
    OUTCOME_REDIRECTED, /* not processed: it is sent to where the response points */
};

/* How many outcomes there are. */
#define OUTCOMES 6

/* Which status codes mean what: --success and --exists. */
struct outcome_rules {
    struct status_list success; /* accepted, unless `exists` has the code too */
    struct status_list exists;  /* the server has the file already */
};

/* What a response says beyond its status (--exists CODES:CHECK, --reject CODES:CHECK, --check,
 * --redirects). */
enum attempt_check {
    ATTEMPT_UNCHECKED,    /* nothing: the status decides */
    ATTEMPT_EXISTS,       /* the server has the file already */
    ATTEMPT_REJECTED,     /* the file was not processed */
    ATTEMPT_CHECK_FAILED, /* it is not a success after all */
    ATTEMPT_REDIRECTED,   /* it is a redirect that is followed (--redirects) */
};

/* How an attempt ended. */
struct attempt_end {
    enum attempt_phase phase; /* how far it got */
    enum attempt_error error; /* what broke it */
    long status;              /* the final status; 0: none came */
    long proxy_status;        /* with ATTEMPT_PROXY: the status for CONNECT; 0: none known */
    enum attempt_check check; /* what the response says beyond its status */
    bool reused;              /* it went over a connection that had served another request */
    bool asks_to_wait;        /* the response has a Retry-After, or a rate limit that is used up */
};

/* Returns what the end means. Ends that can't occur (a response that is too large while connecting)
 * have the most cautious outcome. */
enum outcome outcome_of(const struct attempt_end *end, const struct outcome_rules *rules);

/* Returns whether the outcome is final: done, exists or refused. */
bool outcome_is_final(enum outcome outcome);

/* Returns whether a file that failed with this end may succeed in a later run: `temporary` in
 * events. */
bool outcome_is_temporary(enum outcome outcome, const struct attempt_end *end);

/* Returns whether sending again after this end uses up one of --retries: ambiguous ends and changed
 * files do, rejections do not. False if nothing is sent again. */
bool outcome_counts(enum outcome outcome, const struct attempt_end *end);

/* Returns whether there was a connection, with its tunnel and TLS, to the origin. */
bool attempt_reached(const struct attempt_end *end);

/* Returns the phase's name in docs and messages, such as "connecting". A constant string. */
const char *attempt_phase_name(enum attempt_phase phase);

#endif
