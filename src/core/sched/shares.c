#include "core/sched/shares.h"

#include "base/clock.h"
#include "base/container_of.h"

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static size_t most(size_t one, size_t other)
{
    return one > other ? one : other;
}

/* `value` less `taken`, and not below 0. */
static size_t without(size_t value, size_t taken)
{
    return value > taken ? value - taken : 0;
}

void shares_init(struct shares *shares, bool several, size_t jobs_most, size_t slots)
{
    *shares = (struct shares){.several = several, .jobs_most = jobs_most, .slots = slots};
    heap_init(&shares->timers);
}

void shares_free(struct shares *shares)
{
    heap_free(&shares->timers);
}

bool shares_reserve(struct shares *shares, size_t count)
{
    return heap_reserve(&shares->timers, count);
}

void shares_note_change(struct shares *shares, struct origin *origin)
{
    list_place(&shares->changed, &origin->changed);
}

static enum origin_standing standing_of(
    const struct shares *shares, const struct origin *origin, int64_t now_us)
{
    if (origin->live.count == 0 || origin->gave_up)
        return ORIGIN_WITHOUT_FILES;
    if (origin_blocked_until_us(origin, now_us) > now_us)
        return ORIGIN_BLOCKED;
    bool probing = retry_probing_since_us(&origin->retry) != CLOCK_NEVER;
    return shares->several && (probing || !origin->answered) ? ORIGIN_DOUBTFUL : ORIGIN_WORKING;
}

static struct origin_counts counts_of(
    const struct shares *shares, const struct origin *origin, int64_t now_us)
{
    struct origin_counts counts = {
        .standing = standing_of(shares, origin, now_us), .in_flight = origin->in_flight};
    if (counts.standing == ORIGIN_WITHOUT_FILES)
        return counts;
    bool in_doubt = retry_probing_since_us(&origin->retry) != CLOCK_NEVER || !origin->answered;
    counts.limit = origin_concurrency_limit(origin);
    if (counts.standing == ORIGIN_WORKING)
        counts.demand = least(counts.limit, origin->live.count);
    if (in_doubt) {
        counts.doubtful_in_flight = least(origin->in_flight, SHARES_OF_DOUBTFUL);
        counts.doubtful_slots = least(origin->slots, SHARES_OF_DOUBTFUL);
    }
    return counts;
}

static void count(struct shares *shares, const struct origin_counts *counts)
{
    bool works = counts->standing == ORIGIN_WORKING;
    shares->working += works;
    shares->limit += counts->limit;
    shares->demand += counts->demand;
    shares->in_flight += counts->in_flight;
    shares->in_flight_idle += works ? 0 : counts->in_flight;
    shares->doubtful_in_flight += counts->doubtful_in_flight;
    shares->doubtful_slots += counts->doubtful_slots;
}

static void uncount(struct shares *shares, const struct origin_counts *counts)
{
    bool works = counts->standing == ORIGIN_WORKING;
    shares->working -= works;
    shares->limit -= counts->limit;
    shares->demand -= counts->demand;
    shares->in_flight -= counts->in_flight;
    shares->in_flight_idle -= works ? 0 : counts->in_flight;
    shares->doubtful_in_flight -= counts->doubtful_in_flight;
    shares->doubtful_slots -= counts->doubtful_slots;
}

void shares_forget(struct shares *shares, struct origin *origin)
{
    list_remove(&origin->changed);
    list_remove(&origin->loading);
    list_remove(&origin->starting);
    list_remove(&origin->blocked);
    heap_remove(&shares->timers, &origin->timer);
    uncount(shares, &origin->counts);
}

struct origin *shares_next_to_review(struct shares *shares, int64_t now_us)
{
    struct heap_node *timer = heap_first(&shares->timers);
    if (timer != NULL && timer->key <= now_us) {
        heap_remove(&shares->timers, timer);
        return container_of(timer, struct origin, timer);
    }
    struct list_node *node = shares->changed.first;
    return node == NULL ? NULL : container_of(node, struct origin, changed);
}

