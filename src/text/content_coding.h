/* Removes the compression of a response's body (Content-Encoding; RFC 9110, section 8.4.1), by
 * zlib. */
#ifndef SHOAL_TEXT_CONTENT_CODING_H
#define SHOAL_TEXT_CONTENT_CODING_H

#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "text/http_syntax.h"

/* What became of a body. */
enum content_coding {
    CONTENT_PLAIN,   /* it is not compressed */
    CONTENT_DECODED, /* it was decoded */
    CONTENT_CUT,     /* its beginning was decoded: the rest is missing, damaged or too long */
    CONTENT_UNKNOWN, /* it cannot be decoded: another coding, or several, or no data of it */
};

/* Decodes `body` by the header's value `coding` (gzip, x-gzip, deflate, identity) and adds the
 * result to `out`, up to its maximum size: that is what bounds the work and the memory, however
 * well the body is compressed. CONTENT_PLAIN and CONTENT_UNKNOWN add nothing. */
MUST_USE enum content_coding content_decode(
    struct http_slice coding, const char *body, size_t length, struct buf *out);

#endif
