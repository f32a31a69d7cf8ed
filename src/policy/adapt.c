/* How it works. By Little's law, goodput is what is in flight divided by how long each is in
 * flight, so one epoch at a limit measures the goodput at that limit without waiting for a steady
 * state, and without the honest server times that libcurl can't give. Two epochs at two limits give
 * the elasticity: by how much goodput rises for a rise of what is in flight, 1 where the server has
 * room for all of it, 0 where it only makes a queue longer, less where it does harm.
 *
 * GROWING raises the limit by half as long as the elasticity is high. Then HOLDING measures, and
 * TRYING measures beside it, upwards and downwards in turn: up is kept where it pays, down where it
 * costs nothing. Tries that find nothing get rarer, until something changes.
 *
 * A rejection needs no measuring: what was in flight when it began was too much, by one. */
#include "policy/adapt.h"

#include "base/clock.h"

enum {
    FIRST_LIMIT = 8,
    LEAST_LIMIT = 4, /* that is tried, and that an outage is followed by */
    ENDS_LEAST = 16, /* in an epoch */
    SLICE_ENDS = 4,
    TRIES_A_ROUND = 3, /* one of them downwards */
    SLICES_LEAST = 4,  /* by which an error can be judged */
    ROW_OF_REJECTIONS = 8,
};

static const double grow_factor = 1.5;
static const double grow_fast_factor = 2;
static const double grow_elasticity = 0.4;
static const double grow_fast_elasticity = 0.85;
static const double up_elasticity = 0.12;
static const double down_elasticity = 0.06;
static const double busy_share = 0.85; /* of the limit: under that, files were lacking */
static const double error_floor = 0.01 * 0.01;
static const double error_good = 0.015 * 0.015;
static const double error_fair = 0.03 * 0.03;
static const double clear_sigmas = 2.5 * 2.5; /* a difference this large is one */
static const double change_sigmas = 4 * 4;
static const double step_least = 0.125;
static const double step_most = 0.5;
static const double pressure_most = 2.5;
static const double pressure_relief = 0.025; /* a success's: so many rejections are put up with */
static const double limit_least = 1.0 / 4096;
static const double bytes_as_file = 64 * 1024; /* so many bytes are as much work as a file */
static const int64_t slice_least_us = 5 * CLOCK_US_PER_MS;
static const int64_t epoch_least_us = 50 * CLOCK_US_PER_MS;
static const int64_t epoch_most_us = 2 * CLOCK_US_PER_SECOND;
static const int64_t try_wait_least_us = CLOCK_US_PER_SECOND / 4;
static const int64_t try_wait_most_us = 4 * CLOCK_US_PER_SECOND;
static const int64_t ceiling_hold_least_us = CLOCK_US_PER_SECOND;
static const int64_t ceiling_hold_most_us = 10 * CLOCK_US_PER_SECOND;
static const int64_t outage_us = 3 * CLOCK_US_PER_SECOND;

static void adapt_begin_epoch_at(struct adapt *adapt, int64_t begins_us)
{
    adapt->epoch = (struct adapt_epoch){.whole.begins_us = begins_us, .slice.begins_us = begins_us};
}

/* A change shows once what began before it is over, and what began during that too. */
static void adapt_begin_epoch(struct adapt *adapt, int64_t now_us)
{
    adapt_begin_epoch_at(adapt, now_us + (int64_t)(2 * adapt->slot_us));
}

static unsigned adapt_most_open(const struct adapt *adapt)
{
    return adapt->limit < 1 ? 1 : (unsigned)adapt->limit;
}

static void adapt_set_limit(struct adapt *adapt, double limit, int64_t now_us)
{
    if (limit > adapt->most)
        limit = adapt->most;
    if (limit < limit_least)
        limit = limit_least;
    adapt->limit = limit;
    if (adapt->opened > adapt_most_open(adapt))
        adapt->opened = adapt_most_open(adapt);
    adapt_begin_epoch(adapt, now_us);
}

