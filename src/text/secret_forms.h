/* The forms in which a secret value can travel, for redaction. */
#ifndef SHOAL_TEXT_SECRET_FORMS_H
#define SHOAL_TEXT_SECRET_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "text/secret.h"

/* Adds `value` as it is and in every form that secrets_redact() does not find by itself: repaired
 * to valid UTF-8, without its percent-encoding, and in Base64 (standard and URL alphabet, with and
 * without padding, alone and within longer text). False: out of memory. */
MUST_USE bool secret_forms_add(struct secrets *secrets, const char *value, size_t length);

/* Adds the credentials `user:secret` as Basic authentication carries them (RFC 7617), and `secret`
 * in all its forms. False: out of memory. */
MUST_USE bool secret_forms_add_basic(struct secrets *secrets, const char *user, const char *secret);

#endif
