/* Reads multipart/form-data bodies (RFC 7578, RFC 2046 section 5.1), strictly, in one pass and in
 * constant memory: the caller pushes bytes in pieces of any size, and parts come out by callback.
 *
 * Strict means: lines end in CRLF, every part has a name, and only the closing delimiter ends the
 * body. Names and file names are unescaped (WHATWG HTML: %22, %0D and %0A, nothing else, so a
 * backslash is itself). A preamble and an epilogue are ignored, as RFC 2046 says. */
#ifndef SHOAL_TEXT_MULTIPART_READER_H
#define SHOAL_TEXT_MULTIPART_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* RFC 2046: a boundary has 1 to 70 characters. */
#define MULTIPART_READER_BOUNDARY_MAX 70

/* The most bytes of one part's headers. */
#define MULTIPART_READER_HEAD_MAX 16384

/* What the headers of a part say. The strings are valid during the call and contain no NUL. */
struct multipart_reader_part {
    const char *name;      /* never empty */
    const char *file_name; /* NULL: none, so it is a text field; "": a file without a name */
    const char *type;      /* its Content-Type; NULL: none */
};

/* Called as parts are found: for each part `begin` once, `data` any number of times, `end` once.
 * One that returns false, after setting `error`, ends the reading. */
struct multipart_reader_calls {
    /* A part begins. */
    bool (*begin)(void *context, const struct multipart_reader_part *part, struct error *error);
    /* The next `length` bytes of its content, never 0. */
    bool (*data)(void *context, const char *data, size_t length, struct error *error);
    /* The part is complete. */
    bool (*end)(void *context, struct error *error);
};

/* The state of reading one body. */
struct multipart_reader;

/* Finds the boundary in the value of a Content-Type header and adds it to `boundary`. False with
 * `error`: the value is not multipart/form-data, or its boundary is missing or not valid
 * (ERROR_DATA), or out of memory. */
MUST_USE bool multipart_reader_boundary(
    const char *content_type, struct buf *boundary, struct error *error);

/* Whether the value of a Content-Type header is multipart/form-data, with any parameters. */
bool multipart_reader_is_form(const char *content_type);

/* Makes a reader for one body, for multipart_reader_free(). `boundary` (copied) is as found by
 * multipart_reader_boundary(); `calls` must outlive the reader, `context` is passed to them. NULL:
 * out of memory, or the boundary is too long. */
MUST_USE struct multipart_reader *multipart_reader_new(
    const char *boundary, const struct multipart_reader_calls *calls, void *context);

/* Frees the reader. NULL does nothing. */
void multipart_reader_free(struct multipart_reader *reader);

/* Reads the next bytes of the body. False with `error`: the body is wrong (ERROR_DATA), out of
 * memory, or what a callback reported; after that nothing more may be pushed. */
MUST_USE bool multipart_reader_push(
    struct multipart_reader *reader, const char *data, size_t length, struct error *error);

/* The body is complete. False with `error` (ERROR_DATA): its closing delimiter is missing. */
MUST_USE bool multipart_reader_finish(const struct multipart_reader *reader, struct error *error);

#endif
