#include "sink/cause_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sink/numbers.h"
#include "text/http_date.h"

#define STATUS_DIGITS 3

/* A shorter run, or a smaller part of it, is not worth a word. */
#define LONG_US      (10 * CLOCK_US_PER_SECOND)
#define PERCENT_MUCH 50

bool cause_text_is_unattempted(const struct shoal_cause *cause)
{
    return cause->reason == SHOAL_REASON_NOT_ATTEMPTED;
}

size_t cause_text_count(const struct shoal_end *end)
{
    size_t count = 0;
    for (size_t i = 0; i < end->cause_count; i++)
        count += !cause_text_is_unattempted(&end->causes[i]);
    return count;
}

void cause_text_add_fate(struct buf *out, const struct shoal_cause *cause)
{
    unsigned most = cause->attempts_most;
    if (cause->temporary == 0)
        (void)buf_add_text(out, "final");
    else if (cause->temporary == cause->count)
        (void)buf_add_text(out, "temporary");
    else if (numbers_add_count(out, cause->temporary))
        (void)buf_add_text(out, " temporary");
    if (most <= 1)
        return;
    bool equal = cause->attempts_least == most;
    (void)buf_printf(out, equal ? ", %u attempts" : ", up to %u attempts", most);
    (void)buf_add_text(out, equal && cause->count > 1 ? " each" : "");
}

/* Writes "18:48:59" to `out`. */
static void write_time(char *out, int64_t seconds)
{
    char date[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(seconds, date);
    const char *time = strchr(date, 'T');
    size_t length = time == NULL ? 0 : strcspn(time + 1, "Z");
    if (length > 0)
        memcpy(out, time + 1, length);
    out[length] = '\0';
}

void cause_text_add_times(
    struct buf *out, const struct shoal_cause *cause, int64_t start_seconds, const char *dash)
{
    char first[HTTP_DATE_RFC3339_SIZE];
    char last[HTTP_DATE_RFC3339_SIZE];
    if (start_seconds == 0)
        return;
    write_time(first, start_seconds + cause->first_us / CLOCK_US_PER_SECOND);
    write_time(last, start_seconds + cause->last_us / CLOCK_US_PER_SECOND);
    (void)buf_add_text(out, first);
    if (strcmp(first, last) != 0)
        (void)buf_printf(out, "%s%s", dash, last);
    (void)buf_add_text(out, " UTC");
}

bool cause_text_add_limit(
    struct buf *out, const struct shoal_cause *cause, const struct shoal_totals *totals)
{
    bool all_larger = cause->bytes_least > totals->largest_sent && totals->largest_sent > 0;
    bool says_so = cause->reason == SHOAL_REASON_STATUS && totals->largest_sent == 0 &&
                   strncmp(cause->text, "413", STATUS_DIGITS) == 0;
    bool is_limit = cause->reason == SHOAL_REASON_TOO_LARGE || says_so ||
                    (cause->reason == SHOAL_REASON_STATUS && all_larger);
    if (!is_limit || cause->bytes_least < 0)
        return false;
    (void)numbers_add_bytes(out, cause->bytes_least);
    (void)buf_add_text(out, cause->count == 1 ? "" : " and more");
    if (totals->largest_sent > 0) {
        (void)buf_add_text(out, "; largest sent ");
        (void)numbers_add_bytes(out, totals->largest_sent);
    }
    return true;
}

void cause_text_add_label(struct buf *out, const struct shoal_cause *cause)
{
    if (strspn(cause->text, "0123456789") == STATUS_DIGITS)
        (void)buf_add(out, cause->text, STATUS_DIGITS);
    else
        (void)buf_printf(out, "'%s'", shoal_reason_name(cause->reason));
}

const struct shoal_cause *cause_text_find_slowest(
    const struct shoal_event *event, int64_t last_good_us, unsigned *percent)
{
    const struct shoal_end *end = &event->end;
    const struct shoal_cause *slowest = NULL;
    int64_t other_us = last_good_us;
    for (size_t i = 0; i < end->cause_count; i++) {
        const struct shoal_cause *cause = &end->causes[i];
        if (cause_text_is_unattempted(cause))
            return NULL; /* the run did not wait until all was done */
        const struct shoal_cause *earlier = cause;
        if (slowest == NULL || cause->last_us > slowest->last_us) {
            earlier = slowest;
            slowest = cause;
        }
        if (earlier != NULL && earlier->last_us > other_us)
            other_us = earlier->last_us;
    }
    if (slowest == NULL || event->at_us < LONG_US || slowest->count == end->totals->found ||
        slowest->last_us <= other_us)
        return NULL;
    *percent = (unsigned)((event->at_us - other_us) * 100 / event->at_us);
    return *percent >= PERCENT_MUCH ? slowest : NULL;
}
