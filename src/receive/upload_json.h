/* What a request brought, as JSON: for the answer and for the events. */
#ifndef SHOAL_RECEIVE_UPLOAD_JSON_H
#define SHOAL_RECEIVE_UPLOAD_JSON_H

#include <jansson.h>

#include "receive/upload.h"

/* A list of the parts: name, filename, type, value, size, sha256, stored, each where there is one.
 * Text that is no UTF-8 has U+FFFD in it, and a key with `_base64` behind it too. NULL: no memory.
 */
json_t *upload_parts_json(const struct upload *upload);

/* An object of the text fields' values (null where a value was too long to keep); of two with one
 * name, the last. NULL: no memory. */
json_t *upload_fields_json(const struct upload *upload);

#endif
