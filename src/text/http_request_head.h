/* Writes the head of an HTTP/1.1 request (RFC 9112, section 3). Nothing that it is given can add a
 * line or a second request: what holds a line end or another control byte is refused. */
#ifndef SHOAL_TEXT_HTTP_REQUEST_HEAD_H
#define SHOAL_TEXT_HTTP_REQUEST_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "text/http_url.h"

/* For `content_length`: the request has no body and no Content-Length, as suits a GET or a HEAD. */
#define HTTP_REQUEST_NO_BODY (-1)

/* What a head is made of. Everything is the caller's and stays unchanged. */
struct http_request_head {
    const char *method;         /* a token */
    const struct http_url *url; /* what http_url_split() found */
    bool absolute_form;         /* for a request to a proxy: the whole URL is the target */
    /* Lines of header fields as curl's -H takes them, NULL-terminated: `Name: value`, `Name;` for a
     * field with an empty value; `Name:` writes nothing, and takes the Host line away. One that
     * names Host is written in place of the URL's host. */
    const char *const *headers;
    int64_t content_length; /* bytes of the body, or HTTP_REQUEST_NO_BODY */
};

/* The first line that names the field `name`, in either case, or NULL: so a caller sees which of
 * its own header fields the user sets, or takes away. */
const char *http_request_head_find(const char *const *headers, const char *name);

/* Adds the head to `out`, up to and with its empty line. False with `error`: ERROR_USAGE where the
 * method is not a token, the URL's parts hold a space or a control byte, a line is none of the
 * three forms or its value holds a control byte (except a tab), two lines name Host, or one names
 * Content-Length or Transfer-Encoding; nothing is added then. ERROR_MEMORY where `out` failed. */
bool http_request_head_write(
    const struct http_request_head *head, struct buf *out, struct error *error);

#endif
