#include "core/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/nearest.h"
#include "text/status_list.h"
#include "text/units.h"

static bool bad_value(
    const struct option_row *row, const char *text, const char *allowed, struct error *error)
{
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    return error_set(error, ERROR_USAGE, 0, "%s '%s': %s", label, text, allowed);
}

bool option_check_given(const struct option_row *row, const char *value, struct error *error)
{
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    if (row->value == OPTION_FLAG)
        return value == NULL || error_set(error, ERROR_USAGE, 0, "%s takes no value", label);
    if (value == NULL)
        return row->value == OPTION_EQUALS_ONLY ||
               error_set(error, ERROR_USAGE, 0, "%s needs a value: %s", label, row->shows);
    if (value[0] != '\0' || row->may_be_empty)
        return true;
    if (row->value == OPTION_REQUIRED)
        return error_set(
            error, ERROR_USAGE, 0, "%s '': it must not be empty; give %s", label, row->shows);
    return error_set(error, ERROR_USAGE, 0, "--%s=: the value is empty; write --%s or --%s=%.*s",
        row->name, row->name, row->name, (int)strlen(row->shows) - 3, row->shows + 2);
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
    (void)row; /* option_check_given() refuses an empty text */
    return store_text(text, into, error);
}

static bool read_number(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    bool is_auto = row->kind == OPTION_JOBS && strcmp(text, "auto") == 0;
    int64_t number = 0;
    if (!is_auto && !units_parse_number(text, row->least, row->most, &number)) {
        char allowed[192];
        char hint[NEAREST_HINT_SIZE];
        struct nearest nearest = nearest_to(text);
        if (row->choices != NULL)
            nearest_offer_list(&nearest, row->choices);
        (void)snprintf(allowed, sizeof allowed,
            "it must be a whole number from %" PRId64 " to %" PRId64 "%s%s", row->least, row->most,
            row->kind == OPTION_JOBS ? ", or auto" : "", nearest_hint(&nearest, "'", "'", hint));
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
            row, text, "it must be a number of bytes, or one with a suffix: 500k, 10M, 2G", error);
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
    if (!status_list_parse(text, &list, &reason))
        return bad_value(row, text, reason.text, error);
    if (into != NULL)
        *(struct status_list *)into = list;
    return true;
}

/* Adds "bar, plain or none" to `out`, which has `size` bytes. */
static void list_choices(const char *const *choices, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; choices[i] != NULL; i++) {
        size_t length = strlen(out);
        const char *separator = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        (void)snprintf(out + length, size - length, "%s%s", separator, choices[i]);
    }
}

bool option_choose(
    const struct option_row *row, const char *text, size_t *number, struct error *error)
{
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *number = i;
            return true;
        }
    }
    char listed[128];
    char allowed[sizeof listed + NEAREST_HINT_SIZE + 16];
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(text);
    nearest_offer_list(&nearest, row->choices);
    list_choices(row->choices, listed, sizeof listed);
    (void)snprintf(
        allowed, sizeof allowed, "it must be %s%s", listed, nearest_hint(&nearest, "'", "'", hint));
    return bad_value(row, text, allowed, error);
}

static bool read_switch(
    const struct option_row *row, const char *text, void *into, struct error *error)
{
    if (text != NULL && (row->word == NULL || strcmp(text, row->word) != 0)) {
        char allowed[64];
        (void)snprintf(
            allowed, sizeof allowed, "write --%s or --%s=%s", row->name, row->name, row->word);
        return bad_value(row, text, allowed, error);
    }
    if (into == NULL)
        return true;
    *(bool *)into = true;
    if (row->word != NULL)
        *(bool *)((char *)into - row->field + row->word_field) = text != NULL;
    return true;
}

static bool check_choice(const struct option_row *row, const char *text, struct error *error)
{
    size_t number;
    return option_choose(row, text, &number, error);
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
    case OPTION_CHOICE:
        return check_choice(row, text, error);
    case OPTION_CODES:
        return read_codes(row, text, into, error);
    }
    return true;
}
