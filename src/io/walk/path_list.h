/* Reads a list of paths from a descriptor, record by record, as they arrive. */
#ifndef SHOAL_IO_WALK_PATH_LIST_H
#define SHOAL_IO_WALK_PATH_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* The most bytes of one path. */
#define PATH_LIST_RECORD_MAX (1024 * 1024)

/* The state of reading a list. */
struct path_list {
    int descriptor;      /* the list's */
    int stop_descriptor; /* becomes readable: stop waiting */
    char separator;      /* what ends a record: '\n' or NUL */
    struct buf read;     /* what was read; records are used in place */
    size_t begin;        /* offset of the next record in `read` */
    size_t scanned;      /* there is no separator from `begin` to this offset */
    bool over;           /* the end of the list, or an error, was read */
    bool skipping;       /* within a record that is too long */
};

/* What path_list_next() found. */
enum path_list_result {
    PATH_LIST_RECORD,   /* a record was read */
    PATH_LIST_TOO_LONG, /* a record longer than PATH_LIST_RECORD_MAX was skipped */
    PATH_LIST_FAILED,   /* the list cannot be read, see errno; the next result is PATH_LIST_END */
    PATH_LIST_END,      /* there are no more records, or the list was stopped */
};

/* One path of the list. */
struct path_record {
    const char *data; /* NUL-terminated, in the list's memory until the next call */
    size_t length;    /* bytes without the separator */
    bool complete;    /* a separator ended it, not the end of the list */
};

/* Begins a list. Both descriptors stay the caller's. Allocates nothing. */
void path_list_init(struct path_list *list, int descriptor, int stop_descriptor, char separator);

/* Releases the memory. */
void path_list_free(struct path_list *list);

/* Reads the next record that is not empty. Waits until there is one, or until the stop descriptor
 * is readable. */
MUST_USE enum path_list_result path_list_next(struct path_list *list, struct path_record *record);

/* Whether a whole record is in memory, so that path_list_next() need not read. */
bool path_list_has_record(const struct path_list *list);

#endif
