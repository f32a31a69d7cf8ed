#include "policy/adapt_epoch.h"

#include "base/clock.h"

enum {
    SLICE_ENDS = 4,
};

static const double rejection_cost = 1;
static const int64_t slice_least_us = 5 * CLOCK_US_PER_MS;
static const int64_t stream_slice_us = 250 * CLOCK_US_PER_MS;

void epoch_begin(struct adapt_epoch *epoch, int64_t begins_us)
{
    *epoch = (struct adapt_epoch){.whole.begins_us = begins_us, .slice.begins_us = begins_us};
}

/* How much of the time between the two lies in the epoch. */
static double epoch_overlap(const struct adapt_epoch *epoch, int64_t from_us, int64_t until_us)
{
    if (from_us < epoch->whole.begins_us)
        from_us = epoch->whole.begins_us;
    return until_us > from_us ? (double)(until_us - from_us) : 0;
}

void epoch_count(struct adapt_epoch *epoch, int64_t from_us, int64_t until_us, unsigned in_flight,
    unsigned streams)
{
    double lasted = epoch_overlap(epoch, from_us, until_us);
    epoch->slice.area += lasted * in_flight;
    epoch->slice.stream_area += lasted * streams;
}

void epoch_count_held(struct adapt_epoch *epoch, int64_t from_us, int64_t until_us, unsigned held)
{
    epoch->slice.held_area += epoch_overlap(epoch, from_us, until_us) * held;
}

void epoch_note_whole(struct adapt_epoch *epoch, double slot_us, double work, int64_t now_us)
{
    if (now_us < epoch->whole.begins_us)
        return;
    epoch->slice.ends++;
    epoch->slice.slot_us += slot_us;
    epoch->slice.work += work;
}

void epoch_note_answer(struct adapt_epoch *epoch, bool taken, int64_t now_us)
{
    if (now_us < epoch->whole.begins_us)
        return;
    epoch->slice.taken += taken ? 1 : 0;
    epoch->slice.rejected += taken ? 0 : 1;
}

void epoch_note_stream(struct adapt_epoch *epoch, int64_t now_us)
{
    if (now_us >= epoch->whole.begins_us)
        epoch->slice.ends++;
}

void epoch_note_moved(struct adapt_epoch *epoch, double work, int64_t now_us)
{
    if (now_us >= epoch->whole.begins_us)
        epoch->slice.moved_work += work;
}

static double sums_goodput(const struct adapt_sums *sums, int64_t now_us)
{
    double lasted = (double)(now_us - sums->begins_us);
    double whole = (sums->area - sums->stream_area) / lasted;
    double rate = sums->slot_us > 0 ? sums->work / sums->slot_us : 0;
    return whole * rate + sums->moved_work / lasted;
}

/* Large files end so rarely that time must do; what moves of them is counted as it moves. */
static bool sums_are_of_streams(const struct adapt_sums *sums)
{
    return sums->stream_area * 2 > sums->area;
}

bool epoch_is_of_streams(const struct adapt_epoch *epoch)
{
    return sums_are_of_streams(&epoch->whole);
}

static void sums_add(struct adapt_sums *sums, const struct adapt_sums *more)
{
    sums->area += more->area;
    sums->stream_area += more->stream_area;
    sums->held_area += more->held_area;
    sums->work += more->work;
    sums->taken += more->taken;
    sums->rejected += more->rejected;
    sums->slot_us += more->slot_us;
    sums->moved_work += more->moved_work;
    sums->ends += more->ends;
}

void epoch_end_slice(struct adapt_epoch *epoch, double least_us, int64_t now_us)
{
    struct adapt_sums *slice = &epoch->slice;
    int64_t lasted = now_us - slice->begins_us;
    bool over =
        sums_are_of_streams(slice)
            ? lasted >= stream_slice_us
            : lasted >= slice_least_us && (double)lasted >= least_us && slice->ends >= SLICE_ENDS;
    if (!over)
        return;
    double goodput = sums_goodput(slice, now_us);
    epoch->goodputs += goodput;
    epoch->squares += goodput * goodput;
    epoch->slices++;
    sums_add(&epoch->whole, slice);
    *slice = (struct adapt_sums){.begins_us = now_us};
}

/* The relative standard error of goodput, squared. */
static double epoch_error(const struct adapt_epoch *epoch)
{
    if (epoch->slices < 2 || epoch->goodputs <= 0)
        return 1;
    double mean = epoch->goodputs / epoch->slices;
    double variance = epoch->squares / epoch->slices - mean * mean;
    return variance > 0 ? variance / (mean * mean * (epoch->slices - 1)) : 0;
}

struct adapt_yield epoch_yield(const struct adapt_epoch *epoch)
{
    const struct adapt_sums *whole = &epoch->whole;
    int64_t now_us = epoch->slice.begins_us;
    double lasted = (double)(now_us - whole->begins_us);
    return (struct adapt_yield){
        .goodput = sums_goodput(whole, now_us),
        .taken = whole->taken / lasted,
        .rejected = whole->rejected / lasted,
        .in_flight = (whole->area + whole->held_area) / lasted,
        .error = epoch_error(epoch),
    };
}

double yield_worth(const struct adapt_yield *yield)
{
    return yield->goodput - rejection_cost * yield->rejected;
}

double yield_rejected_share(const struct adapt_yield *yield)
{
    double answers = yield->taken + yield->rejected;
    return answers > 0 ? yield->rejected / answers : 0;
}
