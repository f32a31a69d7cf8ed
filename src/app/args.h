/* Reads a command line by a table of options. */
#ifndef SHOAL_APP_ARGS_H
#define SHOAL_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/options.h"

/* The options of a command, and what to call with what is read. */
struct args {
    const struct option_row *table; /* the command's options */
    size_t table_count;             /* rows of `table` */
    /* Called for each option. `value` points into the argument, so that it can be overwritten
     * there; NULL for a flag. False with `error` stops reading. */
    bool (*option)(void *context, const struct option_row *row, enum option_manner manner,
        char *value, struct error *error);
    /* Called for each operand, including `-`. False with `error` stops reading. */
    bool (*operand)(void *context, char *text, struct error *error);
    void *context; /* for both */
};

/* Reads `count` arguments in their order. Options and operands may be mixed; all arguments after
 * `--` are operands. Letters combine (-qn); a letter's value is attached (-j16) or the next
 * argument; long names are exact: --name=VALUE or --name VALUE. False with `error`: a callback's,
 * or ERROR_USAGE, which suggests the nearest name for an unknown one. */
MUST_USE bool args_read(const struct args *args, int count, char **arguments, struct error *error);

#endif
