#include "text/retry_after.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/http_date.h"

#define SECOND_US CLOCK_US_PER_SECOND
#define DATE_MOST 64 /* bytes of a date; longer texts are none */

/* The text not read yet. */
struct span {
    const char *next;
    const char *end;
};

static struct span trimmed(const char *text, size_t length)
{
    struct span input = {text, text + length};
    while (input.next < input.end && (ascii_is_blank(*input.next) || *input.next == '"'))
        input.next++;
    while (input.end > input.next && (ascii_is_blank(input.end[-1]) || input.end[-1] == '"'))
        input.end--;
    return input;
}

static int64_t product(int64_t one, int64_t other)
{
    return one > RETRY_AFTER_MOST_US / other ? RETRY_AFTER_MOST_US : one * other;
}

/* Reads digits; a number that is too large is RETRY_AFTER_MOST_US. Returns how many there were. */
static size_t read_number(struct span *input, int64_t *number)
{
    size_t count = 0;
    for (*number = 0; input->next < input->end && ascii_is_digit(*input->next); count++)
        *number = product(*number, 10) + (*input->next++ - '0');
    return count;
}

/* Skips `.7`. Returns whether it is more than 0. */
static bool read_fraction(struct span *input)
{
    bool is_more = false;
    if (input->end - input->next < 2 || *input->next != '.')
        return false;
    input->next++;
    for (; input->next < input->end && ascii_is_digit(*input->next); input->next++)
        is_more = is_more || *input->next != '0';
    return is_more;
}

/* Reads `e3`. Returns 1,000 then, and 1 where there is none. */
static int64_t read_exponent(struct span *input)
{
    struct span rest = *input;
    int64_t exponent;
    if (rest.next == rest.end || (*rest.next | 0x20) != 'e')
        return 1;
    rest.next++;
    if (rest.next < rest.end && *rest.next == '+')
        rest.next++;
    if (read_number(&rest, &exponent) == 0)
        return 1;
    *input = rest;
    int64_t factor = 1;
    while (exponent-- > 0 && factor < RETRY_AFTER_MOST_US)
        factor = product(factor, 10);
    return factor;
}

/* The unit after a number, in microseconds. Anything that is none leaves it at seconds. */
static int64_t unit_us(struct span input)
{
    static const struct {
        const char *word; /* or its first letters */
        int64_t us;
    } units[] = {{"ms", CLOCK_US_PER_MS}, {"milli", CLOCK_US_PER_MS},
        {"mo", 30 * 86400 * SECOND_US}, {"m", 60 * SECOND_US}, {"h", 3600 * SECOND_US},
        {"d", 86400 * SECOND_US}, {"w", 7 * 86400 * SECOND_US}};
    while (input.next < input.end && ascii_is_blank(*input.next))
        input.next++;
    size_t left = (size_t)(input.end - input.next);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].word);
        if (left >= length && strncasecmp(input.next, units[i].word, length) == 0)
            return units[i].us;
    }
    return SECOND_US;
}

/* Reads one number with its unit, and words before it: `in 5 minutes`. A negative number is a
 * moment that has passed. False: there is no digit. */
static bool read_delay(struct span input, int64_t *wait_us)
{
    bool is_past = false;
    for (; input.next < input.end && !ascii_is_digit(*input.next); input.next++)
        is_past = *input.next == '-';
    int64_t number;
    if (read_number(&input, &number) == 0)
        return false;
    bool is_more = read_fraction(&input);
    /* 1.5e3 is rounded up before it is multiplied: never too short. */
    number = product(number + (is_more ? 1 : 0), read_exponent(&input));
    *wait_us = is_past ? 0 : clock_earlier(product(number, unit_us(input)), RETRY_AFTER_MOST_US);
    return true;
}

/* Returns the longest of the delays separated by commas; -1: there is none. A comma may also be
 * that of a fraction: then a second more is enough. */
static int64_t longest_delay_us(struct span input)
{
    int64_t longest_us = -1;
    size_t count = 0;
    while (input.next < input.end) {
        const char *comma = memchr(input.next, ',', (size_t)(input.end - input.next));
        const char *end = comma == NULL ? input.end : comma;
        int64_t wait_us;
        if (read_delay(trimmed(input.next, (size_t)(end - input.next)), &wait_us)) {
            longest_us = clock_later(longest_us, wait_us);
            count++;
        }
        input.next = comma == NULL ? input.end : comma + 1;
    }
    if (count < 2)
        return longest_us;
    return clock_earlier(longest_us + SECOND_US, RETRY_AFTER_MOST_US);
}

