/* What is remembered of a run for its display. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sink/numbers.h"
#include "sink/progress/private.h"

/* Time constant of the moving average of the bytes per second, in microseconds. */
#define RATE_MEMORY_US (3.0 * (double)CLOCK_US_PER_SECOND)

#define RATES_NEEDED 3 /* before the time that is left can be told */

void seen_free(struct seen *seen)
{
    for (size_t i = 0; i < seen->cause_count; i++) {
        free(seen->causes[i].text);
        free(seen->causes[i].error);
        free(seen->causes[i].path);
    }
    seen->cause_count = 0;
}

static void note_cause(struct seen *seen, const struct shoal_file *file)
{
    for (size_t i = 0; i < seen->cause_count; i++) {
        if (strcmp(seen->causes[i].text, file->cause) == 0) {
            seen->causes[i].count++;
            if (file->bytes < seen->causes[i].bytes_least)
                seen->causes[i].bytes_least = file->bytes;
            return;
        }
    }
    if (seen->cause_count == CAUSES_KEPT)
        return;
    struct seen_cause *cause = &seen->causes[seen->cause_count];
    *cause = (struct seen_cause){.text = strdup(file->cause),
        .error = strdup(file->error == NULL ? file->cause : file->error),
        .path = strndup(file->path.data == NULL ? "" : file->path.data, file->path.length),
        .count = 1,
        .first_bytes = file->bytes,
        .bytes_least = file->bytes};
    if (cause->text != NULL && cause->error != NULL && cause->path != NULL) {
        seen->cause_count++;
        return;
    }
    free(cause->text);
    free(cause->error);
    free(cause->path);
}

void seen_note(struct seen *seen, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_FILE && event->file.cause != NULL)
        note_cause(seen, &event->file);
    if (event->kind == SHOAL_EVENT_FILE && event->file.bytes > 0)
        seen->done_bytes += event->file.bytes;
    if (event->kind != SHOAL_EVENT_PAUSE)
        return;
    int64_t wait_us = event->pause.wait_us;
    seen->pause_until_us = wait_us < 0 ? -1 : event->at_us + wait_us;
    seen->pause_status = event->pause.status;
}

/* A moving average changes slowly enough to be read. The first rate is taken as it is. */
static void measure_bytes(struct seen *seen, const struct shoal_event *event)
{
    int64_t elapsed_us = event->at_us - seen->moved_us;
    if (elapsed_us <= 0)
        return;
    double moved = (double)(event->progress.bytes_moved - seen->moved_bytes);
    double rate = moved * (double)CLOCK_US_PER_SECOND / (double)elapsed_us;
    double weight = (double)elapsed_us / ((double)elapsed_us + RATE_MEMORY_US);
    seen->bytes_rate += (rate - seen->bytes_rate) * (seen->moved_us == 0 ? 1 : weight);
    seen->moved_us = event->at_us;
    seen->moved_bytes = event->progress.bytes_moved;
}

void seen_measure(struct seen *seen, const struct shoal_event *event)
{
    measure_bytes(seen, event);
    int64_t elapsed_us = event->at_us - seen->sampled_us;
    if (elapsed_us < CLOCK_US_PER_SECOND)
        return;
    uint64_t done = numbers_done(event->progress.totals);
    seen->rates[seen->rate_count++ % RATES_KEPT] =
        (double)(done - seen->sampled_done) * (double)CLOCK_US_PER_SECOND / (double)elapsed_us;
    seen->sampled_us = event->at_us;
    seen->sampled_done = done;
}

static int compare_rates(const void *one, const void *other)
{
    double left = *(const double *)one;
    double right = *(const double *)other;
    return (left > right) - (left < right);
}

/* By the median of the recent rates, which one slow or fast second does not move. */
double seen_seconds_left(const struct seen *seen, const struct shoal_progress *progress)
{
    double sorted[RATES_KEPT];
    size_t count = seen->rate_count < RATES_KEPT ? seen->rate_count : RATES_KEPT;
    uint64_t total = numbers_total(progress);
    uint64_t done = numbers_done(progress->totals);
    if (total < done || total == 0 || count < RATES_NEEDED)
        return -1;
    memcpy(sorted, seen->rates, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], compare_rates);
    double rate = sorted[count / 2];
    return rate > 0 ? (double)(total - done) / rate : -1;
}
