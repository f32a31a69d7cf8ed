#include "policy/limits.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

enum {
    NUMBER_DIGITS_MOST = 15, /* more is nonsense, and would not fit in milliseconds */
    RESET_UNKNOWN = -1,
};

/* A reset of this many seconds or more is no wait but a moment: 2001, or 31 years from now. */
static const int64_t moment_least = INT64_C(1000000000);
/* And this many is a moment in milliseconds. */
static const int64_t moment_least_ms = INT64_C(1000000000000);

struct span {
    const char *data;
    size_t length;
};

/* What one kind of header (RateLimit, X-RateLimit, X-Rate-Limit) said. */
struct limit {
    bool used_up; /* nothing remains */
    int64_t reset;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct span span_trim(struct span span)
{
    while (span.length > 0 && is_blank(span.data[0])) {
        span.data++;
        span.length--;
    }
    while (span.length > 0 && is_blank(span.data[span.length - 1]))
        span.length--;
    return span;
}

/* Takes what stands before `separator` (or all there is) off the front of `rest`. */
static struct span span_take(struct span *rest, char separator)
{
    const char *end = memchr(rest->data, separator, rest->length);
    struct span piece = {rest->data, end == NULL ? rest->length : (size_t)(end - rest->data)};
    size_t taken = end == NULL ? rest->length : piece.length + 1;
    rest->data += taken;
    rest->length -= taken;
    return span_trim(piece);
}

static bool span_is(struct span span, const char *word)
{
    return span.length == strlen(word) && strncasecmp(span.data, word, span.length) == 0;
}

/* Takes the digits off the front of `text`. Gives how many there were. */
static size_t take_digits(struct span *text, int64_t *number)
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

/* Digits, and perhaps a fraction, which is rounded up: "12", "0.25". False: anything else. */
static bool read_number(struct span text, int64_t *number)
{
    size_t digits = take_digits(&text, number);
    if (digits == 0 || digits > NUMBER_DIGITS_MOST)
        return false;
    if (text.length == 0)
        return true;
    if (text.data[0] != '.')
        return false;
    text.data++;
    text.length--;
    int64_t fraction;
    if (take_digits(&text, &fraction) == 0 || text.length > 0)
        return false;
    *number += fraction > 0 ? 1 : 0;
    return true;
}

/* Seconds from now, whichever way it was said. */
static int64_t reset_seconds(int64_t reset, int64_t wall_seconds)
{
    if (reset >= moment_least_ms)
        reset = (reset + 999) / 1000;
    if (reset >= moment_least)
        reset = reset > wall_seconds ? reset - wall_seconds : 0;
    return reset < LIMITS_PAUSE_MOST_SECONDS ? reset : LIMITS_PAUSE_MOST_SECONDS;
}

static int64_t limit_pause_us(const struct limit *limit, int64_t wall_seconds)
{
    if (!limit->used_up)
        return 0;
    if (limit->reset == RESET_UNKNOWN)
        return CLOCK_US_PER_SECOND;
    return reset_seconds(limit->reset, wall_seconds) * CLOCK_US_PER_SECOND;
}

/* The name's part behind one of the prefixes; `*kind` says which it was. False: none of ours. */
static bool read_name(struct span name, size_t *kind, struct span *rest)
{
    static const char *const prefixes[] = {"ratelimit", "x-ratelimit", "x-rate-limit"};
    for (*kind = 0; *kind < sizeof prefixes / sizeof prefixes[0]; (*kind)++) {
        size_t length = strlen(prefixes[*kind]);
        if (name.length >= length && strncasecmp(name.data, prefixes[*kind], length) == 0) {
            *rest = (struct span){name.data + length, name.length - length};
            return true;
        }
    }
    return false;
}

static void limit_note_remaining(struct limit *limit, int64_t remaining)
{
    limit->used_up = limit->used_up || remaining == 0;
}

static void limit_note_reset(struct limit *limit, int64_t reset)
{
    if (reset > limit->reset)
        limit->reset = reset;
}

/* One item of a RateLimit header: `"name";r=0;t=5`, or `remaining=0`, or several of the latter. */
static void limit_note_item(struct limit *limit, struct span item)
{
    while (item.length > 0) {
        struct span value = span_take(&item, ';');
        struct span key = span_take(&value, '=');
        int64_t number;
        if (!read_number(span_trim(value), &number))
            continue;
        if (span_is(key, "remaining") || span_is(key, "r"))
            limit_note_remaining(limit, number);
        else if (span_is(key, "reset") || span_is(key, "t"))
            limit_note_reset(limit, number);
    }
}

/* The items of the newer form are limits of their own, those of the older one are one limit. Gives
 * the longest pause of the former, and adds the latter to `limit`. */
static int64_t read_combined(struct limit *limit, struct span value, int64_t wall_seconds)
{
    int64_t pause_us = 0;
    while (value.length > 0) {
        struct span item = span_take(&value, ',');
        if (item.length == 0 || item.data[0] != '"') {
            limit_note_item(limit, item);
            continue;
        }
        struct limit own = {.reset = RESET_UNKNOWN};
        limit_note_item(&own, item);
        int64_t own_us = limit_pause_us(&own, wall_seconds);
        pause_us = own_us > pause_us ? own_us : pause_us;
    }
    return pause_us;
}

int64_t limits_pause_us(const char *headers, size_t length, int64_t wall_seconds)
{
    struct limit limits[] = {
        {.reset = RESET_UNKNOWN}, {.reset = RESET_UNKNOWN}, {.reset = RESET_UNKNOWN}};
    struct span lines = {headers, length};
    int64_t pause_us = 0;
    while (lines.length > 0) {
        struct span value = span_take(&lines, '\n');
        struct span name = span_take(&value, ':');
        struct span what;
        size_t kind;
        int64_t number;
        if (!read_name(name, &kind, &what))
            continue;
        value = span_trim(value);
        if (what.length == 0) {
            int64_t own_us = read_combined(&limits[kind], value, wall_seconds);
            pause_us = own_us > pause_us ? own_us : pause_us;
        } else if (span_is(what, "-remaining") && read_number(value, &number)) {
            limit_note_remaining(&limits[kind], number);
        } else if (span_is(what, "-reset") && read_number(value, &number)) {
            limit_note_reset(&limits[kind], number);
        }
    }
    for (size_t kind = 0; kind < sizeof limits / sizeof limits[0]; kind++) {
        int64_t own_us = limit_pause_us(&limits[kind], wall_seconds);
        pause_us = own_us > pause_us ? own_us : pause_us;
    }
    return pause_us;
}
