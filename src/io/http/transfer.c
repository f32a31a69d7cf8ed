/* One easy handle and its callbacks. What is the same for every request is set once, when the
 * handle is made. */
#include "io/http/private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OWN_NODES 2 /* User-Agent, Expect */

/* libcurl begins to send the request: for the first time, or for a second one on a new connection
 * because a kept one died. That must not happen behind the scheduler's back. */
static int on_request(void *context, char *peer, char *local, int peer_port, int local_port)
{
    (void)peer;
    (void)peer_port;
    struct http_transfer *transfer = context;
    if (++transfer->requests > 1) {
        transfer->broken = TRANSFER_WOULD_RESEND;
        return CURL_PREREQFUNC_ABORT;
    }
    struct multi *multi = transfer->multi;
    if (transfer->request->connected != NULL)
        *transfer->request->connected = true;
    transfer->requested_us = transfer->moved_us = clock_now_us(&multi->clock);
    transfer->socket =
        sockets_find(&multi->sockets, local_port, local != NULL && strchr(local, ':') != NULL);
    return CURL_PREREQFUNC_OK;
}

static size_t on_read(char *into, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    const struct http_request *request = transfer->request;
    if (transfer->bytes_read >= request->length)
        return 0;
    int64_t got = request->read(request->body, into, size * count);
    if (got == HTTP_READ_WAIT) {
        transfer->paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (got < 0) {
        transfer->broken = got == HTTP_READ_CHANGED ? TRANSFER_CHANGED : TRANSFER_UNREADABLE;
        return CURL_READFUNC_ABORT;
    }
    transfer->bytes_read += got;
    return (size_t)got;
}

/* The body would have to be sent again: on_request() forbids it anyway. */
static int on_seek(void *context, curl_off_t offset, int origin)
{
    (void)context;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

bool transfer_answered(const struct http_transfer *transfer)
{
    return transfer->status >= 200;
}

bool transfer_take_body(struct http_transfer *transfer, const char *data, size_t length)
{
    transfer->bytes_in += (int64_t)length;
    transfer->answer_read += length;
    size_t room = HTTP_ANSWER_KEPT - transfer->answer.length;
    /* Without memory it is cut there: what the server decided counts, not what it said of it. */
    (void)buf_add(&transfer->answer, data, length < room ? length : room);
    if (transfer->answer_read > HTTP_ANSWER_READ) {
        transfer->broken = TRANSFER_LARGE_ANSWER;
        return false;
    }
    return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    return transfer_take_body(context, data, size * count) ? size * count : 0;
}

/* If the line is the header `name`, sets `value` to its value without blanks around it. */
static bool take_value(const char *line, size_t length, const char *name, struct buf *value)
{
    size_t name_length = strlen(name);
    if (length <= name_length || line[name_length] != ':' ||
        strncasecmp(line, name, name_length) != 0)
        return false;
    line += name_length + 1;
    length -= name_length + 1;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    buf_clear(value);
    (void)buf_add(value, line, length);
    return true;
}

static void begin_answer(struct http_transfer *transfer, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    transfer->status = 0;
    if (space != NULL && line + length - space > 3) {
        for (int i = 1; i <= 3 && space[i] >= '0' && space[i] <= '9'; i++)
            transfer->status = transfer->status * 10 + (space[i] - '0');
    }
    transfer->headers_ended = false;
    buf_clear(&transfer->lines);
    buf_clear(&transfer->location);
    buf_clear(&transfer->retry_after);
}

/* The line's length without its end and the blanks before that. */
static size_t length_of_line(const char *line, size_t length)
{
    while (length > 0 && strchr("\r\n \t", line[length - 1]) != NULL && line[length - 1] != '\0')
        length--;
    return length;
}

static void keep_header(struct http_transfer *transfer, const char *line, size_t length)
{
    if (take_value(line, length, "Location", &transfer->location) ||
        take_value(line, length, "Retry-After", &transfer->retry_after))
        return;
    if (length > 0 && length < HTTP_HEADERS_KEPT - transfer->lines.length) {
        (void)buf_add(&transfer->lines, line, length);
        (void)buf_add_byte(&transfer->lines, '\n');
    }
}

void transfer_take_header(struct http_transfer *transfer, const char *line, size_t length)
{
    transfer->bytes_in += (int64_t)length;
    transfer->header_bytes += length;
    length = length_of_line(line, length);
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0)
        begin_answer(transfer, line, length);
    if (!transfer_answered(transfer))
        return;
    if (transfer->answered_us == 0)
        transfer->answered_us = clock_now_us(&transfer->multi->clock);
    transfer->headers_ended = transfer->headers_ended || length == 0;
    keep_header(transfer, line, length);
}

/* libcurl has a limit of its own for headers, but none for trailers. */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    if (transfer->header_bytes + size * count > TRANSFER_HEADER_BYTES_MOST) {
        transfer->broken = TRANSFER_ENDLESS_HEADERS;
        return 0;
    }
    transfer_take_header(transfer, line, size * count);
    return size * count;
}

/* Names that libcurl looks up for every transfer. */
static bool environment_names_a_proxy(void)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return true;
    }
    return false;
}

