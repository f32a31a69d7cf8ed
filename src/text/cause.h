/* The cause of a failure: what a response says in its own words, and texts in which equal causes
 * are equal. */
#ifndef SHOAL_TEXT_CAUSE_H
#define SHOAL_TEXT_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The longest message that cause_distill() adds, in bytes. */
enum {
    CAUSE_MESSAGE_MAX = 300
};

/* Adds the message that a response's body contains, on one line: of JSON the member `message`,
 * `error`, `detail` or one like them, also nested; of XML the text of `<Message>` or `<message>`;
 * of HTML that of `<title>` or, without one, `<h1>`; of anything else the first line that has text.
 * Entities are decoded, and runs of white space become one space. Adds at most CAUSE_MESSAGE_MAX
 * bytes, cut between characters; nothing if the body has no text. The result may contain anything
 * else that the body did: it is not made safe for a terminal. False: `out` failed. */
bool cause_distill(struct buf *out, const char *body, size_t length);

/* Adds " (nginx/1.22.1)", if the body is a page that a server or a proxy makes itself and signs
 * with its name, as nginx and Cloudflare do: then the application did not say this.
 * False: `out` failed. */
bool cause_add_software(struct buf *out, const char *body, size_t length);

/* Adds `text` with `#` in place of each run of 8 or more hexadecimal digits and of each other run
 * of decimal digits, so that messages which differ in numbers alone are equal. False: `out` failed.
 */
bool cause_fold(struct buf *out, const char *text, size_t length);

#endif
