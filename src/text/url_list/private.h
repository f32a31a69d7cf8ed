/* What the files of the room share. */
#ifndef SHOAL_TEXT_URL_LIST_PRIVATE_H
#define SHOAL_TEXT_URL_LIST_PRIVATE_H

#include "text/url_list.h"

/* Reads the JSON object in `text` into `entry`, whose strings url_list_free() frees, also after a
 * failure. False with `error`, which does not name the line. */
MUST_USE bool url_list_read_json(
    struct url_list_entry *entry, const char *text, struct error *error);

#endif