void adapt_init(struct adapt *adapt, const struct adapt_config *config, int64_t now_us)
{
    unsigned most = config->most > 0 ? config->most : ADAPT_MOST;
    if (config->fixed > 0 && config->fixed < most)
        most = config->fixed;
    else if (config->fixed == 0 && most > ADAPT_MOST)
        most = ADAPT_MOST;
    *adapt = (struct adapt){
        .most = most,
        .fixed = config->fixed > 0,
        .phase = config->fixed > 0 ? ADAPT_HOLDING : ADAPT_GROWING,
        .try_wait_us = try_wait_least_us,
        .try_step = step_least,
        .ceiling_hold_us = ceiling_hold_least_us,
        .counted_us = now_us,
        .last_success_us = now_us,
        .last_start_us = INT64_MIN,
        .cut_us = INT64_MIN,
    };
    adapt_set_limit(adapt, adapt->fixed ? most : FIRST_LIMIT, now_us);
    adapt->opened = adapt_most_open(adapt);
}

unsigned adapt_limit(const struct adapt *adapt)
{
    return adapt->opened;
}

int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us)
{
    if (adapt->in_flight >= adapt_limit(adapt))
        return CLOCK_NEVER;
    if (adapt->limit >= 1 || adapt->last_start_us == INT64_MIN)
        return now_us;
    int64_t next = adapt->last_start_us + (int64_t)(adapt->slot_us / adapt->limit);
    return next > now_us ? next : now_us;
}

/* Brings the sums over time up to now. */
static void adapt_count(struct adapt *adapt, int64_t now_us)
{
    int64_t from = adapt->counted_us;
    if (from < adapt->epoch.whole.begins_us)
        from = adapt->epoch.whole.begins_us;
    if (now_us > from) {
        double lasted = (double)(now_us - from);
        adapt->epoch.slice.area += lasted * adapt->in_flight;
        adapt->epoch.slice.stream_area += lasted * adapt->streams;
    }
    adapt->counted_us = now_us;
}

void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight++;
    adapt->streams += streamed ? 1 : 0;
    adapt->last_start_us = now_us;
    *attempt = (struct adapt_attempt){
        .started_us = now_us, .in_flight = adapt->in_flight, .streamed = streamed};
}

void adapt_note_moved(struct adapt *adapt, int64_t bytes)
{
    if (adapt->counted_us >= adapt->epoch.whole.begins_us)
        adapt->epoch.slice.moved_work += (double)bytes / bytes_as_file;
}

static double sums_goodput(const struct adapt_sums *sums, int64_t now_us)
{
    double lasted = (double)(now_us - sums->begins_us);
    double whole = (sums->area - sums->stream_area) / lasted;
    double rate = sums->slot_us > 0 ? sums->work / sums->slot_us : 0;
    return whole * rate + sums->moved_work / lasted;
}

/* A slice is over after as long as a file is in flight, so that what follows is new. */
static void adapt_end_slice(struct adapt *adapt, int64_t now_us)
{
    struct adapt_epoch *epoch = &adapt->epoch;
    struct adapt_sums *slice = &epoch->slice;
    int64_t lasted = now_us - slice->begins_us;
    if (lasted < slice_least_us || (double)lasted < adapt->slot_us || slice->ends < SLICE_ENDS)
        return;
    double goodput = sums_goodput(slice, now_us);
    epoch->goodputs += goodput;
    epoch->squares += goodput * goodput;
    epoch->slices++;
    epoch->whole.area += slice->area;
    epoch->whole.stream_area += slice->stream_area;
    epoch->whole.work += slice->work;
    epoch->whole.slot_us += slice->slot_us;
    epoch->whole.moved_work += slice->moved_work;
    epoch->whole.ends += slice->ends;
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

static struct adapt_yield epoch_yield(const struct adapt_epoch *epoch)
{
    int64_t now_us = epoch->slice.begins_us;
    return (struct adapt_yield){
        .goodput = sums_goodput(&epoch->whole, now_us),
        .in_flight = epoch->whole.area / (double)(now_us - epoch->whole.begins_us),
        .error = epoch_error(epoch),
    };
}

/* By what share goodput rises, for the share by which what is in flight does. */
static double elasticity(const struct adapt *adapt, const struct adapt_yield *yield)
{
    double more = adapt->limit < 1 || adapt->base_limit < 1
                      ? adapt->limit / adapt->base_limit
                      : yield->in_flight / adapt->base.in_flight;
    double change = more - 1;
    if (change < 0.02 && change > -0.02)
        return adapt->limit > adapt->base_limit ? 0 : 1;
    return (yield->goodput / adapt->base.goodput - 1) / change;
}

static void adapt_hold(struct adapt *adapt, int64_t now_us)
{
    adapt->phase = ADAPT_HOLDING;
    adapt->has_base = false;
    adapt_set_limit(adapt, adapt->limit, now_us);
}

static void adapt_take_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    adapt->base = *yield;
    adapt->base_limit = adapt->limit;
    adapt->has_base = true;
}

