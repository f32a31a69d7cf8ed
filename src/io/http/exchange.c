/* One attempt on one connection.
 *
 * The request goes out as the connection takes it; whatever comes meanwhile is read at once. A
 * final status over 299 before the whole body was sent ends the sending: the server has decided. A
 * connection that breaks while sending is read to its end all the same, because the response that
 * explains it may have come before. */
#include <stdlib.h>
#include <unistd.h>

#include "io/http/transport.h"

/* It is over. False always. */
static bool end(struct http_transfer *transfer, enum exchange_break broken)
{
    transfer->is_over = true;
    transfer->broken = broken;
    return false;
}

/* ---- sending */

static bool is_head_sent(const struct http_transfer *transfer)
{
    return transfer->head_sent == transfer->head.length;
}

static bool is_piece_sent(const struct http_transfer *transfer)
{
    return transfer->piece_sent == transfer->piece_length;
}

bool exchange_is_sent(const struct http_transfer *transfer)
{
    return is_head_sent(transfer) && is_piece_sent(transfer) &&
           transfer->body_begun == transfer->request->length;
}

/* A buffer for a body that streams. An address that is not aligned to a page made the same upload
 * twice as slow. */
static bool make_buffer(struct http_transfer *transfer)
{
    size_t wanted = transfer->request->chunk;
    if (transfer->buffer_size == wanted)
        return true;
    free(transfer->buffer);
    transfer->buffer = NULL;
    transfer->buffer_size = 0;
    void *made = NULL;
    if (posix_memalign(&made, (size_t)sysconf(_SC_PAGESIZE), wanted) != 0)
        return false;
    transfer->buffer = made;
    transfer->buffer_size = wanted;
    return true;
}

/* Gets the next piece of a body that streams. False: there is none now, or it was broken off. */
static bool read_piece(struct http_transfer *transfer)
{
    const struct http_request *request = transfer->request;
    int64_t left = request->length - transfer->body_begun;
    if (!make_buffer(transfer))
        return end(transfer, BREAK_MEMORY);
    size_t room = left < (int64_t)transfer->buffer_size ? (size_t)left : transfer->buffer_size;
    int64_t got = request->read(request->body, transfer->buffer, room);
    if (got == HTTP_READ_WAIT) {
        transfer->paused = true;
        return false;
    }
    if (got < 0)
        return end(transfer, got == HTTP_READ_CHANGED ? BREAK_CHANGED : BREAK_UNREADABLE);
    transfer->piece = transfer->buffer;
    transfer->piece_length = (size_t)got;
    transfer->piece_sent = 0;
    transfer->body_begun += got;
    return true;
}

/* The next piece of the body, if one is due. False: nothing can be sent now. */
static bool next_piece(struct http_transfer *transfer)
{
    const struct http_request *request = transfer->request;
    if (!is_piece_sent(transfer) || transfer->body_begun == request->length)
        return true;
    if (request->data == NULL)
        return read_piece(transfer);
    transfer->piece = request->data;
    transfer->piece_length = (size_t)request->length;
    transfer->piece_sent = 0;
    transfer->body_begun = request->length;
    return true;
}

static void count_sent(struct http_transfer *transfer, size_t sent)
{
    size_t head_left = transfer->head.length - transfer->head_sent;
    size_t of_head = sent < head_left ? sent : head_left;
    size_t head_before = transfer->head_sent;
    transfer->head_sent += of_head;
    transfer->piece_sent += sent - of_head;
    /* A small body may follow the head in its buffer. */
    size_t joined = transfer->head_sent > transfer->head_length
                        ? transfer->head_sent - transfer->head_length
                        : 0;
    size_t joined_before =
        head_before > transfer->head_length ? head_before - transfer->head_length : 0;
    transfer->body_sent += (int64_t)(joined - joined_before + sent - of_head);
    if (exchange_is_sent(transfer))
        transfer->delivered_us = clock_now_us(&transfer->transport->clock);
}

/* Hands over what is at hand, once. */
static enum connection_result send_pieces(struct http_transfer *transfer, size_t *sent)
{
    struct connection *connection = transfer->connection;
    struct iovec pieces[2];
    int count = 0;
    if (!is_head_sent(transfer))
        pieces[count++] = (struct iovec){
            transfer->head.data + transfer->head_sent, transfer->head.length - transfer->head_sent};
    if (!is_piece_sent(transfer))
        pieces[count++] = (struct iovec){(char *)transfer->piece + transfer->piece_sent,
            transfer->piece_length - transfer->piece_sent};
    bool more = transfer->body_begun < transfer->request->length;
    return connection->ops->send(connection, pieces, count, more, sent);
}

static void stop_sending(struct http_transfer *transfer)
{
    transfer->state = EXCHANGE_RECEIVING;
}

