/* Where a file that was received may stand: a path below the folder of --into, never outside it. */
#ifndef SHOAL_RECEIVE_STORED_PATH_H
#define SHOAL_RECEIVE_STORED_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Longest name of a file or folder, and longest path, in bytes. */
#define STORED_NAME_MAX 255
#define STORED_PATH_MAX 16384

/* Is `path` one to store a file under? Not so (ERROR_DATA, with the reason) where it is empty,
 * absolute, too long, holds a NUL, or a name in it is empty, `.`, `..` or too long. */
bool stored_path_check(const char *path, size_t length, struct error *error);

/* Adds the path that a URL's path (as it came, percent-encoded, with its leading `/`) names. False
 * with `error` where stored_path_check() refuses it or its encoding is wrong. */
bool stored_path_from_url(const char *url_path, struct buf *path, struct error *error);

/* What stands behind the last `/` of a file name. */
const char *stored_path_last_name(const char *file_name);

/* Length of the folder's part of `path`, without the `/` behind it; 0 where it has none. */
size_t stored_path_folder_length(const char *path);

#endif
