/* Exchanges: made, used again, and in the transport's lists. */
#include <stdlib.h>

#include "base/wipe.h"
#include "io/http/transport.h"

#define HEAD_MOST ((size_t)2 * 1024 * 1024)

static void transfer_free(struct http_transfer *transfer)
{
    wipe(transfer->head.data, transfer->head.length);
    buf_free(&transfer->head);
    buf_free(&transfer->partial);
    buf_free(&transfer->answer);
    buf_free(&transfer->lines);
    buf_free(&transfer->phrase);
    buf_free(&transfer->location);
    buf_free(&transfer->retry_after);
    wipe(transfer->cookies.data, transfer->cookies.length);
    buf_free(&transfer->cookies);
    buf_free(&transfer->detail);
    free(transfer->buffer);
    free(transfer);
}

struct http_transfer *transfer_obtain(struct transport *transport)
{
    struct http_transfer *transfer = transport->idle;
    if (transfer != NULL) {
        transport->idle = transfer->next;
        return transfer;
    }
    transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return NULL;
    transfer->transport = transport;
    buf_init(&transfer->head, HEAD_MOST);
    buf_init(&transfer->partial, (size_t)2 * HTTP_RESPONSE_SECTION_MAX);
    buf_init(&transfer->answer, HTTP_ANSWER_KEPT);
    buf_init(&transfer->lines, HTTP_HEADERS_KEPT);
    buf_init(&transfer->phrase, HTTP_HEADERS_KEPT);
    buf_init(&transfer->location, HTTP_HEADERS_KEPT);
    buf_init(&transfer->retry_after, HTTP_HEADERS_KEPT);
    buf_init(&transfer->cookies, (size_t)2 * HTTP_HEADERS_KEPT);
    buf_init(&transfer->detail, (size_t)2 * HTTP_HEADERS_KEPT);
    return transfer;
}

void transfer_give_back(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    if (transfer->origin != NULL)
        pool_origin_release(&transport->pool, transfer->origin);
    transfer->origin = NULL;
    transfer->request = NULL;
    transfer->next = transport->idle;
    transport->idle = transfer;
}

void transfer_begin(struct http_transfer *transfer, const struct http_request *request)
{
    transfer->request = request;
    transfer->is_over = false;
    transfer->broken = BREAK_NONE;
    transfer->started_us = transfer->moved_us = clock_now_us(&transfer->transport->clock);
    transfer->head_sent = 0;
    transfer->piece = NULL;
    transfer->piece_length = transfer->piece_sent = 0;
    transfer->body_begun = transfer->body_sent = 0;
    transfer->paused = transfer->send_broken = transfer->reused = false;
    transfer->trouble = NULL;
    transfer->failed = ATTEMPT_OK;
    transfer->proxy_status = 0;
    transfer->moved = transfer->delivered = 0;
    transfer->delivered_us = transfer->started_us;
    response_clear(transfer);
}

void transfer_link_active(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    transfer->previous = NULL;
    transfer->next = transport->active;
    if (transport->active != NULL)
        transport->active->previous = transfer;
    transport->active = transfer;
}

static void unlink_active(struct http_transfer *transfer)
{
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        transfer->transport->active = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    transfer->next = transfer->previous = NULL;
}

void transfer_move_to_ended(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    unlink_active(transfer);
    if (transport->ended == NULL)
        transport->ended = transfer;
    else
        transport->last_ended->next = transfer;
    transport->last_ended = transfer;
}

void transfer_make_ready(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    if (transfer->is_ready)
        return;
    transfer->is_ready = true;
    transfer->next_ready = NULL;
    if (transport->ready == NULL)
        transport->ready = transfer;
    else
        transport->last_ready->next_ready = transfer;
    transport->last_ready = transfer;
}

void transfer_free_idle(struct transport *transport)
{
    while (transport->idle != NULL) {
        struct http_transfer *next = transport->idle->next;
        transfer_free(transport->idle);
        transport->idle = next;
    }
}
