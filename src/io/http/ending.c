/* How an exchange ended: how far it got, what broke it, and a sentence about that. */
#include "io/http/transport.h"
#include "text/content_coding.h"
#include "text/header_lines.h"
#include "text/units.h"

struct ending {
    enum attempt_error error;
    const char *sentence;
};

static const struct ending endings[] = {
    [BREAK_NONE] = {ATTEMPT_OK, ""},
    [BREAK_NEVER_CONNECTED] = {ATTEMPT_CONNECT, "no connection within the connect timeout"},
    [BREAK_CHANGED] = {ATTEMPT_FILE_CHANGED, "the file changed while it was read"},
    [BREAK_UNREADABLE] = {ATTEMPT_FILE_UNREADABLE, "the file could not be read on"},
    [BREAK_SENDING] = {ATTEMPT_SEND, "the connection broke while sending"},
    [BREAK_NO_RESPONSE] = {ATTEMPT_RECEIVE, "the server closed the connection without an answer"},
    [BREAK_KEPT_DIED] = {ATTEMPT_WOULD_RESEND,
        "the server closed the kept connection without an answer"},
    [BREAK_IN_HEAD] = {ATTEMPT_RECEIVE, "the connection ended within the answer's headers"},
    [BREAK_IN_RESPONSE] = {ATTEMPT_RECEIVE, "the connection broke within the answer"},
    [BREAK_EARLY_SUCCESS] = {ATTEMPT_RECEIVE, "the answer came before the whole body was sent"},
    [BREAK_GARBAGE] = {ATTEMPT_GARBAGE, "the response is not HTTP"},
    [BREAK_LARGE_RESPONSE] = {ATTEMPT_LARGE_ANSWER, "the answer was cut at 1 MiB"},
    [BREAK_STALLED] = {ATTEMPT_STALL, "nothing moved for the stall timeout"},
    [BREAK_TIMED_OUT] = {ATTEMPT_RESPONSE_TIMEOUT, ""}, /* see write_timeout() */
    [BREAK_CANCELLED] = {ATTEMPT_CANCELLED, "interrupted"},
    [BREAK_MEMORY] = {ATTEMPT_RESOURCES, "out of memory"},
};

/* The response of a proxy that was asked directly. */
static void explain_proxy_status(struct http_transfer *transfer)
{
    struct route route;
    bool is_known = route_find(transfer->transport, transfer->request->url, &route, NULL);
    const char *proxy = is_known && route.to_proxy ? route.proxy : NULL;
    (void)proxy_explain_credentials(proxy, &transfer->detail);
}

/* A response that took too long, or never came. */
static void write_timeout(struct http_transfer *transfer)
{
    char limit[UNITS_TEXT_SIZE];
    units_format_duration(transfer->transport->settings.response_timeout_us, limit);
    (void)buf_printf(&transfer->detail, "%sno %sresponse for %s",
        exchange_is_sent(transfer) ? "all of the body was sent; " : "",
        transfer->bytes_in > 0 ? "complete " : "", limit);
}

/* connector.c's own sentence is in `detail` already. */
static void write_detail(struct http_transfer *transfer)
{
    struct buf *detail = &transfer->detail;
    if (transfer->broken == BREAK_NOT_CONNECTED)
        return;
    buf_clear(detail);
    if (transfer->broken == BREAK_NONE && transfer->status == PROXY_STATUS_CREDENTIALS) {
        explain_proxy_status(transfer);
        return;
    }
    (void)buf_add_text(detail, endings[transfer->broken].sentence);
    if (transfer->broken == BREAK_TIMED_OUT)
        write_timeout(transfer);
    const char *more = transfer->broken == BREAK_GARBAGE ? transfer->response.error
                       : transfer->broken == BREAK_SENDING || transfer->broken == BREAK_NO_RESPONSE
                           ? transfer->trouble
                           : NULL;
    if (more != NULL)
        (void)buf_printf(detail, ": %s", more);
}

static enum attempt_phase phase_of(const struct http_transfer *transfer)
{
    if (transfer->status != 0)
        return ATTEMPT_ANSWERING;
    if (transfer->head_sent == 0)
        return ATTEMPT_CONNECTING;
    bool whole = transfer->head_sent == transfer->head.length &&
                 transfer->body_sent == transfer->request->length;
    return whole ? ATTEMPT_WAITING : ATTEMPT_SENDING;
}

/* Replaces a compressed body by what it contains, as far as that can be decoded. */
static void decode_body(struct http_transfer *transfer, struct http_end *end)
{
    struct transport *transport = transfer->transport;
    struct http_slice lines = {transfer->lines.data, transfer->lines.length};
    struct http_slice coding;
    buf_clear(&transport->decoded);
    buf_clear(&transport->coding);
    if (end->answer->length == 0 || !header_lines_find(&lines, "Content-Encoding", &coding))
        return;
    switch (content_decode(coding, end->answer->data, end->answer->length, &transport->decoded)) {
    case CONTENT_PLAIN:
        return;
    case CONTENT_UNKNOWN:
        (void)buf_add(&transport->coding, coding.data, coding.length);
        return;
    case CONTENT_CUT:
        end->answer_cut = true;
        break;
    case CONTENT_DECODED:
        break;
    }
    end->answer = &transport->decoded;
}

void ending_describe(struct http_transfer *transfer, struct http_end *end)
{
    bool connected = transfer->broken != BREAK_NOT_CONNECTED;
    write_detail(transfer);
    *end = (struct http_end){
        .attempt = {.phase = phase_of(transfer),
            .error = connected ? endings[transfer->broken].error : transfer->failed,
            .status = transfer->status,
            .proxy_status = transfer->proxy_status},
        .detail = buf_text(&transfer->detail),
        .answer = &transfer->answer,
        .answer_cut = transfer->answer_read > transfer->answer.length ||
                      (transfer->answer.length > 0 && !transfer->response_ended),
        .phrase = buf_text(&transfer->phrase),
        .location = buf_text(&transfer->location),
        .retry_after = buf_text(&transfer->retry_after),
        .cookies = &transfer->cookies,
        .headers = &transfer->lines,
        .request_bytes = transfer->body_sent,
        .reused = transfer->reused,
    };
    decode_body(transfer, end);
    end->coding = buf_text(&transfer->transport->coding);
}
