/* What a server or proxy wants for credentials: WWW-Authenticate and Proxy-Authenticate (RFC 9110,
 * section 11.6.1). */
#ifndef SHOAL_TEXT_HTTP_CHALLENGE_H
#define SHOAL_TEXT_HTTP_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* Adds the names of the schemes in the header's value, such as "Digest, Basic", each once. False:
 * there is none; nothing is added then. */
MUST_USE bool http_challenge_add_schemes(struct buf *out, const char *value, size_t length);

/* Whether the names, as http_challenge_add_schemes() adds them, are only such as shoal cannot
 * speak: Digest (RFC 7616), NTLM, Negotiate (RFC 4559). */
bool http_challenge_is_unsupported(const char *schemes);

#endif
