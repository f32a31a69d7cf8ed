/* The response of an exchange: what is kept of it. */
#include <string.h>
#include <strings.h>

#include "io/http/transport.h"

void response_clear(struct http_transfer *transfer)
{
    http_response_init(&transfer->response, strcmp(transfer->request->method, "HEAD") == 0);
    transfer->status = 0;
    transfer->head_ended = transfer->response_ended = transfer->has_leftover = false;
    transfer->bytes_in = 0;
    transfer->answer_read = 0;
    buf_clear(&transfer->partial);
    buf_clear(&transfer->answer);
    buf_clear(&transfer->lines);
    buf_clear(&transfer->phrase);
    buf_clear(&transfer->location);
    buf_clear(&transfer->retry_after);
}

static void keep_value(struct buf *value, struct http_slice slice)
{
    buf_clear(value);
    (void)buf_add(value, slice.data, slice.length);
}

/* A plain proxy that wants credentials responds for itself, not for the origin. */
static void keep_cookie(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    struct http_slice header = transfer->response.value;
    struct http_url url;
    struct error ignored;
    if (!transport->settings.cookies || transfer->status == PROXY_STATUS_CREDENTIALS ||
        !http_url_split(transfer->request->url, &url, &ignored))
        return;
    cookie_jar_take(&transport->cookies, header, &url, clock_wall_seconds(&transport->clock),
        &transfer->cookies);
}

/* Without room or memory a line is lost: the status counts, not what is said of it. */
static void keep_header(struct http_transfer *transfer)
{
    const struct http_response *response = &transfer->response;
    struct buf *lines = &transfer->lines;
    if (http_slice_is(response->name, "Set-Cookie"))
        keep_cookie(transfer);
    if (http_slice_is(response->name, "Location")) {
        keep_value(&transfer->location, response->value);
    } else if (http_slice_is(response->name, "Retry-After")) {
        keep_value(&transfer->retry_after, response->value);
    } else if (response->name.length + response->value.length + 3 <
               HTTP_HEADERS_KEPT - lines->length) {
        (void)buf_add(lines, response->name.data, response->name.length);
        (void)buf_add_text(lines, ": ");
        (void)buf_add(lines, response->value.data, response->value.length);
        (void)buf_add_byte(lines, '\n');
    }
}

static bool keep_body(struct http_transfer *transfer)
{
    struct http_slice body = transfer->response.body;
    size_t room = HTTP_ANSWER_KEPT - transfer->answer.length;
    transfer->answer_read += body.length;
    (void)buf_add(&transfer->answer, body.data, body.length < room ? body.length : room);
    if (transfer->answer_read <= HTTP_ANSWER_READ)
        return true;
    transfer->broken = BREAK_LARGE_RESPONSE;
    return false;
}

static void keep_status(struct http_transfer *transfer)
{
    if (transfer->response.status < 200)
        return;
    transfer->status = transfer->response.status;
    keep_value(&transfer->phrase, transfer->response.reason);
}

/* One event of the parser. False: the exchange is broken off. */
static bool take_event(struct http_transfer *transfer, enum http_response_event event)
{
    switch (event) {
    case HTTP_RESPONSE_STATUS:
        keep_status(transfer);
        return true;
    case HTTP_RESPONSE_HEADER:
        if (transfer->status != 0 && !transfer->head_ended)
            keep_header(transfer);
        return true;
    case HTTP_RESPONSE_HEAD_END:
        transfer->head_ended = transfer->status != 0;
        return true;
    case HTTP_RESPONSE_BODY:
        return keep_body(transfer);
    case HTTP_RESPONSE_END:
        transfer->response_ended = true;
        return true;
    case HTTP_RESPONSE_MORE:
        return true;
    case HTTP_RESPONSE_ERROR:
        break;
    }
    transfer->broken = BREAK_GARBAGE;
    return false;
}

/* Keeps the beginning of a line for the next bytes. */
static bool keep_partial(struct http_transfer *transfer, struct http_slice left)
{
    struct buf *partial = &transfer->partial;
    bool is_own = partial->length > 0;
    if (is_own && left.length > 0)
        memmove(partial->data, left.data, left.length);
    if (is_own)
        partial->length = left.length;
    else if (left.length > 0 && !buf_add(partial, left.data, left.length))
        transfer->broken = BREAK_MEMORY;
    return transfer->broken == BREAK_NONE;
}

bool response_take(struct http_transfer *transfer, const char *data, size_t length)
{
    struct http_slice input = {data, length};
    struct buf *partial = &transfer->partial;
    transfer->bytes_in += (int64_t)length;
    if (partial->length > 0) {
        if (!buf_add(partial, data, length)) {
            transfer->broken = BREAK_MEMORY;
            return false;
        }
        input = (struct http_slice){partial->data, partial->length};
    }
    enum http_response_event event;
    do {
        event = http_response_next(&transfer->response, &input);
        if (!take_event(transfer, event))
            return false;
    } while (event != HTTP_RESPONSE_MORE && event != HTTP_RESPONSE_END);
    if (event == HTTP_RESPONSE_END) {
        transfer->has_leftover = input.length > 0;
        return true;
    }
    return keep_partial(transfer, input);
}