static bool is_utc(struct span input)
{
    static const char *const names[] = {"", "Z", "GMT", "UTC"};
    size_t length = (size_t)(input.end - input.next);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (length == strlen(names[i]) && strncasecmp(input.next, names[i], length) == 0)
            return true;
    }
    return false;
}

/* Reads what follows a date: `GMT`, `UTC`, `Z` or nothing, or the offset from it: `+0100`,
 * `-05:00`.
 * `*east_seconds`: how far the zone is ahead. False: something else. */
static bool read_zone(struct span input, int64_t *east_seconds)
{
    input = trimmed(input.next, (size_t)(input.end - input.next));
    *east_seconds = 0;
    if (is_utc(input))
        return true;
    char sign = *input.next++;
    int64_t hours;
    int64_t minutes = 0;
    size_t digits = read_number(&input, &hours);
    if ((sign != '+' && sign != '-') || (digits != 2 && digits != 4))
        return false;
    if (digits == 4) {
        minutes = hours % 100;
        hours /= 100;
    } else if (input.next < input.end && *input.next == ':') {
        input.next++;
        (void)read_number(&input, &minutes);
    }
    *east_seconds = (hours * 60 + minutes % 60) * (sign == '-' ? -60 : 60);
    return input.next == input.end;
}

/* `2027-12-31T23:59:59` as an HTTP-date in `date`, which has DATE_MOST bytes. False: it is none. */
static bool rewrite_rfc3339(struct span *input, char *date)
{
    static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char pattern[] = "dddd-dd-ddTdd:dd:dd";
    const char *text = input->next;
    if ((size_t)(input->end - text) < sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++) {
        bool fits = pattern[i] == 'd'   ? ascii_is_digit(text[i])
                    : pattern[i] == 'T' ? (text[i] | 0x20) == 't' || text[i] == ' '
                                        : text[i] == pattern[i];
        if (!fits)
            return false;
    }
    int month = (text[5] - '0') * 10 + (text[6] - '0');
    if (month < 1 || month > 12)
        return false;
    (void)snprintf(date, DATE_MOST, "Sun, %.2s %.3s %.4s %.8s GMT", text + 8,
        month_names + 3 * (month - 1), text, text + 11);
    input->next += sizeof pattern - 1;
    (void)read_fraction(input);
    return true;
}

/* `Sun, 06 Nov 1994 08:49:37 +0100` with GMT in place of the zone. False: it is too short. */
static bool rewrite_zone(struct span *input, char *date)
{
    static const char form[] = "Sun, 06 Nov 1994 08:49:37";
    if ((size_t)(input->end - input->next) < sizeof form - 1)
        return false;
    (void)snprintf(date, DATE_MOST, "%.*s GMT", (int)sizeof form - 1, input->next);
    input->next += sizeof form - 1;
    return true;
}

/* Reads a date, with a second more where it may have had a fraction. False: it is none. */
static bool read_deadline(struct span input, int64_t now_seconds, int64_t *seconds)
{
    char date[DATE_MOST];
    int64_t east_seconds;
    if (http_date_parse(input.next, (size_t)(input.end - input.next), now_seconds, seconds))
        return true;
    bool is_rfc3339 = rewrite_rfc3339(&input, date);
    if (!is_rfc3339 && !rewrite_zone(&input, date))
        return false;
    if (!http_date_parse(date, strlen(date), now_seconds, seconds) ||
        !read_zone(input, &east_seconds))
        return false;
    *seconds += (is_rfc3339 ? 1 : 0) - east_seconds;
    return true;
}

int64_t retry_after_us(const char *text, size_t length, int64_t now_seconds)
{
    struct span input = trimmed(text, length);
    int64_t seconds;
    if (input.next == input.end)
        return 0;
    if (read_deadline(input, now_seconds, &seconds))
        return seconds <= now_seconds ? 0 : product(seconds - now_seconds, SECOND_US);
    int64_t wait_us = longest_delay_us(input);
    return wait_us >= 0 ? wait_us : RETRY_AFTER_UNREADABLE_US;
}
