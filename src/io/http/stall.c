/* Ends exchanges on which nothing moves, and those whose response takes too long. */
#include "io/http/transport.h"

#define WATCH_MOST_US  (CLOCK_US_PER_SECOND)
#define WATCH_LEAST_US (50 * CLOCK_US_PER_MS)

/* Notes what moved since the last look. What the peer has confirmed counts, not what the system has
 * taken: a large socket buffer hides a dead peer for long. While our own reader has nothing and all
 * was confirmed, the clock stops. */
static void note_movement(struct http_transfer *transfer, int64_t unconfirmed, int64_t now_us)
{
    bool waits_for_reader = transfer->paused && unconfirmed == 0;
    int64_t delivered = (int64_t)transfer->head_sent + transfer->body_sent - unconfirmed;
    int64_t moved = delivered + transfer->bytes_in;
    if (moved != transfer->moved || waits_for_reader)
        transfer->moved_us = now_us;
    /* The end of the response timeout is exact where the socket took the request at once. */
    if (delivered != transfer->delivered && (unconfirmed > 0 || !exchange_is_sent(transfer)))
        transfer->delivered_us = now_us;
    if (waits_for_reader)
        transfer->delivered_us = now_us;
    transfer->moved = moved;
    transfer->delivered = delivered;
}

/* Has the response taken too long? What the server sends does not extend its time, so one that
 * sends a byte now and then does not hold the connection forever. That includes one that takes
 * nothing of the body but sends. */
static bool is_late(const struct http_transfer *transfer, int64_t now_us)
{
    bool waits = transfer->state == EXCHANGE_RECEIVING || exchange_is_sent(transfer);
    return (waits || transfer->bytes_in > 0) &&
           now_us - transfer->delivered_us >= transfer->transport->settings.response_timeout_us;
}

/* Has nothing moved for too long? Once the peer has all of the request it may work on it, and only
 * the response timeout counts. */
static bool is_stalled(const struct http_transfer *transfer, int64_t unconfirmed, int64_t now_us)
{
    bool works = unconfirmed == 0 && exchange_is_sent(transfer);
    return !works && now_us - transfer->moved_us >= transfer->transport->settings.stall_timeout_us;
}

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
    note_movement(transfer, unconfirmed, now_us);
    if (is_late(transfer, now_us))
        dispatch_end(transfer, BREAK_TIMED_OUT);
    else if (is_stalled(transfer, unconfirmed, now_us))
        dispatch_end(transfer, BREAK_STALLED);
}

void stall_watch(struct transport *transport, int64_t now_us)
{
    const struct http_settings *settings = &transport->settings;
    if (now_us < transport->next_watch_us)
        return;
    int64_t pause_us = clock_earlier(settings->stall_timeout_us, settings->response_timeout_us) / 8;
    if (pause_us > WATCH_MOST_US)
        pause_us = WATCH_MOST_US;
    transport->next_watch_us = now_us + (pause_us < WATCH_LEAST_US ? WATCH_LEAST_US : pause_us);
    struct http_transfer *next;
    for (struct http_transfer *transfer = transport->active; transfer != NULL; transfer = next) {
        next = transfer->next;
        watch_one(transfer, now_us);
    }
}
