/* An upload as JSON, for the response and for events. docs/receiver.md documents the keys. */
#ifndef SHOAL_RECEIVE_UPLOAD_JSON_H
#define SHOAL_RECEIVE_UPLOAD_JSON_H

#include <jansson.h>

#include "base/must_use.h"
#include "receive/upload.h"

/* Returns an array with an object for each part: name, filename, type, value, size, sha256, stored,
 * each if there is one (name is null for a raw body). In text that is not UTF-8, wrong bytes are
 * replaced by U+FFFD, and a second key with the suffix `_base64` has the original bytes. The caller
 * owns the reference. NULL: out of memory. */
MUST_USE json_t *upload_parts_json(const struct upload *upload);

/* Returns an object with the value of each text field: null if it was not kept, the last one if
 * several fields have the same name. The caller owns the reference. NULL: out of memory. */
MUST_USE json_t *upload_fields_json(const struct upload *upload);

#endif
