#include "adapt_sim_control.h"

#include "base/clock.h"

void control_init(struct control *control, enum sim_controller kind, unsigned jobs)
{
    *control = (struct control){.kind = kind};
    control->simple = (struct simple){.limit = kind == SIM_FIXED ? jobs : 16,
        .most = 256,
        .cut_us = INT64_MIN,
        .slow_start = true};
    struct adapt_config config = {.fixed = kind == SIM_ADAPT_FIXED ? jobs : 0};
    adapt_init(&control->adapt, &config, 0);
}

static bool control_is_adapt(const struct control *control)
{
    return control->kind == SIM_ADAPT || control->kind == SIM_ADAPT_FIXED;
}

double control_limit(const struct control *control)
{
    return control_is_adapt(control) ? control->adapt.limit : control->simple.limit;
}

int64_t control_next_start_us(const struct control *control, int64_t now_us)
{
    if (control_is_adapt(control))
        return adapt_next_start_us(&control->adapt, now_us);
    return control->in_flight < (unsigned)control->simple.limit ? now_us : CLOCK_NEVER;
}

/* As in TCP: doubles each round until the first rejection, then grows by one per round; a rejection
 * halves it. */
static void aimd_note_end(
    struct simple *simple, bool accepted, bool rejected, int64_t started_us, int64_t now_us)
{
    if (accepted)
        simple->limit += simple->slow_start ? 1 : 1 / simple->limit;
    if (rejected && started_us >= simple->cut_us) {
        simple->limit /= 2;
        simple->slow_start = false;
        simple->cut_us = now_us;
    }
}

/* After Netflix's description: the limit is scaled by the long-term time in flight over the present
 * one, and allows a short queue in addition. A rejection lowers it by a tenth. */
static void gradient2_note_end(
    struct simple *simple, unsigned in_flight, bool accepted, bool rejected, double slot_us)
{
    if (rejected)
        simple->limit *= 0.9;
    if (!accepted)
        return;
    if (simple->long_us == 0)
        simple->long_us = slot_us;
    simple->long_us += (slot_us - simple->long_us) * 2 / 601;
    if (simple->long_us / slot_us > 2)
        simple->long_us *= 0.95;
    if (in_flight < simple->limit / 2)
        return;
    double gradient = 1.5 * simple->long_us / slot_us;
    gradient = gradient > 1 ? 1 : gradient < 0.5 ? 0.5 : gradient;
    simple->limit = simple->limit * 0.8 + (simple->limit * gradient + 4) * 0.2;
}

void control_note_end(struct control *control, const struct adapt_attempt *attempt,
    enum outcome outcome, const struct attempt_end *end, int64_t pause_us, int64_t bytes,
    int64_t now_us)
{
    unsigned in_flight = control->in_flight--;
    struct simple *simple = &control->simple;
    bool accepted = outcome == OUTCOME_DONE;
    bool rejected = outcome == OUTCOME_REJECTED;
    if (control_is_adapt(control))
        adapt_note_end(&control->adapt, attempt, outcome, end, pause_us, bytes, now_us);
    else if (control->kind == SIM_AIMD)
        aimd_note_end(simple, accepted, rejected, attempt->started_us, now_us);
    else if (control->kind == SIM_GRADIENT2)
        gradient2_note_end(
            simple, in_flight, accepted, rejected, (double)(now_us - attempt->started_us) + 1);
    simple->limit = simple->limit > simple->most ? simple->most : simple->limit;
    simple->limit = simple->limit < 1 ? 1 : simple->limit;
}

void control_note_start(
    struct control *control, struct adapt_attempt *attempt, bool streamed, int64_t now_us)
{
    control->in_flight++;
    if (control_is_adapt(control))
        adapt_note_start(&control->adapt, attempt, streamed, now_us);
    else
        *attempt = (struct adapt_attempt){.started_us = now_us};
}

const char *sim_controller_name(enum sim_controller controller)
{
    static const char *const names[SIM_CONTROLLERS] = {
        [SIM_FIXED] = "fixed",
        [SIM_AIMD] = "AIMD",
        [SIM_GRADIENT2] = "Gradient2",
        [SIM_ADAPT] = "shoal auto",
        [SIM_ADAPT_FIXED] = "shoal fixed",
    };
    return names[controller];
}

void control_note_blocked(struct control *control, int64_t until_us, int64_t now_us)
{
    if (control_is_adapt(control))
        adapt_note_blocked(&control->adapt, until_us, now_us);
}
