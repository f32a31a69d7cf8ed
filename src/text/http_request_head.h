/* Writes the head of an HTTP/1.1 request (RFC 9112, section 3). No input can inject a header line
 * or a second request: input with a line end or another control byte is an error. */
#ifndef SHOAL_TEXT_HTTP_REQUEST_HEAD_H
#define SHOAL_TEXT_HTTP_REQUEST_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "text/http_url.h"

/* For `content_length`: the request has no body and no Content-Length, as for GET and HEAD. */
#define HTTP_REQUEST_NO_BODY (-1)

/* The parts of a head. The caller owns everything that is pointed to. */
struct http_request_head {
    const char *method;         /* a token */
    const struct http_url *url; /* the result of http_url_split() */
    bool absolute_form;         /* for a request to a proxy: the whole URL is the target */
    /* Header lines in the forms of curl's -H, NULL-terminated: `Name: value`; `Name;` for an empty
     * value; `Name:` for none, so that the caller's defaults and Host can be removed. A line that
     * names Host replaces the one that is made from the URL. */
    const char *const *headers;
    int64_t content_length; /* bytes of the body, or HTTP_REQUEST_NO_BODY */
};

/* Returns the first line with the name `name`, ignoring case, or NULL. A caller adds its own
 * User-Agent or Accept only if this finds none. */
const char *http_request_head_find(const char *const *headers, const char *name);

/* Adds the head, including its empty line, to `out`. False with `error`, and nothing added
 * (ERROR_USAGE): the method is not a token; a part of the URL contains a space or a control byte; a
 * line has none of the three forms, or a control byte other than tab in its value; two lines name
 * Host; a line names Content-Length or Transfer-Encoding. ERROR_MEMORY: `out` failed. */
bool http_request_head_write(
    const struct http_request_head *head, struct buf *out, struct error *error);

#endif
