/* Parts of a path, by its text alone. */
#ifndef SHOAL_BASE_PATH_H
#define SHOAL_BASE_PATH_H

#include <stddef.h>
#include <string.h>

/* What follows the last slash of `path`; all of it if there is none; "" if it ends in a slash. */
static inline const char *path_last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The bytes of `path` before its last slash; 0 if there is none. */
static inline size_t path_folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path);
}

#endif