static void set_proxy(CURL *easy, const struct http_settings *settings)
{
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (settings->proxy != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
    else if (settings->no_proxy || !environment_names_a_proxy())
        (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

static void set_callbacks(CURL *easy, struct http_transfer *transfer)
{
    (void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    (void)curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    (void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    sockets_watch(easy, transfer->multi);
}

static void set_constants(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct http_settings *settings = &transfer->multi->settings;
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text);
    (void)curl_easy_setopt(easy, CURLOPT_SHARE, transfer->multi->share);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    long version = settings->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(settings->connect_timeout_us / CLOCK_US_PER_MS));
    /* Servers drop a kept connection after some seconds; one that old is not trusted any more. */
    (void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 4L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    set_callbacks(easy, transfer);
    security_set_up(easy, settings);
    set_proxy(easy, settings);
}

static struct http_transfer *transfer_new(struct multi *multi)
{
    struct http_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return NULL;
    transfer->multi = multi;
    transfer->easy = curl_easy_init();
    transfer->parsed_url = curl_url();
    if (transfer->easy == NULL || transfer->parsed_url == NULL) {
        transfer_free(transfer);
        return NULL;
    }
    buf_init(&transfer->answer, HTTP_ANSWER_KEPT);
    buf_init(&transfer->lines, HTTP_HEADERS_KEPT);
    buf_init(&transfer->location, HTTP_HEADERS_KEPT);
    buf_init(&transfer->retry_after, HTTP_HEADERS_KEPT);
    buf_init(&transfer->detail, HTTP_HEADERS_KEPT * 2);
    set_constants(transfer);
    return transfer;
}

struct http_transfer *transfer_obtain(struct multi *multi)
{
    struct http_transfer *transfer = multi->idle;
    if (transfer == NULL)
        return transfer_new(multi);
    multi->idle = transfer->next;
    transfer->next = NULL;
    return transfer;
}

void transfer_free(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_url_cleanup(transfer->parsed_url);
    free(transfer->url);
    curl_slist_free_all(transfer->addresses);
    buf_free(&transfer->answer);
    buf_free(&transfer->lines);
    buf_free(&transfer->location);
    buf_free(&transfer->retry_after);
    buf_free(&transfer->detail);
    free(transfer);
}

static void forget_attempt(struct http_transfer *transfer)
{
    transfer->broken = TRANSFER_GOES_ON;
    transfer->off = transfer->paused = false;
    transfer->requests = 0;
    transfer->socket = CURL_SOCKET_BAD;
    transfer->requested_us = transfer->answered_us = 0;
    transfer->bytes_in = transfer->bytes_read = 0;
    transfer->status = 0;
    transfer->header_bytes = transfer->answer_read = 0;
    transfer->headers_ended = false;
    transfer->moved = 0;
    transfer->error_text[0] = '\0';
    buf_clear(&transfer->answer);
    buf_clear(&transfer->lines);
    buf_clear(&transfer->location);
    buf_clear(&transfer->retry_after);
    buf_clear(&transfer->detail);
}

static bool is_header(const char *line, const char *name)
{
    size_t length = strlen(name);
    return strncasecmp(line, name, length) == 0 && (line[length] == ':' || line[length] == ';');
}

/* The list is nodes of ours over the caller's strings: nothing is allocated for a request. What
 * libcurl would add by an option of its own costs more than a node. */
static bool set_headers(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    size_t count = 0;
    bool has_agent = false;
    for (const char *const *header = request->headers; *header != NULL; header++) {
        if (count + OWN_NODES == TRANSFER_HEADERS_MAX)
            return error_set(error, ERROR_USAGE, 0, "a request has over %d headers",
                TRANSFER_HEADERS_MAX - OWN_NODES);
        has_agent = has_agent || is_header(*header, "User-Agent");
        transfer->headers[count++].data = (char *)*header;
    }
    if (!has_agent)
        transfer->headers[count++].data = (char *)transfer->multi->user_agent;
    /* Some servers never answer an `Expect: 100-continue`. */
    transfer->headers[count++].data = (char *)"Expect:";
    for (size_t i = 0; i < count; i++)
        transfer->headers[i].next = i + 1 < count ? &transfer->headers[i + 1] : NULL;
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, &transfer->headers[0]);
    return true;
}

/* Where libcurl can't look names up by itself. */
static void set_addresses(struct http_transfer *transfer, const char *url)
{
    curl_slist_free_all(transfer->addresses);
    transfer->addresses = resolve_url(url);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->addresses);
}

/* A URL that was parsed once need not be parsed for every transfer. */
static bool set_url(struct http_transfer *transfer, const char *url, struct error *error)
{
    bool resolved = transfer->multi->has_threads || transfer->addresses != NULL;
    if (transfer->url != NULL && strcmp(transfer->url, url) == 0 && resolved)
        return true;
    free(transfer->url);
    transfer->url = strdup(url);
    if (transfer->url == NULL)
        return error_set_memory(error);
    CURLUcode code = curl_url_set(transfer->parsed_url, CURLUPART_URL, url, CURLU_PATH_AS_IS);
    if (code != CURLUE_OK) {
        free(transfer->url);
        transfer->url = NULL;
        return error_set(
            error, ERROR_USAGE, 0, "the URL can't be used: %s", curl_url_strerror(code));
    }
    if (!transfer->multi->has_threads)
        set_addresses(transfer, url);
    return curl_easy_setopt(transfer->easy, CURLOPT_CURLU, transfer->parsed_url) == CURLE_OK ||
           error_set_memory(error);
}

bool transfer_set_up(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    CURL *easy = transfer->easy;
    forget_attempt(transfer);
    transfer->request = request;
    if (!set_url(transfer, request->url, error))
        return false;
    if (curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_USERPWD, request->user_password) != CURLE_OK)
        return error_set_memory(error);
    if (!set_headers(transfer, request, error))
        return false;
    if (request->chunk > 0)
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)request->chunk);
    (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->fresh_connection ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
    /* With POSTFIELDS the read callback is not asked; without it is. */
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->data);
    return true;
}
