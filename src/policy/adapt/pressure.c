/* How it works. A server rejects because too much is in flight, because it comes too fast, or
 * because a part of the server always fails. A lower limit helps with the first two and only slows
 * the third down.
 *
 * Rejections beyond the usual share raise a level, which successes wear off (Page's CUSUM test for
 * a share that has risen). At a certain level there is an alarm. If the rejections all began above
 * a number in flight up to which everything was accepted, that number becomes the limit at once. If
 * they are scattered among successes, a lower limit is tried and measured as any other (search.c),
 * with a price on each rejection. If that is no better, this share is the usual one from then on.
 */
#include "policy/adapt/pressure.h"

#include "base/clock.h"
#include "policy/adapt/limit.h"

enum {
    SHARE_ATTEMPTS = 128,      /* attempts that the recent share of rejections is a mean over */
    SHARE_ATTEMPTS_LEAST = 32, /* attempts from which on that share is believed */
    PAUSE_REJECTIONS = 8,      /* rejections that the share asking for a pause is a mean over */
    LIFETIME_FACTOR = 2,       /* by which a ceiling that was met again lasts longer */
    LIFETIME_PER_PAUSE = 20,   /* so that pauses cost at most a twentieth of the time */
    STARTS_PER_REJECTION = 2,  /* with more starts per rejection, rejections are scattered */
    /* Where a share is rejected anyway, a few in a row are chance: rejections are scattered unless
     * there are this many, and five of six starts were rejected. */
    REJECTIONS_MANY = 12,
    NEARLY_ALL_REJECTED = 5,
    NEARLY_ALL_STARTED = 6,
};

/* Shares of the attempts, from 0 to 1. */
static const double usual_share_least = 0.01; /* one in a hundred is chance on any server */
static const double usual_share_most = 0.6;   /* with more, policy/retry.c only probes */
static const double usual_share_known = 0.02; /* a usual share above this one was measured */
static const double severe_share = 0.4;       /* more recent rejections than this are overload */

/* A share measured in one try becomes the usual one with this margin, for the error of the
 * measurement. */
static const double usual_share_margin = 1.2;
/* The usual share falls to this many times the recent one. The margin is two standard errors of a
 * running mean over SHARE_ATTEMPTS, at a share of 0.15. */
static const double usual_share_over_recent = 1.3;
/* More than half of the rejections ask for a pause: then a pause is usual. */
static const double pauses_usual_from = 0.5;

/* The level falls while fewer are rejected than half as many again as usual, and one in a hundred.
 * CUSUM's reference value is midway between the share to be ignored and the one to be found. */
static const double tolerated_factor = 1.5;
static const double tolerated_extra = 0.01;

/* The level of an alarm, in rejections: at least two and a half, more where some are usual, since
 * these vary, and where many are in flight, since as many may be rejected by the same incident. */
static const double alarm_least = 2.5;
static const double alarm_most = 5;
static const double alarm_per_usual_share = 20;
static const double alarm_per_limit = 1.0 / 16;
static const double alarm_above_ceiling = 1; /* one rejection settles a try above a known ceiling */

/* Factors by which the limit is cut. Without a number in flight to go by it is a twentieth, so that
 * the limit is approached from above; one below a limit of 20; but never more than a fifth. */
static const double cut_little = 0.95;
static const double cut_little_most = 0.8;
/* Of a limit that only spaces starts: a rate within a fifth of the server's is good enough. */
static const double cut_below_one = 0.8;
/* If the last cut was followed by no success, it was far from enough: a quarter, or more. */
static const double cut_without_success = 0.75;
/* Where all was well at this limit before: three tenths at most, since it may have been chance. */
static const double cut_proven_most = 0.7;

/* How long a ceiling lasts: at first, at most, and at most where it cost a pause. */
static const int64_t lifetime_first_us = CLOCK_US_PER_SECOND;
static const int64_t lifetime_most_us = 10 * CLOCK_US_PER_SECOND;
static const int64_t lifetime_by_pause_most_us = 600 * CLOCK_US_PER_SECOND;

