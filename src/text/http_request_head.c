#include "text/http_request_head.h"

#include <inttypes.h>
#include <string.h>

#include "text/http_syntax.h"

/* The parts of one header line. */
struct header {
    struct http_slice name;
    struct http_slice value;
    bool is_written; /* false for the form `Name:` */
};

/* False: the line has none of the three forms, or a control byte in its value. */
static bool read_header(const char *line, struct header *header)
{
    size_t length = http_token_length(line, strlen(line));
    const char *after = line + length;
    header->name = (struct http_slice){line, length};
    if (length == 0 || (*after != ':' && *after != ';'))
        return false;
    header->value = http_trim((struct http_slice){after + 1, strlen(after + 1)});
    header->is_written = *after == ';' || header->value.length > 0;
    return *after == ':' ? http_is_field_value(header->value) : header->value.length == 0;
}

static struct http_slice name_of(const char *line)
{
    return (struct http_slice){line, strcspn(line, ":;")};
}

const char *http_request_head_find(const char *const *headers, const char *name)
{
    for (; *headers != NULL; headers++) {
        if (http_slice_is(name_of(*headers), name))
            return *headers;
    }
    return NULL;
}

static bool check_method(const char *method, struct error *error)
{
    size_t length = strlen(method);
    if (length > 0 && http_token_length(method, length) == length)
        return true;
    return error_set(error, ERROR_USAGE, 0, "\"%s\" is not a valid HTTP method", method);
}

static bool contains_space_or_control(struct http_slice slice)
{
    return !http_is_field_value(slice) || memchr(slice.data, ' ', slice.length) != NULL ||
           memchr(slice.data, '\t', slice.length) != NULL;
}

/* Errors do not quote values: they may be secrets. */
static bool check_header(
    const struct http_request_head *head, const char *line, struct error *error)
{
    struct http_slice name = name_of(line);
    struct header header;
    if (!read_header(line, &header))
        return error_set(error, ERROR_USAGE, 0,
            "the header \"%.*s\" must be 'Name: value', without control bytes", (int)name.length,
            name.data);
    if (http_slice_is(name, "Content-Length") || http_slice_is(name, "Transfer-Encoding"))
        return error_set(error, ERROR_USAGE, 0,
            "the header \"%.*s\" can't be set: it follows from the body", (int)name.length,
            name.data);
    if (http_slice_is(name, "Host") && http_request_head_find(head->headers, "Host") != line)
        return error_set(error, ERROR_USAGE, 0, "the header Host is given twice");
    return true;
}

static bool check(const struct http_request_head *head, struct error *error)
{
    if (!check_method(head->method, error))
        return false;
    if (contains_space_or_control(head->url->host) || contains_space_or_control(head->url->path))
        return error_set(
            error, ERROR_USAGE, 0, "the URL contains a space or a control byte: percent-encode it");
    for (const char *const *line = head->headers; *line != NULL; line++) {
        if (!check_header(head, *line, error))
            return false;
    }
    return true;
}

/* The line was checked, so it can be read. */
static void add_header(const char *line, struct buf *out)
{
    struct header header;
    if (!read_header(line, &header) || !header.is_written)
        return;
    (void)buf_add(out, header.name.data, header.name.length);
    (void)buf_add(out, ": ", header.value.length > 0 ? 2 : 1);
    (void)buf_add(out, header.value.data, header.value.length);
    (void)buf_add(out, "\r\n", 2);
}

/* Host comes first, as RFC 9110, section 7.2, recommends. */
static const char *add_host(const struct http_request_head *head, struct buf *out)
{
    const char *given = http_request_head_find(head->headers, "Host");
    if (given != NULL) {
        add_header(given, out);
        return given;
    }
    (void)buf_add_text(out, "Host: ");
    (void)http_url_add_host(head->url, out);
    (void)buf_add(out, "\r\n", 2);
    return NULL;
}

bool http_request_head_write(
    const struct http_request_head *head, struct buf *out, struct error *error)
{
    if (!check(head, error))
        return false;
    (void)buf_add_text(out, head->method);
    (void)buf_add_byte(out, ' ');
    (void)http_url_add_target(head->url, head->absolute_form, out);
    (void)buf_add_text(out, " HTTP/1.1\r\n");
    const char *host = add_host(head, out);
    for (const char *const *line = head->headers; *line != NULL; line++) {
        if (*line != host)
            add_header(*line, out);
    }
    if (head->content_length != HTTP_REQUEST_NO_BODY)
        (void)buf_printf(out, "Content-Length: %" PRId64 "\r\n", head->content_length);
    (void)buf_add(out, "\r\n", 2);
    return !out->failed || error_set_memory(error);
}
