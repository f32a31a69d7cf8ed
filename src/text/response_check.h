/* Checks of a response's content: `json:/pointer=value`, `json:/pointer!=value`, `text:...` and
 * `!text:...`. docs/responses.md describes them for users. */
#ifndef SHOAL_TEXT_RESPONSE_CHECK_H
#define SHOAL_TEXT_RESPONSE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "text/http_syntax.h"

/* What a check asks for. */
enum response_check_kind {
    RESPONSE_CHECK_EQUAL,     /* the value at the pointer is the given one */
    RESPONSE_CHECK_DIFFERENT, /* there is a value at the pointer, and it is another one */
    RESPONSE_CHECK_TEXT,      /* the text is in the reason phrase or in the body */
    RESPONSE_CHECK_NO_TEXT,   /* it is in neither */
};

/* A check as it was read. */
struct response_check {
    enum response_check_kind kind;
    char *pointer;     /* of the first two kinds; owned by the caller; else NULL */
    const char *value; /* what follows, a template: points into the text that was read */
};

/* Reads a check, which goes on to the end of `text`. `any_text`: what is none is text to be found.
 * False with `error` and nothing to free: it is none, it has no value to compare with, or the
 * pointer is not valid. */
MUST_USE bool response_check_parse(
    const char *text, bool any_text, struct response_check *check, struct error *error);

/* What is checked. */
struct response_content {
    struct http_slice phrase; /* the reason phrase */
    struct http_slice body;   /* as much of the body as is kept */
    bool cut;                 /* it was cut, so it is not JSON */
};

/* Whether the check holds, with `value` filled in. If not, adds a clause that says why to `why`,
 * such as "/err is '1'". Text is searched byte for byte. */
MUST_USE bool response_check_holds(const struct response_check *check, struct http_slice value,
    const struct response_content *content, struct buf *why);

#endif
