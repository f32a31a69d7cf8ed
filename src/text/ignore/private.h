/* What the files of the rules share. */
#ifndef SHOAL_TEXT_IGNORE_PRIVATE_H
#define SHOAL_TEXT_IGNORE_PRIVATE_H

#include "text/ignore.h"

/* As ignore_add(), for a rule that is called `name`, which is taken over. NULL: out of memory. */
MUST_USE bool ignore_add_named(
    struct ignore *ignore, const char *pattern, bool includes, char *name, struct error *error);

#endif
