#include "policy/credentials.h"

/* RFC 9110, sections 15.5.2, 15.5.4 and 15.5.8. */
enum credentials_status {
    CREDENTIALS_UNAUTHORIZED = 401,
    CREDENTIALS_FORBIDDEN = 403,
    CREDENTIALS_PROXY_REQUIRED = 407,
};

static void note_refusal(struct credentials *credentials, long status)
{
    if (credentials->refusals + credentials->forbidden == 0) {
        credentials->status = status;
        credentials->since_file = credentials->files;
    }
    if (status == CREDENTIALS_FORBIDDEN)
        credentials->forbidden++;
    else
        credentials->refusals++;
}

void credentials_note_end(
    struct credentials *credentials, enum outcome outcome, const struct attempt_end *end)
{
    if (!outcome_is_final(outcome))
        return;
    long status = end->error == ATTEMPT_PROXY ? end->proxy_status : end->status;
    credentials->files++;
    if (outcome == OUTCOME_DONE || outcome == OUTCOME_EXISTS) {
        credentials->had_success = true;
        credentials->refusals = credentials->forbidden = 0;
    }
    if (outcome != OUTCOME_REFUSED)
        return;
    if (status == CREDENTIALS_UNAUTHORIZED || status == CREDENTIALS_PROXY_REQUIRED ||
        (status == CREDENTIALS_FORBIDDEN && !credentials->had_success &&
            end->error != ATTEMPT_PROXY))
        note_refusal(credentials, status);
}

bool credentials_are_refused(const struct credentials *credentials)
{
    unsigned most = credentials->most;
    return most > 0 && (credentials->refusals >= most || credentials->forbidden >= most);
}