/* Adds what was measured at the same limit, weighed by how sure it is; a server that changed makes
 * it new. */
static void adapt_merge_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    struct adapt_yield *base = &adapt->base;
    double errors = base->error + yield->error;
    double change = adapt->has_base ? yield->goodput / base->goodput - 1 : 1;
    if (change * change > change_sigmas * errors + error_floor) {
        adapt->try_wait_us = try_wait_least_us;
        adapt_take_base(adapt, yield);
        return;
    }
    double weight = errors > 0 ? base->error / errors : 0.5;
    base->goodput += weight * (yield->goodput - base->goodput);
    base->in_flight += weight * (yield->in_flight - base->in_flight);
    base->error = errors > 0 ? base->error * yield->error / errors : 0;
    if (base->error < error_floor)
        base->error = error_floor;
}

static double step_for(double error)
{
    if (error <= error_good)
        return step_least;
    return error <= error_fair ? 2 * step_least : step_most;
}

/* The next limit to try, or the present one where there is none in that direction. */
static double try_target(const struct adapt *adapt, int64_t now_us)
{
    double limit = adapt->limit;
    double step = adapt->try_step;
    if (!adapt->try_up) {
        double lower = limit / (1 + step);
        lower = lower > limit - 1 ? limit - 1 : lower;
        return lower >= LEAST_LIMIT ? lower : limit < LEAST_LIMIT ? limit : LEAST_LIMIT;
    }
    double upper = limit * (1 + step);
    if (limit >= 1 && upper < limit + 1)
        upper = limit + 1;
    if (adapt->ceiling > 0 && upper >= adapt->ceiling) {
        bool held = now_us < adapt->ceiling_us + adapt->ceiling_hold_us;
        double below = adapt->ceiling >= 2 ? adapt->ceiling - 1 : limit;
        upper = held || limit < below ? below : adapt->ceiling;
        upper = upper < limit ? limit : upper;
    }
    return upper > adapt->most ? adapt->most : upper;
}

/* After two tries in a row that found nothing the next ones come rarer and rarer. Most go upwards,
 * where they cost nothing if there is no use in it; every third goes down. */
static void adapt_plan_try(struct adapt *adapt, int64_t now_us)
{
    adapt->tries_failed++;
    if (adapt->tries_failed < 2) {
        adapt->try_up = !adapt->try_up;
        return;
    }
    adapt->try_up = adapt->tries_failed % TRIES_A_ROUND != 0;
    adapt->next_try_us = now_us + adapt->try_wait_us;
    adapt->try_wait_us *= 2;
    if (adapt->try_wait_us > try_wait_most_us)
        adapt->try_wait_us = try_wait_most_us;
}

static void adapt_try(struct adapt *adapt, int64_t now_us)
{
    double target = try_target(adapt, now_us);
    if (target == adapt->limit || (adapt->fixed && target < adapt->limit)) {
        adapt_plan_try(adapt, now_us);
        return;
    }
    adapt->phase = ADAPT_TRYING;
    adapt_set_limit(adapt, target, now_us);
}

static bool is_busy(const struct adapt *adapt, const struct adapt_yield *yield)
{
    return adapt->limit < 1 || yield->in_flight >= busy_share * adapt_most_open(adapt);
}

/* Has this been measured as well as it ever will be? */
static bool epoch_is_long(
    const struct adapt *adapt, const struct adapt_yield *yield, double error, int64_t now_us)
{
    if (now_us - adapt->epoch.whole.begins_us >= epoch_most_us)
        return true;
    return adapt->epoch.slices >= SLICES_LEAST && yield->error <= error;
}

