/* Resolving a URL reference, such as that of a Location header (RFC 3986, section 5). */
#ifndef SHOAL_TEXT_URL_REFERENCE_H
#define SHOAL_TEXT_URL_REFERENCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "text/http_url.h"

/* Adds the URL that `reference` means in a response from `base`, which http_url_split() accepts:
 * absolute, without dot segments, userinfo and fragment, without the port where it is the scheme's
 * own, and with spaces and bytes beyond ASCII percent-encoded. False: it is not an http or https
 * URL that http_url_split() accepts, or `out` failed. */
MUST_USE bool url_resolve(const char *base, const char *reference, struct buf *out);

/* Whether two URLs have the same origin: scheme, host (whatever its case) and port (RFC 6454). */
bool url_is_same_origin(const struct http_url *one, const struct http_url *other);

#endif
