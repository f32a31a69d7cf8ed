/* Files of passwords by host, ~/.netrc, with the rules of curl(1): words separated by white space,
 * "quoted" where they contain some, `#` before a comment, and `macdef` up to an empty line. */
#ifndef SHOAL_TEXT_NETRC_H
#define SHOAL_TEXT_NETRC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "text/http_syntax.h"

/* What is found for a host. */
enum netrc_result {
    NETRC_FOUND,     /* a login, a password or both */
    NETRC_NOT_FOUND, /* neither the host nor a default */
    NETRC_FAILED,    /* out of memory */
};

/* Checks the file's content. False with `error` (ERROR_DATA), which names the line: a quoted word
 * does not end. */
MUST_USE bool netrc_check(const char *text, struct error *error);

/* Looks up `host`, a name or an address without brackets, in any case. Sets `login` and `password`,
 * which must be empty; one of them may stay empty. The first entry with both counts, and only one
 * of `user` unless that is NULL. `text` must have passed netrc_check(). */
MUST_USE enum netrc_result netrc_find(const char *text, struct http_slice host, const char *user,
    struct buf *login, struct buf *password);

/* Calls `on_password` for each login and password in the file, with the login of its machine ("" if
 * that has none before it). False: out of memory, or `on_password` returned false. */
MUST_USE bool netrc_each(const char *text,
    bool (*on_password)(void *context, const char *login, const char *password), void *context);

#endif
