#include "sink/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text/units.h"

uint64_t numbers_done(const struct shoal_totals *totals)
{
    uint64_t done = totals->planned;
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        done += totals->verdicts[verdict];
    return done;
}

uint64_t numbers_total(const struct shoal_progress *progress)
{
    uint64_t found = progress->totals->found;
    if (progress->totals->complete || !progress->ahead_complete)
        return progress->totals->complete ? found : 0;
    return progress->files_ahead > found ? progress->files_ahead : found;
}

bool numbers_add_count(struct buf *out, uint64_t count)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            (void)buf_add_byte(out, ',');
        (void)buf_add_byte(out, digits[i]);
    }
    return !out->failed;
}

bool numbers_add_counted(struct buf *out, uint64_t count, const char *one, const char *many)
{
    return numbers_add_count(out, count) && buf_add_byte(out, ' ') &&
           buf_add_text(out, count == 1 ? one : many);
}

bool numbers_add_bytes(struct buf *out, int64_t bytes)
{
    char text[UNITS_TEXT_SIZE];
    units_format_bytes(bytes, text);
    return buf_add_text(out, text);
}
