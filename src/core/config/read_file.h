/* Small files read whole: rules, values of -s. */
#ifndef SHOAL_CORE_CONFIG_READ_FILE_H
#define SHOAL_CORE_CONFIG_READ_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Adds all of the file at `path`, or what an open descriptor (which stays open) gives up to its
 * end, to `into`. False with `error`, which names the path or the descriptor: it can't be read, or
 * is over the maximum of `into`. */
bool read_file_path(const char *path, struct buf *into, struct error *error);
bool read_file_descriptor(int descriptor, struct buf *into, struct error *error);

#endif
