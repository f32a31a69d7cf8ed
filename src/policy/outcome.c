#include "policy/outcome.h"

#include <stddef.h>

/* Status codes with a meaning of their own (RFC 9110; 423, 507: RFC 4918; 425: RFC 8470; 429, 511:
 * RFC 6585; 508: RFC 5842; 509: Apache's and cPanel's own; 510: RFC 2774). */
enum outcome_status {
    STATUS_FORBIDDEN = 403,
    STATUS_REQUEST_TIMEOUT = 408,
    STATUS_CONTENT_TOO_LARGE = 413,
    STATUS_MISDIRECTED = 421,
    STATUS_LOCKED = 423,
    STATUS_TOO_EARLY = 425,
    STATUS_TOO_MANY_REQUESTS = 429,
    STATUS_NOT_IMPLEMENTED = 501,
    STATUS_SERVICE_UNAVAILABLE = 503,
    STATUS_VERSION_NOT_SUPPORTED = 505,
    STATUS_INSUFFICIENT_STORAGE = 507,
    STATUS_LOOP_DETECTED = 508,
    STATUS_BANDWIDTH_EXCEEDED = 509,
    STATUS_NOT_EXTENDED = 510,
    STATUS_LOG_IN_TO_NETWORK = 511,
};

/* A success counts if its response is whole, or so long that shoal cut it: a server that fails
 * while it responds may not have stored the file. */
static enum outcome outcome_of_success(const struct attempt_end *end)
{
    bool is_whole = end->error == ATTEMPT_OK || end->error == ATTEMPT_LARGE_ANSWER;
    if (!is_whole)
        return OUTCOME_AMBIGUOUS;
    return end->check == ATTEMPT_CHECK_FAILED ? OUTCOME_REFUSED : OUTCOME_DONE;
}

/* Some services send 403 when a rate limit is used up, and 413 may be temporary (RFC 9110, section
 * 15.5.14): both only if the response says until when. */
static enum outcome outcome_of_client_error(long status, bool asks_to_wait)
{
    switch (status) {
    case STATUS_FORBIDDEN:
    case STATUS_CONTENT_TOO_LARGE:
        return asks_to_wait ? OUTCOME_REJECTED : OUTCOME_REFUSED;
    case STATUS_REQUEST_TIMEOUT:
        return OUTCOME_AMBIGUOUS;
    case STATUS_TOO_EARLY:
    case STATUS_TOO_MANY_REQUESTS:
        return OUTCOME_REJECTED;
    default:
        return OUTCOME_REFUSED;
    }
}

static enum outcome outcome_of_server_error(long status)
{
    switch (status) {
    case STATUS_SERVICE_UNAVAILABLE:
    case STATUS_BANDWIDTH_EXCEEDED:
        return OUTCOME_REJECTED;
    case STATUS_NOT_IMPLEMENTED:
    case STATUS_VERSION_NOT_SUPPORTED:
    case STATUS_INSUFFICIENT_STORAGE: /* RFC 4918, section 11.5: only the user may repeat it */
    case STATUS_LOOP_DETECTED:
    case STATUS_NOT_EXTENDED:
    case STATUS_LOG_IN_TO_NETWORK:
        return OUTCOME_REFUSED;
    default:
        return OUTCOME_AMBIGUOUS;
    }
}

/* What a status means by itself, where no option says so. */
static enum outcome outcome_of_plain_status(const struct attempt_end *end)
{
    if (end->status >= 200 && end->status < 400)
        return OUTCOME_REFUSED;
    if (end->status == STATUS_LOCKED)
        return OUTCOME_REJECTED;
    if (end->status == STATUS_MISDIRECTED) /* RFC 9110, section 15.5.20: on another connection */
        return end->reused ? OUTCOME_REJECTED : OUTCOME_REFUSED;
    if (end->status >= 400 && end->status < 500)
        return outcome_of_client_error(end->status, end->asks_to_wait);
    if (end->status >= 500 && end->status < 600)
        return outcome_of_server_error(end->status);
    return OUTCOME_AMBIGUOUS;
}

