/* International domain names, as curl(1) looks them up: in their ASCII form (xn--), by IDNA 2008
 * (RFC 5890) and Unicode's rules for compatibility (UTS 46). */
#ifndef SHOAL_TEXT_HOST_NAME_H
#define SHOAL_TEXT_HOST_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* Whether the name is in ASCII, and nothing in it is percent-encoded. */
bool host_name_is_ascii(const char *name, size_t length);

/* Adds the ASCII form of a name, whose bytes beyond ASCII may be percent-encoded. False with
 * `error`, in which the name is "the URL's host": it is not a valid name, or `out` failed. */
MUST_USE bool host_name_encode(
    const char *name, size_t length, struct buf *out, struct error *error);

/* Replaces the host of an absolute URL by its ASCII form, where it has another one. Anything that
 * is not a URL is left as it is. False with `error`: as host_name_encode(). */
MUST_USE bool host_name_encode_url(struct buf *url, struct error *error);

#endif
