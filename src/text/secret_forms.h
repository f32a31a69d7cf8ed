/* The forms in which a secret value can travel, for redaction. */
#ifndef SHOAL_TEXT_SECRET_FORMS_H
#define SHOAL_TEXT_SECRET_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"

/* Adds `value` as it is and in every form a template or an answer can give it: percent-encoded
 * (each escaping of ours, upper and lower case digits, `+` for a space), escaped for JSON, Base64
 * (standard and URL alphabet, with and without padding). False: no memory. */
bool secret_forms_add(struct secrets *secrets, const char *value, size_t length);

/* Adds the credentials `user:secret` as Basic authentication carries them (RFC 7617), and the
 * secret itself in all its forms. False: no memory. */
bool secret_forms_add_basic(struct secrets *secrets, const char *user, const char *secret);

#endif