static void set_timer(struct shares *shares, struct origin *origin, int64_t at_us)
{
    if (origin->timer.index != HEAP_NOT_IN && origin->timer.key == at_us)
        return;
    heap_remove(&shares->timers, &origin->timer);
    /* Cannot fail: shares_reserve() made room for every origin. */
    if (at_us != CLOCK_NEVER)
        heap_add(&shares->timers, &origin->timer, at_us);
}

/* The earlier of `at_us` and a moment that is still to come. */
static int64_t earlier_to_come(int64_t at_us, int64_t moment_us, int64_t now_us)
{
    return moment_us > now_us ? clock_earlier(at_us, moment_us) : at_us;
}

/* Time that an origin spends without files, or waiting for its turn, is not its fault. */
static void note_idle(const struct shares *shares, struct origin *origin, int64_t now_us)
{
    const struct list *list = origin->starting.list;
    bool waits = list == &shares->starting[0] || list == &shares->starting[1];
    if (origin->live.count == 0 || waits)
        origin_note_idle(origin, now_us);
    else
        origin_end_idle(origin, now_us);
}

/* The most files in flight for `origin`: what the other working origins leave, at least its equal
 * part. Until there was a connection, one alone: it resolves the name and finds out whether the
 * server can be reached, which costs one refused connection instead of many. */
static size_t jobs_of(const struct shares *shares, const struct origin *origin)
{
    if (!origin->connected)
        return 1;
    if (!shares->several)
        return shares->jobs_most;
    if (origin->counts.standing == ORIGIN_DOUBTFUL)
        return SHARES_OF_DOUBTFUL;
    size_t equal = shares->jobs_most / most(shares->working, 1);
    size_t others = shares->in_flight_idle + shares->demand - origin->counts.demand;
    return most(most(equal, without(shares->jobs_most, others)), 1);
}

/* The list in which `origin` waits to start a transfer, or NULL. One without a connection waits for
 * that of its first transfer, which can be there long before that transfer ends. */
static struct list *starting_of(
    struct shares *shares, const struct origin *origin, int64_t start_us, int64_t now_us)
{
    enum origin_standing standing = origin->counts.standing;
    if (standing == ORIGIN_WITHOUT_FILES || origin->ready.count == 0 || start_us > now_us)
        return NULL;
    if (origin->in_flight < jobs_of(shares, origin))
        return &shares->starting[standing == ORIGIN_DOUBTFUL ? 0 : 1];
    return origin->connected ? NULL : &shares->connecting;
}

/* Puts `origin` into the lists in which it belongs; where it is already, it keeps its place. */
static void place(struct shares *shares, struct origin *origin, int64_t start_us, int64_t now_us)
{
    enum origin_standing standing = origin->counts.standing;
    size_t queue = standing == ORIGIN_DOUBTFUL ? 0 : 1;
    bool blocked = standing == ORIGIN_BLOCKED;
    bool may_load = standing != ORIGIN_WITHOUT_FILES && (!blocked || !shares->several);
    list_place(blocked ? &shares->blocked : NULL, &origin->blocked);
    list_place(
        may_load && origin->queued.count > 0 ? &shares->loading[queue] : NULL, &origin->loading);
    list_place(starting_of(shares, origin, start_us, now_us), &origin->starting);
}

void shares_review(struct shares *shares, struct origin *origin, int64_t now_us)
{
    int64_t start_us = origin_next_start_us(origin, now_us);
    int64_t at_us = CLOCK_NEVER;
    list_remove(&origin->changed);
    uncount(shares, &origin->counts);
    origin->counts = counts_of(shares, origin, now_us);
    count(shares, &origin->counts);
    place(shares, origin, start_us, now_us);
    note_idle(shares, origin, now_us);
    if (origin->counts.standing != ORIGIN_WITHOUT_FILES) {
        at_us = earlier_to_come(at_us, origin_blocked_until_us(origin, now_us), now_us);
        at_us = earlier_to_come(at_us, origin_deadline_us(origin), now_us);
        if (origin->ready.count > 0)
            at_us = earlier_to_come(at_us, start_us, now_us);
    }
    set_timer(shares, origin, at_us);
}

