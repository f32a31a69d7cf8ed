/* Where a received file may be stored: a path below the directory of --into, never outside it. */
#ifndef SHOAL_RECEIVE_STORED_PATH_H
#define SHOAL_RECEIVE_STORED_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* Longest name of a file or directory, in bytes without the NUL. */
#define STORED_NAME_MAX 255

/* Longest path, in bytes without the NUL. */
#define STORED_PATH_MAX 16384

/* Most folders on a path. */
#define STORED_DEPTH_MAX 100

/* Checks that a file may be stored under the `length` bytes at `path`. False with `error`
 * (ERROR_DATA) if the path is empty, absolute, longer than STORED_PATH_MAX, deeper than
 * STORED_DEPTH_MAX or contains a NUL, or if a name in it is empty, "." or "..", or longer than
 * STORED_NAME_MAX. */
MUST_USE bool stored_path_check(const char *path, size_t length, struct error *error);

/* Decodes `url_path` (a URL's path as received: percent-encoded, with a leading '/') into `path`,
 * which must be empty. False with `error` (ERROR_DATA) if the encoding is
 * invalid or stored_path_check() rejects the path. */
MUST_USE bool stored_path_from_url(const char *url_path, struct buf *path, struct error *error);

#endif
