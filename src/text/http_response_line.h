/* The lines of an HTTP/1.1 response (RFC 9112). Each function reads one complete line, without its
 * line end. It returns NULL if the line is valid, else a static sentence for the user that says
 * what is wrong; the outputs are undefined then. */
#ifndef SHOAL_TEXT_HTTP_RESPONSE_LINE_H
#define SHOAL_TEXT_HTTP_RESPONSE_LINE_H

#include <stdint.h>

#include "text/http_syntax.h"

/* Every response begins with these bytes. */
#define HTTP_STATUS_LINE_START        "HTTP/1."
#define HTTP_STATUS_LINE_START_LENGTH 7

/* Most digits of a chunk's size, leading zeros included: any size that fits in an int64_t has at
 * most this many. */
#define HTTP_CHUNK_DIGITS_MAX 16

/* The parts of a status line (section 4). */
struct http_status_line {
    int minor_version;        /* 0 for HTTP/1.0, 1 for every later 1.x (RFC 9110, section 2.5) */
    int status;               /* 100 to 999 */
    struct http_slice reason; /* may be empty */
};

/* Compares the bytes from `from` to `length` of a response with HTTP_STATUS_LINE_START; later bytes
 * are ignored. For incomplete lines: a peer that does not speak HTTP/1 may never send a line end.
 */
const char *http_status_line_check_start(const char *data, size_t from, size_t length);

/* Reads a status line whose start was checked. The reason may be missing together with the space
 * before it. As in curl, status codes from 600 to 999 are accepted (RFC 9110, section 15, asks
 * clients to treat them as 5xx) and those below 100 are errors. */
const char *http_status_line_read(struct http_slice line, struct http_status_line *read);

/* Reads a field line (section 5): a header or a trailer. Errors: a name that is not a token, blanks
 * before the colon (section 5.1), folded lines (section 5.2), CR or NUL in the value. The value may
 * contain other control bytes (RFC 9110, section 5.5, allows it): escape them before display. */
const char *http_field_line_read(
    struct http_slice line, struct http_slice *name, struct http_slice *value);

/* Reads the value of a Content-Length: digits, or one number repeated as a list (RFC 9110,
 * section 8.6). */
const char *http_content_length_read(struct http_slice value, int64_t *length);

/* Can the line before a chunk begin with this byte? */
const char *http_chunk_line_check_start(char byte);

/* Reads the line before a chunk (section 7.1): the chunk's size in bytes, and the number of bytes
 * after the digits, which are extensions, or blanks with which some servers pad the line. */
const char *http_chunk_line_read(struct http_slice line, int64_t *size, size_t *extension_length);

#endif
