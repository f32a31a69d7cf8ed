#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "receive/private.h"

/* Not HTTP, with bytes that a terminal or a C string may trip over. */
#define GARBAGE "\x15\x03\xff no HTTP \x00 at all \x1b[31m\xfe\r\n\r\n\n"

/* Lets the kernel send what it has buffered, instead of waiting for more to fill a segment. */
static void send_buffered(int descriptor)
{
    int yes = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* Closing with a linger time of 0 resets the connection. On Linux, connecting to AF_UNSPEC resets
 * it right away, before libmicrohttpd can shut it down in order. */
static void reset_connection(int descriptor)
{
    send_buffered(descriptor);
    struct linger linger = {.l_onoff = 1};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
#ifdef __linux__
    struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    (void)connect(descriptor, &unspecified, sizeof unspecified);
#endif
}

static bool suspend(struct request *request, int64_t due_us)
{
    send_buffered(request->wait.descriptor);
    if (!waits_add(&request->receiver->waits, &request->wait, due_us))
        return false;
    MHD_suspend_connection(request->connection);
    return true;
}

static enum fault_effect abort_request(struct request *request)
{
    request->aborted = true;
    request_report(request, 0);
    return FAULT_EFFECT_ABORT;
}

static enum fault_effect apply_other(struct request *request, const struct fault *fault)
{
    request->other_applied = true;
    int descriptor = request->wait.descriptor;
    switch (fault->kind) {
    case FAULT_STATUS:
        return FAULT_EFFECT_STATUS;
    case FAULT_STALL:
        if (request->receiver->stage == RECEIVER_SERVING && suspend(request, CLOCK_NEVER)) {
            (void)abort_request(request); /* once the wait ends */
            return FAULT_EFFECT_WAIT;
        }
        break;
    case FAULT_RESET:
        reset_connection(descriptor);
        break;
    case FAULT_GARBAGE:
        (void)send(descriptor, GARBAGE, sizeof GARBAGE - 1, MSG_NOSIGNAL);
        break;
    default:
        break;
    }
    return abort_request(request);
}

bool fault_drops_body(const struct request *request)
{
    const struct fault *fault = request->faults.other;
    return fault != NULL && fault->kind == FAULT_STATUS && fault->phase == FAULT_BODY;
}

enum fault_effect fault_apply(struct request *request, enum fault_phase phase)
{
    if (request->aborted || request->receiver->stage == RECEIVER_STOPPING)
        return abort_request(request);
    const struct fault *delay = request->faults.delay;
    if (delay != NULL && delay->phase == phase && !request->delay_applied) {
        request->delay_applied = true;
        int64_t now_us = clock_now_us(&request->receiver->options.clock);
        if (suspend(request, now_us + delay->delay_us))
            return FAULT_EFFECT_WAIT;
    }
    const struct fault *other = request->faults.other;
    if (other == NULL || other->phase != phase || request->other_applied ||
        fault_drops_body(request))
        return FAULT_EFFECT_NONE;
    return apply_other(request, other);
}

void fault_apply_after_response(const struct request *request)
{
    const struct fault *fault = request->faults.other;
    if (fault == NULL || fault->kind != FAULT_CLOSE)
        return;
    if (fault->phase == FAULT_NEXT)
        request->state->close_next = true;
    if (fault->phase == FAULT_KEPT)
        (void)shutdown(request->wait.descriptor, SHUT_RDWR);
}
