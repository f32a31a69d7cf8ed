/* The one table of options: the command line, the help and the library read it. */
#ifndef SHOAL_CORE_OPTIONS_H
#define SHOAL_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum option_value {
    OPTION_FLAG,        /* takes none */
    OPTION_REQUIRED,    /* takes one */
    OPTION_EQUALS_ONLY, /* takes one only as --name=VALUE (--json[=FILE]) */
};

enum option_scope {
    OPTION_ENGINE, /* shoal_options_set() takes it */
    OPTION_OUTPUT, /* the command's own: where events go (--json, -q, -v) */
};

/* What a value is read as, and the type of the field of struct config that it goes to. */
enum option_kind {
    OPTION_SPECIAL,  /* code of its own reads it: core/config, or the command */
    OPTION_SWITCH,   /* bool: given or not */
    OPTION_TEXT,     /* char *: any text but an empty one */
    OPTION_READABLE, /* char *: a file that can be read */
    OPTION_NUMBER,   /* unsigned: a whole number from `least` to `most` */
    OPTION_JOBS,     /* unsigned: as OPTION_NUMBER, or `auto`, which is 0 */
    OPTION_DURATION, /* int64_t: microseconds from `least` to `most` */
    OPTION_BYTES,    /* int64_t: bytes from `least` to `most` */
    OPTION_CODES,    /* struct status_list */
};

struct option_row {
    const char *name; /* long, without dashes */
    enum option_value value;
    enum option_scope scope;
    enum option_kind kind;
    char letter;       /* short, or 0 */
    bool repeats;      /* may be given several times; otherwise the last one wins */
    const char *shows; /* the value's name in the help, e.g. "NAME=VALUE"; NULL for a flag */
    const char *group; /* heading in the help */
    const char *help;  /* one or two sentences; the default stands in it */

    size_t field;         /* where in struct config; nothing for OPTION_SPECIAL */
    const char *fallback; /* the default as one would write it; NULL: the field stays zero */
    int64_t least;
    int64_t most;
};

/* The table and its length. */
const struct option_row *options_table(size_t *count);

/* A row by long name or by letter; NULL: unknown. */
const struct option_row *options_find(const char *name);
const struct option_row *options_find_letter(char letter);

/* The row whose name is nearest to an unknown one, for "did you mean"; NULL: none is near. */
const struct option_row *options_nearest(const char *name);

/* The same three for another table (a command's own). */
const struct option_row *option_find_in(
    const struct option_row *rows, size_t count, const char *name);
const struct option_row *option_find_letter_in(
    const struct option_row *rows, size_t count, char letter);
const struct option_row *option_nearest_in(
    const struct option_row *rows, size_t count, const char *name);

/* How a message names the option: "--jobs (-j)", "--retries". `out` has OPTION_LABEL_SIZE bytes. */
#define OPTION_LABEL_SIZE 48
void option_label(const struct option_row *row, char *out);

/* Reads `text` as the row's kind into `into`, the field (NULL: only checks; a char * is freed and
 * replaced). OPTION_SPECIAL takes any text. False with a sentence that names option, value and what
 * is allowed. */
bool option_read(const struct option_row *row, const char *text, void *into, struct error *error);

/* What shoal_options_set() stored, in the order it was given. All of it belongs to the options. */
struct shoal_options;

struct option_setting {
    const struct option_row *row;
    char *value; /* NULL for a flag */
};

const struct option_setting *options_settings(const struct shoal_options *options, size_t *count);

/* The last value given for the row `name`; NULL: not given (or a flag). */
const char *options_last(const struct shoal_options *options, const char *name);

/* Was it given at all? */
bool options_given(const struct shoal_options *options, const char *name);

/* The PATHs. */
char *const *options_operands(const struct shoal_options *options, size_t *count);

/* Stores as shoal_options_set(), with an error value. */
bool options_set(struct shoal_options *options, const struct option_row *row, const char *value,
    struct error *error);

#endif