static enum outcome outcome_of_status(
    const struct attempt_end *end, const struct outcome_rules *rules)
{
    if (status_list_has(&rules->exists, end->status) || end->check == ATTEMPT_EXISTS)
        return OUTCOME_EXISTS;
    if (end->check == ATTEMPT_REJECTED)
        return OUTCOME_REJECTED;
    if (status_list_has(&rules->success, end->status))
        return outcome_of_success(end);
    if (end->check == ATTEMPT_REDIRECTED)
        return OUTCOME_REDIRECTED;
    return outcome_of_plain_status(end);
}

/* Nothing reached the origin. The proxy's status decides only whether another attempt can help. */
static enum outcome outcome_of_proxy(long proxy_status)
{
    enum outcome outcome = OUTCOME_REJECTED;
    if (proxy_status >= 400 && proxy_status < 500)
        outcome = outcome_of_client_error(proxy_status, false);
    else if (proxy_status >= 500 && proxy_status < 600)
        outcome = outcome_of_server_error(proxy_status);
    return outcome == OUTCOME_REFUSED ? OUTCOME_REFUSED : OUTCOME_REJECTED;
}

static enum outcome outcome_while_connecting(const struct attempt_end *end)
{
    switch (end->error) {
    case ATTEMPT_OK:
    case ATTEMPT_WOULD_RESEND:
        return OUTCOME_AMBIGUOUS; /* these errors mean that bytes have left, despite the phase */
    case ATTEMPT_PROXY:
        return outcome_of_proxy(end->proxy_status);
    case ATTEMPT_FILE_UNREADABLE:
        return OUTCOME_REFUSED;
    default:
        return OUTCOME_REJECTED;
    }
}

/* A part of the request may have left, but not all: what shoal broke off can't have been accepted.
 */
static enum outcome outcome_while_sending(const struct attempt_end *end)
{
    switch (end->error) {
    case ATTEMPT_FILE_CHANGED:
    case ATTEMPT_CANCELLED:
        return OUTCOME_REJECTED;
    case ATTEMPT_FILE_UNREADABLE:
        return OUTCOME_REFUSED;
    default:
        return OUTCOME_AMBIGUOUS;
    }
}

enum outcome outcome_of(const struct attempt_end *end, const struct outcome_rules *rules)
{
    if (end->status != 0)
        return outcome_of_status(end, rules);
    if (end->error == ATTEMPT_CERTIFICATE || end->error == ATTEMPT_SETUP ||
        end->error == ATTEMPT_NOT_TLS)
        return OUTCOME_REFUSED;
    if (end->phase == ATTEMPT_CONNECTING)
        return outcome_while_connecting(end);
    if (end->phase == ATTEMPT_SENDING)
        return outcome_while_sending(end);
    return OUTCOME_AMBIGUOUS;
}

bool outcome_is_final(enum outcome outcome)
{
    return outcome == OUTCOME_DONE || outcome == OUTCOME_EXISTS || outcome == OUTCOME_REFUSED;
}

bool outcome_is_temporary(enum outcome outcome, const struct attempt_end *end)
{
    switch (outcome) {
    case OUTCOME_REJECTED:
    case OUTCOME_AMBIGUOUS:
    case OUTCOME_REDIRECTED:
        return true;
    case OUTCOME_REFUSED:
        return end->status == STATUS_INSUFFICIENT_STORAGE;
    default:
        return false;
    }
}

/* A rejection that may last as long as the file does not change: it must be bounded. */
static bool is_about_the_file(const struct attempt_end *end)
{
    return end->status == STATUS_LOCKED || end->status == STATUS_MISDIRECTED ||
           (end->status == 0 && end->error == ATTEMPT_FILE_CHANGED);
}

bool outcome_counts(enum outcome outcome, const struct attempt_end *end)
{
    return outcome == OUTCOME_AMBIGUOUS || (outcome == OUTCOME_REJECTED && is_about_the_file(end));
}

bool attempt_reached(const struct attempt_end *end)
{
    return end->status != 0 || end->phase != ATTEMPT_CONNECTING;
}

const char *attempt_phase_name(enum attempt_phase phase)
{
    static const char *const names[ATTEMPT_PHASES] = {
        [ATTEMPT_CONNECTING] = "connecting",
        [ATTEMPT_SENDING] = "sending",
        [ATTEMPT_WAITING] = "waiting",
        [ATTEMPT_ANSWERING] = "answering",
    };
    return names[phase];
}
