/* Reads a list of paths from a descriptor, record by record, as they come. */
#ifndef SHOAL_IO_WALK_PATH_LIST_H
#define SHOAL_IO_WALK_PATH_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PATH_LIST_RECORD_MAX (1024 * 1024) /* bytes of one path */

struct path_list {
    int descriptor;
    int stop_descriptor; /* readable: give up waiting */
    char separator;      /* what ends a record: '\n' or NUL */
    struct buf read;     /* what was read; records are cut out of it in place */
    size_t begin;        /* of the next record */
    size_t scanned;      /* no separator lies between `begin` and here */
    bool over;           /* the end was read */
    bool skipping;       /* within a record that is too long */
};

enum path_list_result {
    PATH_LIST_RECORD,
    PATH_LIST_TOO_LONG, /* a record was passed over */
    PATH_LIST_FAILED,   /* it can't be read, errno says why; nothing comes any more */
    PATH_LIST_END,      /* over, or stopped */
};

struct path_record {
    const char *data; /* NUL-terminated, in the list's memory until the next call */
    size_t length;
    bool complete; /* its separator was there */
};

/* Begins a list; both descriptors stay the caller's. Allocates nothing. */
void path_list_init(struct path_list *list, int descriptor, int stop_descriptor, char separator);
void path_list_free(struct path_list *list);

/* The next record that is not empty. Waits until there is one, or for the stop descriptor. */
enum path_list_result path_list_next(struct path_list *list, struct path_record *record);

/* Is a whole record there without reading? */
bool path_list_has_record(const struct path_list *list);

#endif
