/* Lists of URLs, one for each file, as services with presigned uploads hand them out.
 *
 * Each line is a path, a tab and a URL, or a JSON object with the keys `path` and `url`, and
 * perhaps `method`, `headers` and `fields` (objects of strings). A line that begins with `{` is
 * JSON. Empty lines, a byte order mark and `./` at the beginning of a path are skipped; null is as
 * no value where one may be missing. */
#ifndef SHOAL_TEXT_URL_LIST_H
#define SHOAL_TEXT_URL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "base/table.h"

/* The most lines of a list. */
#define URL_LIST_MOST 1000000

/* A field of the form that goes with a URL. */
struct url_list_field {
    char *name;  /* its name */
    char *value; /* a text */
};

/* One line. All strings are owned by the list. */
struct url_list_entry {
    struct table_node node;        /* by `path` */
    size_t index;                  /* its place in the list, from 0 */
    size_t line;                   /* number of its line, from 1 */
    char *path;                    /* {path} of the file */
    char *url;                     /* http:// or https:// */
    char *method;                  /* NULL: as the options say */
    char **headers;                /* "Name: value" lines; `header_count` of them */
    size_t header_count;           /* length of `headers` */
    struct url_list_field *fields; /* in their order, before those of the options */
    size_t field_count;            /* length of `fields` */
};

/* A list. */
struct url_list {
    struct table table;              /* the entries by path */
    struct url_list_entry **entries; /* all of them, in the order of their lines; owned */
    size_t count;                    /* length of `entries` */
    size_t headers_most;             /* the largest `header_count` */
    size_t fields_most;              /* the largest `field_count` */
};

/* Reads the list in `text`, which it changes. Returns a list, for url_list_free(). NULL with
 * `error`, which names the line and shows no URL: a line that is neither of the two forms, an
 * unknown key, a value of another type, an unusable URL, method or header, a path that is listed
 * twice, too many lines; or out of memory. */
MUST_USE struct url_list *url_list_parse(char *text, struct error *error);

/* Frees the list. NULL does nothing. */
void url_list_free(struct url_list *list);

/* The entry of the file `path`; NULL: there is none. */
const struct url_list_entry *url_list_find(const struct url_list *list, const char *path);

/* Adds a URL of a list, or one to which a server redirects it, as it may be shown: without its
 * query, which may be a signature. False: `out` failed. */
bool url_list_add_shown(struct buf *out, const char *url);

#endif
