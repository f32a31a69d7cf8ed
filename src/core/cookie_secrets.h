/* Values of cookies (--cookies), which must not be shown. They change while a run goes on, so they
 * are not among the secrets of the configuration: they are looked for in what is told of the
 * requests and responses that had them. */
#ifndef SHOAL_CORE_COOKIE_SECRETS_H
#define SHOAL_CORE_COOKIE_SECRETS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "text/secret.h"

/* Shorter values are not secret: a number of a server, a language. */
#define COOKIE_SECRET_LEAST 8 /* bytes */

/* Adds the values, each with a NUL after it, to `secrets`. False: out of memory. */
MUST_USE bool cookie_secrets_add(struct secrets *secrets, const struct buf *values);

/* Replaces the values within `text`; without memory, all of it. */
void cookie_secrets_hide(const struct buf *values, struct buf *text);

#endif
