#include "io/http/poller.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#define EVENTS_AT_ONCE 256

struct poller {
    int epoll;
    struct watch wakeup; /* an eventfd */
    struct epoll_event events[EVENTS_AT_ONCE];
    int count; /* of `events`, while they are dispatched */
    int next;  /* the first that is not dispatched yet */
};

static void wakeup_ready(struct watch *watch, unsigned events)
{
    (void)events;
    uint64_t count;
    ssize_t got = read(watch->descriptor, &count, sizeof count);
    (void)got; /* it is non-blocking: nothing there is fine too */
}

void poller_free(struct poller *poller)
{
    if (poller == NULL)
        return;
    if (poller->wakeup.descriptor >= 0)
        (void)close(poller->wakeup.descriptor);
    if (poller->epoll >= 0)
        (void)close(poller->epoll);
    free(poller);
}

struct poller *poller_new(struct error *error)
{
    struct poller *poller = calloc(1, sizeof *poller);
    if (poller == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    poller->wakeup = (struct watch){.descriptor = -1, .ready = wakeup_ready};
    poller->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (poller->epoll >= 0)
        poller->wakeup.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (poller->wakeup.descriptor < 0 || !poller_add(poller, &poller->wakeup, POLLER_READ)) {
        int code = errno;
        (void)error_set(
            error, ERROR_SYSTEM, code, "cannot wait for the network: %s", error_reason(code));
        poller_free(poller);
        return NULL;
    }
    return poller;
}

static bool control(struct poller *poller, int action, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(poller->epoll, action, watch->descriptor, &event) == 0;
}

static uint32_t level_events(unsigned events)
{
    return ((events & POLLER_READ) != 0 ? EPOLLIN : 0U) |
           ((events & POLLER_WRITE) != 0 ? EPOLLOUT : 0U);
}

bool poller_add_edges(struct poller *poller, struct watch *watch)
{
    return control(poller, EPOLL_CTL_ADD, watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

bool poller_add(struct poller *poller, struct watch *watch, unsigned events)
{
    return control(poller, EPOLL_CTL_ADD, watch, level_events(events));
}

bool poller_change(struct poller *poller, struct watch *watch, unsigned events)
{
    return control(poller, EPOLL_CTL_MOD, watch, level_events(events));
}

void poller_remove(struct poller *poller, struct watch *watch)
{
    (void)control(poller, EPOLL_CTL_DEL, watch, 0);
    for (int i = poller->next; i < poller->count; i++) {
        if (poller->events[i].data.ptr == watch)
            poller->events[i].data.ptr = NULL;
    }
}

static int milliseconds(int64_t us)
{
    int64_t ms = us <= 0 ? 0 : (us + CLOCK_US_PER_MS - 1) / CLOCK_US_PER_MS;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static void dispatch(const struct epoll_event *event)
{
    struct watch *watch = event->data.ptr;
    if (watch == NULL)
        return;
    uint32_t seen = event->events;
    unsigned events = 0;
    if ((seen & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
        events |= POLLER_READ;
    if ((seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        events |= POLLER_WRITE;
    if ((seen & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
        events |= POLLER_CLOSED;
    watch->ready(watch, events);
}

bool poller_wait(struct poller *poller, int64_t wait_us, struct error *error)
{
    int count = epoll_wait(poller->epoll, poller->events, EVENTS_AT_ONCE, milliseconds(wait_us));
    if (count < 0 && errno != EINTR) {
        int code = errno;
        return error_set(
            error, ERROR_SYSTEM, code, "cannot wait for the network: %s", error_reason(code));
    }
    poller->count = count < 0 ? 0 : count;
    for (poller->next = 0; poller->next < poller->count;)
        dispatch(&poller->events[poller->next++]);
    poller->count = poller->next = 0;
    return true;
}

void poller_wake(struct poller *poller)
{
    uint64_t one = 1;
    ssize_t put = write(poller->wakeup.descriptor, &one, sizeof one);
    (void)put; /* it fails only where a wakeup is pending already */
}
