#include "policy/reason.h"

/* Status codes about credentials (RFC 9110). 403 is not one: it refuses whoever asks. */
enum reason_status {
    STATUS_UNAUTHORIZED = 401,
    STATUS_PROXY_AUTHENTICATION_REQUIRED = 407,
};

static enum shoal_reason reason_of_status(long status)
{
    return status == STATUS_UNAUTHORIZED || status == STATUS_PROXY_AUTHENTICATION_REQUIRED
               ? SHOAL_REASON_CREDENTIALS
               : SHOAL_REASON_STATUS;
}

static enum shoal_reason reason_of_error(const struct attempt_end *end)
{
    switch (end->error) {
    case ATTEMPT_CERTIFICATE:
        return SHOAL_REASON_CERTIFICATE;
    case ATTEMPT_TLS:
    case ATTEMPT_NOT_TLS:
        return SHOAL_REASON_TLS;
    case ATTEMPT_PROXY:
        return reason_of_status(end->proxy_status) == SHOAL_REASON_CREDENTIALS
                   ? SHOAL_REASON_CREDENTIALS
                   : SHOAL_REASON_PROXY;
    case ATTEMPT_STALL:
        return SHOAL_REASON_STALL;
    case ATTEMPT_CANCELLED:
    case ATTEMPT_RESPONSE_TIMEOUT:
        return SHOAL_REASON_TIMEOUT;
    case ATTEMPT_FILE_CHANGED:
        return SHOAL_REASON_CHANGED;
    case ATTEMPT_FILE_UNREADABLE:
    case ATTEMPT_SETUP:
        return SHOAL_REASON_UNREADABLE;
    default:
        return SHOAL_REASON_CONNECT;
    }
}

enum shoal_reason reason_of_attempt(
    const struct attempt_end *end, const struct outcome_rules *rules)
{
    if (end->check == ATTEMPT_CHECK_FAILED)
        return SHOAL_REASON_CHECK;
    bool says_no = end->status != 0 && !status_list_has(&rules->success, end->status);
    if (!says_no && end->check == ATTEMPT_REJECTED)
        return SHOAL_REASON_CHECK;
    return says_no ? reason_of_status(end->status) : reason_of_error(end);
}
