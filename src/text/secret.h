/* Values that must never be shown: they are replaced wherever text leaves the program.
 *
 * The set holds forms: the value itself, its Base64 and so on (text/secret_forms.h makes them). A
 * form is found whatever escapings the text uses for any of its bytes, up to three on top of each
 * other:
 *
 *     percent    %26 %u0026
 *     backslash  \u0026 \u{26} \U00000026 \x26 \x{26} \046 \n \" \/
 *     HTML       &#38; &#x26; &amp; and the other names of ASCII characters
 *     forms      + for a space
 *
 * Digits and names may be in upper or lower case; other bytes must match exactly. The time that
 * this takes grows with the length of the text, not with that of the forms. */
#ifndef SHOAL_TEXT_SECRET_H
#define SHOAL_TEXT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* The text that replaces a secret. */
#define SECRET_SHOWN_AS "***"

/* A set of forms of secrets. For one thread at a time. */
struct secrets;

/* Makes an empty set, for secrets_free(). NULL: out of memory. */
MUST_USE struct secrets *secrets_new(void);

/* Makes an empty set on top of `below`, the caller's, which must outlive it: what replaces its
 * forms replaces those of `below` too. NULL: out of memory. */
MUST_USE struct secrets *secrets_new_over(struct secrets *below);

/* Wipes the forms and frees the set. NULL does nothing. */
void secrets_free(struct secrets *secrets);

/* Adds one form of a secret: `length` bytes, copied; 0 bytes are ignored. To add a value with all
 * its usual forms, use secret_forms_add() in text/secret_forms.h. False: out of memory. */
MUST_USE bool secrets_add(struct secrets *secrets, const char *form, size_t length);

/* Adds `text` to `out` with every known form replaced by SECRET_SHOWN_AS. Of several forms that
 * match at one place the longest counts; matches that overlap are replaced as one. `secrets` may be
 * NULL (nothing is replaced). False: `out` failed, or out of memory; then a part of the text may be
 * missing, but no secret is in it. */
bool secrets_redact(struct secrets *secrets, const char *text, size_t length, struct buf *out);

/* As secrets_redact(), for a text that was cut at its end: a form's beginning there is replaced
 * too, however short it is. */
bool secrets_redact_cut(struct secrets *secrets, const char *text, size_t length, struct buf *out);

#endif
