/* The directory of --into. A file is written under a temporary name and renamed once its request is
 * complete and valid. Nothing outside the directory is ever opened, whatever symbolic links it
 * contains: each directory on a path is opened relative to its parent, and no link is followed. */
#ifndef SHOAL_RECEIVE_STORE_H
#define SHOAL_RECEIVE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must_use.h"
#include "base/random.h"

/* Size in bytes of a temporary name, with its NUL. */
#define STORE_TEMPORARY_SIZE 32

/* An open directory to store files in. */
struct store {
    int descriptor;              /* the directory's; -1: closed */
    struct random_source random; /* for temporary names */
};

/* A file that has no final name yet: being written, or complete. */
struct store_file {
    int descriptor;                       /* open for writing, or -1 */
    int folder;                           /* the temporary's directory, or -1: however it is moved
                                             or replaced, the temporary is found in it */
    char temporary[STORE_TEMPORARY_SIZE]; /* its name in `folder`; "" if it has none */
};

/* Opens the directory `folder` and creates it if it is missing (but not its parents). `random` is
 * copied; its context must outlive the store. The caller closes the store with store_close(). False
 * with `error` (ERROR_SYSTEM). */
MUST_USE bool store_open(struct store *store, const char *folder,
    const struct random_source *random, struct error *error);

/* Closes the directory. Temporaries must be committed or abandoned before. */
void store_close(struct store *store);

/* Makes `file` a file without a temporary, on which store_abandon() does nothing. */
void store_file_init(struct store_file *file);

/* Creates a temporary in the deepest directory on the way to `path` that already exists, so that
 * abandoning the file leaves no new directory; in the store itself if `path` is NULL. `path` must
 * have passed stored_path_check(). The caller ends with store_abandon(), also after
 * store_commit(). False with `error`, as store_commit(). */
MUST_USE bool store_begin(
    struct store *store, const char *path, struct store_file *file, struct error *error);

/* Writes all `length` bytes. False with `error` (ERROR_SYSTEM with the errno). */
MUST_USE bool store_write(
    struct store_file *file, const char *data, size_t length, struct error *error);

/* Closes the complete file, which waits for store_commit(). False with `error` (ERROR_SYSTEM). */
MUST_USE bool store_finish(struct store_file *file, struct error *error);

/* Creates the directories on the way to `path` and renames the temporary to it; an existing file is
 * replaced. False with `error`: ERROR_DATA if the path cannot be used (a link or file where a
 * directory is needed, a directory at the end, a name that the file system rejects), else
 * ERROR_SYSTEM with the errno. */
MUST_USE bool store_commit(
    struct store *store, struct store_file *file, const char *path, struct error *error);

/* Removes the temporary if there still is one and frees what `file` owns. May be called on every
 * initialized file, repeatedly. */
void store_abandon(struct store *store, struct store_file *file);

#endif
