/* Request heads: a byte of flags, a line with the method, one with the URL, and header lines. A
 * head that was written has the lines it must have and no other; they are read back by the parser
 * of responses. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/http_request_head.h"
#include "text/http_response.h"

#define HEAD_MAX    ((size_t)4 << 20)
#define HEADERS_MAX 8

struct request {
    char *method;
    char *url;
    char *headers[HEADERS_MAX + 1];
    size_t header_count;
    bool absolute_form;
    int64_t content_length;
};

static void read_request(struct request *request, struct fuzz_input *input)
{
    *request = (struct request){.header_count = 0};
    uint8_t flags = fuzz_byte(input);
    request->absolute_form = flags % 2 != 0;
    request->content_length = flags >= 128 ? HTTP_REQUEST_NO_BODY : flags;
    request->method = fuzz_line(input);
    request->url = fuzz_line(input);
    while (input->left > 0 && request->header_count < HEADERS_MAX)
        request->headers[request->header_count++] = fuzz_line(input);
}

static void free_request(struct request *request)
{
    free(request->method);
    free(request->url);
    for (size_t i = 0; i < request->header_count; i++)
        free(request->headers[i]);
}

/* The next header of the head that is read back. */
static void expect_header(struct http_response *response, struct http_slice *input,
    struct http_slice name, struct http_slice value)
{
    MUST(http_response_next(response, input) == HTTP_RESPONSE_HEADER);
    MUST(response->name.length == name.length);
    MUST(memcmp(response->name.data, name.data, name.length) == 0);
    MUST(response->value.length == value.length);
    MUST(value.length == 0 || memcmp(response->value.data, value.data, value.length) == 0);
}

static struct http_slice slice_of(const char *text)
{
    return (struct http_slice){text, strlen(text)};
}

/* What a line of the caller must have become, if anything. */
static void expect_line(struct http_response *response, struct http_slice *input, const char *line)
{
    size_t length = strcspn(line, ":;");
    struct http_slice value = http_trim(slice_of(line + length + 1));
    if (line[length] == ';' || value.length > 0)
        expect_header(response, input, (struct http_slice){line, length}, value);
}

static void expect_host(struct http_response *response, struct http_slice *input,
    const struct http_url *url, const char *given)
{
    struct buf host;
    if (given != NULL) {
        expect_line(response, input, given);
        return;
    }
    buf_init(&host, HEAD_MAX);
    MUST(http_url_add_host(url, &host));
    expect_header(response, input, slice_of("Host"), slice_of(buf_text(&host)));
    buf_free(&host);
}

/* The lines after the request line. */
static void check_lines(
    const struct request *request, const struct http_url *url, const char *lines)
{
    struct buf text;
    struct http_response response;
    buf_init(&text, HEAD_MAX);
    MUST(buf_printf(&text, "HTTP/1.1 200 OK\r\n%s", lines));
    http_response_init(&response, false);
    struct http_slice input = {text.data, text.length};
    MUST(http_response_next(&response, &input) == HTTP_RESPONSE_STATUS);
    const char *host = http_request_head_find((const char *const *)request->headers, "Host");
    expect_host(&response, &input, url, host);
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i] != host)
            expect_line(&response, &input, request->headers[i]);
    }
    if (request->content_length != HTTP_REQUEST_NO_BODY) {
        char digits[32];
        (void)snprintf(digits, sizeof digits, "%lld", (long long)request->content_length);
        expect_header(&response, &input, slice_of("Content-Length"), slice_of(digits));
    }
    MUST(http_response_next(&response, &input) == HTTP_RESPONSE_HEAD_END);
    MUST(input.length == 0);
    buf_free(&text);
}

static void check_head(
    const struct request *request, const struct http_url *url, const struct buf *head)
{
    const char *text = buf_text(head);
    struct buf line;
    buf_init(&line, HEAD_MAX);
    MUST(buf_printf(&line, "%s ", request->method));
    MUST(http_url_add_target(url, request->absolute_form, &line));
    MUST(memchr(line.data + strlen(request->method) + 1, ' ',
             line.length - strlen(request->method) - 1) == NULL);
    MUST(buf_add_text(&line, " HTTP/1.1\r\n"));
    MUST(strlen(text) == head->length); /* no NUL */
    MUST(strncmp(text, buf_text(&line), line.length) == 0);
    check_lines(request, url, text + line.length);
    buf_free(&line);
}

/* The target for a proxy is a URL of the same parts. */
static void check_url(const struct http_url *url)
{
    struct buf target;
    struct http_url again;
    buf_init(&target, HEAD_MAX);
    MUST(http_url_add_target(url, true, &target));
    for (size_t i = 0; i < target.length; i++)
        MUST((unsigned char)target.data[i] > ' ' && target.data[i] != 0x7f);
    MUST(http_url_split(buf_text(&target), &again, NULL));
    MUST(again.is_https == url->is_https && again.port == url->port);
    bool slash_added = url->path.length == 0 || *url->path.data != '/';
    MUST(again.path.length == url->path.length + slash_added);
    MUST(memcmp(again.path.data + slash_added, url->path.data, url->path.length) == 0);
    buf_free(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct request request;
    struct http_url url;
    struct error error;
    struct buf out;
    buf_init(&out, HEAD_MAX);
    read_request(&request, &input);
    if (http_url_split(request.url, &url, &error)) {
        check_url(&url);
        const struct http_request_head head = {
            .method = request.method,
            .url = &url,
            .absolute_form = request.absolute_form,
            .headers = (const char *const *)request.headers,
            .content_length = request.content_length,
        };
        if (http_request_head_write(&head, &out, &error))
            check_head(&request, &url, &out);
        else
            MUST(error.class == ERROR_USAGE && out.length == 0);
    }
    free_request(&request);
    buf_free(&out);
    return 0;
}
