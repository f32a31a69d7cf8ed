/* Reads small files whole: options files, --ignore-file, values of -s. */
#ifndef SHOAL_CORE_READ_FILE_H
#define SHOAL_CORE_READ_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* Adds the content of the file at `path` to `into`. It may be a pipe, such as that of a shell's
 * `<(command)`; one that no process has open for writing is an error, because waiting for one could
 * take for ever. False with `error`, which names the path: it cannot be read, or is larger than the
 * maximum of `into`. */
MUST_USE bool read_file_path(const char *path, struct buf *into, struct error *error);

/* As read_file_path(), for what can be read from an open descriptor up to its end. The descriptor
 * stays open. */
MUST_USE bool read_file_descriptor(int descriptor, struct buf *into, struct error *error);

#endif
