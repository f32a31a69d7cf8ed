/* HTTP dates and Retry-After. The first 8 bytes are the current time, the rest is the value. */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fuzz.h"
#include "text/http_date.h"
#include "text/retry_after.h"

#define DAY_SECONDS INT64_C(86400)
#define YEAR_9999   INT64_C(253402300800) /* the end of that year */
#define YEARS_51    (INT64_C(51) * 366 * DAY_SECONDS)

/* A date that was read can be written, and reads back as the same moment. */
static void check_date(int64_t seconds, int64_t now)
{
    MUST(seconds >= INT64_C(-62167219200) && seconds <= YEAR_9999);
    time_t moment = (time_t)seconds;
    struct tm parts;
    MUST(gmtime_r(&moment, &parts) != NULL);
    char text[64];
    size_t length = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    int64_t again;
    /* strftime(3) writes a year before 1000 with fewer than four digits. */
    if (parts.tm_year >= 1000 - 1900 && parts.tm_year <= 9999 - 1900)
        MUST(http_date_parse(text, length, now, &again) && again == seconds);
    char rfc3339[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(seconds, rfc3339);
    MUST(strlen(rfc3339) == 20 || seconds == YEAR_9999);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | fuzz_byte(&input);
    /* The clock may be wrong by any amount, as long as a two-digit year, which is up to 50 years
     * ahead, stays within the years that a date can name. */
    int64_t now = (int64_t)(bits % (uint64_t)(YEAR_9999 - YEARS_51));
    const char *text = input.left == 0 ? "" : (const char *)input.next;
    int64_t seconds = 0;
    bool is_date = http_date_parse(text, input.left, now, &seconds);
    if (is_date)
        check_date(seconds, now);
    int64_t wait = retry_after_us(text, input.left, now);
    MUST(wait >= 0 && wait <= RETRY_AFTER_MOST_US);
    if (is_date && seconds <= now)
        MUST(wait == 0);
    return 0;
}
