/* The forms in which a secret value can travel, for redaction. */
#ifndef SHOAL_TEXT_SECRET_FORMS_H
#define SHOAL_TEXT_SECRET_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "base/secret.h"

/* Adds `value` as it is and in every form in which a template or a response can show it: with `+`
 * for a space, escaped for JSON and HTML, repaired to valid UTF-8, and in Base64 (standard and URL
 * alphabet, with and without padding, alone and within longer text). secrets_redact() finds
 * percent-encoded bytes by itself. False: out of memory. */
MUST_USE bool secret_forms_add(struct secrets *secrets, const char *value, size_t length);

/* Adds the credentials `user:secret` as Basic authentication carries them (RFC 7617), and `secret`
 * in all its forms. False: out of memory. */
MUST_USE bool secret_forms_add_basic(struct secrets *secrets, const char *user, const char *secret);

#endif
