/* The options that say what `shoal send` prints, and where. */
#ifndef SHOAL_APP_OUTPUT_OPTIONS_H
#define SHOAL_APP_OUTPUT_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"

/* How progress is shown on standard error. */
enum progress_mode {
    PROGRESS_CHOOSE, /* `bar` on a terminal that can show one, else `plain` */
    PROGRESS_BAR,    /* a line that is drawn again and again */
    PROGRESS_PLAIN,  /* lines with a time, for logs */
    PROGRESS_NONE,   /* nothing */
};

/* What to print, and where. All zero: the defaults. */
struct output_options {
    bool json;                   /* --json: events as JSON lines */
    const char *json_file;       /* --json=FILE: where they go; the caller's, outlives the output;
                                    NULL: standard output */
    bool append;                 /* --append: they are added to the file's end */
    const char *report_file;     /* --report; the caller's; NULL: none */
    const char *junit_file;      /* --junit; the caller's; NULL: none */
    bool quiet;                  /* --quiet */
    bool warn_only;              /* --warn-only */
    bool verbose;                /* --verbose */
    enum progress_mode progress; /* --progress */
    const char *again;           /* the command that sends what failed again; the caller's, outlives
                                    the output; NULL: none works */
};

/* Sets the option with the long name `name`, which is one of the above; `value` is NULL for a flag.
 * Texts are not copied. False with `error`: no such value. */
MUST_USE bool output_options_set(
    struct output_options *options, const char *name, const char *value, struct error *error);

/* Checks that the options, all of which were set, go together. False with `error`. */
MUST_USE bool output_options_check(const struct output_options *options, struct error *error);

#endif