static void adapt_look_growing(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    if (!is_busy(adapt, yield)) {
        adapt_begin_epoch_at(adapt, now_us);
        return;
    }
    double gain = adapt->has_base ? elasticity(adapt, yield) : 1;
    bool pays = gain > grow_elasticity;
    if (pays && adapt->limit < adapt->most) {
        adapt_take_base(adapt, yield);
        double factor = gain > grow_fast_elasticity ? grow_fast_factor : grow_factor;
        adapt_set_limit(adapt, adapt->limit * factor, now_us);
    } else if (pays) {
        adapt_hold(adapt, now_us);
    } else if (epoch_is_long(adapt, yield, error_fair, now_us)) {
        adapt->limit = adapt->base_limit;
        adapt->try_up = true; /* a second opinion */
        adapt_hold(adapt, now_us);
    }
}

static void adapt_look_holding(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    if (adapt->epoch.slices < SLICES_LEAST)
        return;
    adapt_merge_base(adapt, yield);
    adapt->try_step = step_for(yield->error);
    if (is_busy(adapt, yield) && now_us >= adapt->next_try_us &&
        (adapt->base.error <= error_fair || epoch_is_long(adapt, yield, error_fair, now_us)))
        adapt_try(adapt, now_us);
    if (adapt->phase == ADAPT_HOLDING)
        adapt_begin_epoch_at(adapt, now_us);
}

static void adapt_keep_try(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    adapt->tries_failed = 0;
    adapt->try_wait_us = try_wait_least_us;
    if (adapt->ceiling > 0 && adapt->limit >= adapt->ceiling) {
        adapt->ceiling = 0;
        adapt->ceiling_hold_us = ceiling_hold_least_us;
    }
    adapt_take_base(adapt, yield);
    adapt->try_step = adapt->try_step * 1.5 > step_most ? step_most : adapt->try_step * 1.5;
    adapt->phase = ADAPT_HOLDING;
    adapt_try(adapt, now_us);
}

static void adapt_drop_try(struct adapt *adapt, int64_t now_us)
{
    adapt_plan_try(adapt, now_us);
    adapt->phase = ADAPT_HOLDING;
    adapt_set_limit(adapt, adapt->base_limit, now_us);
}

/* Ends a try as soon as it is clear what it came to. */
static void adapt_look_trying(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    double gain = elasticity(adapt, yield);
    bool up = adapt->limit > adapt->base_limit;
    double line = up ? up_elasticity : down_elasticity;
    double change = adapt->limit / adapt->base_limit - 1;
    double apart = (gain - line) * change;
    double errors = adapt->base.error + yield->error;
    bool clear = adapt->epoch.slices >= SLICES_LEAST && apart * apart > clear_sigmas * errors;
    if (!clear && !epoch_is_long(adapt, yield, error_good, now_us))
        return;
    /* No rejection where there was one before is reason enough. */
    bool passed = up && adapt->ceiling > 0 && adapt->limit >= adapt->ceiling;
    if (adapt->fixed || passed || (up ? gain > line : gain < line))
        adapt_keep_try(adapt, yield, now_us);
    else
        adapt_drop_try(adapt, now_us);
}

/* Looks at what has been measured, and acts where it is enough. */
static void adapt_look(struct adapt *adapt, int64_t now_us)
{
    const struct adapt_epoch *epoch = &adapt->epoch;
    int64_t lasted = now_us - epoch->whole.begins_us;
    if (epoch->slices == 0 || epoch->whole.ends < ENDS_LEAST || epoch->whole.ends < adapt->limit ||
        (lasted < epoch_least_us && adapt->phase != ADAPT_GROWING))
        return;
    struct adapt_yield yield = epoch_yield(epoch);
    if (yield.goodput <= 0)
        adapt_begin_epoch_at(adapt, now_us);
    else if (adapt->phase == ADAPT_GROWING)
        adapt_look_growing(adapt, &yield, now_us);
    else if (adapt->phase == ADAPT_HOLDING)
        adapt_look_holding(adapt, &yield, now_us);
    else
        adapt_look_trying(adapt, &yield, now_us);
}

