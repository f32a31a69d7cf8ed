/* The lines of an HTTP/1.1 response (RFC 9112): each function reads one whole line, given without
 * its end. They return NULL where the line is valid, else a static sentence for the user that says
 * what is wrong; then what they fill in is undefined. */
#ifndef SHOAL_TEXT_HTTP_RESPONSE_LINE_H
#define SHOAL_TEXT_HTTP_RESPONSE_LINE_H

#include <stdint.h>

#include "text/http_syntax.h"

/* Every response begins with these bytes. */
#define HTTP_STATUS_LINE_START        "HTTP/1."
#define HTTP_STATUS_LINE_START_LENGTH 7

/* Most digits of a chunk's size: as many as any size has that fits in an int64_t. */
#define HTTP_CHUNK_DIGITS_MAX 16

/* A status line (section 4), read. */
struct http_status_line {
    int minor_version;        /* 0 for HTTP/1.0, 1 for every later 1.x (RFC 9110, section 2.5) */
    int status;               /* 100 to 999 */
    struct http_slice reason; /* may be empty */
};

/* Compares the bytes from `from` to `length` of a response with HTTP_STATUS_LINE_START; bytes after
 * it are not looked at. For lines that are not whole yet: a peer that does not speak HTTP/1 need
 * not send a line end. */
const char *http_status_line_check_start(const char *data, size_t from, size_t length);

/* Reads a status line whose start was checked. The space in front of the reason may be missing
 * along with it. As in curl, codes from 600 to 999 are accepted (RFC 9110, section 15, asks clients
 * to treat them as 5xx), and those below 100 are not. */
const char *http_status_line_read(struct http_slice line, struct http_status_line *read);

/* Reads a field line (section 5): a header or a trailer. Refused: a name that is empty or not a
 * token, blanks in front of the colon (section 5.1), folded lines (section 5.2), and in the value
 * CR and NUL. The value may hold other control bytes, as RFC 9110, section 5.5, lets it: escape
 * them where it is shown. */
const char *http_field_line_read(
    struct http_slice line, struct http_slice *name, struct http_slice *value);

/* Reads the value of a Content-Length: digits, or one number repeated as a list (RFC 9110,
 * section 8.6). */
const char *http_content_length_read(struct http_slice value, int64_t *length);

/* Can the line in front of a chunk begin with this byte? */
const char *http_chunk_line_check_start(char byte);

/* Reads the line in front of a chunk (section 7.1): its size in bytes, and how long is what follows
 * the digits, which are extensions, and blanks that some servers fill the line with. */
const char *http_chunk_line_read(struct http_slice line, int64_t *size, size_t *extension_length);

#endif