static size_t slots_wanted(size_t limit)
{
    return limit + most(least(limit, SCHED_AHEAD_MOST), SCHED_AHEAD_LEAST);
}

static size_t slots_of(const struct shares *shares, const struct origin *origin)
{
    size_t wanted = slots_wanted(origin->counts.limit);
    if (!shares->several)
        return wanted;
    if (origin->counts.standing == ORIGIN_DOUBTFUL)
        return SHARES_OF_DOUBTFUL;
    size_t ahead = (shares->slots - shares->jobs_most) / most(shares->working, 1);
    return least(wanted, jobs_of(shares, origin) + most(ahead, SHARES_OF_DOUBTFUL));
}

/* An origin that has all it may have leaves the list: what it has will change, and then it is
 * reviewed. */
struct origin *shares_next_to_load(struct shares *shares)
{
    for (size_t queue = 0; queue < SHARES_QUEUES; queue++) {
        struct list *list = &shares->loading[queue];
        if (queue == 0 && shares->doubtful_slots >= most(shares->slots / 2, 1))
            continue;
        while (list->first != NULL) {
            struct origin *origin = container_of(list->first, struct origin, loading);
            if (origin->slots < slots_of(shares, origin))
                return origin;
            list_remove(&origin->loading);
        }
    }
    return NULL;
}

void shares_pass_loading(struct shares *shares, struct origin *origin, int64_t now_us)
{
    list_remove(&origin->loading);
    shares_review(shares, origin, now_us);
}

struct origin *shares_next_to_unload(struct shares *shares)
{
    for (size_t left = shares->several ? shares->blocked.count : 0; left > 0; left--) {
        struct origin *origin = container_of(shares->blocked.first, struct origin, blocked);
        if (origin->ready.count > 0)
            return origin;
        list_remove(&origin->blocked);
        list_push_back(&shares->blocked, &origin->blocked);
    }
    return NULL;
}

/* What other origins use may have changed since the review of the first in the list. */
struct origin *shares_next_to_start(struct shares *shares, int64_t now_us)
{
    for (size_t queue = 0; queue < SHARES_QUEUES; queue++) {
        struct list *list = &shares->starting[queue];
        if (queue == 0 && shares->doubtful_in_flight >= most(shares->jobs_most / 2, 1))
            continue;
        while (list->first != NULL && shares->in_flight < shares->jobs_most) {
            struct origin *origin = container_of(list->first, struct origin, starting);
            if (origin->in_flight < jobs_of(shares, origin))
                return origin;
            list_remove(&origin->starting);
            note_idle(shares, origin, now_us);
        }
    }
    return NULL;
}

void shares_pass_starting(struct shares *shares, struct origin *origin, int64_t now_us)
{
    list_remove(&origin->starting);
    shares_review(shares, origin, now_us);
}

void shares_note_connections(struct shares *shares)
{
    for (struct list_node *node = shares->connecting.first; node != NULL; node = node->next) {
        struct origin *origin = container_of(node, struct origin, starting);
        if (origin->connected)
            shares_note_change(shares, origin);
    }
}

void shares_wait(struct shares *shares, struct origin *origin, int64_t until_us)
{
    list_remove(&origin->starting);
    if (origin->timer.index == HEAP_NOT_IN || until_us < origin->timer.key)
        set_timer(shares, origin, until_us);
}

bool shares_waiting(const struct shares *shares)
{
    return shares->starting[0].first != NULL || shares->starting[1].first != NULL;
}

int64_t shares_next_us(const struct shares *shares, int64_t now_us)
{
    const struct heap_node *timer = heap_first(&shares->timers);
    if (shares->changed.first != NULL)
        return now_us;
    return timer == NULL ? CLOCK_NEVER : timer->key;
}

size_t shares_limit(const struct shares *shares)
{
    return most(least(shares->limit, shares->jobs_most), 1);
}

size_t shares_slots_wanted(const struct shares *shares)
{
    return least(slots_wanted(shares_limit(shares)), shares->slots);
}
