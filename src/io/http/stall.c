/* Ends exchanges on which nothing moves. */
#include "io/http/transport.h"

#define WATCH_MOST_US  (CLOCK_US_PER_SECOND)
#define WATCH_LEAST_US (50 * CLOCK_US_PER_MS)

/* A stall is told by what the peer has confirmed, not by what the system has taken: a large socket
 * buffer hides a dead peer for long. While our own reader has nothing and all was confirmed, the
 * clock stands still. */
static void watch_one(struct http_transfer *transfer, int64_t now_us)
{
    const struct http_settings *settings = &transfer->transport->settings;
    if (transfer->state == EXCHANGE_CONNECTING) {
        int64_t most_us = settings->connect_timeout_us + CLOCK_US_PER_SECOND;
        if (now_us - transfer->started_us > most_us)
            dispatch_end(transfer, BREAK_NEVER_CONNECTED);
        return;
    }
    int64_t unconfirmed = connection_unconfirmed(transfer->connection);
    int64_t moved =
        (int64_t)transfer->head_sent + transfer->body_sent - unconfirmed + transfer->bytes_in;
    if (moved != transfer->moved || (transfer->paused && unconfirmed == 0)) {
        transfer->moved = moved;
        transfer->moved_us = now_us;
    } else if (now_us - transfer->moved_us >= settings->stall_timeout_us) {
        dispatch_end(transfer, BREAK_STALLED);
    }
}

void stall_watch(struct transport *transport, int64_t now_us)
{
    if (now_us < transport->next_watch_us)
        return;
    int64_t pause_us = transport->settings.stall_timeout_us / 8;
    if (pause_us > WATCH_MOST_US)
        pause_us = WATCH_MOST_US;
    transport->next_watch_us = now_us + (pause_us < WATCH_LEAST_US ? WATCH_LEAST_US : pause_us);
    struct http_transfer *next;
    for (struct http_transfer *transfer = transport->active; transfer != NULL; transfer = next) {
        next = transfer->next;
        watch_one(transfer, now_us);
    }
}