void pressure_init(struct adapt *adapt)
{
    adapt->pressure = (struct adapt_pressure){.cut_us = INT64_MIN};
    adapt->ceiling = (struct adapt_ceiling){.lifetime_us = lifetime_first_us};
}

static bool is_known_to_reject(const struct adapt_pressure *pressure)
{
    return pressure->usual_share > usual_share_known;
}

/* How much of a rejection a success wears off: the level stays where it is if the tolerated share
 * is rejected. */
static double worn_off_by_success(const struct adapt_pressure *pressure)
{
    double usual =
        pressure->usual_share > usual_share_least ? pressure->usual_share : usual_share_least;
    double share = tolerated_factor * usual + tolerated_extra;
    return share / (1 - share);
}

static double alarm_level(const struct adapt *adapt)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (!is_known_to_reject(pressure) && adapt->phase == ADAPT_TRYING &&
        limit_is_above_ceiling(adapt))
        return alarm_above_ceiling;
    double level =
        alarm_least + alarm_per_usual_share * (pressure->usual_share - usual_share_least);
    level = level < alarm_least ? alarm_least : level > alarm_most ? alarm_most : level;
    return pressure->no_success_since_cut ? level : level + adapt->limit * alarm_per_limit;
}

static void pressure_count(struct adapt_pressure *pressure, bool rejected)
{
    pressure->share_count += pressure->share_count < SHARE_ATTEMPTS ? 1 : 0;
    pressure->share += ((rejected ? 1 : 0) - pressure->share) / pressure->share_count;
    /* Only downwards: that more is usual is found out by trying a lower limit. */
    double most = usual_share_over_recent * pressure->share + usual_share_least;
    if (pressure->usual_share > most)
        pressure->usual_share = most;
}

static void pressure_clear(struct adapt *adapt)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    pressure->level = 0;
    pressure->least_in_flight = 0;
    pressure->rejections = 0;
    pressure->first_start = 0;
    pressure->by_pause = false;
    adapt->relief_due = false;
}

/* Of the attempts that started since the first one rejected did, were as many accepted as rejected,
 * or are they still in flight? Then the number in flight is not the reason: they came too fast, or
 * the reason is the server's own. The same is true of one that was alone. */
static bool is_scattered(const struct adapt *adapt)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (pressure->least_in_flight <= 1)
        return true;
    if (pressure->by_pause)
        return false;
    uint64_t since = adapt->starts - pressure->first_start + 1;
    uint64_t rejections = pressure->rejections;
    if (is_known_to_reject(pressure))
        return rejections < REJECTIONS_MANY ||
               since * NEARLY_ALL_REJECTED > rejections * NEARLY_ALL_STARTED;
    return since > rejections * STARTS_PER_REJECTION;
}

/* Returns one less than was in flight when rejections began; a little less than the limit where
 * they are scattered, or where the former was done a moment ago and did not suffice. */
static double limit_under_rejected(const struct adapt *adapt, int64_t now_us)
{
    const struct adapt_ceiling *ceiling = &adapt->ceiling;
    double limit = adapt->limit;
    double little = limit - 1 < limit * cut_little ? limit - 1 : limit * cut_little;
    little = little > limit * cut_little_most ? little : limit * cut_little_most;
    double lower = adapt->pressure.least_in_flight - 1.0;
    bool again = ceiling->limit > 0 && now_us < ceiling->since_us + ceiling->lifetime_us;
    if (is_scattered(adapt) || lower > limit || (again && lower > little))
        return little;
    return lower;
}

/* Returns a limit at which all was well a moment ago; 0: none below the present one. */
static double limit_before_try(const struct adapt *adapt)
{
    bool tried = adapt->phase != ADAPT_HOLDING && adapt->has_base;
    return tried && adapt->base_limit < adapt->limit ? adapt->base_limit : 0;
}

