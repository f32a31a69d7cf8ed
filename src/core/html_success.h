/* Successes that may be none: a proxy, a portal or a site's front page that responds 200 with a
 * page for people, where the file was expected to be stored. */
#ifndef SHOAL_CORE_HTML_SUCCESS_H
#define SHOAL_CORE_HTML_SUCCESS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "io/http.h"
#include "text/secret.h"

/* What a run has seen; all zero at its start. */
struct html_success {
    bool seen_other; /* a success had a response that is not HTML */
    bool told;       /* a sentence was added */
};

/* Notes the response of a file that was sent, `path`. Returns whether it is an HTML page although
 * none was to be expected: the request did not ask for HTML (`asked`), or other responses were not
 * HTML. A page with the status as its title, as some servers send with 201, does not count. For the
 * first one that counts, replaces the content of `sentence` with one for the user; `secrets` are
 * replaced in the title, which may be cut. */
MUST_USE bool html_success_note(struct html_success *seen, const struct http_end *end, bool asked,
    const char *path, struct secrets *secrets, struct buf *sentence);

#endif
