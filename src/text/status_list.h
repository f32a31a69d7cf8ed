/* A list of HTTP status codes: `200,201,300-399`. */
#ifndef SHOAL_TEXT_STATUS_LIST_H
#define SHOAL_TEXT_STATUS_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define STATUS_FIRST 100
#define STATUS_LAST  599

struct status_list {
    uint64_t bits[(STATUS_LAST + 64) / 64]; /* bit N: code N is in the list */
};

/* Codes from 100 to 599 and ranges, with commas. An empty text is an empty list. */
bool status_list_parse(const char *text, struct status_list *list, struct error *error);

bool status_list_has(const struct status_list *list, long status);

#endif