/* Cuts more if nothing was accepted since the last cut. Cuts less if all was well at this limit so
 * far: the attempts may have come too fast, rather than been too many. */
static double limit_cut_further(const struct adapt *adapt, int64_t now_us)
{
    double limit = adapt->limit;
    double lower = limit_under_rejected(adapt, now_us);
    if (adapt->pressure.no_success_since_cut)
        return lower < limit * cut_without_success ? lower : limit * cut_without_success;
    bool proven = adapt->phase == ADAPT_HOLDING && adapt->has_base;
    return proven && lower < limit * cut_proven_most ? limit * cut_proven_most : lower;
}

static double limit_after_cut(const struct adapt *adapt, int64_t now_us)
{
    double before = limit_before_try(adapt);
    double limit = adapt->limit;
    if (limit <= 1)
        return before > 0 ? before : limit * cut_below_one;
    double lower = limit_cut_further(adapt, now_us);
    bool may_return = before > 0 && !adapt->pressure.no_success_since_cut;
    if (may_return && (lower < before || adapt->phase == ADAPT_TRYING))
        return before;
    return lower < 1 ? 1 : lower;
}

/* A limit that was rejected is tried again after a while, which grows each time. Where a share is
 * rejected anyway it does not grow, since this may have been chance. */
static void raise_ceiling(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    struct adapt_ceiling *ceiling = &adapt->ceiling;
    bool scattered = is_scattered(adapt);
    int64_t lifetime_us = ceiling->lifetime_us;
    if (scattered && is_known_to_reject(&adapt->pressure))
        lifetime_us = lifetime_first_us;
    else if (limit_is_above_ceiling(adapt) && lifetime_us * LIFETIME_FACTOR <= lifetime_most_us)
        lifetime_us *= LIFETIME_FACTOR;
    int64_t by_pause_us = clock_earlier(LIFETIME_PER_PAUSE * pause_us, lifetime_by_pause_most_us);
    *ceiling = (struct adapt_ceiling){
        .limit = scattered ? adapt->limit : adapt->pressure.least_in_flight,
        .under = limit_under_rejected(adapt, now_us),
        .lifetime_us = clock_later(lifetime_us, by_pause_us),
        .since_us = now_us,
    };
}

static void cut_limit(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    double limit = limit_after_cut(adapt, now_us);
    if (limit >= adapt->limit)
        return;
    raise_ceiling(adapt, pause_us, now_us);
    pressure_clear(adapt);
    pressure->cut_us = now_us;
    pressure->no_success_since_cut = true;
    adapt->blocked_until_us = clock_later(adapt->blocked_until_us, now_us + pause_us);
    if (limit == limit_before_try(adapt)) {
        adapt->phase = ADAPT_HOLDING; /* its base was measured */
        limit_set(adapt, limit, now_us);
    } else {
        limit_hold(adapt, limit, now_us);
    }
}

/* Are more rejected than a usual share could explain? */
static bool is_severe(const struct adapt_pressure *pressure)
{
    bool most = pressure->share_count >= SHARE_ATTEMPTS_LEAST && pressure->share > severe_share;
    return most || pressure->no_success_since_cut;
}

/* An alarm that the number in flight does not explain: a lower limit is tried, and no higher one
 * meanwhile. */
static void request_relief(struct adapt *adapt, int64_t now_us)
{
    if (adapt->phase == ADAPT_TRYING)
        cut_limit(adapt, 0, now_us);
    else if (adapt->phase == ADAPT_GROWING)
        limit_hold(adapt, adapt->limit, now_us);
    adapt->relief_due = adapt->phase == ADAPT_HOLDING;
}

/* Was the attempt rejected for what the limit was already cut for? So is all that ends within a
 * file's time after the cut: rejections come sooner than successes, and only they are seen by then.
 */
