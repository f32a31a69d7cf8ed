/* Values that must never be shown: they are replaced wherever text leaves the program.
 *
 * Every value is known in the forms in which it can travel: as it is, escaped for JSON, in Base64.
 * A caller that builds another form (the Basic credentials) adds it too. Each form is found
 * whichever of its bytes are percent-encoded, in any case of the digits; letters are compared as
 * they are. */
#ifndef SHOAL_BASE_SECRET_H
#define SHOAL_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define SECRET_SHOWN_AS "***"

struct secrets;

/* An empty set, or NULL where there is no memory. secrets_free() wipes what it holds. */
struct secrets *secrets_new(void);
void secrets_free(struct secrets *secrets);

/* Adds one form of a secret (copied; an empty one is ignored). Callers use secret_forms_add()
 * from text/secret_forms.h for a value with all its usual forms. False: no memory. */
bool secrets_add(struct secrets *secrets, const char *form, size_t length);

/* Adds `text` to `out` with every known form replaced by SECRET_SHOWN_AS, the longest form first
 * where two begin at one place; forms that overlap are replaced as one. `secrets` may be NULL
 * (nothing is replaced). False: `out` failed. */
bool secrets_redact(
    const struct secrets *secrets, const char *text, size_t length, struct buf *out);

#endif
