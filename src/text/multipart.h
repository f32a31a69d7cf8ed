/* Framing of multipart/form-data bodies (RFC 7578; names escaped as in WHATWG HTML, "multipart
 * form data": `"` as %22, CR as %0D, LF as %0A, nothing else). */
#ifndef SHOAL_TEXT_MULTIPART_H
#define SHOAL_TEXT_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/random.h"

#define MULTIPART_BOUNDARY_LENGTH 40

/* Writes an unguessable boundary: a fixed prefix and 128 random bits, NUL-terminated. */
void multipart_boundary(
    const struct random_source *random, char out[MULTIPART_BOUNDARY_LENGTH + 1]);

struct multipart_part {
    const char *name;      /* the field's name; NUL-terminated like the rest */
    const char *file_name; /* NULL: a text field, or a file part that has no file name */
    const char
        *type; /* its Content-Type; NULL: no such header. One line: a control byte in it fails */
};

/* Adds what stands before a part's content: the delimiter line and its headers. `first` leaves out
 * the CRLF that closes the part before it. False: `out` failed. */
bool multipart_add_head(
    struct buf *out, const char *boundary, const struct multipart_part *part, bool first);

/* Adds the closing delimiter. False: `out` failed. */
bool multipart_add_end(struct buf *out, const char *boundary);

#endif