/* A rejection that follows a cut with no success between says that it was far from enough. */
static double cut_limit(const struct adapt *adapt, bool again)
{
    double limit = adapt->limit;
    if (adapt->phase == ADAPT_TRYING && adapt->base_limit < limit)
        limit = adapt->base_limit;
    if (adapt->pressed_at <= 1)
        return again ? limit : limit * 0.8;
    if (limit > adapt->pressed_at - 1)
        limit = adapt->pressed_at - 1;
    if (again)
        limit = limit * 0.75 < 1 ? 1 : limit * 0.75;
    return limit;
}

static void adapt_cut(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->ceiling = adapt->pressed_at > 1 ? adapt->pressed_at : adapt->limit;
    if (now_us < adapt->ceiling_us + 2 * adapt->ceiling_hold_us &&
        adapt->ceiling_hold_us * 2 <= ceiling_hold_most_us)
        adapt->ceiling_hold_us *= 2;
    adapt->ceiling_us = now_us;
    adapt->cut_us = now_us;
    adapt->cut_in_row = true;
    adapt->pressure = 0;
    adapt->pressed_at = 0;
    adapt->limit = limit;
    adapt_hold(adapt, now_us);
}

static void adapt_learn_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t now_us)
{
    adapt->rejected_row++;
    if (attempt->started_us < adapt->cut_us)
        return; /* it belongs to what the limit was cut for */
    adapt->pressure += 1;
    if (attempt->in_flight < adapt->pressed_at || adapt->pressed_at == 0)
        adapt->pressed_at = attempt->in_flight;
    double most = adapt->cut_in_row ? pressure_most : pressure_most + adapt->limit / 16;
    if (adapt->pressure < most)
        return;
    double limit = cut_limit(adapt, adapt->cut_in_row);
    if (limit < adapt->limit)
        adapt_cut(adapt, limit, now_us);
}

static void adapt_learn_success(struct adapt *adapt, double slot_us, bool streamed, int64_t now_us)
{
    bool was_away =
        adapt->rejected_row >= ROW_OF_REJECTIONS && now_us - adapt->last_success_us >= outage_us;
    adapt->rejected_row = 0;
    adapt->cut_in_row = false;
    adapt->pressure -= pressure_relief;
    if (adapt->pressure <= 0) {
        adapt->pressure = 0;
        adapt->pressed_at = 0;
    }
    adapt->last_success_us = now_us;
    if (adapt->opened < adapt_most_open(adapt))
        adapt->opened++;
    bool first = adapt->slot_us <= 0;
    if (!streamed || first)
        adapt->slot_us += first ? slot_us : (slot_us - adapt->slot_us) / 16;
    if (first)
        adapt_begin_epoch(adapt, now_us);
    if (was_away) {
        adapt->ceiling = 0;
        adapt->has_base = false;
        adapt->phase = adapt->fixed ? ADAPT_HOLDING : ADAPT_GROWING;
        adapt_set_limit(adapt, adapt->fixed ? adapt->most : LEAST_LIMIT, now_us);
    }
}

static bool is_rejection(enum outcome outcome, const struct attempt_end *end)
{
    if (outcome != OUTCOME_REJECTED)
        return false;
    return end->status != 0 ||
           (end->error != ATTEMPT_FILE_CHANGED && end->error != ATTEMPT_CANCELLED);
}

void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t bytes, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight--;
    adapt->streams -= attempt->streamed ? 1 : 0;
    double slot_us = (double)(now_us - attempt->started_us) + 1;
    bool taken = end->status != 0 && outcome != OUTCOME_REJECTED && outcome != OUTCOME_AMBIGUOUS;
    struct adapt_sums *slice = &adapt->epoch.slice;
    if (now_us >= slice->begins_us) {
        slice->ends++;
        slice->slot_us += attempt->streamed ? 0 : slot_us;
        slice->work += taken && !attempt->streamed ? 1 + (double)bytes / bytes_as_file : 0;
    }
    if (taken)
        adapt_learn_success(adapt, slot_us, attempt->streamed, now_us);
    else if (is_rejection(outcome, end))
        adapt_learn_rejection(adapt, attempt, now_us);
    adapt_end_slice(adapt, now_us);
    adapt_look(adapt, now_us);
}
