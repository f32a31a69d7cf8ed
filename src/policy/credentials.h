/* When an origin refuses the credentials, so that sending the other files is useless. Pure. */
#ifndef SHOAL_POLICY_CREDENTIALS_H
#define SHOAL_POLICY_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/outcome.h"

/* What an origin's responses say about the credentials. All zero but `most`: nothing yet. */
struct credentials {
    unsigned most;       /* --credential-failures; 0: never give up */
    uint64_t files;      /* files that were accepted or refused so far */
    bool had_success;    /* a file was accepted */
    unsigned refusals;   /* 401 and 407 since the last success */
    unsigned forbidden;  /* 403 before any success; one that asks to wait, or exists, is none */
    long status;         /* of the first of these since the last success; 0: there was none */
    uint64_t since_file; /* the number of the file that got it, from 1 */
};

/* An attempt ended. */
void credentials_note_end(
    struct credentials *credentials, enum outcome outcome, const struct attempt_end *end);

/* Whether the origin does not accept the credentials: `most` times 401 or 407 in a row without a
 * success, or `most` times 403 before any. */
bool credentials_are_refused(const struct credentials *credentials);

#endif
