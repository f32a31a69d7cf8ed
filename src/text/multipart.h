/* Framing of multipart/form-data bodies (RFC 7578). Names are escaped as in WHATWG HTML, "multipart
 * form data": `"` as %22, CR as %0D, LF as %0A, nothing else. */
#ifndef SHOAL_TEXT_MULTIPART_H
#define SHOAL_TEXT_MULTIPART_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/random.h"

/* Characters of a boundary of ours, without the NUL. */
#define MULTIPART_BOUNDARY_LENGTH 40

/* Writes an unguessable boundary: a fixed prefix, 128 random bits in hexadecimal, and a NUL. */
void multipart_boundary(
    const struct random_source *random, char out[MULTIPART_BOUNDARY_LENGTH + 1]);

/* What a part's headers say. The strings belong to the caller. */
struct multipart_part {
    const char *name;      /* the field's name */
    const char *file_name; /* NULL: no filename parameter, as in a text field */
    const char *type;      /* its Content-Type, without control bytes but TAB; NULL: no header */
};

/* Adds what comes before a part's content: the delimiter line and the headers. `first` is true for
 * the first part of a body: it leaves out the CRLF that ends the part before. False: part->type
 * contains a control byte, or `out` failed; `out` has failed in both cases. */
bool multipart_add_head(
    struct buf *out, const char *boundary, const struct multipart_part *part, bool first);

/* Adds the closing delimiter (RFC 2046's close-delimiter). False: `out` failed. */
bool multipart_add_close(struct buf *out, const char *boundary);

#endif
