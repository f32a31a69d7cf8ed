/* libcurl's result as an attempt's end: how far it got, what broke it, and a sentence. */
#include "io/http/private.h"

#include <stdio.h>
#include <string.h>

struct ending {
    enum attempt_error error;
    const char *sentence; /* libcurl's own words follow it */
};

static struct ending ending_of_break(enum transfer_break broken)
{
    switch (broken) {
    case TRANSFER_WOULD_RESEND:
        return (struct ending){
            ATTEMPT_WOULD_RESEND, "the server closed the kept connection without an answer"};
    case TRANSFER_CHANGED:
        return (struct ending){ATTEMPT_FILE_CHANGED, "the file changed while it was read"};
    case TRANSFER_UNREADABLE:
        return (struct ending){ATTEMPT_FILE_UNREADABLE, "the file could not be read on"};
    case TRANSFER_LARGE_ANSWER:
        return (struct ending){ATTEMPT_LARGE_ANSWER, "the answer was cut at 1 MiB"};
    case TRANSFER_ENDLESS_HEADERS:
        return (struct ending){ATTEMPT_GARBAGE, "the answer's headers have no end"};
    case TRANSFER_STALLED:
        return (struct ending){ATTEMPT_STALL, "nothing moved for the stall timeout"};
    case TRANSFER_NEVER_CONNECTED:
        return (struct ending){ATTEMPT_CONNECT, "no connection within the connect timeout"};
    case TRANSFER_CANCELLED:
        return (struct ending){ATTEMPT_CANCELLED, "interrupted"};
    case TRANSFER_GOES_ON:
        break;
    }
    return (struct ending){ATTEMPT_OK, ""};
}

/* Before the request began to leave. */
static struct ending ending_while_connecting(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return (struct ending){ATTEMPT_RESOLVE, "the host's name has no address"};
    case CURLE_COULDNT_RESOLVE_PROXY:
        return (struct ending){ATTEMPT_RESOLVE, "the proxy's name has no address"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return (struct ending){ATTEMPT_CERTIFICATE, "the certificate does not verify"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return (struct ending){ATTEMPT_TLS, "no TLS connection"};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CRL_BADFILE:
        return (struct ending){ATTEMPT_SETUP, "a TLS file can't be used"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return (struct ending){ATTEMPT_SETUP, "the URL can't be used"};
    case CURLE_PROXY:
        return (struct ending){ATTEMPT_PROXY, "no way through the proxy"};
    case CURLE_OPERATION_TIMEDOUT:
        return (struct ending){ATTEMPT_CONNECT, "no connection within the connect timeout"};
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        return (struct ending){ATTEMPT_RESOURCES, "no connection can be made here"};
    default:
        return (struct ending){ATTEMPT_CONNECT, "no connection"};
    }
}

/* libcurl is content. We are not where the headers were cut short, or where a server says that it
 * took what it can't have had. */
static struct ending ending_of_answer(const struct http_transfer *transfer, int64_t uploaded)
{
    bool success = transfer->status >= 200 && transfer->status < 300;
    if (!transfer->headers_ended)
        return (struct ending){ATTEMPT_RECEIVE, "the connection ended within the answer's headers"};
    if (success && uploaded < transfer->request->length)
        return (struct ending){ATTEMPT_RECEIVE, "the answer came before the whole body was sent"};
    return (struct ending){ATTEMPT_OK, ""};
}

static struct ending ending_on_the_way(
    const struct http_transfer *transfer, CURLcode code, int64_t uploaded)
{
    switch (code) {
    case CURLE_OK:
        return ending_of_answer(transfer, uploaded);
    case CURLE_SEND_ERROR:
        return (struct ending){ATTEMPT_SEND, "the connection broke while sending"};
    case CURLE_OUT_OF_MEMORY:
        return (struct ending){ATTEMPT_RESOURCES, "out of memory"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
        return (struct ending){ATTEMPT_GARBAGE, "the answer is no HTTP"};
    case CURLE_GOT_NOTHING:
        return (struct ending){
            ATTEMPT_RECEIVE, "the server closed the connection without an answer"};
    default:
        return (struct ending){ATTEMPT_RECEIVE, transfer_answered(transfer)
                                                    ? "the connection broke within the answer"
                                                    : "the connection broke before an answer"};
    }
}

/* libcurl could not start the thread that would have looked the name up. */
static bool lacked_thread(const struct http_transfer *transfer, CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST && strstr(transfer->error_text, "thread") != NULL;
}

static struct ending ending_of(
    const struct http_transfer *transfer, CURLcode code, int64_t uploaded)
{
    if (transfer->broken != TRANSFER_GOES_ON)
        return ending_of_break(transfer->broken);
    if (transfer->requests > 0 || code == CURLE_OK)
        return ending_on_the_way(transfer, code, uploaded);
    long proxy_status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300)
        return (struct ending){ATTEMPT_PROXY, "the proxy refused"};
    if (lacked_thread(transfer, code)) {
        transfer->multi->has_threads = false; /* the next attempt does without */
        return (struct ending){ATTEMPT_RESOURCES, "no thread to look the host's name up"};
    }
    return ending_while_connecting(code);
}

static enum attempt_phase phase_of(const struct http_transfer *transfer, int64_t uploaded)
{
    if (transfer_answered(transfer))
        return ATTEMPT_ANSWERING;
    if (transfer->requests == 0)
        return ATTEMPT_CONNECTING;
    return uploaded >= transfer->request->length ? ATTEMPT_WAITING : ATTEMPT_SENDING;
}

/* Our sentence, and libcurl's words where they say more. */
static const char *detail_of(
    struct http_transfer *transfer, const struct ending *ending, CURLcode code)
{
    buf_clear(&transfer->detail);
    (void)buf_add_text(&transfer->detail, ending->sentence);
    if (transfer->broken != TRANSFER_GOES_ON || code == CURLE_OK)
        return buf_text(&transfer->detail);
    const char *words =
        transfer->error_text[0] != '\0' ? transfer->error_text : curl_easy_strerror(code);
    (void)buf_printf(&transfer->detail, ": %s", words);
    long number = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number != 0)
        (void)buf_printf(&transfer->detail, " (%s)", strerror((int)number));
    return buf_text(&transfer->detail);
}

void ending_describe(struct http_transfer *transfer, CURLcode code, struct http_end *end)
{
    curl_off_t uploaded = 0;
    long new_connections = 0;
    long proxy_status = 0;
    curl_off_t connect_us = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &new_connections);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connect_us);
    struct ending ending = ending_of(transfer, code, uploaded);
    bool answered = transfer_answered(transfer);
    *end = (struct http_end){
        .attempt = {.phase = phase_of(transfer, uploaded),
            .error = ending.error,
            .status = answered ? transfer->status : 0,
            .proxy_status = proxy_status},
        .detail = detail_of(transfer, &ending, code),
        .answer = &transfer->answer,
        .answer_cut = transfer->answer_read > transfer->answer.length,
        .location = buf_text(&transfer->location),
        .retry_after = buf_text(&transfer->retry_after),
        .headers = &transfer->lines,
        .request_bytes = uploaded,
        .connect_us = new_connections > 0 ? connect_us : -1,
        .wait_us = answered && transfer->requested_us > 0
                       ? transfer->answered_us - transfer->requested_us
                       : -1,
        .reused = transfer->requests > 1 || (transfer->requests == 1 && new_connections == 0),
    };
}
