#include "text/cookie_date.h"

#include <strings.h>
#include <time.h>

#include "base/ascii.h"

#define YEAR_FIRST 1601 /* the first that is accepted */

/* What was found; the years and months as in struct tm. */
struct found {
    struct tm date;
    bool has_time;
    bool has_day;
    bool has_month;
    bool has_year;
};

static bool is_delimiter(char byte)
{
    return byte == '\t' || (byte >= ' ' && byte <= '/') || (byte >= ';' && byte <= '@') ||
           (byte >= '[' && byte <= '`') || (byte >= '{' && byte <= '~');
}

/* Reads 1 to `most` digits, at the beginning of `text`, which no other digit may follow, and moves
 * it behind them. */
static bool read_digits(struct http_slice *text, size_t most, int *number)
{
    size_t count = 0;
    *number = 0;
    while (count < text->length && ascii_is_digit(text->data[count])) {
        if (count == most)
            return false;
        *number = *number * 10 + (text->data[count++] - '0');
    }
    text->data += count;
    text->length -= count;
    return count > 0;
}

static bool skip_colon(struct http_slice *text)
{
    if (text->length == 0 || *text->data != ':')
        return false;
    text->data++;
    text->length--;
    return true;
}

static bool read_time(struct http_slice token, struct tm *date)
{
    return read_digits(&token, 2, &date->tm_hour) && skip_colon(&token) &&
           read_digits(&token, 2, &date->tm_min) && skip_colon(&token) &&
           read_digits(&token, 2, &date->tm_sec);
}

static bool read_month(struct http_slice token, int *month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; token.length >= 3 && i < 12; i++) {
        if (strncasecmp(token.data, names + (size_t)i * 3, 3) == 0) {
            *month = i;
            return true;
        }
    }
    return false;
}

static bool read_year(struct http_slice token, int *year)
{
    size_t length = token.length;
    if (!read_digits(&token, 4, year) || length - token.length < 2)
        return false;
    if (*year < 70)
        *year += 2000;
    else if (*year < 100)
        *year += 1900;
    *year -= 1900;
    return true;
}

/* A token is the first of these that it can be and that was not found yet. */
static void take_token(struct http_slice token, struct found *found)
{
    struct http_slice day = token;
    if (!found->has_time && read_time(token, &found->date))
        found->has_time = true;
    else if (!found->has_day && read_digits(&day, 2, &found->date.tm_mday))
        found->has_day = true;
    else if (!found->has_month && read_month(token, &found->date.tm_mon))
        found->has_month = true;
    else if (!found->has_year && read_year(token, &found->date.tm_year))
        found->has_year = true;
}

static bool is_valid(const struct found *found)
{
    const struct tm *date = &found->date;
    bool is_complete = found->has_time && found->has_day && found->has_month && found->has_year;
    return is_complete && date->tm_mday >= 1 && date->tm_mday <= 31 && date->tm_hour <= 23 &&
           date->tm_min <= 59 && date->tm_sec <= 59 && date->tm_year >= YEAR_FIRST - 1900;
}

bool cookie_date_read(struct http_slice text, int64_t *seconds)
{
    struct found found = {0};
    size_t at = 0;
    while (at < text.length) {
        size_t begin = at;
        while (at < text.length && !is_delimiter(text.data[at]))
            at++;
        if (at > begin)
            take_token((struct http_slice){text.data + begin, at - begin}, &found);
        else
            at++;
    }
    if (!is_valid(&found))
        return false;
    *seconds = (int64_t)timegm(&found.date);
    return true;
}
