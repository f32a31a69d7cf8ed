/* Tells the user when an origin pauses, is down, or works again. */
#include "core/sched/private.h"
#include "text/units.h"

/* What is over sooner than that is not worth a line. */
#define LASTING_US CLOCK_US_PER_SECOND

/* A change of a limit by a part of this size is worth an event. */
#define LIMIT_PARTS 4

/* Lines about origins that work again or were given up: with hundreds of origins, more would hide
 * everything else. The events of the files have it all. */
#define TOLD_MOST 20

static void add_duration(struct buf *text, int64_t duration_us)
{
    char duration[UNITS_TEXT_SIZE];
    units_format_duration(duration_us, duration);
    (void)buf_add_text(text, duration);
}

static void tell(struct sched *sched, const struct buf *text)
{
    if (sched->told++ < TOLD_MOST)
        events_notice(sched->parts.events, buf_text(text));
    else if (sched->told == TOLD_MOST + 1)
        events_notice(
            sched->parts.events, "more servers work again or are given up: not shown from here on");
}

/* Once per pause: the responses to the files that were in flight all ask for it. */
static void tell_of_pause(
    struct sched *sched, struct origin *origin, const struct origin_next *next, long status)
{
    const struct clock *clock = sched->parts.clock;
    int64_t now_us = clock_now_us(clock);
    int64_t until_us = retry_paused_until_us(&origin->retry);
    if (until_us < clock_later(now_us, origin->told_pause_until_us) + LASTING_US)
        return;
    origin->told_pause_until_us = until_us;
    int64_t wait_us = until_us - now_us;
    bool by_limit = next->wait.rate_limit_us >= wait_us;
    buf_clear(&origin->pause_reason);
    (void)buf_printf(&origin->pause_reason, "status %ld, %s", status,
        by_limit ? "its rate limit is used up" : "Retry-After");
    if (wait_us > sched->parts.config->give_up_after_us)
        return; /* it is given up, and the sentence about that names the pause */
    events_pause(sched->parts.events,
        &(struct shoal_pause){.origin = origin->name,
            .error = buf_text(&origin->pause_reason),
            .status = status,
            .wait_us = wait_us,
            .until_seconds = clock_wall_seconds(clock) + wait_us / CLOCK_US_PER_SECOND});
}

static void tell_of_outage(struct sched *sched, struct origin *origin, long status)
{
    int64_t since_us = retry_probing_since_us(&origin->retry);
    if (since_us == CLOCK_NEVER || origin->told_down_since_us != CLOCK_NEVER ||
        clock_now_us(sched->parts.clock) - since_us < LASTING_US)
        return;
    origin->told_down_since_us = since_us;
    events_pause(sched->parts.events, &(struct shoal_pause){.origin = origin->name,
                                          .error = buf_text(&origin->reason),
                                          .status = status,
                                          .wait_us = -1});
}

static void tell_of_return(struct sched *sched, struct origin *origin)
{
    int64_t since_us = origin->told_down_since_us;
    if (since_us == CLOCK_NEVER || retry_probing_since_us(&origin->retry) != CLOCK_NEVER)
        return;
    origin->told_down_since_us = CLOCK_NEVER;
    buf_clear(&sched->text);
    (void)buf_printf(&sched->text, "%s works again after ", origin_host(origin));
    add_duration(&sched->text, clock_now_us(sched->parts.clock) - since_us);
    tell(sched, &sched->text);
}

/* The limit itself may change with every attempt. */
static void tell_of_limit(struct sched *sched, struct origin *origin)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    unsigned limit = origin_concurrency_limit(origin);
    unsigned told = origin->told_limit;
    unsigned change = limit > told ? limit - told : told - limit;
    bool is_large = change * LIMIT_PARTS >= told && change > 0;
    if (!is_large || now_us - origin->told_limit_us < LASTING_US)
        return;
    origin->told_limit = limit;
    origin->told_limit_us = now_us;
    events_limit(sched->parts.events, origin->name, limit);
}

void sched_tell_of_end(
    struct sched *sched, struct origin *origin, const struct origin_next *next, long status)
{
    if (sched->phase != SCHED_RUNNING || origin->gave_up)
        return;
    tell_of_limit(sched, origin);
    if (retry_paused_until_us(&origin->retry) > clock_now_us(sched->parts.clock))
        tell_of_pause(sched, origin, next, status);
    else
        tell_of_outage(sched, origin, status);
    tell_of_return(sched, origin);
}

void sched_tell_of_giving_up(struct sched *sched, const struct origin *origin)
{
    tell(sched, &origin->reason);
}
