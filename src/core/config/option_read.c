#include "core/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/status_list.h"
#include "text/units.h"

static bool bad_value(
    const struct option_row *row, const char *text, const char *allowed, struct error *error)
{
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    return error_set(error, ERROR_USAGE, 0, "%s '%s': %s", label, text, allowed);
}

static bool store_text(const char *text, void *into, struct error *error)
{
    char **field = into;
    if (field == NULL)
        return true;
    char *copy = strdup(text);
    if (copy == NULL)
        return error_set_memory(error);
    free(*field);
    *field = copy;
    return true;
}

static bool read_text(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    if (text[0] == '\0')
        return bad_value(row, text, "it must not be empty", error);
    return store_text(text, into, error);
}

static bool read_number(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    bool is_auto = row->kind == OPTION_JOBS && strcmp(text, "auto") == 0;
    int64_t number = 0;
    if (!is_auto && !units_parse_number(text, row->least, row->most, &number)) {
        char allowed[96];
        (void)snprintf(allowed, sizeof allowed,
            "it must be a whole number from %" PRId64 " to %" PRId64 "%s", row->least, row->most,
            row->kind == OPTION_JOBS ? ", or auto" : "");
        return bad_value(row, text, allowed, error);
    }
    if (into != NULL)
        *(unsigned *)into = (unsigned)number;
    return true;
}

static bool read_duration(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    int64_t microseconds = 0;
    if (!units_parse_duration(text, &microseconds))
        return bad_value(row, text,
            "it must be a number of seconds, or one with a unit: 500ms, 10s, 5m, 1h, 1d", error);
    if (microseconds < row->least)
        return bad_value(row, text, "it must be more than 0", error);
    if (microseconds > row->most)
        return bad_value(row, text, "it must be at most a year", error);
    if (into != NULL)
        *(int64_t *)into = microseconds;
    return true;
}

static bool read_bytes(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    int64_t bytes = 0;
    if (!units_parse_bytes(text, &bytes))
        return bad_value(
            row, text, "it must be a number of bytes, or one with k, M or G behind it", error);
    if (bytes < row->least)
        return bad_value(
            row, text, row->least > 1 ? "it must be at least 1k" : "it must be more than 0", error);
    if (bytes > row->most)
        return bad_value(row, text, "it must be at most 1000G", error);
    if (into != NULL)
        *(int64_t *)into = bytes;
    return true;
}

static bool read_codes(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    struct status_list list;
    struct error reason = {0};
    if (text[0] == '\0' && row->fallback != NULL)
        return bad_value(row, text, "it must name at least one status code", error);
    if (!status_list_parse(text, &list, &reason))
        return bad_value(row, text, reason.text, error);
    if (into != NULL)
        *(struct status_list *)into = list;
    return true;
}

static bool read_switch(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    if (text != NULL && (row->word == NULL || strcmp(text, row->word) != 0)) {
        char allowed[64];
        (void)snprintf(allowed, sizeof allowed, "the only value that it may have is %s", row->word);
        return bad_value(row, text, allowed, error);
    }
    if (into == NULL)
        return true;
    *(bool *)into = true;
    if (row->word != NULL)
        *(bool *)((char *)into - row->field + row->word_field) = text != NULL;
    return true;
}

bool option_read(const struct option_row *row, const char *text, void *into, struct error *error)
{
    switch (row->kind) {
    case OPTION_SPECIAL:
        return true;
    case OPTION_SWITCH:
        return read_switch(row, text, into, error);
    case OPTION_TEXT:
        return read_text(row, text, into, error);
    case OPTION_NUMBER:
    case OPTION_JOBS:
        return read_number(row, text, into, error);
    case OPTION_DURATION:
        return read_duration(row, text, into, error);
    case OPTION_BYTES:
        return read_bytes(row, text, into, error);
    case OPTION_CODES:
        return read_codes(row, text, into, error);
    }
    return true;
}
