/* Reads the text of an -F by curl's rules. Pure. */
#ifndef SHOAL_CORE_CONFIG_FORM_TEXT_H
#define SHOAL_CORE_CONFIG_FORM_TEXT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/config.h"

/* One -F. The strings are owned: form_text_free(). Templates in them are not parsed. */
struct form_text {
    enum config_field_kind kind; /* the first characters of the value */
    char *name;                  /* NAME */
    char *value;                 /* the text, or the path */
    char *type;                  /* ;type=T; NULL: none */
    char *file_name;             /* ;filename=N, which may be ""; NULL: none */
};

/* Reads NAME=VALUE with its suffixes into `form`, whose previous content is ignored. A VALUE or
 * file name in "..." may contain any text; a backslash before a quote or a backslash is removed
 * there.
 * A `;` ends VALUE only where a suffix follows. False with `error`, and nothing to free: no name or
 * no `=`, text after a closing quote, an invalid media type, or something that is not supported:
 * `<` and the suffixes headers= and encoder=. */
MUST_USE bool form_text_parse(const char *text, struct form_text *form, struct error *error);

/* Frees the strings. */
void form_text_free(struct form_text *form);

#endif
