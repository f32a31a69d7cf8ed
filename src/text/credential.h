/* Names under which credentials travel: of headers, query parameters, form fields and keys. */
#ifndef SHOAL_TEXT_CREDENTIAL_H
#define SHOAL_TEXT_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether a value of this name is a credential: Authorization, X-Api-Key, authToken, password and
 * the like, whatever the case and the punctuation. */
bool credential_is_name(const char *name, size_t length);

/* Adds `url` to `out` without the values of credentials: the userinfo, and the values of query
 * parameters whose names credential_is_name(). What is left shows where they were. False: `out`
 * failed. */
bool credential_mask_url(struct buf *out, const char *url);

#endif
