/* The table of options, which the command line, the help and the library share, and the options
 * that were given. */
#ifndef SHOAL_CORE_OPTIONS_H
#define SHOAL_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* Whether an option has a value. */
enum option_value {
    OPTION_FLAG,        /* it has none */
    OPTION_REQUIRED,    /* it has one: --name VALUE or --name=VALUE */
    OPTION_EQUALS_ONLY, /* it may have one: --name or --name=VALUE */
};

/* Who reads an option. */
enum option_scope {
    OPTION_ENGINE, /* the library: shoal_options_set() accepts it */
    OPTION_OUTPUT, /* the command: it says where events go (--json, -q, -v) */
};

/* What the values of an option are, and the type of its field in struct config. */
enum option_kind {
    OPTION_SPECIAL,  /* no field: core/config/ or the command has code for it */
    OPTION_SWITCH,   /* bool: given or not; with `word`, another bool: given with that value */
    OPTION_TEXT,     /* char *: any text that is not empty */
    OPTION_NUMBER,   /* unsigned: a whole number from `least` to `most` */
    OPTION_JOBS,     /* unsigned: as OPTION_NUMBER, or `auto`, which is CONFIG_JOBS_AUTO */
    OPTION_DURATION, /* int64_t: microseconds from `least` to `most` */
    OPTION_BYTES,    /* int64_t: bytes from `least` to `most` */
    OPTION_CODES,    /* struct status_list */
    OPTION_CHOICE,   /* one of `choices`; no field: option_choose() finds its number */
};

/* One option. Everything in it is constant. */
struct option_row {
    const char *name;           /* long name, without dashes */
    enum option_value value;    /* whether it has a value */
    enum option_scope scope;    /* who reads it */
    enum option_kind kind;      /* what its values are */
    char letter;                /* short name; 0: none */
    bool repeats;               /* each use counts; otherwise the last one does */
    bool may_be_empty;          /* an empty value is one */
    const char *shows;          /* the value's name in the help: "NAME=VALUE"; NULL for a flag */
    const char *group;          /* heading in the help */
    const char *help;           /* sentences, with the default; short helps have the first one,
                                up to its period or colon */
    const char *const *choices; /* values to offer, then NULL; an OPTION_CHOICE has no others.
                                   NULL: none */

    size_t field;         /* offset in struct config; unused for OPTION_SPECIAL */
    const char *word;     /* OPTION_SWITCH: the one value that it may have; NULL: none */
    size_t word_field;    /* offset in struct config of what that value sets */
    const char *fallback; /* the default, as a user would type it; NULL: the field stays zero */
    int64_t least;        /* the smallest value, in the unit of the kind */
    int64_t most;         /* the largest value, in the unit of the kind */
};

/* The options of `shoal send`. Sets `*count` to their number. */
const struct option_row *options_table(size_t *count);

/* The option with this long name; NULL: there is none. */
const struct option_row *options_find(const char *name);

/* As options_find(), in a table of `count` rows. */
const struct option_row *option_find_in(
    const struct option_row *rows, size_t count, const char *name);

/* The option with this letter in a table of `count` rows; NULL: there is none. */
const struct option_row *option_find_letter_in(
    const struct option_row *rows, size_t count, char letter);

/* What a name does with an option. */
enum option_manner {
    OPTION_SETS,   /* NAME: takes the place of what options files say */
    OPTION_ADDS,   /* add-NAME: adds to what options files say */
    OPTION_UNDOES, /* no-NAME: turns a switch off */
};

/* The option in a table of `count` rows that `name` gives: its own name, `add-NAME` where it may be
 * repeated, or `no-NAME` where it is a switch. Only options of the library have the last two; a
 * name of a row itself goes first. Sets `*manner`. NULL: there is none. */
const struct option_row *option_find_manner_in(
    const struct option_row *rows, size_t count, const char *name, enum option_manner *manner);

/* The option in a table of `count` rows whose name is most similar to `name`, for "did you mean";
 * NULL: none is similar. */
const struct option_row *option_nearest_in(
    const struct option_row *rows, size_t count, const char *name);

/* Finds the value `text` of an OPTION_CHOICE. `*number` becomes its place among the choices, from
 * 0. False with `error`, which names the option, lists the choices and suggests one. */
MUST_USE bool option_choose(
    const struct option_row *row, const char *text, size_t *number, struct error *error);

/* Bytes of an option's name in a message, with its NUL. */
#define OPTION_LABEL_SIZE 48

/* Writes how a message names the option, "--jobs (-j)" or "--retries", to `out`, which has
 * OPTION_LABEL_SIZE bytes. */
void option_label(const struct option_row *row, char *out);

/* Checks that the option has a value (NULL: none) where it needs one, and that it is not empty
 * where that is never right. False with `error`, which names the option and says what to give. */
MUST_USE bool option_check_given(
    const struct option_row *row, const char *value, struct error *error);

/* Reads `text` as a value of the option, into its field `into`; a char * that is there is freed.
 * `into` NULL: only checks. OPTION_SPECIAL allows any text. False with `error`, which names the
 * option, the value and what is allowed. */
MUST_USE bool option_read(
    const struct option_row *row, const char *text, void *into, struct error *error);

/* The options and operands that were given (shoal.h). What the functions below return belongs to
 * it. */
struct shoal_options;

/* One option that was given. */
struct option_setting {
    const struct option_row *row; /* which */
    char *value;                  /* NULL for a flag */
    enum option_manner manner;    /* whether it sets, adds or undoes */
    bool secret;                  /* the value of `set` is a secret even if it is written here */
    bool is_template;             /* the value of `set` names other keys */
    char *where;                  /* FILE:LINE:COLUMN in an options file; NULL: the caller set it */
};

/* The options that were given, in order. Sets `*count` to their number. */
const struct option_setting *options_settings(const struct shoal_options *options, size_t *count);

/* The last value given for the option `name`; NULL: it was not given, or is a flag. */
const char *options_last(const struct shoal_options *options, const char *name);

/* The last setting of the option `name`; NULL: it was not given. */
const struct option_setting *options_last_setting(
    const struct shoal_options *options, const char *name);

/* Was the option `name` given, and not undone since? */
bool options_given(const struct shoal_options *options, const char *name);

/* The PATHs, in order. Sets `*count` to their number. */
char *const *options_operands(const struct shoal_options *options, size_t *count);

/* Adds an option as shoal_options_set() does; `value` is copied. False with `error`. */
MUST_USE bool options_set(struct shoal_options *options, const struct option_row *row,
    const char *value, struct error *error);

/* As options_set(), with everything that `setting` says; its texts are copied. An error begins with
 * `where`. */
MUST_USE bool options_add(
    struct shoal_options *options, const struct option_setting *setting, struct error *error);

#endif
