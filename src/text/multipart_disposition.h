/* The header lines of one part of a multipart/form-data body (RFC 7578, section 4.2). */
#ifndef SHOAL_TEXT_MULTIPART_DISPOSITION_H
#define SHOAL_TEXT_MULTIPART_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "text/http_syntax.h"

/* What the header lines read so far say. */
struct multipart_disposition {
    bool seen;            /* a Content-Disposition line was read */
    bool has_file_name;   /* it has a filename parameter */
    bool has_type;        /* a Content-Type line was read */
    struct buf name;      /* the name parameter, unescaped; empty if there is none */
    struct buf file_name; /* the filename parameter, unescaped */
    struct buf type;      /* the Content-Type's value */
};

/* Makes an empty one; each of its buffers may grow to `maximum` bytes. Allocates nothing. */
void multipart_disposition_init(struct multipart_disposition *disposition, size_t maximum);

/* Releases the memory. */
void multipart_disposition_free(struct multipart_disposition *disposition);

/* Empties it for the next part, keeps the memory. */
void multipart_disposition_clear(struct multipart_disposition *disposition);

/* Reads one header line without its CRLF. Headers with no meaning here are ignored. False with
 * `error`: the line is wrong (ERROR_DATA), or out of memory. */
MUST_USE bool multipart_disposition_line(struct multipart_disposition *disposition,
    const char *line, size_t length, struct error *error);

/* One `name=value` of a header's parameters. It points into the header. */
struct multipart_parameter {
    struct http_slice name;  /* in any case */
    struct http_slice value; /* without the quotes around it */
};

/* Reads the next parameter, with the `;` and the blanks before it, and advances `*text`, which ends
 * at `end`. Returns 1 if there is one, 0 if there are no more, -1 if it is malformed. */
MUST_USE int multipart_parameter_next(
    const char **text, const char *end, struct multipart_parameter *parameter);

#endif
