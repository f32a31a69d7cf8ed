#include "policy/limits.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "text/http_syntax.h"

enum {
    NUMBER_DIGITS_MOST = 15, /* a moment in milliseconds has 13; more is malformed */
    RESET_UNKNOWN = -1,      /* no header said when */
};

/* From here on a reset is not a wait (31 years) but a moment, in seconds since 1970 (2001). */
static const int64_t moment_least = INT64_C(1000000000);
/* From here on it is a moment in milliseconds since 1970. */
static const int64_t moment_least_ms = INT64_C(1000000000000);

/* A rate limit, from one kind of header (RateLimit, X-RateLimit, X-Rate-Limit) or one item. */
struct quota {
    bool used_up;  /* nothing remains */
    int64_t reset; /* as it was given: see reset_seconds(); or RESET_UNKNOWN */
};

/* Removes and returns what precedes `separator`, or all of `rest`, without blanks around it. */
static struct http_slice take_until(struct http_slice *rest, char separator)
{
    const char *found = memchr(rest->data, separator, rest->length);
    struct http_slice piece = {
        rest->data, found == NULL ? rest->length : (size_t)(found - rest->data)};
    size_t removed = found == NULL ? rest->length : piece.length + 1;
    rest->data += removed;
    rest->length -= removed;
    return http_trim(piece);
}

/* Removes the digits at the front of `text`. Returns how many there were; `*number` is the value of
 * the first NUMBER_DIGITS_MOST. */
static size_t read_digits(struct http_slice *text, int64_t *number)
{
    size_t count = 0;
    *number = 0;
    while (count < text->length && text->data[count] >= '0' && text->data[count] <= '9') {
        if (count < NUMBER_DIGITS_MOST)
            *number = *number * 10 + (text->data[count] - '0');
        count++;
    }
    text->data += count;
    text->length -= count;
    return count;
}

/* Reads digits and an optional fraction, which is rounded up: "12", "0.25". False: not a number. */
static bool read_number(struct http_slice text, int64_t *number)
{
    size_t digits = read_digits(&text, number);
    if (digits == 0 || digits > NUMBER_DIGITS_MOST)
        return false;
    if (text.length == 0)
        return true;
    if (text.data[0] != '.')
        return false;
    text.data++;
    text.length--;
    int64_t fraction;
    if (read_digits(&text, &fraction) == 0 || text.length > 0)
        return false;
    *number += fraction > 0 ? 1 : 0;
    return true;
}

/* Returns the seconds from now until a reset, in any of the three ways to give it. */
static int64_t reset_seconds(int64_t reset, int64_t wall_seconds)
{
    if (reset >= moment_least_ms)
        reset = (reset + 999) / 1000;
    if (reset >= moment_least)
        reset = reset > wall_seconds ? reset - wall_seconds : 0;
    return reset < LIMITS_PAUSE_MOST_SECONDS ? reset : LIMITS_PAUSE_MOST_SECONDS;
}

static int64_t quota_pause_us(const struct quota *quota, int64_t wall_seconds)
{
    if (!quota->used_up)
        return 0;
    if (quota->reset == RESET_UNKNOWN)
        return CLOCK_US_PER_SECOND;
    return reset_seconds(quota->reset, wall_seconds) * CLOCK_US_PER_SECOND;
}

/* Sets `*rest` to what follows the prefix in a header's name, and `*kind` to which prefix it was.
 * False: another header. */
static bool read_name(struct http_slice name, size_t *kind, struct http_slice *rest)
{
    static const char *const prefixes[] = {"ratelimit", "x-ratelimit", "x-rate-limit"};
    for (*kind = 0; *kind < sizeof prefixes / sizeof prefixes[0]; (*kind)++) {
        size_t length = strlen(prefixes[*kind]);
        if (name.length >= length && strncasecmp(name.data, prefixes[*kind], length) == 0) {
            *rest = (struct http_slice){name.data + length, name.length - length};
            return true;
        }
    }
    return false;
}

static void quota_note_remaining(struct quota *quota, int64_t remaining)
{
    quota->used_up = quota->used_up || remaining == 0;
}

static void quota_note_reset(struct quota *quota, int64_t reset)
{
    if (reset > quota->reset)
        quota->reset = reset;
}

/* One item of a RateLimit header: `"name";r=0;t=5`, or `remaining=0`. */
static void quota_note_item(struct quota *quota, struct http_slice item)
{
    while (item.length > 0) {
        struct http_slice value = take_until(&item, ';');
        struct http_slice key = take_until(&value, '=');
        int64_t number;
        if (!read_number(http_trim(value), &number))
            continue;
        if (http_slice_is(key, "remaining") || http_slice_is(key, "r"))
            quota_note_remaining(quota, number);
        else if (http_slice_is(key, "reset") || http_slice_is(key, "t"))
            quota_note_reset(quota, number);
    }
}

/* Reads a RateLimit header's value. In the newer form each item is a limit: returns their longest
 * pause. In the older form all items describe one limit: they are added to `quota`. */
static int64_t read_combined(struct quota *quota, struct http_slice value, int64_t wall_seconds)
{
    int64_t pause_us = 0;
    struct http_slice item;
    while (http_list_next(&value, &item)) {
        if (item.length == 0 || item.data[0] != '"') {
            quota_note_item(quota, item);
            continue;
        }
        struct quota own = {.reset = RESET_UNKNOWN};
        quota_note_item(&own, item);
        pause_us = clock_later(pause_us, quota_pause_us(&own, wall_seconds));
    }
    return pause_us;
}

int64_t limits_pause_us(const char *headers, size_t length, int64_t wall_seconds)
{
    struct quota quotas[] = {
        {.reset = RESET_UNKNOWN}, {.reset = RESET_UNKNOWN}, {.reset = RESET_UNKNOWN}};
    struct http_slice lines = {headers, length};
    int64_t pause_us = 0;
    while (lines.length > 0) {
        struct http_slice value = take_until(&lines, '\n');
        struct http_slice name = take_until(&value, ':');
        struct http_slice suffix;
        size_t kind;
        int64_t number;
        if (!read_name(name, &kind, &suffix))
            continue;
        value = http_trim(value);
        if (suffix.length == 0) {
            pause_us = clock_later(pause_us, read_combined(&quotas[kind], value, wall_seconds));
        } else if (http_slice_is(suffix, "-remaining") && read_number(value, &number)) {
            quota_note_remaining(&quotas[kind], number);
        } else if (http_slice_is(suffix, "-reset") && read_number(value, &number)) {
            quota_note_reset(&quotas[kind], number);
        }
    }
    for (size_t kind = 0; kind < sizeof quotas / sizeof quotas[0]; kind++)
        pause_us = clock_later(pause_us, quota_pause_us(&quotas[kind], wall_seconds));
    return pause_us;
}
