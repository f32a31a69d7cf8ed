/* Parser for HTTP/1.1 responses, fed with the bytes of a connection in pieces of any size
 * (RFC 9112).
 *
 * The parser allocates nothing and copies nothing: the caller owns the bytes, and events point into
 * them. Header lines and the lines around chunks are consumed once they are complete. What
 * http_response_next() leaves of its input is the beginning of a line; the caller keeps it and
 * presents it again, followed by more bytes:
 *
 *     http_response_init(&response, false);
 *     while ((event = http_response_next(&response, &input)) != HTTP_RESPONSE_MORE)
 *         ... HTTP_RESPONSE_END and HTTP_RESPONSE_ERROR end the loop ...
 *     move what is left of `input` to the front of the buffer, receive more after it, repeat
 *
 * The parser remembers how much of an incomplete line it has searched, so the time is linear in the
 * bytes received, even if they arrive one by one. The same bytes produce the same events however
 * they are cut, except that a body is reported in as many pieces as it arrives in.
 *
 * Where the RFC leaves a choice, and where the parser is stricter:
 *   - A bare LF ends a line of a head (section 2.2 allows it). In the chunked coding, trailers
 *     included, only CRLF does: readers that disagree there disagree where the message ends.
 *   - Bare CR, NUL, folded lines and blanks before a colon are errors.
 *   - Nothing may precede the status line, not even an empty line: on a reused connection it would
 *     be left over from the previous response.
 *   - Transfer-Encoding must be exactly `chunked`, and is an error in HTTP/1.0 (section 6.1).
 *     Together with Content-Length it wins, and the connection is not kept (section 6.3).
 *   - A 101 is an error: shoal never asks to switch protocols.
 *   - A 1xx or 204 whose head announces a body ends with its head (section 6.3), and the connection
 *     is not kept.
 *   - Proxy-Connection is ignored. */
#ifndef SHOAL_TEXT_HTTP_RESPONSE_H
#define SHOAL_TEXT_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "text/http_syntax.h"

/* Most bytes of each of these: all interim heads with the status line after them; the final head;
 * all chunk extensions; the trailers. */
#define HTTP_RESPONSE_SECTION_MAX (256 * 1024)

/* A buffer of this many bytes can hold every incomplete line and at least one byte more: the
 * longest is a chunk's size with its 16 digits, its extensions and CRLF. */
#define HTTP_RESPONSE_LINE_MAX (HTTP_RESPONSE_SECTION_MAX + 18)

/* What http_response_next() found. */
enum http_response_event {
    HTTP_RESPONSE_MORE,     /* nothing until more bytes arrive */
    HTTP_RESPONSE_STATUS,   /* a status line: `status`, `minor_version`, `reason` */
    HTTP_RESPONSE_HEADER,   /* a header line: `name`, `value` */
    HTTP_RESPONSE_HEAD_END, /* the head is complete; with `status` below 200 it was an interim one,
                               and another status line follows */
    HTTP_RESPONSE_BODY,     /* bytes of the body, chunked coding removed, at least one: `body` */
    HTTP_RESPONSE_END,      /* the message is complete; further calls return the same. Input that is
                               left belongs to no request: do not keep the connection */
    HTTP_RESPONSE_ERROR,    /* not valid, or over a limit: `error`; further calls return the same */
};

/* What the end of the connection means for the response. */
enum http_response_ending {
    HTTP_RESPONSE_NOTHING,   /* not one byte has arrived */
    HTTP_RESPONSE_TRUNCATED, /* something is missing, or there was an error */
    HTTP_RESPONSE_COMPLETE,  /* the message was complete, or ends with the connection */
};

/* What the parser expects next. */
enum http_response_state {
    HTTP_RESPONSE_AT_STATUS_LINE,
    HTTP_RESPONSE_AT_HEADER,     /* a header line, or the empty line after them */
    HTTP_RESPONSE_IN_BODY,       /* `left` bytes of a body with a Content-Length */
    HTTP_RESPONSE_IN_OPEN_BODY,  /* a body that the connection's end ends */
    HTTP_RESPONSE_AT_CHUNK_LINE, /* a chunk's size */
    HTTP_RESPONSE_IN_CHUNK,      /* `left` bytes of a chunk */
    HTTP_RESPONSE_AT_CHUNK_END,  /* the CRLF after them */
    HTTP_RESPONSE_AT_TRAILER,    /* a trailer line, or the empty line after them */
    HTTP_RESPONSE_AT_END,
    HTTP_RESPONSE_BROKEN,
};

/* One response, and the parser's state. The caller owns it and reads the first part. */
struct http_response {
    int status;               /* of the latest status line; 0: none yet */
    int minor_version;        /* of HTTP/1: 0 or 1 */
    struct http_slice reason; /* may be empty; this and the other slices point into the input and
                                 are valid after the event that sets them, until the next call */
    struct http_slice name;   /* a token; compare without regard to case */
    struct http_slice value;  /* without the blanks around it, never with CR, LF or NUL */
    struct http_slice body;
    const char *error; /* a static sentence for the user, NULL while there is none */
    bool has_begun;    /* a byte of the response has arrived */

    /* The parser's own. */
    enum http_response_state state;
    bool to_head;        /* the request was a HEAD */
    bool is_chunked;     /* this head has a Transfer-Encoding, and it is `chunked` */
    bool has_length;     /* this head has a Content-Length: `left` */
    bool closes;         /* a head says that the connection closes, or is ambiguous */
    bool keeps_alive;    /* this head says `Connection: keep-alive` */
    int64_t left;        /* bytes of the body or chunk still to arrive */
    size_t section_left; /* bytes that the section may still have: HTTP_RESPONSE_SECTION_MAX */
    size_t scanned;      /* bytes of the input that are known to hold no line end */
};

/* Begins a response. `to_head`: the request's method was HEAD, so there is no body. */
void http_response_init(struct http_response *response, bool to_head);

/* Consumes bytes from the front of `input` up to the next event and returns the event. After
 * HTTP_RESPONSE_MORE, the next call's input must begin with the bytes that are left in `input`. */
enum http_response_event http_response_next(
    struct http_response *response, struct http_slice *input);

/* Says whether the response is complete if the connection ends after the bytes that
 * http_response_next() has seen. Over TLS the caller must know whether that end is authentic. */
enum http_response_ending http_response_end_of_input(const struct http_response *response);

/* May the connection carry another request (RFC 9112, section 9.3)? True only after
 * HTTP_RESPONSE_END; the caller must also check that no input was left. */
bool http_response_may_keep(const struct http_response *response);

#endif
