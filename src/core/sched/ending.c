/* Why a run ends early, or an origin is given up: the sentence for the user, and what follows for
 * the exit status. */
#include "core/sched/private.h"
#include "text/http_date.h"
#include "text/units.h"

static void add_duration(struct buf *text, int64_t duration_us)
{
    char duration[UNITS_TEXT_SIZE];
    units_format_duration(duration_us, duration);
    (void)buf_add_text(text, duration);
}

void ending_add_limit(const struct sched *sched, struct buf *text, int64_t wait_us)
{
    const struct clock *clock = sched->parts.clock;
    char date[HTTP_DATE_RFC3339_SIZE];
    /* The second after the one in which the wait ends. */
    http_date_rfc3339(clock_wall_seconds(clock) + wait_us / CLOCK_US_PER_SECOND + 1, date);
    (void)buf_add_text(text, ", longer than --give-up-after (");
    add_duration(text, sched->parts.config->give_up_after_us);
    (void)buf_printf(text, "): run again after %s", date);
}

static void add_credentials(struct buf *text, const struct credentials *credentials)
{
    (void)buf_printf(text, "the server %s the credentials (%ld since file %llu)",
        credentials->had_success ? "no longer accepts" : "does not accept", credentials->status,
        (unsigned long long)credentials->since_file);
}

static void add_reason(struct buf *text, const struct buf *reason)
{
    if (reason->length > 0)
        (void)buf_printf(text, " (%s)", buf_text(reason));
}

void ending_explain(struct sched *sched, const struct origin *origin, enum retry_state state)
{
    struct buf *text = &sched->text;
    buf_clear(text);
    if (sched->shares.several)
        (void)buf_printf(text, "gave up on %s: ", origin_host(origin));
    else
        (void)buf_add_text(text, "the run ended: ");
    switch (state) {
    case RETRY_PAUSED_LONG:
        (void)buf_printf(text, "%s asks for a pause of ", origin_host(origin));
        add_duration(text, retry_pause_length_us(&origin->retry));
        add_reason(text, &origin->pause_reason);
        ending_add_limit(sched, text, retry_pause_length_us(&origin->retry));
        return;
    case RETRY_NOT_ADMITTED:
        add_credentials(text, &origin->credentials);
        return;
    case RETRY_NEVER_REACHED:
        (void)buf_add_text(text, "the server was never reached");
        break;
    case RETRY_NOT_TLS:
        (void)buf_add_text(text, "the server does not speak TLS there");
        break;
    case RETRY_NOT_TRUSTED:
        (void)buf_add_text(text, "no secure connection to the server");
        break;
    default:
        (void)buf_add_text(text, "no progress for ");
        add_duration(text, sched->parts.config->give_up_after_us);
        (void)buf_add_text(text, ", the limit of --give-up-after");
    }
    /* Of a single server, the files that were attempted have told the reason. */
    if (sched->shares.several || state == RETRY_NO_PROGRESS)
        add_reason(text, &origin->reason);
}

enum events_ending sched_ending(const struct sched *sched)
{
    const uint64_t *useless = sched->useless;
    uint64_t made = sched->origins.made;
    uint64_t all =
        useless[RETRY_NOT_ADMITTED] + useless[RETRY_NOT_TRUSTED] + useless[RETRY_NOT_TLS];
    if (made == 0 || all < made)
        return EVENTS_ENDED;
    return useless[RETRY_NOT_ADMITTED] == made ? EVENTS_ENDED_BY_CREDENTIALS
           : useless[RETRY_NOT_TLS] == made    ? EVENTS_ENDED_BY_SCHEME
                                               : EVENTS_ENDED_FOR_GOOD;
}
