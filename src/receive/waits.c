#include "receive/waits.h"

#include <limits.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/container_of.h"

/* The poll(2) events of a client that has closed its side. POLLIN is none of them: the bytes of a
 * suspended connection stay unread. */
#ifdef POLLRDHUP
#define CLIENT_GONE POLLRDHUP
#else
#define CLIENT_GONE 0 /* POLLHUP and POLLERR are always reported */
#endif

/* Makes room for one more entry in both arrays. False: out of memory. */
static bool make_room(struct waits *waits)
{
    struct pollfd *polled = array_grow(waits->polled, waits->count, sizeof *polled);
    if (polled == NULL)
        return false;
    waits->polled = polled;
    struct wait **waiting = array_grow(waits->waiting, waits->count, sizeof(struct wait *));
    if (waiting == NULL)
        return false;
    waits->waiting = waiting;
    return true;
}

bool waits_init(struct waits *waits, void (*resume)(struct wait *wait))
{
    *waits = (struct waits){.resume = resume};
    heap_init(&waits->timers);
    if (!make_room(waits))
        return false;
    for (size_t i = 0; i < WAITS_RESERVED; i++) {
        waits->polled[i] = (struct pollfd){.fd = -1};
        waits->waiting[i] = NULL;
    }
    waits->count = WAITS_RESERVED;
    return true;
}

void waits_free(struct waits *waits)
{
    heap_free(&waits->timers);
    free(waits->polled);
    free(waits->waiting);
    *waits = (struct waits){.count = 0};
}

void wait_init(struct wait *wait, void *owner, int descriptor)
{
    heap_node_init(&wait->timer);
    wait->owner = owner;
    wait->descriptor = descriptor;
    wait->slot = WAIT_NO_SLOT;
}

bool waits_add(struct waits *waits, struct wait *wait, int64_t due_us)
{
    if (due_us != CLOCK_NEVER) {
        if (!heap_reserve(&waits->timers, waits->timers.count + 1))
            return false;
        heap_add(&waits->timers, &wait->timer, due_us);
        return true;
    }
    if (!make_room(waits))
        return false;
    wait->slot = waits->count++;
    waits->polled[wait->slot] = (struct pollfd){.fd = wait->descriptor, .events = CLIENT_GONE};
    waits->waiting[wait->slot] = wait;
    return true;
}

void waits_remove(struct waits *waits, struct wait *wait)
{
    heap_remove(&waits->timers, &wait->timer);
    if (wait->slot == WAIT_NO_SLOT)
        return;
    size_t last = --waits->count;
    waits->polled[wait->slot] = waits->polled[last];
    waits->waiting[wait->slot] = waits->waiting[last];
    waits->waiting[wait->slot]->slot = wait->slot;
    wait->slot = WAIT_NO_SLOT;
}

int waits_timeout_ms(const struct waits *waits, int64_t now_us)
{
    const struct heap_node *first = heap_first(&waits->timers);
    if (first == NULL)
        return -1;
    if (first->key <= now_us)
        return 0;
    int64_t ms = (first->key - now_us + CLOCK_US_PER_MS - 1) / CLOCK_US_PER_MS;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static void resume(struct waits *waits, struct wait *wait)
{
    waits_remove(waits, wait);
    waits->resume(wait);
}

void waits_resume_due(struct waits *waits, int64_t now_us)
{
    struct heap_node *first;
    while ((first = heap_first(&waits->timers)) != NULL && first->key <= now_us)
        resume(waits, container_of(first, struct wait, timer));
    /* From the end: a removed entry is replaced by the last one, which was checked already. */
    for (size_t i = waits->count; i-- > WAITS_RESERVED;) {
        if (waits->polled[i].revents != 0)
            resume(waits, waits->waiting[i]);
    }
}

void waits_resume_indefinite(struct waits *waits)
{
    while (waits->count > WAITS_RESERVED)
        resume(waits, waits->waiting[waits->count - 1]);
}

void waits_resume_all(struct waits *waits)
{
    waits_resume_indefinite(waits);
    struct heap_node *first;
    while ((first = heap_first(&waits->timers)) != NULL)
        resume(waits, container_of(first, struct wait, timer));
}
