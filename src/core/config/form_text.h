/* The text of an -F, read as curl reads it: pure. */
#ifndef SHOAL_CORE_CONFIG_FORM_TEXT_H
#define SHOAL_CORE_CONFIG_FORM_TEXT_H

#include <stdbool.h>

#include "base/err.h"

enum form_text_kind {
    FORM_TEXT_VALUE,         /* NAME=VALUE */
    FORM_TEXT_FILE,          /* NAME=@PATH */
    FORM_TEXT_OPTIONAL_FILE, /* NAME=?@PATH */
};

/* Strings are owned; templates in them are not looked at. */
struct form_text {
    enum form_text_kind kind;
    char *name;
    char *value;     /* the text, or the path */
    char *type;      /* ;type=T, or NULL */
    char *file_name; /* ;filename=N ("" too), or NULL */
};

/* Reads NAME=VALUE with its suffixes. A VALUE or file name in "..." may hold any text; a backslash
 * there takes a quote or a backslash. A `;` ends VALUE only where a suffix follows. False with
 * `error`: no name, no `=`, `<` and the suffixes headers= and encoder= (not supported), text behind
 * a closing quote, a type that is none. Frees nothing of what `form` held before. */
bool form_text_parse(const char *text, struct form_text *form, struct error *error);

void form_text_free(struct form_text *form);

#endif
