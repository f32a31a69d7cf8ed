/* Media types (RFC 6838) of files, by the extensions of their names. */
#ifndef SHOAL_TEXT_MEDIA_TYPE_H
#define SHOAL_TEXT_MEDIA_TYPE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"

/* The type of a file of which nothing is known. */
#define MEDIA_TYPE_DEFAULT "application/octet-stream"

/* Types that were added to those that are built in. */
struct media_types;

/* Returns an empty list of additions, for media_types_free(). NULL: out of memory. */
MUST_USE struct media_types *media_types_new(void);

/* Frees the list. NULL does nothing. */
void media_types_free(struct media_types *types);

/* Adds `text`, EXT=TYPE, which comes before what was added or built in for EXT so far. EXT may have
 * a dot in front and dots within: `tar.gz`. Its case does not matter. False with `error`: it is not
 * EXT=TYPE, or out of memory. */
MUST_USE bool media_types_add(struct media_types *types, const char *text, struct error *error);

/* The type of the file `path`: that of its longest known extension, MEDIA_TYPE_DEFAULT if none is
 * known. Dots at the beginning of a name do not begin an extension. `types` may be NULL. The result
 * is constant or belongs to `types`. */
const char *media_types_find(const struct media_types *types, const char *path);

/* Whether `text` is type/subtype, perhaps with parameters (RFC 9110, section 8.3.1). */
bool media_type_is_valid(const char *text);

#endif
