#include "policy/adapt/measurement.h"

#include "base/clock.h"

enum {
    SLICE_ENDS_LEAST = 4, /* fewer say more about chance than about the server */
};

/* In files: a rejection takes a request and a response of the server's, as accepting a small file
 * does, and the file has to be sent again. */
static const double rejection_cost = 1;
/* A shorter slice shows how ends happen to be grouped, not how the server works. */
static const int64_t slice_least_us = 5 * CLOCK_US_PER_MS;
/* A slice of mostly streamed bodies lasts this long, because they end too rarely to be counted:
 * their pieces, counted as they are sent, fill it. */
static const int64_t stream_slice_us = 250 * CLOCK_US_PER_MS;

void measurement_begin(struct adapt_measurement *measurement, int64_t begins_us)
{
    *measurement =
        (struct adapt_measurement){.whole.begins_us = begins_us, .slice.begins_us = begins_us};
}

/* Returns how much of the time from `from_us` to `until_us` belongs to the measurement. */
static double measurement_overlap(
    const struct adapt_measurement *measurement, int64_t from_us, int64_t until_us)
{
    if (from_us < measurement->whole.begins_us)
        from_us = measurement->whole.begins_us;
    return until_us > from_us ? (double)(until_us - from_us) : 0;
}

void measurement_count(struct adapt_measurement *measurement, int64_t from_us, int64_t until_us,
    unsigned in_flight, unsigned streams)
{
    double lasted = measurement_overlap(measurement, from_us, until_us);
    measurement->slice.area += lasted * in_flight;
    measurement->slice.stream_area += lasted * streams;
}

void measurement_count_blocked(
    struct adapt_measurement *measurement, int64_t from_us, int64_t until_us, unsigned blocked)
{
    measurement->slice.blocked_area +=
        measurement_overlap(measurement, from_us, until_us) * blocked;
}

void measurement_note_whole(
    struct adapt_measurement *measurement, double slot_us, double work, int64_t now_us)
{
    if (now_us < measurement->whole.begins_us)
        return;
    measurement->slice.ends++;
    measurement->slice.slot_us += slot_us;
    measurement->slice.work += work;
}

void measurement_note_response(struct adapt_measurement *measurement, bool accepted, int64_t now_us)
{
    if (now_us < measurement->whole.begins_us)
        return;
    measurement->slice.accepted += accepted ? 1 : 0;
    measurement->slice.rejected += accepted ? 0 : 1;
}

void measurement_note_stream(struct adapt_measurement *measurement, int64_t now_us)
{
    if (now_us >= measurement->whole.begins_us)
        measurement->slice.ends++;
}

void measurement_note_moved(struct adapt_measurement *measurement, double work, int64_t now_us)
{
    if (now_us >= measurement->whole.begins_us)
        measurement->slice.moved_work += work;
}

/* Little's law for whole bodies: goodput = in flight / time in flight. Streamed bodies are counted
 * as they move. */
static double sums_goodput(const struct adapt_sums *sums, int64_t now_us)
{
    double lasted = (double)(now_us - sums->begins_us);
    double whole_in_flight = (sums->area - sums->stream_area) / lasted;
    double rate = sums->slot_us > 0 ? sums->work / sums->slot_us : 0;
    return whole_in_flight * rate + sums->moved_work / lasted;
}

static bool sums_are_of_streams(const struct adapt_sums *sums)
{
    return sums->stream_area * 2 > sums->area;
}

bool measurement_is_of_streams(const struct adapt_measurement *measurement)
{
    return sums_are_of_streams(&measurement->whole);
}

static void sums_add(struct adapt_sums *sums, const struct adapt_sums *more)
{
    sums->area += more->area;
    sums->stream_area += more->stream_area;
    sums->blocked_area += more->blocked_area;
    sums->work += more->work;
    sums->accepted += more->accepted;
    sums->rejected += more->rejected;
    sums->slot_us += more->slot_us;
    sums->moved_work += more->moved_work;
    sums->ends += more->ends;
}

void measurement_end_slice(struct adapt_measurement *measurement, double least_us, int64_t now_us)
{
    struct adapt_sums *slice = &measurement->slice;
    int64_t lasted = now_us - slice->begins_us;
    bool over = sums_are_of_streams(slice)
                    ? lasted >= stream_slice_us
                    : lasted >= slice_least_us && (double)lasted >= least_us &&
                          slice->ends >= SLICE_ENDS_LEAST;
    if (!over)
        return;
    double goodput = sums_goodput(slice, now_us);
    measurement->goodputs += goodput;
    measurement->goodput_squares += goodput * goodput;
    measurement->slices++;
    sums_add(&measurement->whole, slice);
    *slice = (struct adapt_sums){.begins_us = now_us};
}

/* Of the mean goodput, relative to its square; 1 where it can't be told yet. */
static double measurement_variance(const struct adapt_measurement *measurement)
{
    if (measurement->slices < 2 || measurement->goodputs <= 0)
        return 1;
    double mean = measurement->goodputs / measurement->slices;
    double variance = measurement->goodput_squares / measurement->slices - mean * mean;
    return variance > 0 ? variance / (mean * mean * (measurement->slices - 1)) : 0;
}

struct adapt_yield measurement_yield(const struct adapt_measurement *measurement)
{
    const struct adapt_sums *whole = &measurement->whole;
    int64_t now_us = measurement->slice.begins_us;
    double lasted = (double)(now_us - whole->begins_us);
    return (struct adapt_yield){
        .goodput = sums_goodput(whole, now_us),
        .accepted = whole->accepted / lasted,
        .rejected = whole->rejected / lasted,
        .in_flight = (whole->area + whole->blocked_area) / lasted,
        .variance = measurement_variance(measurement),
    };
}

double yield_worth(const struct adapt_yield *yield)
{
    return yield->goodput - rejection_cost * yield->rejected;
}

double yield_rejected_share(const struct adapt_yield *yield)
{
    double responses = yield->accepted + yield->rejected;
    return responses > 0 ? yield->rejected / responses : 0;
}