/* The connection broke. The response that explains it may have come before. */
static void break_sending(struct http_transfer *transfer)
{
    transfer->send_broken = true;
    transfer->trouble = transfer->connection->error_text;
    transfer->connection->readable = true;
    stop_sending(transfer);
}

/* Sends until the connection takes no more, the body's reader has nothing, or the turn is over
 * (true). */
static bool send_request(struct http_transfer *transfer)
{
    struct connection *connection = transfer->connection;
    size_t in_turn = 0;
    while (transfer->state == EXCHANGE_SENDING && connection->writable) {
        size_t sent = 0;
        if (transfer->paused || !next_piece(transfer))
            return false;
        if (exchange_is_sent(transfer)) {
            stop_sending(transfer);
            return false;
        }
        if (in_turn >= TURN_BYTES_MOST)
            return true;
        enum connection_result result = send_pieces(transfer, &sent);
        if (result == CONNECTION_BYTES)
            count_sent(transfer, sent);
        else if (result == CONNECTION_AGAIN)
            connection->writable = false;
        else
            break_sending(transfer);
        in_turn += sent;
    }
    return false;
}

/* ---- receiving */

/* Did the connection end before it took or gave a byte, although it had served a request? Then
 * nothing of this one has left, and another connection may be used as if this had never been. */
static bool was_dead_already(const struct http_transfer *transfer)
{
    return transfer->reused && transfer->head_sent == 0 && transfer->bytes_in == 0;
}

/* The connection has ended (`result` says how): what does that make of the exchange? */
static enum exchange_break break_at_end(
    const struct http_transfer *transfer, enum connection_result result)
{
    enum http_response_ending ending = http_response_end_of_input(&transfer->response);
    if (ending == HTTP_RESPONSE_COMPLETE && result == CONNECTION_END && transfer->status != 0)
        return BREAK_NONE;
    if (transfer->status != 0)
        return transfer->head_ended ? BREAK_IN_RESPONSE : BREAK_IN_HEAD;
    if (transfer->reused && ending == HTTP_RESPONSE_NOTHING)
        return BREAK_KEPT_DIED;
    if (transfer->send_broken)
        return BREAK_SENDING;
    return BREAK_NO_RESPONSE;
}

static void take_end(struct http_transfer *transfer, enum connection_result result)
{
    struct connection *connection = transfer->connection;
    connection->peer_closed = true;
    /* A reset says nothing of how the peer treats idle connections; an orderly end does. */
    if (transfer->reused && transfer->bytes_in == 0 && result == CONNECTION_END)
        pool_note_close(connection, connection->idle_since_us);
    if (result == CONNECTION_ERROR)
        transfer->trouble = connection->error_text;
    enum exchange_break broken = break_at_end(transfer, result);
    if (broken == BREAK_NONE)
        transfer->response_ended = true;
    else
        (void)end(transfer, broken);
}

static void receive_response(struct http_transfer *transfer)
{
    struct connection *connection = transfer->connection;
    char *into = transfer->transport->received;
    while (connection->readable && !transfer->is_over && !transfer->response_ended) {
        size_t received = 0;
        enum connection_result result =
            connection->ops->receive(connection, into, RECEIVE_ROOM, &received);
        if (result == CONNECTION_AGAIN) {
            connection->readable = false;
        } else if (result == CONNECTION_BYTES) {
            /* A socket that gave less than it was asked for has no more now, but perhaps its end.
             */
            if (received < RECEIVE_ROOM && connection->secure == NULL)
                connection->readable = connection->peer_closed;
            if (!response_take(transfer, into, received))
                (void)end(transfer, transfer->broken);
        } else {
            take_end(transfer, result);
            return;
        }
    }
}

/* What has come may decide: a final status that is not a success ends the sending, and a whole
 * response ends it all unless a success came early and the body can still be sent. */
static void settle(struct http_transfer *transfer)
{
    bool is_success = transfer->status < 300;
    if (transfer->head_ended && !is_success)
        stop_sending(transfer);
    if (!transfer->response_ended)
        return;
    if (transfer->state == EXCHANGE_RECEIVING || transfer->connection->peer_closed)
        (void)end(
            transfer, is_success && !exchange_is_sent(transfer) ? BREAK_EARLY_SUCCESS : BREAK_NONE);
}

enum exchange_step exchange_run(struct http_transfer *transfer)
{
    bool turn_over = transfer->state == EXCHANGE_SENDING && send_request(transfer);
    if (!transfer->is_over)
        receive_response(transfer);
    if (!transfer->is_over)
        settle(transfer);
    if (!transfer->is_over)
        return turn_over && transfer->state == EXCHANGE_SENDING ? EXCHANGE_TURN_OVER
                                                                : EXCHANGE_WAITS;
    return transfer->broken == BREAK_KEPT_DIED && was_dead_already(transfer) ? EXCHANGE_NEVER_BEGAN
                                                                             : EXCHANGE_OVER;
}
