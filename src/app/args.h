/* Reads a command line by a table of options. */
#ifndef SHOAL_APP_ARGS_H
#define SHOAL_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/options.h"

struct args {
    const struct option_row *table;
    size_t table_count;
    /* An option: `value` points into the argument (NULL for a flag), so that it may be wiped there.
     * False with `error` ends the reading. */
    bool (*option)(void *context, const struct option_row *row, char *value, struct error *error);
    /* An operand, `-` too. */
    bool (*operand)(void *context, char *text, struct error *error);
    void *context;
};

/* Options may stand before, between and behind operands; `--` ends them. Letters combine (-qn), a
 * letter's value is attached (-j16) or follows; --name=VALUE or --name VALUE; names are exact.
 * False with `error` (ERROR_USAGE), which suggests the nearest name for an unknown one. */
bool args_read(const struct args *args, int count, char **arguments, struct error *error);

#endif
