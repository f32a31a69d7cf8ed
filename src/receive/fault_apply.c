#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "receive/private.h"

#define GARBAGE "\x15\x03\xff no HTTP \x00 at all \x1b[31m\xfe\r\n\r\n\n"

/* What was written leaves now, not when there is more. */
static void push_out(int descriptor)
{
    int yes = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* Closing with a linger time of 0 resets the connection; Linux can do it before the socket is
 * closed, so that no orderly end of libmicrohttpd's goes ahead of it. */
static void reset_connection(int descriptor)
{
    push_out(descriptor);
    struct linger linger = {.l_onoff = 1};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
#ifdef __linux__
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    (void)connect(descriptor, &nowhere, sizeof nowhere);
#endif
}

static bool suspend(struct request *request, int64_t due_us)
{
    push_out(request->wait.descriptor);
    if (!waits_add(&request->receiver->waits, &request->wait, due_us))
        return false;
    MHD_suspend_connection(request->connection);
    return true;
}

static enum fault_effect break_off(struct request *request)
{
    request->broken = true;
    request_report(request, 0);
    return FAULT_EFFECT_BREAK;
}

static enum fault_effect apply_other(struct request *request, const struct fault *fault)
{
    request->applied = true;
    int descriptor = request->wait.descriptor;
    switch (fault->kind) {
    case FAULT_STATUS:
        return FAULT_EFFECT_STATUS;
    case FAULT_STALL:
        if (request->receiver->ending == RECEIVER_SERVING && suspend(request, CLOCK_NEVER)) {
            request->broken = true; /* whatever ends the wait, nothing more is said */
            request_report(request, 0);
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
    return break_off(request);
}

enum fault_effect fault_apply(struct request *request, enum fault_phase phase)
{
    if (request->broken || request->receiver->ending == RECEIVER_BREAKING)
        return break_off(request);
    const struct fault *delay = request->faults.delay;
    if (delay != NULL && delay->phase == phase && !request->delayed) {
        request->delayed = true;
        int64_t now_us = clock_now_us(&request->receiver->options.clock);
        if (suspend(request, now_us + delay->delay_us))
            return FAULT_EFFECT_WAIT;
    }
    const struct fault *other = request->faults.other;
    bool applies = other != NULL && other->phase == phase && !request->applied;
    if (!applies || (other->kind == FAULT_STATUS && phase == FAULT_BODY))
        return FAULT_EFFECT_NONE;
    return apply_other(request, other);
}
