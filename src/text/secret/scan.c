/* One pass over the text. A byte that can begin an escape can be read in several ways, which end at
 * different places; so at each place there are several states of the automaton, one for each
 * sequence of readings that led there. Nearly always there is one state or none. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "text/secret/private.h"

/* Places ahead that readings can reach; more than ESCAPE_MOST, a power of two. */
#define PLACES 128

/* The most states at one place: those that have read the most. Others would matter only if this
 * many longer beginnings, each read in another way, ended at the same place. */
#define STATES_MOST 6

/* A beginning of a form that ends at a place. */
struct state {
    uint32_t node;
    size_t start;     /* where it begins in the text */
    size_t unescaped; /* where the text is literal from: the end of the last escape, or 0 */
};

/* The states at one place. */
struct place {
    struct state states[STATES_MOST];
    size_t count;
};

struct scan {
    const struct secrets *secrets;
    const char *text;
    size_t length;
    struct secret_spans *spans;
    size_t open;                 /* where an unfinished form begins; `length`: there is none */
    struct place places[PLACES]; /* by the place's offset modulo PLACES */
};

static struct place *place_at(struct scan *scan, size_t offset)
{
    return &scan->places[offset % PLACES];
}

static uint32_t depth_of(const struct scan *scan, const struct state *state)
{
    return scan->secrets->nodes[state->node].depth;
}

static void put_state(struct scan *scan, struct place *place, const struct state *state)
{
    struct state *shallowest = NULL;
    for (size_t i = 0; i < place->count; i++) {
        struct state *other = &place->states[i];
        if (other->node == state->node) {
            if (state->start < other->start)
                *other = *state;
            return;
        }
        if (shallowest == NULL || depth_of(scan, other) < depth_of(scan, shallowest))
            shallowest = other;
    }
    if (place->count < STATES_MOST)
        place->states[place->count++] = *state;
    else if (depth_of(scan, state) > depth_of(scan, shallowest))
        *shallowest = *state;
}

/* Where the last `length` bytes read begin, of a state that ends at `end`. They take one byte of
 * the text each, unless there is an escape among them: then the whole state is taken. */
static size_t start_of(const struct state *state, size_t length, size_t end)
{
    return end - length >= state->unescaped ? end - length : state->start;
}

/* A reading of `count` bytes from offset `at` to `end`, in `state`. */
static void take_bytes(struct scan *scan, const struct state *state, const char *bytes,
    size_t count, size_t at, size_t end)
{
    uint32_t node = state->node;
    for (size_t i = 0; i < count; i++)
        node = secret_automaton_step(
            scan->secrets, node, (unsigned char)bytes[i], &scan->spans->steps);
    if (node == SECRET_ROOT)
        return;
    struct state after = {.node = node, .start = state->start, .unescaped = state->unescaped};
    size_t before = scan->secrets->nodes[state->node].depth;
    size_t depth = scan->secrets->nodes[node].depth;
    bool literal = end - at == count;
    if (!literal)
        after.unescaped = end;
    if (depth <= count)
        after.start = at;
    else if (depth != before + count)
        after.start = start_of(state, depth - count, at);
    put_state(scan, place_at(scan, end), &after);
}

/* A reading, after each state at its beginning. In a form body, `+` is a space. */
static void take_reading(
    struct scan *scan, const struct place *place, const struct escape_reading *reading, size_t at)
{
    const struct state none = {.node = SECRET_ROOT};
    size_t end = at + reading->size;
    for (size_t i = 0; i <= place->count; i++) {
        const struct state *state = i < place->count ? &place->states[i] : &none;
        take_bytes(scan, state, reading->bytes, reading->count, at, end);
        if (reading->count == 1 && reading->bytes[0] == '+')
            take_bytes(scan, state, " ", 1, at, end);
    }
}

static void note_open(struct scan *scan, const struct place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        if (place->states[i].start < scan->open)
            scan->open = place->states[i].start;
    }
}

static void take_escapes(struct scan *scan, const struct place *place, size_t at)
{
    struct escape escape;
    escape_read(scan->text + at, scan->length - at, &escape);
    scan->spans->steps += escape.steps;
    for (size_t i = 0; i < escape.count; i++)
        take_reading(scan, place, &escape.readings[i], at);
    if (!escape.cut)
        return;
    if (at < scan->open)
        scan->open = at;
    note_open(scan, place);
}

/* Adds a span, which ends at or after the end of the last one. */
static bool add_span(struct secret_spans *spans, size_t start, size_t end)
{
    size_t count = spans->count;
    while (count > 0 && start < spans->list[count - 1].end) {
        count--;
        if (spans->list[count].start < start)
            start = spans->list[count].start;
    }
    if (count == spans->count) {
        struct secret_span *list = array_grow(spans->list, count, sizeof *list);
        if (list == NULL)
            return false;
        spans->list = list;
    }
    spans->list[count] = (struct secret_span){start, end};
    spans->count = count + 1;
    return true;
}

/* Adds the forms that end at a place. */
static bool note_matches(struct scan *scan, const struct place *place, size_t end)
{
    for (size_t i = 0; i < place->count; i++) {
        const struct state *state = &place->states[i];
        const struct secret_node *node = &scan->secrets->nodes[state->node];
        if (node->match == 0)
            continue;
        size_t start =
            node->match == node->depth ? state->start : start_of(state, node->match, end);
        if (!add_span(scan->spans, start, end))
            return false;
    }
    return true;
}

/* Can nothing of interest begin here? Most bytes of most texts. */
static bool is_dull(const struct scan *scan, const struct place *place, size_t at)
{
    char byte = scan->text[at];
    return place->count == 0 && !escape_begins(byte) && byte != '+' &&
           scan->secrets->first[(unsigned char)byte] == SECRET_ROOT;
}

static bool scan_text(struct scan *scan)
{
    for (size_t at = 0; at < scan->length; at++) {
        struct place *place = place_at(scan, at);
        scan->spans->steps++;
        if (is_dull(scan, place, at))
            continue;
        if (!note_matches(scan, place, at))
            return false;
        struct escape_reading literal = {.bytes = {scan->text[at]}, .count = 1, .size = 1};
        take_reading(scan, place, &literal, at);
        if (escape_begins(scan->text[at]))
            take_escapes(scan, place, at);
        place->count = 0;
    }
    return note_matches(scan, place_at(scan, scan->length), scan->length);
}

bool secret_scan(const struct secrets *secrets, const char *text, size_t length, bool cut,
    struct secret_spans *spans)
{
    struct scan scan;
    scan.secrets = secrets;
    scan.text = text;
    scan.length = length;
    scan.spans = spans;
    scan.open = length;
    for (size_t i = 0; i < PLACES; i++)
        scan.places[i].count = 0;
    *spans = (struct secret_spans){0};
    if (!scan_text(&scan))
        return false;
    note_open(&scan, place_at(&scan, length));
    return !cut || scan.open == length || add_span(spans, scan.open, length);
}
