/* Dates in cookies (RFC 6265, section 5.1.1). */
#ifndef SHOAL_TEXT_COOKIE_DATE_H
#define SHOAL_TEXT_COOKIE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "text/http_syntax.h"

/* Reads the date of an Expires attribute, as loosely as the standard asks for: a time, a day, a
 * month and a year in any order, whatever else there is. `seconds` receives it, since 1970. False:
 * it is not a date. */
MUST_USE bool cookie_date_read(struct http_slice text, int64_t *seconds);

#endif
