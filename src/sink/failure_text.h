/* Why one file failed, for people. */
#ifndef SHOAL_SINK_FAILURE_TEXT_H
#define SHOAL_SINK_FAILURE_TEXT_H

#include <shoal.h>
#include <stdint.h>

#include "base/buf.h"

/* Adds ": 404 Not Found: PUT https://example.com/a (3 attempts)": the error, safe for a terminal
 * and without the file's own name; where the response says nothing more, the request; sizes, where
 * a limit may be the reason; and the attempts. `method`: of the requests, or NULL. `largest_sent`:
 * size of the largest file that was sent so far, in bytes. */
void failure_text_add(
    struct buf *out, const struct shoal_file *file, const char *method, int64_t largest_sent);

#endif
