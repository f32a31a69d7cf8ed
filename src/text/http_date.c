#include "text/http_date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_PER_DAY 86400
#define US_PER_SECOND   1000000

/* A name as the RFC writes it: the case matters. */
static const char *const months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

struct date {
    int64_t year;
    int month; /* 1 to 12 */
    int day;
    int hour;
    int minute;
    int second; /* up to 60, a leap second */
};

/* What is still to be read. Every reader takes its piece off the front, or is false. */
struct input {
    const char *next;
    const char *end;
};

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that a
 * leap day is a year's last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t shifted_year = month <= 2 ? year - 1 : year;
    int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
    int64_t year_of_era = shifted_year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The other way round. */
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

static bool take(struct input *input, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(input->end - input->next) < length || memcmp(input->next, text, length) != 0)
        return false;
    input->next += length;
    return true;
}

/* Takes exactly `count` digits. */
static bool take_digits(struct input *input, int count, int *number)
{
    if (input->end - input->next < count)
        return false;
    *number = 0;
    for (int i = 0; i < count; i++) {
        char digit = *input->next++;
        if (digit < '0' || digit > '9')
            return false;
        *number = *number * 10 + (digit - '0');
    }
    return true;
}

static bool take_month(struct input *input, int *month)
{
    for (int i = 0; i < 12; i++) {
        if (take(input, months[i])) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_time(struct input *input, struct date *date)
{
    return take_digits(input, 2, &date->hour) && take(input, ":") &&
           take_digits(input, 2, &date->minute) && take(input, ":") &&
           take_digits(input, 2, &date->second);
}

static bool take_year(struct input *input, struct date *date)
{
    int year;
    if (!take_digits(input, 4, &year))
        return false;
    date->year = year;
    return true;
}

/* `06 Nov 1994 08:49:37 GMT`, behind `Sun, `. */
static bool take_fixed_date(struct input *input, struct date *date)
{
    return take_digits(input, 2, &date->day) && take(input, " ") &&
           take_month(input, &date->month) && take(input, " ") && take_year(input, date) &&
           take(input, " ") && take_time(input, date) && take(input, " GMT");
}

/* `06-Nov-94 08:49:37 GMT`, behind `Sunday, `; the year stays one of two digits. */
static bool take_rfc850_date(struct input *input, struct date *date)
{
    int year = 0;
    bool taken = take_digits(input, 2, &date->day) && take(input, "-") &&
                 take_month(input, &date->month) && take(input, "-") &&
                 take_digits(input, 2, &year) && take(input, " ") && take_time(input, date) &&
                 take(input, " GMT");
    date->year = year;
    return taken;
}

/* `Nov  6 08:49:37 1994`, behind `Sun `. */
static bool take_asctime(struct input *input, struct date *date)
{
    if (!take_month(input, &date->month) || !take(input, " "))
        return false;
    bool taken =
        take(input, " ") ? take_digits(input, 1, &date->day) : take_digits(input, 2, &date->day);
    return taken && take(input, " ") && take_time(input, date) && take(input, " ") &&
           take_year(input, date);
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

/* Cuts a moment into days since 1970 and seconds of the day. */
static int64_t cut_days(int64_t seconds, int *second_of_day)
{
    int64_t whole = seconds / SECONDS_PER_DAY;
    *second_of_day = (int)(seconds % SECONDS_PER_DAY);
    if (*second_of_day < 0) {
        *second_of_day += SECONDS_PER_DAY;
        whole--;
    }
    return whole;
}

/* Finds the century of a two-digit year: the one that puts the date at most 50 years ahead, and
 * less than 50 back. */
static void choose_century(struct date *date, int64_t now_seconds)
{
    struct date limit = {0};
    date_from_days(cut_days(now_seconds, &limit.second), &limit);
    int64_t two_digits = date->year;
    date->year = limit.year - limit.year % 100 + 100 + two_digits;
    limit.year += 50;
    while (seconds_of(date) > seconds_of(&limit))
        date->year -= 100;
}

/* Reads the weekday and what stands behind it. The weekday decides on the form; whether it is the
 * date's own is not looked at. */
static bool take_date(struct input *input, int64_t now_seconds, struct date *date)
{
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct input rest = *input;
        char abbreviation[4] = {days[i][0], days[i][1], days[i][2], '\0'};
        if (take(&rest, days[i])) {
            *input = rest;
            if (!take(input, ", ") || !take_rfc850_date(input, date))
                return false;
            choose_century(date, now_seconds);
            return true;
        }
        if (take(&rest, abbreviation)) {
            *input = rest;
            return take(input, ", ") ? take_fixed_date(input, date)
                                     : take(input, " ") && take_asctime(input, date);
        }
    }
    return false;
}

static struct input without_blanks(const char *text, size_t length)
{
    struct input input = {text, text + length};
    while (input.next < input.end && (*input.next == ' ' || *input.next == '\t'))
        input.next++;
    while (input.end > input.next && (input.end[-1] == ' ' || input.end[-1] == '\t'))
        input.end--;
    return input;
}

bool http_date_parse(const char *text, size_t length, int64_t now_seconds, int64_t *seconds)
{
    struct input input = without_blanks(text, length);
    struct date date = {0};
    if (!take_date(&input, now_seconds, &date) || input.next != input.end || !is_real(&date))
        return false;
    *seconds = seconds_of(&date);
    return true;
}

/* Whole seconds; more than a day is a day. */
static bool read_delay(struct input input, int64_t *seconds)
{
    if (input.next == input.end)
        return false;
    int64_t value = 0;
    for (; input.next < input.end; input.next++) {
        if (*input.next < '0' || *input.next > '9')
            return false;
        value = value * 10 + (*input.next - '0');
        if (value > SECONDS_PER_DAY)
            value = SECONDS_PER_DAY;
    }
    *seconds = value;
    return true;
}

bool retry_after_parse(const char *text, size_t length, int64_t now_seconds, int64_t *wait_us)
{
    int64_t seconds;
    if (!read_delay(without_blanks(text, length), &seconds)) {
        int64_t date;
        if (!http_date_parse(text, length, now_seconds, &date))
            return false;
        seconds = date <= now_seconds ? 0 : date - now_seconds;
    }
    *wait_us = (seconds > SECONDS_PER_DAY ? SECONDS_PER_DAY : seconds) * US_PER_SECOND;
    return true;
}

void http_date_rfc3339(int64_t seconds, char *out)
{
    struct date date = {0};
    int rest;
    date_from_days(cut_days(seconds, &rest), &date);
    (void)snprintf(out, HTTP_DATE_RFC3339_SIZE, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ",
        date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60);
}
