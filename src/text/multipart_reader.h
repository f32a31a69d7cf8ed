/* Reading of multipart/form-data bodies (RFC 7578, RFC 2046 section 5.1), strictly, in one pass and
 * in constant memory: bytes are pushed in, in pieces of any size, and parts come out by callback.
 *
 * Strict means: lines end in CRLF, every part has a name, nothing but the closing delimiter ends
 * the body. Names and file names lose their escaping (WHATWG HTML: %22, %0D and %0A, nothing else,
 * so a backslash is itself). A preamble and an epilogue are passed over, as RFC 2046 says. */
#ifndef SHOAL_TEXT_MULTIPART_READER_H
#define SHOAL_TEXT_MULTIPART_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* RFC 2046: a boundary has 1 to 70 characters. */
#define MULTIPART_READER_BOUNDARY_MAX 70

/* Most bytes that the headers of one part may take. */
#define MULTIPART_READER_HEAD_MAX 16384

/* What the headers of a part say. Valid during the call; none of them holds a NUL. */
struct multipart_reader_part {
    const char *name; /* never empty */
    const char
        *file_name;   /* NULL: it has none, so it is a text field; "" is a file without a name */
    const char *type; /* its Content-Type; NULL: none */
};

/* What is called as parts are found: for each part begin, data as often as needed (never with 0
 * bytes), end. One that returns false, with its own error, ends the reading. */
struct multipart_reader_calls {
    bool (*begin)(void *context, const struct multipart_reader_part *part, struct error *error);
    bool (*data)(void *context, const char *data, size_t length, struct error *error);
    bool (*end)(void *context, struct error *error);
};

struct multipart_reader;

/* Finds the boundary in the value of a Content-Type header and adds it to `boundary`. False with
 * `error` (ERROR_DATA): it is no multipart/form-data, or its boundary is missing or wrong. */
bool multipart_reader_boundary(const char *content_type, struct buf *boundary, struct error *error);

/* Is the value of a Content-Type header multipart/form-data, whatever follows? */
bool multipart_reader_is_form(const char *content_type);

/* A reader for bodies with `boundary` (copied; of a valid length). `calls` must outlive it. NULL:
 * no memory. */
struct multipart_reader *multipart_reader_new(
    const char *boundary, const struct multipart_reader_calls *calls, void *context);
void multipart_reader_free(struct multipart_reader *reader);

/* Takes the next bytes. False with `error` (ERROR_DATA: what is wrong with the body; or a
 * callback's); after that nothing more may be pushed in. */
bool multipart_reader_push(
    struct multipart_reader *reader, const char *data, size_t length, struct error *error);

/* The body is over. False with `error` where its closing delimiter has not come. */
bool multipart_reader_end(const struct multipart_reader *reader, struct error *error);

#endif
