/* Completions for shells, made from the commands and their tables of options. */
#ifndef SHOAL_APP_COMPLETION_PRIVATE_H
#define SHOAL_APP_COMPLETION_PRIVATE_H

#include "app/command.h"
#include "base/buf.h"
#include "core/options.h"

/* What completes the value of an option. */
enum completion_kind {
    COMPLETION_FLAG,      /* it has no value */
    COMPLETION_TEXT,      /* nothing: any text */
    COMPLETION_CHOICE,    /* one of the row's choices */
    COMPLETION_FILE,      /* a path */
    COMPLETION_FOLDER,    /* a path of a folder */
    COMPLETION_RECIPE,    /* the name of a recipe, or a path */
    COMPLETION_VARIABLE,  /* KEY=VALUE of -s */
    COMPLETION_FORM,      /* NAME=@PATH of -F */
    COMPLETION_REFERENCE, /* env:NAME, file:PATH or fd:N */
};

/* --- kind.c --- */

/* What completes the value of an option. It follows from what help calls the value, so that a new
 * option with a FILE is completed without more. */
enum completion_kind completion_kind(const struct option_row *row);

/* Other names of an option that set what options files say: "add-" or "no-" in front of its own.
 * NULL: it has none. */
const char *completion_prefix(const struct option_row *row);

/* Adds the choices of an option that has some, as one quoted word: 'bar plain none'. */
void completion_add_choices(struct buf *out, const struct option_row *row);

/* --- bash.c, zsh.c, fish.c --- */

/* Add what the shell reads after the fixed functions. `out` remembers a failure. */
void completion_add_bash(struct buf *out);
void completion_add_zsh(struct buf *out);
void completion_add_fish(struct buf *out);

/* --- made from shoal.bash, shoal.zsh and shoal.fish --- */

extern const char completion_bash[]; /* the fixed functions */
extern const char completion_zsh[];  /* the same for zsh */
extern const char completion_fish[]; /* the same for fish */

#endif
