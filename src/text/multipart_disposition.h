/* The header lines of one part of a multipart/form-data body (RFC 7578, section 4.2). */
#ifndef SHOAL_TEXT_MULTIPART_DISPOSITION_H
#define SHOAL_TEXT_MULTIPART_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* What the lines read so far say. The buffers' maximum is their owner's matter. */
struct multipart_disposition {
    bool seen;          /* a Content-Disposition line was there */
    bool has_file_name; /* with a filename */
    bool has_type;
    struct buf name;
    struct buf file_name;
    struct buf type;
};

void multipart_disposition_init(struct multipart_disposition *disposition, size_t maximum);
void multipart_disposition_free(struct multipart_disposition *disposition);

/* Forgets what was read, keeps the memory. */
void multipart_disposition_clear(struct multipart_disposition *disposition);

/* Reads one header line without its CRLF. Headers that mean nothing here are passed over. False
 * with `error`: the line is wrong, or there is no memory. */
bool multipart_disposition_line(struct multipart_disposition *disposition, const char *line,
    size_t length, struct error *error);

/* The next `name=value` of a header's parameters, from `*text` to `end`, with what stands before it
 * (`;` and blanks). Quotes around the value are left out. */
struct multipart_parameter {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* 1: there is one; 0: there is none any more; -1: it is malformed. */
int multipart_parameter_next(
    const char **text, const char *end, struct multipart_parameter *parameter);

/* Is the parameter's name `name` (lower case), whatever its case? */
bool multipart_parameter_is(const struct multipart_parameter *parameter, const char *name);

#endif
