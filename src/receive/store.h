/* The folder of --into: files are written under a temporary name and get their own when the request
 * is whole and right. Nothing is ever opened outside the folder, whatever links stand in it: every
 * folder on the way is opened by itself, beneath the one before, and no link is followed. */
#ifndef SHOAL_RECEIVE_STORE_H
#define SHOAL_RECEIVE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/random.h"

#define STORE_TEMPORARY_SIZE 32

struct store {
    int descriptor;              /* the folder */
    struct random_source random; /* for temporary names */
};

/* A file that is being written, or is whole and has no name of its own yet. */
struct store_file {
    int descriptor;                       /* open for writing, or -1 */
    char *folder;                         /* where the temporary stands, "" for the store's own */
    char temporary[STORE_TEMPORARY_SIZE]; /* its name there; "" where there is none */
};

/* Opens the folder, and makes it where it is missing (not the ones above). False with `error`. */
bool store_open(struct store *store, const char *folder, const struct random_source *random,
    struct error *error);
void store_close(struct store *store);

/* A file that is none yet: store_abandon() may be called on it. */
void store_file_init(struct store_file *file);

/* Opens a temporary in the deepest folder on the way to `path` that is there already, so that
 * nothing but it has to be removed again; in the store's own where `path` is NULL. `path` must have
 * passed stored_path_check(). False with `error`. */
bool store_begin(
    struct store *store, const char *path, struct store_file *file, struct error *error);

/* Writes all of it. False with `error`, whose `code` is the errno. */
bool store_write(struct store_file *file, const char *data, size_t length, struct error *error);

/* Closes the file; it is whole, and waits for its name. */
bool store_finish(struct store_file *file, struct error *error);

/* Makes the folders on the way to `path` and gives the file this name; what stood there before is
 * replaced. False with `error`: ERROR_DATA where the path can't be had (a link or a file where a
 * folder should be), ERROR_SYSTEM where the system refuses. */
bool store_place(
    struct store *store, struct store_file *file, const char *path, struct error *error);

/* Removes the temporary if there still is one, and frees what the file holds. Always right. */
void store_abandon(struct store *store, struct store_file *file);

#endif
