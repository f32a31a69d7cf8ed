/* The canonical request: the one text that both sides make of a request, and sign. */
#include "text/aws_sigv4/canonical.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/encode.h"

static int decoded_byte(struct http_slice text, size_t *at)
{
    size_t left = text.length - *at;
    if (text.data[*at] == '%' && left > 2 && ascii_hex_value(text.data[*at + 1]) >= 0 &&
        ascii_hex_value(text.data[*at + 2]) >= 0) {
        int byte = ascii_hex_value(text.data[*at + 1]) * 16 + ascii_hex_value(text.data[*at + 2]);
        *at += 3;
        return byte;
    }
    return (unsigned char)text.data[(*at)++];
}

/* Adds `text` with its percent-encoding made uniform. A byte of `kept` that is not encoded stays.
 */
static void add_uniform(struct http_slice text, const char *kept, struct buf *out)
{
    for (size_t at = 0; at < text.length;) {
        bool stays = strchr(kept, text.data[at]) != NULL && text.data[at] != '\0';
        char byte = (char)decoded_byte(text, &at);
        (void)encode_percent(out, &byte, 1, stays ? kept : "");
    }
}

static size_t path_length(struct http_slice target)
{
    const char *mark = target.length == 0 ? NULL : memchr(target.data, '?', target.length);
    return mark == NULL ? target.length : (size_t)(mark - target.data);
}

bool aws_sigv4_add_target(struct http_slice path_and_query, struct buf *out)
{
    size_t length = path_length(path_and_query);
    if (length == 0 || *path_and_query.data != '/')
        (void)buf_add_byte(out, '/');
    add_uniform((struct http_slice){path_and_query.data, length}, "/", out);
    if (length < path_and_query.length) {
        (void)buf_add_byte(out, '?');
        add_uniform((struct http_slice){path_and_query.data + length + 1,
                        path_and_query.length - length - 1},
            "=&", out);
    }
    return !out->failed;
}

/* ---- the canonical request */

static bool is_text(struct http_slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.data, text, slice.length) == 0;
}

/* Removes the last segment of the path that begins at `start`. */
static void remove_segment(struct buf *out, size_t start)
{
    const char *last =
        out->length > start ? memrchr(out->data + start, '/', out->length - start) : NULL;
    if (last != NULL)
        buf_truncate(out, (size_t)(last - out->data));
}

/* The next segment of a path, after its slash. */
static struct http_slice take_segment(struct http_slice *path)
{
    const char *slash = memchr(path->data + 1, '/', path->length - 1);
    size_t length = slash == NULL ? path->length : (size_t)(slash - path->data);
    struct http_slice segment = {path->data + 1, length - 1};
    *path = (struct http_slice){path->data + length, path->length - length};
    return segment;
}

/* S3 signs the path as it is sent; other services sign it without dot segments and encoded once
 * more. */
static void add_canonical_path(bool is_s3, struct http_slice path, struct buf *out)
{
    size_t start = out->length;
    bool ends_in_slash = false;
    if (is_s3)
        (void)buf_add(out, path.data, path.length);
    while (!is_s3 && path.length > 0) {
        struct http_slice segment = take_segment(&path);
        ends_in_slash = true;
        if (is_text(segment, "..")) {
            remove_segment(out, start);
        } else if (segment.length > 0 && !is_text(segment, ".")) {
            (void)buf_add_byte(out, '/');
            (void)encode_percent(out, segment.data, segment.length, "");
            ends_in_slash = false;
        }
    }
    if (ends_in_slash)
        (void)buf_add_byte(out, '/');
}

struct parameter {
    struct http_slice name;
    struct http_slice value;
};

static int compare_slices(struct http_slice one, struct http_slice other)
{
    size_t shorter = one.length < other.length ? one.length : other.length;
    int order = shorter == 0 ? 0 : memcmp(one.data, other.data, shorter);
    return order != 0 ? order : (one.length > other.length) - (one.length < other.length);
}

static int compare_parameters(const void *one, const void *other)
{
    const struct parameter *a = one;
    const struct parameter *b = other;
    int order = compare_slices(a->name, b->name);
    return order != 0 ? order : compare_slices(a->value, b->value);
}

static struct parameter read_parameter(struct http_slice *query)
{
    const char *end = memchr(query->data, '&', query->length);
    size_t length = end == NULL ? query->length : (size_t)(end - query->data);
    const char *equals = memchr(query->data, '=', length);
    size_t name = equals == NULL ? length : (size_t)(equals - query->data);
    size_t value_at = equals == NULL ? length : name + 1;
    struct parameter parameter = {{query->data, name}, {query->data + value_at, length - value_at}};
    length += end != NULL;
    *query = (struct http_slice){query->data + length, query->length - length};
    return parameter;
}

