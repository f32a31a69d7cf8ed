/* A list of HTTP status codes: `200,201,300-399`. */
#ifndef SHOAL_TEXT_STATUS_LIST_H
#define SHOAL_TEXT_STATUS_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* The smallest status code. */
#define STATUS_FIRST 100

/* The largest status code. */
#define STATUS_LAST 599

/* A set of status codes. All zero is an empty one. */
struct status_list {
    uint64_t bits[(STATUS_LAST + 64) / 64]; /* code N is in the list: bit N % 64 of word N / 64 */
};

/* Reads codes from STATUS_FIRST to STATUS_LAST and ranges of them, separated by commas; an empty
 * text is an empty list. False with `error`, which names the item that is neither. */
MUST_USE bool status_list_parse(const char *text, struct status_list *list, struct error *error);

/* Whether `status`, which may be any number, is in the list. */
bool status_list_has(const struct status_list *list, long status);

#endif
