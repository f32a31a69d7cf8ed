/* What these files share. */
#ifndef SHOAL_TEXT_COOKIE_PRIVATE_H
#define SHOAL_TEXT_COOKIE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "text/cookie.h"

/* Reads the date of an Expires attribute, as loosely as RFC 6265, section 5.1.1 asks for. `seconds`
 * receives it, since 1970. False: it is not a date. */
MUST_USE bool cookie_date_read(struct http_slice text, int64_t *seconds);

#endif
