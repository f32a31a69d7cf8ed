/* The command that sends again what failed: the one that was given, with --only-failed. */
#ifndef SHOAL_APP_AGAIN_H
#define SHOAL_APP_AGAIN_H

#include <stddef.h>

#include "app/output_options.h"
#include "core/options.h"

/* The arguments of a command line, without their secrets. */
struct again;

/* Makes an empty command line. The caller frees it with again_free(). NULL: out of memory. */
struct again *again_new(void);

/* Frees it. NULL does nothing. */
void again_free(struct again *again);

/* Adds an option as it was given; `value` NULL: a flag. Copied, without the password of --user and
 * of URLs, and without values whose names say that they are credentials. */
void again_add_option(struct again *again, const struct option_row *row, enum option_manner manner,
    const char *value);

/* Adds an operand. Copied, without a password in a URL. */
void again_add_operand(struct again *again, const char *text);

/* Returns the command, quoted for a POSIX shell (characters that a terminal must not get as $'...',
 * as in bash), for free(3). `given`: the options that were read, which know the secrets of recipes.
 * NULL: no file tells what failed, or what was not selected, or memory ran out. */
char *again_text(const struct again *again, const struct shoal_options *given,
    const struct output_options *output);

#endif
