/* A file that appears whole or not at all: it is written under another name beside its place, and
 * renamed at the end. */
#ifndef SHOAL_APP_WHOLE_FILE_H
#define SHOAL_APP_WHOLE_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"
#include "sink/writer.h"

/* A file that is being written. All zero: none. */
struct whole_file {
    const char *path; /* its place; the caller's */
    char *part;       /* the name until it is whole; owned */
    int descriptor;   /* of `part` */
    int failure;      /* errno of the first write that failed; 0: none */
};

/* Makes the file under its temporary name. False with `error`: it cannot be made there. */
MUST_USE bool whole_file_open(struct whole_file *file, const char *path, struct error *error);

/* Returns a writer into the file. */
struct writer whole_file_writer(struct whole_file *file);

/* Gives the file its name, in place of one that is there. False with `error`: that, or a write
 * before, failed; then no new file was made. Call whole_file_discard() afterwards, also on failure.
 */
MUST_USE bool whole_file_finish(struct whole_file *file, struct error *error);

/* Removes what is not finished, and frees everything. Does nothing if none was opened. */
void whole_file_discard(struct whole_file *file);

#endif