static bool is_of_last_cut(const struct adapt *adapt, const struct adapt_attempt *attempt,
    int64_t pause_us, int64_t now_us)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (attempt->started_us < pressure->cut_us)
        return true;
    if (pressure->no_success_since_cut || pressure->cut_us == INT64_MIN || pause_us > 0)
        return false;
    return now_us < pressure->cut_us + (int64_t)adapt->slot_us;
}

/* Returns how many were in flight when the attempt, itself included, came to the server. Others may
 * have overtaken a large body. */
static unsigned in_flight_at(const struct adapt *adapt, const struct adapt_attempt *attempt)
{
    if (attempt->streamed && adapt->in_flight >= attempt->in_flight)
        return adapt->in_flight + 1;
    return attempt->in_flight;
}

/* Adds a rejection to the level. An unusual pause alone reaches `alarm`, and makes earlier
 * rejections that asked for no wait irrelevant. */
static void pressure_add(
    struct adapt *adapt, const struct adapt_attempt *attempt, bool unusual_pause, double alarm)
{
    unsigned in_flight = in_flight_at(adapt, attempt);
    struct adapt_pressure *pressure = &adapt->pressure;
    pressure->by_pause = unusual_pause;
    pressure->level += unusual_pause ? alarm : 1;
    pressure->rejections++;
    if (in_flight < pressure->least_in_flight || pressure->least_in_flight == 0)
        pressure->least_in_flight = in_flight;
    if (attempt->number < pressure->first_start || pressure->first_start == 0)
        pressure->first_start = attempt->number;
}

static void handle_alarm(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    bool plain = pressure->by_pause || is_severe(pressure);
    bool lower_is_tried = adapt->phase == ADAPT_TRYING && adapt->limit < adapt->base_limit;
    if (plain || (!lower_is_tried && !is_scattered(adapt)))
        cut_limit(adapt, pressure->by_pause ? pause_us : 0, now_us);
    else if (!lower_is_tried)
        request_relief(adapt, now_us);
}

void pressure_note_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t pause_us, int64_t now_us)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    if (is_of_last_cut(adapt, attempt, pause_us, now_us))
        return;
    pressure_count(pressure, true);
    pressure->pause_share += ((pause_us > 0 ? 1 : 0) - pressure->pause_share) / PAUSE_REJECTIONS;
    bool usual = is_known_to_reject(pressure) && pressure->usual_pauses;
    double alarm = alarm_level(adapt);
    pressure_add(adapt, attempt, pause_us > 0 && !usual, alarm);
    if (pressure->level >= alarm)
        handle_alarm(adapt, pause_us, now_us);
}

void pressure_note_success(struct adapt *adapt, const struct adapt_attempt *attempt)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    pressure->no_success_since_cut = false;
    adapt->ceiling.accepted++;
    if (attempt->started_us < pressure->cut_us)
        return;
    pressure_count(pressure, false);
    pressure->level -= worn_off_by_success(pressure);
    if (pressure->level <= 0)
        pressure_clear(adapt);
}

void pressure_accept_share(struct adapt *adapt, double share)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    double usual = usual_share_margin * share + usual_share_least;
    pressure->usual_share = usual > usual_share_most ? usual_share_most : usual;
    pressure->usual_pauses = pressure->pause_share > pauses_usual_from;
    pressure_clear(adapt);
}

void pressure_set_ceiling(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->ceiling = (struct adapt_ceiling){
        .limit = limit,
        .under = (limit + adapt->limit) / 2,
        .since_us = now_us,
        .lifetime_us = lifetime_first_us,
    };
    pressure_clear(adapt);
}

void pressure_drop_ceiling(struct adapt *adapt)
{
    adapt->ceiling.limit = 0;
    adapt->ceiling.lifetime_us = lifetime_first_us;
}

void pressure_forget(struct adapt *adapt)
{
    adapt->ceiling.limit = 0;
    pressure_clear(adapt);
}
