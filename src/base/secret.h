/* Values that must never be shown: they are replaced wherever text leaves the program.
 *
 * The set holds every form in which a value can travel: as it is, escaped for JSON, in Base64 and
 * so on (text/secret_forms.h makes them). Each form is also found if any of its bytes are
 * percent-encoded, with hexadecimal digits in either case; other bytes must match exactly. */
#ifndef SHOAL_BASE_SECRET_H
#define SHOAL_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* The text that replaces a secret. */
#define SECRET_SHOWN_AS "***"

/* A set of forms of secrets. */
struct secrets;

/* Makes an empty set, for secrets_free(). NULL: out of memory. */
MUST_USE struct secrets *secrets_new(void);

/* Wipes the forms and frees the set. NULL does nothing. */
void secrets_free(struct secrets *secrets);

/* Adds one form of a secret: `length` bytes, copied; 0 bytes are ignored. To add a value with all
 * its usual forms, use secret_forms_add() in text/secret_forms.h. False: out of memory. */
MUST_USE bool secrets_add(struct secrets *secrets, const char *form, size_t length);

/* Adds `text` to `out` with every known form replaced by SECRET_SHOWN_AS. Of several forms that
 * match at one place the longest counts; matches that overlap are replaced as one. `secrets` may be
 * NULL (nothing is replaced). False: `out` failed. */
bool secrets_redact(
    const struct secrets *secrets, const char *text, size_t length, struct buf *out);

#endif
