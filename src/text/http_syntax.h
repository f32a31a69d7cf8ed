/* Syntax that all parts of an HTTP message share (RFC 9110, section 5.6). */
#ifndef SHOAL_TEXT_HTTP_SYNTAX_H
#define SHOAL_TEXT_HTTP_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes in a buffer of another owner, not NUL-terminated. Valid as long as the buffer. */
struct http_slice {
    const char *data; /* may be NULL if `length` is 0 */
    size_t length;    /* bytes */
};

/* The number of bytes at the beginning of `data` that may be part of a token (section 5.6.2). */
size_t http_token_length(const char *data, size_t length);

/* Is the slice a valid field value to send: no control byte except tab (section 5.5)? Bytes over
 * 0x7f are accepted. */
bool http_is_field_value(struct http_slice value);

/* The slice without spaces and tabs at its ends. */
struct http_slice http_trim(struct http_slice slice);

/* Is the slice equal to `text`, ignoring case? */
bool http_slice_is(struct http_slice slice, const char *text);

/* Takes the next element off a comma-separated list (section 5.6.1), without the blanks around it;
 * it may be empty. False: `list` is used up, which a NULL in its `data` says; a list of no bytes
 * has one empty element. */
bool http_list_next(struct http_slice *list, struct http_slice *element);

#endif
