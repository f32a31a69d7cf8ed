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
    /* Returns the name of a command that has the option `name` (a letter, or a long name), which
     * this table lacks; NULL: none has. The function may be NULL. */
    const char *(*owner)(const char *name);
};

/* Why reading ended without an error. */
enum args_end {
    ARGS_READ,     /* all arguments were read */
    ARGS_HELP,     /* at --help */
    ARGS_HELP_ALL, /* at --help all or --help=all */
    ARGS_VERSION,  /* at --version */
};

/* Reads `count` arguments in their order. Options and operands may be mixed; all arguments after
 * `--` are operands. Letters combine (-qn); a letter's value is attached (-j16) or the next
 * argument; long names are exact: --name=VALUE or --name VALUE. --help and --version end the
 * reading and have no callback. Sets `*end`. False with `error`: a callback's, or ERROR_USAGE,
 * which suggests the nearest name for an unknown one. */
MUST_USE bool args_read(
    const struct args *args, int count, char **arguments, enum args_end *end, struct error *error);

#endif