static bool add_canonical_query(struct http_slice query, struct buf *out)
{
    size_t most = 1;
    for (size_t i = 0; i < query.length; i++)
        most += query.data[i] == '&';
    struct parameter *parameters = calloc(most, sizeof *parameters);
    if (parameters == NULL)
        return false;
    size_t count = 0;
    while (query.length > 0) {
        struct parameter parameter = read_parameter(&query);
        if (parameter.name.length > 0 || parameter.value.length > 0)
            parameters[count++] = parameter;
    }
    qsort(parameters, count, sizeof *parameters, compare_parameters);
    for (size_t i = 0; i < count; i++) {
        (void)buf_add_text(out, i == 0 ? "" : "&");
        (void)buf_add(out, parameters[i].name.data, parameters[i].name.length);
        (void)buf_add_byte(out, '=');
        /* A further `=` belongs to the value, where it is encoded. */
        add_uniform(parameters[i].value, "", out);
    }
    free(parameters);
    return !out->failed;
}

static int compare_names(struct http_slice one, struct http_slice other)
{
    size_t shorter = one.length < other.length ? one.length : other.length;
    int order = strncasecmp(one.data, other.data, shorter);
    return order != 0 ? order : (one.length > other.length) - (one.length < other.length);
}

static int compare_headers(const void *one, const void *other)
{
    const struct aws_sigv4_header *a = one;
    const struct aws_sigv4_header *b = other;
    int order = compare_names(a->name, b->name);
    /* Of one name, in the order in which they are sent, which qsort(3) does not keep. */
    return order != 0 ? order : (a->value.data > b->value.data) - (a->value.data < b->value.data);
}

static bool is_repeated(const struct aws_sigv4_request *request, size_t index)
{
    return index > 0 &&
           compare_names(request->headers[index - 1].name, request->headers[index].name) == 0;
}

static void add_lower(struct http_slice name, struct buf *out)
{
    for (size_t i = 0; i < name.length; i++)
        (void)buf_add_byte(out, (char)tolower((unsigned char)name.data[i]));
}

/* Adds the value without blanks around it, and with one for each run of them. */
static void add_value(struct http_slice value, struct buf *out)
{
    value = http_trim(value);
    for (size_t i = 0; i < value.length; i++) {
        bool blank = value.data[i] == ' ' || value.data[i] == '\t';
        if (!blank)
            (void)buf_add_byte(out, value.data[i]);
        else if (value.data[i + 1] != ' ' && value.data[i + 1] != '\t')
            (void)buf_add_byte(out, ' ');
    }
}

static void add_canonical_headers(const struct aws_sigv4_request *request, struct buf *out)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_repeated(request, i)) {
            (void)buf_add_byte(out, ',');
        } else {
            (void)buf_add_text(out, i == 0 ? "" : "\n");
            add_lower(request->headers[i].name, out);
            (void)buf_add_byte(out, ':');
        }
        add_value(request->headers[i].value, out);
    }
    (void)buf_add_byte(out, '\n');
}

void canonical_add_signed_names(const struct aws_sigv4_request *request, struct buf *out)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_repeated(request, i))
            continue;
        (void)buf_add_text(out, i == 0 ? "" : ";");
        add_lower(request->headers[i].name, out);
    }
}

bool canonical_add(
    const struct aws_sigv4_scope *scope, const struct aws_sigv4_request *request, struct buf *out)
{
    size_t path = path_length(request->target);
    struct http_slice query = {request->target.data + path, request->target.length - path};
    if (query.length > 0)
        query = (struct http_slice){query.data + 1, query.length - 1};
    (void)buf_printf(out, "%s\n", request->method);
    add_canonical_path(
        strcmp(scope->service, "s3") == 0, (struct http_slice){request->target.data, path}, out);
    (void)buf_add_byte(out, '\n');
    bool made = add_canonical_query(query, out);
    (void)buf_add_byte(out, '\n');
    add_canonical_headers(request, out);
    (void)buf_add_byte(out, '\n');
    canonical_add_signed_names(request, out);
    return buf_printf(out, "\n%s", request->payload) && made && !out->failed;
}

void canonical_sort_headers(struct aws_sigv4_request *request)
{
    qsort(request->headers, request->header_count, sizeof *request->headers, compare_headers);
}
