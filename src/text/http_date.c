#include "text/http_date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/clock.h"

#define SECONDS_PER_DAY 86400

/* As the RFC writes them: case matters. */
static const char *const months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

struct date {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second; /* up to 60, a leap second */
};

/* The text not read yet. Every read function below advances `next`, or returns false. */
struct input {
    const char *next;
    const char *end;
};

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that a
 * leap day is the last day of its year; an era is 400 years, 146,097 days. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t shifted_year = month <= 2 ? year - 1 : year;
    int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
    int64_t year_of_era = shifted_year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The date `days_since` days after 1970-01-01: days_from_date() reversed. */
static void date_from_days(int64_t days_since, struct date *date)
{
    int64_t shifted = days_since + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    date->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    date->year = year_of_era + era * 400 + (date->month <= 2 ? 1 : 0);
}

static bool read_text(struct input *input, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(input->end - input->next) < length || memcmp(input->next, text, length) != 0)
        return false;
    input->next += length;
    return true;
}

/* Reads exactly `count` digits. */
static bool read_digits(struct input *input, int count, int *number)
{
    if (input->end - input->next < count)
        return false;
    *number = 0;
    for (int i = 0; i < count; i++) {
        char digit = *input->next++;
        if (!ascii_is_digit(digit))
            return false;
        *number = *number * 10 + (digit - '0');
    }
    return true;
}

static bool read_month(struct input *input, int *month)
{
    for (int i = 0; i < 12; i++) {
        if (read_text(input, months[i])) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool read_time(struct input *input, struct date *date)
{
    return read_digits(input, 2, &date->hour) && read_text(input, ":") &&
           read_digits(input, 2, &date->minute) && read_text(input, ":") &&
           read_digits(input, 2, &date->second);
}

static bool read_year(struct input *input, struct date *date)
{
    int year;
    if (!read_digits(input, 4, &year))
        return false;
    date->year = year;
    return true;
}

/* `06 Nov 1994 08:49:37 GMT`, after `Sun, `. */
static bool read_fixed_date(struct input *input, struct date *date)
{
    return read_digits(input, 2, &date->day) && read_text(input, " ") &&
           read_month(input, &date->month) && read_text(input, " ") && read_year(input, date) &&
           read_text(input, " ") && read_time(input, date) && read_text(input, " GMT");
}

/* `06-Nov-94 08:49:37 GMT`, after `Sunday, `; date->year is 0 to 99, for choose_century(). */
static bool read_rfc850_date(struct input *input, struct date *date)
{
    int year = 0;
    bool complete = read_digits(input, 2, &date->day) && read_text(input, "-") &&
                    read_month(input, &date->month) && read_text(input, "-") &&
                    read_digits(input, 2, &year) && read_text(input, " ") &&
                    read_time(input, date) && read_text(input, " GMT");
    date->year = year;
    return complete;
}

/* `Nov  6 08:49:37 1994`, after `Sun `. */
static bool read_asctime(struct input *input, struct date *date)
{
    if (!read_month(input, &date->month) || !read_text(input, " "))
        return false;
    bool has_day = read_text(input, " ") ? read_digits(input, 1, &date->day)
                                         : read_digits(input, 2, &date->day);
    return has_day && read_text(input, " ") && read_time(input, date) && read_text(input, " ") &&
           read_year(input, date);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_real(const struct date *date)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int length = lengths[date->month - 1] + (date->month == 2 && is_leap(date->year) ? 1 : 0);
    return date->day >= 1 && date->day <= length && date->hour < 24 && date->minute < 60 &&
           date->second <= 60;
}

static int64_t seconds_of(const struct date *date)
{
    return days_from_date(date->year, date->month, date->day) * SECONDS_PER_DAY +
           date->hour * 3600 + date->minute * 60 + date->second;
}

/* Splits a moment into whole days since 1970, which it returns, and the second of the day. */
static int64_t split_days(int64_t seconds, int *second_of_day)
{
    int64_t days_since = seconds / SECONDS_PER_DAY;
    *second_of_day = (int)(seconds % SECONDS_PER_DAY);
    if (*second_of_day < 0) {
        *second_of_day += SECONDS_PER_DAY;
        days_since--;
    }
    return days_since;
}

/* Replaces a two-digit year by the latest such year that puts the date at most 50 years ahead. */
static void choose_century(struct date *date, int64_t now_seconds)
{
    struct date latest = {0};
    date_from_days(split_days(now_seconds, &latest.second), &latest);
    int64_t two_digits = date->year;
    date->year = latest.year - latest.year % 100 + 100 + two_digits;
    latest.year += 50;
    while (seconds_of(date) > seconds_of(&latest))
        date->year -= 100;
}

/* Reads a whole date. The weekday selects the form; whether it is the right one for the date is not
 * checked. */
static bool read_date(struct input *input, int64_t now_seconds, struct date *date)
{
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct input rest = *input;
        char abbreviation[4] = {days[i][0], days[i][1], days[i][2], '\0'};
        if (read_text(&rest, days[i])) {
            *input = rest;
            if (!read_text(input, ", ") || !read_rfc850_date(input, date))
                return false;
            choose_century(date, now_seconds);
            return true;
        }
        if (read_text(&rest, abbreviation)) {
            *input = rest;
            return read_text(input, ", ") ? read_fixed_date(input, date)
                                          : read_text(input, " ") && read_asctime(input, date);
        }
    }
    return false;
}

static struct input without_blanks(const char *text, size_t length)
{
    struct input input = {text, text + length};
    while (input.next < input.end && ascii_is_blank(*input.next))
        input.next++;
    while (input.end > input.next && ascii_is_blank(input.end[-1]))
        input.end--;
    return input;
}

bool http_date_parse(const char *text, size_t length, int64_t now_seconds, int64_t *seconds)
{
    struct input input = without_blanks(text, length);
    struct date date = {0};
    if (!read_date(&input, now_seconds, &date) || input.next != input.end || !is_real(&date))
        return false;
    *seconds = seconds_of(&date);
    return true;
}

void http_date_write(int64_t seconds, char *out)
{
    struct date date = {0};
    int rest;
    int64_t days_since = split_days(seconds, &rest);
    date_from_days(days_since, &date);
    /* 1970-01-01 was a Thursday. A remainder may be negative. */
    const char *weekday = days[(days_since % 7 + 7 + 4) % 7];
    (void)snprintf(out, HTTP_DATE_SIZE, "%.3s, %02d %s %04" PRId64 " %02d:%02d:%02d GMT", weekday,
        date.day, months[date.month - 1], date.year, rest / 3600, rest / 60 % 60, rest % 60);
}

void http_date_rfc3339(int64_t seconds, char *out)
{
    struct date date = {0};
    int rest;
    date_from_days(split_days(seconds, &rest), &date);
    (void)snprintf(out, HTTP_DATE_RFC3339_SIZE, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ",
        date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60);
}
