/* Names under which credentials travel: of headers, query parameters, form fields and keys. */
#ifndef SHOAL_TEXT_CREDENTIAL_H
#define SHOAL_TEXT_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether a value of this name is a credential: Authorization, X-Api-Key, authToken, password and
 * the like, whatever the case and the punctuation. */
bool credential_is_name(const char *name, size_t length);

/* A value that is a credential. False: stop. `context` is the caller's. */
typedef bool credential_fn(void *context, const char *value, size_t length);

/* Calls `each` for the userinfo of a URL, if it has one, and for the values of its query parameters
 * whose names credential_is_name(), as they are written. False: `each` returned false. */
bool credential_each_in_url(const char *url, credential_fn *each, void *context);

/* Adds `url` to `out` without the values of credentials: the userinfo, and the values of query
 * parameters whose names credential_is_name(). What is left shows where they were. False: `out`
 * failed. */
bool credential_mask_url(struct buf *out, const char *url);

#endif
